"""What attempts took."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import Any

import pytest

from harness.measures.attempt import Attempt
from harness.measures.tools import effort
from harness.records import Message, Problem, ToolCall, ToolSpec, Trajectory, Usage

TOOLS = (ToolSpec("search"), ToolSpec("math.add"))
PROBLEM = Problem("p", ((Message("user", "What is 1 + 2?"),),), TOOLS)
EVERY = [
    effort.steps,
    effort.calls,
    effort.parallelism,
    effort.input_tokens,
    effort.output_tokens,
    effort.money,
    effort.latency,
    effort.hallucinated_tools,
    effort.executable_rate,
]


def said(*names: str, ids: tuple[str, ...] = ()) -> Message:
    named = zip(names, ids or ("",) * len(names), strict=True)
    return Message("assistant", calls=tuple(ToolCall(name, id=id) for name, id in named))


def reply(failed: bool | None, id: str = "") -> Message:
    return Message("tool", "...", call_id=id, failed=failed)


def of(*messages: Message, problem: Problem = PROBLEM, **fields: Any) -> Attempt:
    return Attempt(problem, Trajectory("p", messages=messages, **fields))


WORK = (
    Message("user", "What is 1 + 2?"),
    said("search", "math.add"),
    reply(False),
    reply(True),
    said("search"),
    reply(False),
    Message("assistant", "It is 3."),
)


def test_steps_calls_and_calls_a_calling_step() -> None:
    attempt = of(*WORK)
    assert effort.steps(attempt) == 3
    assert effort.calls(attempt) == 3
    assert effort.parallelism(attempt) == 3 / 2
    silent = of(Message("assistant", "3"))
    assert (effort.steps(silent), effort.calls(silent)) == (1, 0)
    assert isnan(effort.parallelism(silent))
    assert (effort.steps(of()), effort.calls(of())) == (0, 0)


def test_what_was_counted_is_told() -> None:
    attempt = of(usage=Usage(120, 30, 0.5), seconds=2.5)
    assert effort.input_tokens(attempt) == 120
    assert effort.output_tokens(attempt) == 30
    assert effort.money(attempt) == 0.5
    assert effort.latency(attempt) == 2.5
    assert effort.output_tokens(of(usage=Usage(120, 0))) == 0


@pytest.mark.parametrize(
    ("usage", "unknown"),
    [
        (None, {"input_tokens", "output_tokens", "money"}),
        (Usage(), {"input_tokens", "output_tokens", "money"}),
        (Usage(money=0.1), {"input_tokens", "output_tokens"}),
        (Usage(5, 5), {"money"}),
    ],
)
def test_what_nobody_counted_is_unknown(usage: Usage | None, unknown: set[str]) -> None:
    attempt = of(usage=usage)
    found = [effort.input_tokens, effort.output_tokens, effort.money]
    assert {measure.__name__ for measure in found if isnan(measure(attempt))} == unknown
    assert isnan(effort.latency(attempt))


@pytest.mark.parametrize("end", ["missing", "error"])
@pytest.mark.parametrize("measure", EVERY)
def test_no_attempt_took_nothing(end: Any, measure: Any) -> None:
    made = of(*WORK, usage=Usage(1, 1, 1.0), seconds=1.0)
    assert not isnan(measure(made))
    assert isnan(measure(Attempt(PROBLEM, replace(made.trajectory, end=end))))


@pytest.mark.parametrize(
    ("names", "share"),
    [
        (["search"], 0.0),
        (["search", "find"], 1 / 2),
        (["Search"], 1.0),
        (["ѕearch"], 1.0),  # its first letter is Cyrillic
        (["search "], 1.0),
        ([""], 1.0),
        (["math_add", "math.add", "add"], 1 / 3),
    ],
)
def test_tools_that_are_not_offered_are_hallucinated(names: list[str], share: float) -> None:
    assert effort.hallucinated_tools(of(said(*names))) == pytest.approx(share)


def test_without_calls_or_without_a_list_of_tools_nothing_is_hallucinated() -> None:
    assert isnan(effort.hallucinated_tools(of(Message("assistant", "search"))))
    assert isnan(effort.hallucinated_tools(of(said("search"), problem=Problem("p", ()))))


@pytest.mark.parametrize(
    ("messages", "share"),
    [
        ([said("f"), reply(False)], 1.0),
        ([said("f"), reply(True)], 0.0),
        ([said("f", "g"), reply(False), reply(True)], 1 / 2),
        ([said("f", "g"), reply(False)], 1.0),  # of the other call nobody says anything
        ([said("f", "g"), reply(None), reply(True)], 0.0),
        ([said("f", ids=("1",)), reply(True, "1"), reply(False, "1")], 0.0),  # answered before
        ([said("f", ids=("1",)), reply(True, "2"), reply(False, "1")], 1.0),  # of no call
        ([reply(True), said("f"), reply(False)], 1.0),  # nothing was called yet
    ],
)
def test_calls_that_did_not_fail(messages: list[Message], share: float) -> None:
    assert effort.executable_rate(of(*messages)) == share


def test_ids_that_repeat_are_of_the_latest_call() -> None:
    first, second = said("f", ids=("1",)), said("g", ids=("1",))
    attempt = of(first, reply(True, "1"), second, reply(False, "1"), first, reply(False, "1"))
    assert effort.executable_rate(attempt) == pytest.approx(2 / 3)


@pytest.mark.parametrize("messages", [[], [said("f")], [said("f"), reply(None)], [reply(True)]])
def test_where_nobody_says_whether_calls_failed_nothing_is_known(messages: list[Message]) -> None:
    assert isnan(effort.executable_rate(of(*messages)))
