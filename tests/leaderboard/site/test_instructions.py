"""The instruction page."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from parsed_page import Element, harmless, parsed

from leaderboard.board.records import Board
from leaderboard.site import charts
from leaderboard.site.pages import instructions
from leaderboard.site.rendering import Renderer


def files(board: Board) -> dict[str, bytes]:
    return dict(instructions.pages(board, Renderer(board)))


def test_tasks_that_became_better_and_worse_are_counted_for_each_model(toys: Board) -> None:
    page = parsed(files(toys)["instructions.html"])
    harmless(page)
    first = next(page.one("table", id="effects-1").one("tbody").every("tr"))
    cells = [cell.text for cell in first.children if isinstance(cell, Element)]
    # apples +0.05, pears +0.05, cars -0.05, trains 0: mean 0.0125
    assert cells == [
        "Alpha", "reproduced", "1", "", "2", "1", "+1.25 \N{MINUS SIGN}4.0 to +6.0, tasks",
        "gains most: toy/pears +5.00 loses most: toy/cars \N{MINUS SIGN}5.00",
    ]  # fmt: skip


def test_bars_are_as_long_as_their_counts() -> None:
    # 98 units are the longest bar of the table, of 4 tasks: one task is 24.5 long.
    bars = parsed(str(charts.diverging(1, 2, 4)).encode())
    loss, gain = bars.every("rect")
    assert (loss.attributes["x"], loss.attributes["width"]) == ("75.5", "24.5")
    assert (gain.attributes["x"], gain.attributes["width"]) == ("100", "49")


def test_the_correlation_stands_with_its_interval_and_every_point(toys: Board) -> None:
    page = parsed(files(toys)["instructions.html"])
    section = page.one("section", aria_labelledby="savvy-1")
    assert "Pearson’s r is 1.00 (95 % interval over models 0.50 to 1.00)" in section.text
    assert len(list(section.every("circle"))) == 3
    rows = [row.text for row in section.one("tbody").every("tr")]
    assert rows[0] == "Alpha 60.00 50.00"


def test_the_download_has_every_task(toys: Board) -> None:
    rows = list(csv.DictReader(io.StringIO(files(toys)["data/instructions.csv"].decode())))
    assert {row["task"]: row["difference"] for row in rows} == {
        "toy/apples": "0.05",
        "toy/pears": "0.05",
        "toy/cars": "-0.05",
        "toy/trains": "0.0",
    }


def test_a_board_without_effects_says_so(toys: Board) -> None:
    page = parsed(files(replace(toys, effects=(), savvy=()))["instructions.html"])
    assert "No model has been measured both with and without" in page.text


@pytest.mark.parametrize(
    ("value", "text"), [(0.05, "+5.00"), (-0.05, "\N{MINUS SIGN}5.00"), (0.00001, "0.00")]
)
def test_differences_carry_their_sign_unless_they_round_to_none(value: float, text: str) -> None:
    assert instructions.signed(value) == text


def test_a_histogram_counts_every_value_and_names_its_references() -> None:
    # 20 bins of 5 points: 0 and 0.049 share the first, 1.0 belongs to the last.
    drawn = charts.histogram(
        [0.0, 0.049, 0.5, 1.0], measure="nDCG@10", what="query", marks=[(0.3, "random")]
    )
    figure = parsed(str(drawn).encode()).one("svg")
    assert figure.attributes["aria-label"] == (
        "4 queries by nDCG@10. 0 to 5: 2; 50 to 55: 1; 95 to 100: 1"
    )
    assert [bar.text for bar in figure.every("rect")] == [
        "0 to 5: 2 queries",
        "50 to 55: 1 query",
        "95 to 100: 1 query",
    ]
    assert "random" in figure.text
