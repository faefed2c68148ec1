"""What agents were offered, against what they needed."""

from __future__ import annotations

from math import isnan
from typing import Any

import pytest

from harness.measures import parse
from harness.measures.attempt import Attempt
from harness.measures.needed import needed
from harness.measures.tools.offered import (
    offered_complete,
    offered_count,
    offered_recall,
    success_offered,
)
from harness.records import Expected, Gold, Message, Problem, ToolCall, ToolSpec, Trajectory

TOOLS = tuple(map(ToolSpec, ("a", "b", "c", "d")))


def of(gold: Gold, offered: tuple[str, ...] | None = None, **fields: Any) -> Attempt:
    return Attempt(Problem("p", (), TOOLS, gold), Trajectory("p", offered=offered, **fields))


PATH = Gold(path=("a", "b", "a", "e"))
"""Needs a, b and e, and e is none of the problem's own tools."""


@pytest.mark.parametrize(
    ("gold", "names"),
    [
        (PATH, ("a", "b", "e")),
        (Gold(calls=(Expected("b"), Expected("b"), Expected("a"))), ("b", "a")),
        (Gold(path=("a",), program=(ToolCall("c"), ToolCall("a"))), ("a", "c")),
        (Gold(path=(" a ",)), ("a",)),
        (Gold(calls=()), ()),
        (Gold(wants_call=False), ()),
        (Gold(wants_call=True), None),
        (Gold(answers=("42",)), None),
    ],
)
def test_the_tools_needed_are_those_of_path_calls_and_program(
    gold: Gold, names: tuple[str, ...] | None
) -> None:
    assert needed(Problem("p", (), TOOLS, gold)) == names


@pytest.mark.parametrize(
    ("offered", "recall", "complete", "count"),
    [
        (("e", "a", "b", "x"), 1, 1, 4),
        (("a", "x", "y"), 1 / 3, 0, 3),
        ((), 0, 0, 0),
        (None, 2 / 3, 0, 4),  # the problem's own: a, b, c, d
    ],
)
def test_an_offer_is_measured_by_the_tools_needed(
    offered: tuple[str, ...] | None, recall: float, complete: float, count: int
) -> None:
    attempt = of(PATH, offered)
    assert offered_recall(attempt) == pytest.approx(recall)
    assert offered_complete(attempt) == complete
    assert offered_count(attempt) == count


@pytest.mark.parametrize("gold", [Gold(), Gold(calls=()), Gold(wants_call=False)])
def test_nothing_is_said_where_no_tool_is_known_to_be_needed(gold: Gold) -> None:
    attempt = of(gold, ("a",))
    assert isnan(offered_recall(attempt))
    assert isnan(offered_complete(attempt))
    assert isnan(success_offered(attempt))
    assert offered_count(attempt) == 1


@pytest.mark.parametrize("end", ["missing", "error"])
def test_nor_of_attempts_that_were_not_made(end: Any) -> None:
    attempt = of(PATH, None, end=end)
    for measure in (offered_recall, offered_complete, offered_count, success_offered):
        assert isnan(measure(attempt))


def test_success_is_told_apart_by_what_was_offered() -> None:
    gold = Gold(success="path_set_all", path=("a", "b"))
    called = (Message("assistant", calls=(ToolCall("a"), ToolCall("b"))),)
    whole = of(gold, ("b", "a"), messages=called)
    part = of(gold, ("a",), messages=called[:0])
    assert (success_offered(whole), success_offered(part, of="incomplete")) == (1, 0)
    assert isnan(success_offered(whole, of="incomplete"))
    assert isnan(success_offered(part))


def test_they_are_written_like_any_measure() -> None:
    assert parse("success_offered(of=complete)").name == "success_offered"
    assert parse("success_offered(of=incomplete)").name == "success_offered(of='incomplete')"
    assert parse("offered_recall").share
    assert not parse("offered_count").share
