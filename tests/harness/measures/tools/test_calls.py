"""Measures of calls, worked by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from harness.measures.attempt import Attempt
from harness.measures.tools.calls import (
    abstained,
    ast,
    called,
    error_score,
    no_call,
    tool_choice,
)
from harness.records import Expected, Gold, Message, Problem, ToolCall, Trajectory
from harness.records.tools import End

ADD = ToolCall("add", {"n": 1})
BROKEN = ToolCall("add", problem="no JSON")
TWO = Gold(calls=(Expected("add", {"n": [1]}), Expected("double", {"n": [2]})))
NO, YES, NOTHING = Gold(wants_call=False), Gold(wants_call=True), Gold()


def attempt(gold: Gold, *calls: ToolCall, end: End = "finished") -> Attempt:
    said = (Message("assistant", calls=calls),)
    return Attempt(Problem("p", (), (), gold), Trajectory("p", messages=said, end=end))


def call(name: str, **arguments: Any) -> ToolCall:
    return ToolCall(name, arguments)


def test_ast_is_the_verdict() -> None:
    assert ast(attempt(TWO, call("double", n=2), ADD)) == 1
    assert ast(attempt(TWO, call("double", n=1), ADD)) == 0
    assert ast(attempt(TWO, end="missing")) == 0
    assert math.isnan(ast(attempt(NOTHING, ADD)))


@pytest.mark.parametrize(
    ("calls", "end", "published", "ours"),
    [
        ((), "finished", 1, 1),
        ((), "gave up", 1, 1),
        ((), "stopped", 1, 0),
        ((), "malformed", 1, 0),
        ((BROKEN,), "finished", 1, 0),
        ((ADD, BROKEN), "finished", 1, 0),
        ((ADD,), "malformed", 1, 0),
        ((ADD,), "finished", 0, 0),
        ((), "missing", 0, 0),
        ((), "error", 0, 0),
    ],
)
def test_broken_output_is_an_abstention_by_the_published_measure_only(
    calls: tuple[ToolCall, ...], end: End, published: int, ours: int
) -> None:
    assert no_call(attempt(NO, *calls, end=end)) == published
    assert abstained(attempt(NO, *calls, end=end)) == ours


def test_a_call_that_is_wanted_must_be_readable_and_may_be_any() -> None:
    assert called(attempt(YES, call("anything"))) == 1
    assert called(attempt(TWO, call("anything"))) == 1
    assert called(attempt(YES)) == 0
    assert called(attempt(YES, ADD, BROKEN)) == 0
    assert called(attempt(YES, ADD, end="malformed")) == 0
    assert called(attempt(YES, end="missing")) == 0


def test_each_says_nothing_where_its_question_is_not_asked() -> None:
    for gold in (YES, TWO, NOTHING):
        assert math.isnan(no_call(attempt(gold)))
        assert math.isnan(abstained(attempt(gold)))
    for gold in (NO, Gold(calls=()), NOTHING):
        assert math.isnan(called(attempt(gold)))
    for gold in (NO, YES, NOTHING):
        assert math.isnan(tool_choice(attempt(gold)))
    assert math.isnan(error_score(attempt(NOTHING)))


@pytest.mark.parametrize(
    ("calls", "score"),
    [
        ((ADD, call("double", n=2)), 1.0),
        ((ADD, call("double", n=3)), 1 - 0.3 / 2),  # a wrong value
        ((ADD, call("double", n="2")), 1 - 0.4 / 2),  # a wrong type
        ((ADD, call("double")), 1 - 0.5 / 2),  # a missing parameter
        ((ADD, call("double", n=2, m=1)), 1 - 0.5 / 2),  # an unexpected one
        ((ADD, call("double", m=2)), 1 - (0.5 + 0.5) / 2),  # both
        ((ADD, call("treble", n=2)), 1 - 0.8 / 2),  # a wrong tool
        ((ADD,), 1 - 1 / 2),  # a missing call
        ((ADD, ADD, call("double", n=2)), 1 - 1 / 2),  # a needless call
        ((), 0.0),
        ((ADD, BROKEN), 1 - 1 / 2),  # one error: unparsable
        ((call("double", a=1, b=1), call("add", a=1, b=1)), 0.0),  # 3 (0.5) each: below 0
    ],
)
def test_the_error_score_takes_off_the_severity_of_each_error(
    calls: tuple[ToolCall, ...], score: float
) -> None:
    assert error_score(attempt(TWO, *calls)) == pytest.approx(score)


def test_the_error_score_of_an_abstention() -> None:
    assert error_score(attempt(NO)) == 1
    assert error_score(attempt(NO, ADD)) == 0
    assert error_score(attempt(NO, end="missing")) == 0


def test_the_choice_of_tools_counts_each_as_often_as_it_is_called() -> None:
    assert tool_choice(attempt(TWO, call("double"), call("add", x=5))) == 1
    assert tool_choice(attempt(TWO, ADD, ADD)) == 0
    assert tool_choice(attempt(TWO, ADD, ADD, call("double"))) == 0
    assert tool_choice(attempt(Gold(calls=()))) == 1
    assert tool_choice(attempt(Gold(calls=()), end="missing")) == 0
