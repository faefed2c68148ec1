"""States of tasks side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest
from board_toys import OLD

from leaderboard.board.records import Board, Number, TaskBoard
from leaderboard.site.states import meaning, pairs, plain, reasons, states


@pytest.mark.parametrize(
    ("edition", "words"),
    [
        ("pool category", "“category”"),
        ("first 20 queries", "only the first 20 queries are asked"),
        ("version 1", "score differently"),
        ("data at hand: 3,706 of 37,292 tools [0f0bc3]", "3,706 of 37,292 tools"),
        ("data not vouched for [d7dc98]", "cannot be shown"),
        ("MirrorAPI-Cache", "the printed table calls “MirrorAPI-Cache”"),
    ],
)
def test_a_state_is_explained_in_words(edition: str, words: str) -> None:
    told = meaning(edition)
    assert words.lower() in told.lower()
    assert told.endswith(".")
    assert "[" not in told


def test_every_part_of_a_state_is_explained() -> None:
    told = meaning("pool category; data at hand: 5 of 9 tools [0f0bc3]")
    assert "pool" in told
    assert "5 of 9 tools" in told


def test_hashes_are_left_out_where_several_tasks_are_told_of() -> None:
    assert plain("pool category; data at hand: 5 of 9 tools [0f0bc3]") == (
        "pool category; data at hand: 5 of 9 tools"
    )


def test_a_suite_knows_the_states_that_its_numbers_are_about(toys: Board) -> None:
    (state,) = states(toys, toys.suites[0])  # delta on pears alone
    assert (state.edition, state.tasks, state.rows) == (OLD, 1, 1)
    assert not states(toys, toys.suites[1])


def both(toys: Board, **changes: object) -> Board:
    """The toys with BM25 on two tasks once more: on another state, by another row of it."""
    row = replace(toys.rows["bm25"], id="bm25--old", setting={"pool": "small"}, **changes)

    def with_old(task: TaskBoard, value: float) -> TaskBoard:
        old = {"nDCG@10": Number(value=value, edition="pool small", level="re-scored")}
        return replace(task, rows=(*task.rows, row), numbers={**task.numbers, "bm25--old": old})

    tasks = {name: with_old(toys.tasks[name], v) for name, v in TWICE.items()}
    return replace(toys, tasks={**toys.tasks, **tasks}, rows={**toys.rows, "bm25--old": row})


TWICE = {"toy/apples": 0.9, "toy/cars": 0.7}


def test_a_system_on_two_states_is_averaged_over_the_tasks_that_both_have(toys: Board) -> None:
    (pair,) = pairs(both(toys), sorted(toys.tasks))
    assert (pair.current.id, pair.other.id) == ("bm25", "bm25--old")
    assert (pair.tasks, pair.edition) == (2, "pool small")
    assert pair.before == pytest.approx((0.40 + 0.60) / 2)
    assert pair.after == pytest.approx((0.9 + 0.7) / 2)


def test_other_settings_and_instructions_make_no_pair(toys: Board) -> None:
    asked = not toys.rows["bm25"].instruction
    assert not pairs(both(toys, instruction=asked), sorted(toys.tasks))


def test_what_is_known_about_a_drift_is_said(toys: Board) -> None:
    claim = replace(
        toys.claims[0], task="toy/cars", ours=0.5, verdict="unreachable", why="Rebuilt."
    )
    exact = replace(claim, verdict="exact", why="Rounded.")
    board = replace(toys, claims=(claim, claim, exact))
    assert reasons(board, ["toy/cars"]) == ["Rebuilt."]
    assert not reasons(board, ["toy/apples"])


def test_references_are_no_pair(toys: Board) -> None:
    assert not pairs(both(toys, kind="reference"), sorted(toys.tasks))


def test_what_an_agent_met_otherwise_is_told_in_words() -> None:
    told = meaning("judged by chat; tools gold+5; tools shuffled; faults 0.1; simulated by chat")
    assert told.startswith("Success is what chat says")
    for words in ("other tools are offered", "in another order: shuffled", "fail by chance"):
        assert words in told
    assert told.endswith("a model stands in for the tools: chat.")
