from __future__ import annotations

from math import isnan
from typing import Any

import pytest

from harness.measures.attempt import Attempt
from harness.measures.tools.world import solved_in_world
from harness.records import Gold, Message, Problem, Trajectory


def value(
    answer: str | None, *answers: str, state: Any = None, left: Any = None, end: Any = "finished"
) -> float:
    problem = Problem("p", (), gold=Gold(answers=answers, state=state))
    return solved_in_world(Attempt(problem, Trajectory("p", answer=answer, end=end, state=left)))


@pytest.mark.parametrize(
    ("said", "right", "expected"),
    [
        ("It is Miro.", "Miro", 1),
        ("it is MIRO", "Miro", 1),
        ("It is Mirova.", "Miro", 0),
        ("The sum is 1,200 crowns.", "1200", 1),
        ("The sum is 1200.0", "1200", 1),
        ("The sum is 12000.", "1200", 0),
        ("About 3.75 stars", "3.75", 1),
        ("About 3.755 stars", "3.75", 0),
        ("minus: −4 degrees", "-4", 1),
        ("4 degrees", "-4", 0),
        ("-4 degrees", "4", 0),
        ("It lands at 07:40.", "07:40", 1),
        ("It lands at 17:40.", "07:40", 0),
        ("16 October 2031, I think", "16 October", 1),
        ("16  October", "6 October", 0),
        ("It is the baker’s shop", "baker's shop", 1),
        ("", "Miro", 0),
        (None, "Miro", 0),
        ("nan inf 1e400", "7", 0),
    ],
)
def test_an_answer_contains_the_right_words_or_the_right_number(
    said: str | None, right: str, expected: float
) -> None:
    assert value(said, right) == expected


def test_any_accepted_answer_will_do() -> None:
    assert value("on 2031-10-16", "16 October", "2031-10-16") == 1


def test_where_no_answer_was_set_apart_the_last_words_count() -> None:
    problem = Problem("p", (), gold=Gold(answers=("Miro",)))
    said = Trajectory("p", messages=(Message("user", "?"), Message("assistant", "Miro")))
    asked = Trajectory("p", messages=(Message("user", "Miro"),))
    assert solved_in_world(Attempt(problem, said)) == 1
    assert solved_in_world(Attempt(problem, asked)) == 0


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        ({"cart": {"new": [{"quantity": 1}]}}, 1),
        ({"cart": {"new": [{"quantity": 1.0}]}}, 1),
        ({"cart": {"new": [{"quantity": True}]}}, 0),
        ({"cart": {"new": [{"quantity": 1}], "gone": None}}, 0),
        ({"cart": {"new": []}}, 0),
        ({}, 0),
        (None, 0),
    ],
)
def test_the_end_state_must_be_the_same(left: Any, expected: float) -> None:
    assert value("", state={"cart": {"new": [{"quantity": 1}]}}, left=left) == expected


def test_answer_and_state_must_both_be_right() -> None:
    assert value("Miro", "Miro", state={"a": 1}, left={"a": 1}) == 1
    assert value("Lora", "Miro", state={"a": 1}, left={"a": 1}) == 0
    assert value("Miro", "Miro", state={"a": 1}, left={"a": 2}) == 0


def test_an_empty_state_can_be_required() -> None:
    assert value("x", state={}, left={}) == 1
    assert value("x", state={}, left=None) == 0


@pytest.mark.parametrize("end", ["missing", "error", "stopped", "malformed", "gave up"])
def test_what_did_not_end_by_itself_solves_nothing(end: str) -> None:
    assert value("Miro", "Miro", end=end) == 0


def test_of_a_problem_with_nothing_to_compare_nothing_is_said() -> None:
    assert isnan(value("Miro"))


def test_hostile_states_and_answers_are_wrong_and_no_crash() -> None:
    deep: Any = {}
    for _ in range(5000):
        deep = {"a": deep}
    assert value("", state={"a": 1}, left=deep) == 0
    assert value("", state=deep, left=deep) == 0
    assert value("9" * 30_000, "9") == 0
    assert value("x", state={"a": float("nan")}, left={"a": float("nan")}) == 0
