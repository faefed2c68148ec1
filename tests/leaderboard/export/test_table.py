from __future__ import annotations

from dataclasses import replace

import pytest
from board_toys import DEFECT

from leaderboard.board.records import Board, Number
from leaderboard.export.selection import select
from leaderboard.export.table import Entry, Table, shown, tabulate


@pytest.fixture
def table(toys: Board) -> Table:
    return tabulate(select(toys, "toy", columns=["aggregates", "tasks"]))


def places(table: Table, header: str) -> dict[str, str]:
    index = table.headers.index(header)
    entries = {line.label: line.entries[index] for line in table.lines}
    return {label: entry.place for label, entry in entries.items() if entry and entry.place}


def entry(table: Table, label: str, header: str) -> Entry | None:
    line = next(line for line in table.lines if line.label == label)
    return line.entries[table.headers.index(header)]


def test_numbers_are_percentages_with_half_the_width_of_their_interval(table: Table) -> None:
    bm25 = entry(table, "BM25", "Average")  # 0.4, from 0.3 to 0.5
    assert bm25
    assert (bm25.text, bm25.spread) == ("40.0", "10.0")


def test_the_oracle_is_never_best(table: Table) -> None:
    assert places(table, "Average") == {
        "Alpha (w/ inst.)": "best",
        "Alpha (w/o inst.)": "second",
    }


def test_equal_numbers_share_a_place(table: Table) -> None:
    # trains: 0.60, 0.60, 0.30; 0.20 is retracted
    assert places(table, "trains") == {
        "Alpha (w/ inst.)": "best",
        "Alpha (w/o inst.)": "best",
        "BM25": "second",
    }


def test_numbers_are_compared_as_they_are_printed(toys: Board) -> None:
    # 60.0 and 59.6 are both 60 without decimals
    suite = toys.suites[0]
    close = replace(suite.numbers["alpha--without-instruction", "average"]["nDCG@10"], value=0.596)
    numbers = dict(suite.numbers) | {("alpha--without-instruction", "average"): {"nDCG@10": close}}
    board = replace(toys, suites=(replace(suite, numbers=numbers),))

    def best(digits: int) -> int:
        found = places(tabulate(select(board, "toy"), digits), "Average")
        return list(found.values()).count("best")

    assert best(0) == 2
    assert best(1) == 1


def test_old_editions_and_retracted_numbers_are_marked_and_have_no_place(toys: Board) -> None:
    suite = toys.suites[0]
    numbers = dict(suite.numbers)
    numbers["delta", "toy/pears"] = {
        "nDCG@10": replace(numbers["delta", "toy/pears"]["nDCG@10"], value=0.9)
    }
    numbers["hostile", "toy/trains"] = {
        "nDCG@10": replace(numbers["hostile", "toy/trains"]["nDCG@10"], value=0.9)
    }
    part = select(
        replace(toys, suites=(replace(suite, numbers=numbers),)), "toy", columns=["tasks"]
    )
    table = tabulate(part)
    old = entry(table, "Delta", "pears")
    assert old
    assert (old.text, old.marks, old.place) == ("90.0", "‡", "")
    gone = table.lines[[row.id for row in part.rows].index("hostile")].entries[3]
    assert gone
    assert (gone.text, gone.marks, gone.place) == ("90.0", "×", "")
    said = {note.mark: note.text for note in table.notes}
    assert "version 1" in said["‡"]
    assert "Retracted" in said["×"]


def test_printed_and_self_reported_rows_are_marked_once(toys: Board, table: Table) -> None:
    gamma = next(line for line in table.lines if line.label == "Gamma")
    assert gamma.marks == "°"
    assert all(not cell.marks for cell in gamma.entries if cell)
    paper = tabulate(select(toys, "paper"))
    assert {line.marks for line in paper.lines} == {"*"}
    assert ("*", "As printed: A Paper of Toys, Table 4 (2025).") in [
        (note.mark, note.text) for note in paper.notes
    ]


def test_a_level_that_only_some_numbers_of_a_row_have_is_marked_at_them(toys: Board) -> None:
    suite = toys.suites[0]
    claimed = replace(suite.numbers["bm25", "micro"]["nDCG@10"], level="self-reported")
    numbers = dict(suite.numbers) | {("bm25", "micro"): {"nDCG@10": claimed}}
    table = tabulate(select(replace(toys, suites=(replace(suite, numbers=numbers),)), "toy"))
    line = next(line for line in table.lines if line.label == "BM25")
    assert line.marks == ""
    assert [cell.marks for cell in line.entries if cell] == ["", "°", ""]


def test_a_misprint_is_marked_explained_and_has_no_place(toys: Board) -> None:
    table = tabulate(select(toys, "paper", columns=["paper/trees"]))
    wrong = entry(table, "Paper Model", "trees")
    assert wrong
    assert (wrong.marks, wrong.place) == ("†", "")
    assert places(table, "trees") == {"Alpha": "best"}
    assert ("†", f"Paper Model, trees: {DEFECT}") in [
        (note.mark, note.text) for note in table.notes
    ]


def test_notes_explain_only_what_is_there(toys: Board) -> None:
    marks = {note.mark for note in tabulate(select(toys, "toy", rows=["bm25"])).notes}
    assert marks == {""}
    printed = " ".join(note.text for note in tabulate(select(toys, "paper")).notes)
    assert "±" not in printed


def test_the_note_on_groups_says_what_was_resampled(toys: Board) -> None:
    def said(suite: str) -> str:
        return next(n.text for n in tabulate(select(toys, suite)).notes if "Letters" in n.text)

    assert "bootstrap over tasks and queries, 5 % level" in said("toy")
    assert "bootstrap over tasks, 5 % level" in said("paper")


@pytest.mark.parametrize(
    ("printed", "value", "digits", "expected"),
    [
        ("", 0.4577, 1, "45.8"),
        ("45.77", 0.4577, 1, "45.8"),
        ("60.0", 0.6, 2, "60.0"),  # the paper does not say 60.00
        ("0.600", 0.6, 2, "60.0"),  # printed as a share: three digits of it are one here
        ("58", 0.58, 1, "58"),
        ("1,000.5", 10.005, 2, "1000.50"),
        ("n/a", 0.6, 2, "60.00"),
    ],
)
def test_no_digits_are_invented(printed: str, value: float, digits: int, expected: str) -> None:
    assert shown(Number(value, printed=printed), 100, digits) == expected


def test_a_cost_is_no_percentage_and_the_least_is_best(toys: Board) -> None:
    suite = toys.suites[0]
    dollars = {"bm25": (0.5, 1), "alpha--with-instruction": (2.25, 2)}
    numbers = {
        (row, "average"): {"cost": Number(value, low=value - 0.25, high=value + 0.25, rank=rank)}
        for row, (value, rank) in dollars.items()
    }
    costs = replace(
        suite,
        measures=("cost",),
        numbers=numbers,
        units={"cost": "dollars"},
        lower_is_better=("cost",),
    )
    table = tabulate(select(replace(toys, suites=(costs,)), "toy", columns=["average"]), 2)
    found = [(cell.text, cell.spread, cell.place) for line in table.lines for cell in line.entries]
    assert found == [("0.50", "0.25", "best"), ("2.25", "0.25", "second")]
    assert table.notes[0].text == "Toys: cost in dollars; less is better."
