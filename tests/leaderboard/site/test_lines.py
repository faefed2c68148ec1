"""A suite's rows as the lines of its table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from board_toys import OLD

from leaderboard.board.records import Board, Column, Number
from leaderboard.checked import Retraction
from leaderboard.site.lines import lines, scale, size_range, split_columns


def test_rows_about_other_data_stand_apart_and_are_not_ranked(toys: Board) -> None:
    suite = toys.suites[0]
    old = {"nDCG@10": replace(suite.numbers["bm25", "average"]["nDCG@10"], edition=OLD)}
    moved = replace(suite, numbers={**suite.numbers, ("bm25", "average"): old})
    found = lines(toys, moved)
    (other,) = found.other
    assert (other.row.id, other.edition, other.rank, other.place) == ("bm25", OLD, None, None)
    assert [line.row.id for line in found.current] == [
        row.id for row in suite.rows if row.id != "bm25"
    ]


def test_a_row_of_which_only_one_task_is_old_stays_among_the_others(toys: Board) -> None:
    assert not lines(toys, toys.suites[0]).other
    assert toys.suites[0].numbers["delta", "toy/pears"]["nDCG@10"].edition == OLD


def test_a_number_without_an_interval_of_its_rank_still_has_its_place(toys: Board) -> None:
    paper = replace(toys.suites[1], ranks={})
    assert [(line.rank, line.place) for line in lines(toys, paper).current] == [
        (None, 1),  # 55.5
        (None, 2),  # 51.25
    ]


def test_references_take_no_place(toys: Board) -> None:
    (oracle,) = (x for x in lines(toys, toys.suites[0]).current if x.row.kind == "reference")
    assert (oracle.rank, oracle.place) == (None, None)


def test_rows_of_one_name_are_told_apart(toys: Board) -> None:
    told = {line.row.id: line.told for line in lines(toys, toys.suites[0]).current}
    assert told["alpha--with-instruction"] == "with instructions"
    assert told["alpha--without-instruction"] == ""  # its setting says so already
    assert told["bm25"] == ""


def test_training_data_is_what_a_submission_declares(toys: Board) -> None:
    found = {x.row.id: (x.training, x.overlap) for x in lines(toys, toys.suites[0]).current}
    assert found["alpha--with-instruction"] == ("overlap", ("toys/train",))
    assert found["bm25"] == ("no overlap declared", ())
    assert found["gamma"] == ("undisclosed", ())
    (printed, *_) = lines(toys, toys.suites[1]).current
    assert printed.training == "not declared"


def test_only_a_row_of_which_every_number_is_retracted_is_marked(toys: Board) -> None:
    """One of two submissions of a model may be retracted; what the row shows may be the other's."""
    whole = Retraction(submission="bm25", on=date(2026, 3, 9), reason="wrong")
    gone = replace(toys, retractions=(whole,))
    suite = gone.suites[0]
    assert not any(line.retracted for line in lines(gone, suite).current)
    numbers = {
        key: {m: replace(n, retracted=True) for m, n in found.items()}
        if key[0] == "bm25"
        else found
        for key, found in suite.numbers.items()
    }
    marked = lines(gone, replace(suite, numbers=numbers)).current
    assert [x.row.id for x in marked if x.retracted] == ["bm25"]


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        (None, "unknown"),
        (0, "none"),
        (99_999_999, "below 100M"),
        (100_000_000, "100M to 1B"),
        (7_000_000_000, "1B to 10B"),
        (10_000_000_000, "above 10B"),
    ],
)
def test_sizes_fall_into_ranges(parameters: int | None, name: str) -> None:
    assert size_range(parameters) == name


def test_aggregates_over_a_part_of_the_suite_are_its_categories(toys: Board) -> None:
    whole, parts, tasks = split_columns(toys.suites[0])
    assert [column.id for column in whole] == ["average", "micro"]
    assert [column.id for column in parts] == ["fruit"]
    assert len(tasks) == 4


def test_what_ranks_a_suite_leads_even_if_it_is_a_part(toys: Board) -> None:
    narrow = Column("narrow", "Narrow", "aggregate", tasks=("toy/apples",))
    suite = toys.suites[0]
    whole, parts, _ = split_columns(replace(suite, columns=(narrow, *suite.columns)))
    assert whole[0] == narrow
    assert narrow not in parts


def test_bars_share_an_axis_with_round_ends(toys: Board) -> None:
    suite = toys.suites[0]
    column = suite.columns[:1]
    numbers = {
        ("bm25", "average"): {
            "nDCG@10": Number(value=0.42, low=0.37, high=0.48),
            "Cost": Number(3.0),
        },
        ("gamma", "average"): {"nDCG@10": Number(value=0.61), "Cost": Number(41.0)},
    }
    numbers["oracle", "average"] = {"nDCG@10": Number(value=1.0)}  # a reference needs no room
    found = replace(suite, numbers=numbers, units={"Cost": "dollars"})
    assert scale(found, column, "nDCG@10") == (0.35, 0.65)
    assert scale(found, column, "Cost") == (0.0, 50.0)
    assert scale(found, column, "absent") == (0.0, 1.0)
