from __future__ import annotations

from math import isnan

import pytest

from harness.measures.attempt import Attempt
from harness.measures.tools.dialogue import (
    api_accuracy,
    api_name_match,
    argument_match,
    rouge_l,
    step_accuracy,
)
from harness.records import Expected, Gold, Message, Problem, ToolCall, Trajectory

RIGHT = ToolCall("A", {"x": "1"})
SPACED = ToolCall("A", {"x": " 1 "})
OTHER_WORDS = ToolCall("S", {"keywords": "meetings"})
GOLD = Gold(
    calls=(Expected("A", {"x": ["1"]}), Expected("S", {"keywords": ["meeting"]})),
    rules="fields",
    details={"fields": [{"x": "strip"}, {"keywords": ["lower", "any"]}]},
)
MEASURES = (api_accuracy, step_accuracy, api_name_match, argument_match)


def attempt(*calls: ToolCall, gold: Gold = GOLD) -> Attempt:
    messages = tuple(Message("assistant", calls=(call,)) for call in calls)
    return Attempt(Problem("p", (), gold=gold), Trajectory("p", messages=messages))


def test_right_calls_are_right_by_every_measure() -> None:
    right = attempt(RIGHT, ToolCall("S", {"keywords": "meeting"}))
    assert [measure(right) for measure in MEASURES] == [1, 1, 1, 1]


def test_the_rule_of_a_tool_is_milder_than_equality() -> None:
    mild = attempt(SPACED, ToolCall("S", {"keywords": "MEETING"}))
    assert [measure(mild) for measure in MEASURES] == [1, 1, 1, 0]


def test_an_undecided_call_is_wrong_right_or_left_out() -> None:
    open_ = attempt(RIGHT, OTHER_WORDS)
    assert api_accuracy(open_) == 0
    assert api_accuracy(open_, undecided="right") == 1
    assert isnan(api_accuracy(open_, undecided="skip"))
    assert step_accuracy(open_) == 1 / 2
    assert step_accuracy(open_, undecided="right") == 1
    assert step_accuracy(open_, undecided="skip") == 1  # of the one step that is decided


def test_a_call_that_is_wrong_besides_is_not_undecided() -> None:
    wrong = attempt(ToolCall("A", {"x": "2"}), OTHER_WORDS)
    for undecided in ("wrong", "right", "skip"):
        assert api_accuracy(wrong, undecided=undecided) == 0  # type: ignore[arg-type]


def test_a_call_too_many_spoils_the_attempt_and_no_step() -> None:
    longer = attempt(RIGHT, ToolCall("S", {"keywords": "meeting"}), RIGHT)
    assert (api_accuracy(longer), step_accuracy(longer), api_name_match(longer)) == (0, 1, 1)


def test_no_attempt_earns_nothing() -> None:
    missing = Attempt(Problem("p", (), gold=GOLD), Trajectory("p", end="missing"))
    assert [measure(missing) for measure in MEASURES] == [0, 0, 0, 0]


def test_a_problem_without_calls_is_left_out_and_so_is_one_without_a_reply() -> None:
    reply = attempt(gold=Gold(reference="Done."))
    assert all(isnan(measure(reply)) for measure in MEASURES)
    assert isnan(rouge_l(attempt(RIGHT)))


@pytest.mark.parametrize(
    ("answer", "value"), [("Done.", 1.0), ("", 0.0), (None, 0.0), ("a Done", 0.6667)]
)
def test_rouge_l_is_rounded_to_four_digits(answer: str | None, value: float) -> None:
    # "a Done": P = 1/2, R = 1, F = 2/3.
    said = Trajectory("p", answer=answer)
    assert rouge_l(Attempt(Problem("p", (), gold=Gold(reference="Done.")), said)) == value
