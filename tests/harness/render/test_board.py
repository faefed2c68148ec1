"""Columns stand abreast as long as they fit, and every value shows its spread."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.render.board import Board, Cell, Column, without_common_benchmark
from harness.store import Value

Screen = Callable[..., str]
CELL = Cell(Value(value=0.4125, ci_low=0.40, ci_high=0.43, n=9), partial=False)
PART = Cell(CELL.value, partial=True)


def board(*columns: Column) -> Board:
    return Board(("model",), [("a",), ("b",)], columns)


def test_a_cell_is_the_value_and_half_the_interval_in_hundredths(screen: Screen) -> None:
    shown = screen([board(Column("task", {0: CELL, 1: CELL}))])
    assert [line.split() for line in shown.splitlines() if line[:1] in ("a", "b")] == [
        ["a", "41.25", "±1.50"],
        ["b", "41.25", "±1.50"],
    ]


def test_a_value_that_is_not_there_is_a_dash(screen: Screen) -> None:
    shown = screen([board(Column("task", {0: CELL}))])
    assert ["b", "-"] in [line.split() for line in shown.splitlines()]


@pytest.mark.parametrize("width", [24, 40, 61, 100, 200])
def test_no_line_is_wider_than_the_screen_and_every_column_is_there(
    screen: Screen, width: int
) -> None:
    titles = [f"task{i}" for i in range(9)]
    shown = screen([board(*(Column(title, {0: CELL, 1: CELL}) for title in titles))], columns=width)
    assert max(map(len, shown.splitlines())) <= width
    assert sorted(word for word in shown.split() if word.startswith("task")) == titles
    assert shown.count("41.25 ±") + shown.count("41.25  ±") == 2 * len(titles)


def test_a_column_of_partial_values_says_so_once_in_its_heading(screen: Screen) -> None:
    assert screen([board(Column("task", {0: PART, 1: PART}))]).count("partial") == 1
    mixed = screen([board(Column("task", {0: CELL, 1: PART}))]).splitlines()
    assert [i for i, line in enumerate(mixed) if "partial" in line] == [len(mixed) - 1]


def test_the_best_value_is_bold(screen: Screen) -> None:
    best = Cell(CELL.value, partial=False, best=True)
    shown = screen([board(Column("task", {0: best, 1: CELL}))], colour=True)
    bold = [line for line in shown.splitlines() if "\x1b[1m41.25" in line]
    assert len(bold) == 1
    assert bold[0].startswith("a")


def test_long_titles_break_where_their_parts_meet(screen: Screen) -> None:
    shown = screen([board(Column("gorilla-huggingface_long/name", {0: CELL, 1: CELL}))])
    assert [line.split() for line in shown.splitlines()[1:5]] == [
        ["gorilla-"],
        ["huggingface_"],
        ["model", "long/name"],
        [shown.splitlines()[4]],
    ]


def test_a_benchmark_that_all_share_is_left_out() -> None:
    assert without_common_benchmark(["mair/A", "mair/B"]) == ["A", "B"]
    assert without_common_benchmark(["mair/A", "toolret/B"]) == ["mair/A", "toolret/B"]
    assert without_common_benchmark(["tiny", "small"]) == ["tiny", "small"]
