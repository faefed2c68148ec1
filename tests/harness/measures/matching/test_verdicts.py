"""Verdicts on whole attempts: reading, counting, pairing calls with the expected ones."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import UserError
from harness.measures.attempt import Verdict
from harness.measures.matching import RULES, match
from harness.records import Expected, Gold, Message, Problem, ToolCall, ToolSpec, Trajectory
from harness.records.tools import End

NUMBER = {"properties": {"n": {"type": "integer"}}, "required": ["n"]}
ADD, DOUBLE = ToolSpec("add", parameters=NUMBER), ToolSpec("double", parameters=NUMBER)
COUNT = "parallel_function_checker_no_order:wrong_count"
NO_MATCH = "parallel_function_checker_no_order:cannot_find_match"


def add(*acceptable: Any) -> Expected:
    return Expected("add", {"n": acceptable})


def double(*acceptable: Any) -> Expected:
    return Expected("double", {"n": acceptable})


def call(name: str, n: Any, problem: str = "") -> ToolCall:
    return ToolCall(name, {"n": n}, problem=problem)


def verdict(
    gold: Gold, *calls: ToolCall, tools: tuple[ToolSpec, ...] = (ADD, DOUBLE), end: End = "finished"
) -> Verdict:
    said = tuple(Message("assistant", calls=(call,)) for call in calls)
    return match(Problem("p", (), tools, gold), Trajectory("p", messages=said, end=end))


def faults(found: Verdict) -> list[tuple[str, str]]:
    return [(error.fault, error.upstream) for error in found.errors]


TWO = Gold(calls=(add(1), double(2)), rules="python")


def test_several_calls_may_come_in_any_order() -> None:
    assert verdict(TWO, call("add", 1), call("double", 2)).valid
    assert verdict(TWO, call("double", 2), call("add", 1)).valid
    assert verdict(TWO, call("double", 2), call("add", 1)).calls == 2


@pytest.mark.parametrize("rules", ["python", "json"])
def test_arguments_that_are_swapped_between_calls_are_wrong(rules: str) -> None:
    gold = Gold(calls=TWO.calls, rules=rules)
    found = verdict(gold, call("add", 2), call("double", 1))
    assert [(error.fault, error.call) for error in found.errors] == [
        ("wrong value", 0),
        ("wrong value", 1),
    ]


def test_a_call_without_a_match_is_explained_by_the_closest_call() -> None:
    three = Gold(calls=(add(1), add(5), double(2)), rules="python")
    found = verdict(three, call("add", "5"), call("double", 2), call("add", 1))
    (error,) = found.errors
    assert (error.fault, error.upstream, error.call) == ("wrong type", NO_MATCH, 0)
    assert "type_error:simple" in error.said
    assert error.parameter == "n"


def test_a_call_of_the_same_tool_is_closer_than_one_of_another() -> None:
    strict = ToolSpec("add", parameters=NUMBER | {"required": ["n", "m"]})
    gold = Gold(calls=(Expected("add", {"n": [1], "m": [1]}), double(2)), rules="python")
    worse = ToolCall("add", {"x": 1, "y": 1, "z": 1})  # five errors, and yet an addition
    found = verdict(gold, call("double", 3), worse, tools=(strict, DOUBLE))
    assert {error.fault for error in found.errors if error.call == 1} == {
        "missing parameter",
        "unexpected parameter",
    }
    assert [error.fault for error in found.errors if error.call == 0] == ["wrong value"]


def test_a_tool_that_nobody_expects_is_a_wrong_tool() -> None:
    assert faults(verdict(TWO, call("add", 1), call("treble", 2))) == [("wrong tool", NO_MATCH)]


def test_an_expected_call_keeps_the_first_that_fits_even_if_another_then_finds_none() -> None:
    gold = Gold(calls=(add(1, 2), add(1)), rules="python")
    assert verdict(gold, call("add", 2), call("add", 1)).valid
    assert faults(verdict(gold, call("add", 1), call("add", 2))) == [("wrong value", NO_MATCH)]


def test_the_same_call_counts_once() -> None:
    gold = Gold(calls=(add(1), add(1)), rules="python")
    assert verdict(gold, call("add", 1), call("add", 1)).valid
    assert not verdict(gold, call("add", 1), call("add", 2)).valid


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        (0, [("missing call", COUNT)] * 2),
        (1, [("missing call", COUNT)]),
        (3, [("needless call", COUNT)]),
        (100_000, [("needless call", COUNT)] * 2),
    ],
)
def test_calls_too_few_or_too_many(calls: int, expected: list[tuple[str, str]]) -> None:
    assert faults(verdict(TWO, *[call("add", 1)] * calls)) == expected


def test_a_wrong_count_bears_the_name_of_the_checker_that_finds_it() -> None:
    one = Gold(calls=(add(1),), rules="python")
    several = faults(verdict(one))
    only = faults(verdict(one, tools=(ADD,)))
    assert several == [("missing call", "multiple_function_checker:wrong_count")]
    assert only == [("missing call", "simple_function_checker:wrong_count")]
    assert faults(verdict(Gold(calls=(add(1),)))) == [("missing call", "")]


def test_of_several_tools_the_expected_one_must_be_called() -> None:
    one = Gold(calls=(double(2),), rules="python")
    assert verdict(one, call("double", 2)).valid
    expected = ("wrong tool", "simple_function_checker:wrong_func_name")
    assert faults(verdict(one, call("add", 2))) == [expected]


def test_calls_whose_order_counts_are_compared_one_by_one() -> None:
    gold = Gold(calls=(add(1), double(2)), ordered=True)
    assert verdict(gold, call("add", 1), call("double", 2)).valid
    found = verdict(gold, call("double", 2), call("add", 1))
    assert [(e.fault, e.call) for e in found.errors] == [("wrong tool", 0), ("wrong tool", 1)]


@pytest.mark.parametrize("rules", RULES)
def test_where_no_call_is_wanted_any_is_needless(rules: str) -> None:
    gold = Gold(wants_call=False, rules=rules)
    upstream = "" if rules == "json" else "irrelevance_error:decoder_success"
    assert verdict(gold).valid
    assert faults(verdict(gold, call("add", 1))) == [("needless call", upstream)]
    assert not verdict(Gold(calls=(), rules=rules), call("add", 1)).valid


def test_where_a_call_is_wanted_any_will_do() -> None:
    gold = Gold(wants_call=True, rules="python")
    assert verdict(gold, call("anything", 1)).valid
    assert faults(verdict(gold)) == [("missing call", "relevance_error:decoder_failed")]


@pytest.mark.parametrize(
    ("gold", "upstream"),
    [
        (TWO, "ast_decoder:decoder_failed"),
        (Gold(calls=TWO.calls), ""),
        (Gold(wants_call=True, rules="python"), "relevance_error:decoder_failed"),
        (Gold(wants_call=False, rules="python"), ""),  # published as a right abstention
        (Gold(), ""),
    ],
)
def test_output_is_read_as_a_whole(gold: Gold, upstream: str) -> None:
    broken = [call("add", 1), call("double", 2, problem="no JSON")]
    assert faults(verdict(gold, *broken)) == [("unparsable", upstream)]
    assert faults(verdict(gold, end="malformed")) == [("unparsable", upstream)]


@pytest.mark.parametrize("end", ["missing", "error"])
@pytest.mark.parametrize("gold", [TWO, Gold(wants_call=False), Gold(wants_call=True), Gold()])
def test_no_attempt_is_never_right(gold: Gold, end: End) -> None:
    assert [error.fault for error in verdict(gold, end=end).errors] == ["missing call"]


def test_a_problem_that_knows_nothing_of_calls_finds_nothing_wrong_with_any() -> None:
    assert verdict(Gold(answers=("4",)), call("add", 1)) == Verdict()


def test_rules_that_there_are_not_are_refused() -> None:
    with pytest.raises(UserError, match=r"unknown rules of matching 'pyton'\. Did you mean python"):
        verdict(Gold(calls=(), rules="pyton"))
