from __future__ import annotations

from dataclasses import replace

import pytest
from board_toys import TASKS

from harness.errors import UserError
from leaderboard.board.records import Board
from leaderboard.export.selection import select


def ids(board: Board, **choice: object) -> list[str]:
    return [row.id for row in select(board, "toy", **choice).rows]  # type: ignore[arg-type]


def test_the_aggregates_are_the_columns_unless_others_are_named(toys: Board) -> None:
    assert [column.id for column in select(toys, "toy").columns] == ["average", "micro", "fruit"]
    chosen = select(toys, "toy", columns=["toy/cars", "aggregates", "tasks"]).columns
    assert [column.id for column in chosen] == [
        "toy/cars", "average", "micro", "fruit", "toy/apples", "toy/pears", "toy/trains",
    ]  # fmt: skip


def test_rows_without_a_number_in_any_column_are_left_out(toys: Board) -> None:
    assert "delta" not in ids(toys)  # it has no average
    assert "delta" in ids(toys, columns=["toy/apples"])


def test_rows_are_ordered_by_the_first_column(toys: Board) -> None:
    # apples: 0.85, 0.70, 0.65, 0.50, 0.40, 0.20; the oracle has no rank
    assert ids(toys, columns=[TASKS[0]]) == [
        "delta",
        "alpha--with-instruction",
        "alpha--without-instruction",
        "gamma",
        "bm25",
        "hostile",
        "oracle",
    ]


def test_numbers_that_cannot_be_compared_come_last(toys: Board) -> None:
    assert ids(toys, columns=["toy/pears"])[-2:] == [
        "oracle",
        "delta",
    ]  # 0.5, but of an old version
    assert ids(toys, columns=["toy/trains"])[-2:] == ["oracle", "hostile"]  # retracted


def test_ranks_say_whether_less_is_better(toys: Board) -> None:
    suite = toys.suites[0]
    ranks = {"bm25": 1, "gamma": 2, "delta": 3}
    numbers = dict(suite.numbers)
    for row, rank in ranks.items():
        number = numbers[row, "toy/apples"]["nDCG@10"]
        numbers[row, "toy/apples"] = {"nDCG@10": replace(number, rank=rank)}
    board = replace(toys, suites=(replace(suite, numbers=numbers),))
    assert ids(board, columns=["toy/apples"], rows=[*ranks]) == [*ranks]


def test_rows_of_one_name_say_what_sets_them_apart(toys: Board) -> None:
    labels = select(toys, "toy").labels
    assert labels["alpha--with-instruction"] == "Alpha (w/ inst.)"
    assert labels["alpha--without-instruction"] == "Alpha (w/o inst.)"
    assert labels["bm25"] == "BM25"


def test_rows_that_nothing_sets_apart_carry_their_ids(toys: Board) -> None:
    suite = toys.suites[0]
    twin = replace(suite.rows[3], id="bm25-again")
    numbers = dict(suite.numbers) | {(twin.id, "average"): suite.numbers["bm25", "average"]}
    board = replace(toys, suites=(replace(suite, rows=(*suite.rows, twin), numbers=numbers),))
    labels = select(board, "toy", rows=["bm25", "bm25-again"]).labels
    assert set(labels.values()) == {
        "BM25 (bm25)",
        "BM25 (bm25-again)",
    }


def test_groups_are_letters_and_only_about_the_column_that_the_suite_is_ranked_by(
    toys: Board,
) -> None:
    assert select(toys, "toy").letters() == {
        "alpha--with-instruction": "a",
        "alpha--without-instruction": "a",
        "bm25": "b",
        "hostile": "c",
        "oracle": "",
        "gamma": "",
    }
    assert set(select(toys, "toy", columns=["micro"]).letters().values()) == {""}
    assert set(select(toys, "toy", measure="R@10").letters().values()) == {""}


def test_the_twenty_seventh_group_is_aa(toys: Board) -> None:
    suite = toys.suites[0]
    base = suite.ranks["bm25"]
    rows = tuple(replace(suite.rows[3], id=f"r{i}") for i in range(28))
    many = replace(
        suite,
        rows=rows,
        numbers={(row.id, "average"): suite.numbers["bm25", "average"] for row in rows},
        ranks={row.id: replace(base, group=i + 1) for i, row in enumerate(rows)},
    )
    letters = select(replace(toys, suites=(many,)), "toy").letters()
    assert [letters[row.id] for row in rows[24:]] == ["y", "z", "aa", "ab"]


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"suite": "toys"}, "unknown suite 'toys'. Did you mean toy"),
        ({"measure": "nDCG@1"}, "unknown measure 'nDCG@1'. Did you mean nDCG@10"),
        ({"rows": ["bm52"]}, "unknown row 'bm52'. Did you mean bm25"),
        ({"columns": ["toy/apple"]}, "unknown column 'toy/apple'. Did you mean toy/apples"),
        ({"rows": ["delta"], "columns": ["average"]}, "no row of 'toy' has nDCG@10 there"),
    ],
)
def test_what_is_not_on_the_board_is_refused(
    toys: Board, choice: dict[str, object], said: str
) -> None:
    with pytest.raises(UserError) as error:
        select(toys, **({"suite": "toy"} | choice))  # type: ignore[arg-type]
    assert said in str(error.value)
