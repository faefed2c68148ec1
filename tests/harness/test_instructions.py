"""Every query is asked with the instruction that the setting means."""

from __future__ import annotations

import pytest

from harness.errors import NotAsked, UserError
from harness.instructions import GENERIC, instruct
from harness.records import Query

QUERIES = [Query(str(i), f"text {i}", f"instruction {i // 2}") for i in range(10)]
BARE = [Query("1", "text"), Query("2", "other text")]


@pytest.mark.parametrize("mode", ["auto", "yes"])
def test_instructions_are_kept(mode: str) -> None:
    assert instruct(QUERIES, mode, 0) == QUERIES


def test_no_takes_instructions_away_and_nothing_else() -> None:
    asked = instruct(QUERIES, "no", 0)
    assert [q.instruction for q in asked] == [None] * 10
    assert [(q.id, q.text) for q in asked] == [(q.id, q.text) for q in QUERIES]


def test_generic_is_one_sentence_for_all() -> None:
    assert {q.instruction for q in instruct(BARE, "generic", 0)} == {GENERIC}


@pytest.mark.parametrize("seed", range(20))
def test_shuffled_gives_everyone_another_instruction(seed: int) -> None:
    asked = instruct(QUERIES, "shuffled", seed)
    assert sorted(q.instruction or "" for q in asked) == sorted(
        q.instruction or "" for q in QUERIES
    )
    assert all(a.instruction != q.instruction for a, q in zip(asked, QUERIES, strict=True))
    assert [q.id for q in asked] == [q.id for q in QUERIES]


def test_shuffled_depends_on_the_seed_alone() -> None:
    assert instruct(QUERIES, "shuffled", 1) == instruct(QUERIES, "shuffled", 1)
    assert instruct(QUERIES, "shuffled", 1) != instruct(QUERIES, "shuffled", 2)


@pytest.mark.parametrize("mode", ["yes", "shuffled"])
def test_asking_for_instructions_that_are_not_there_is_reported(mode: str) -> None:
    with pytest.raises(NotAsked, match="no query carries an instruction"):
        instruct(BARE, mode, 0)


def test_auto_takes_queries_without_instructions_as_they_are() -> None:
    assert instruct(BARE, "auto", 0) == BARE


def test_an_unknown_mode_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"unknown instruction mode 'maybe'.*auto, yes, no"):
        instruct(QUERIES, "maybe", 0)
