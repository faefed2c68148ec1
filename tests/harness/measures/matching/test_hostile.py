"""Predictions made to break the matcher are wrong, and break nothing."""

from __future__ import annotations

import math
from typing import Any

import pytest

from harness.measures.attempt import Verdict
from harness.measures.matching import RULES, match
from harness.records import Expected, Gold, Message, Problem, ToolCall, ToolSpec, Trajectory

TYPES = {
    "python": ["string", "integer", "float", "boolean", "array", "tuple", "dict", "any"],
    "java": ["integer", "long", "double", "char", "Array", "ArrayList", "HashMap", "Set", "any"],
    "javascript": ["String", "integer", "float", "Bigint", "Boolean", "dict", "array", "any"],
    "json": ["string", "integer", "number", "boolean", "array", "object", "null", "any"],
}
GOLD: list[list[Any]] = [["a"], [1], [1.5], [True], [[1, 2], ""], [["a"]], [{"k": ["v", ""]}]]
GOLD += [[[{"k": [1]}], ""], [None, ""], [""]]


def deep(depth: int = 10_000) -> Any:
    value: Any = "bottom"
    for level in range(depth):
        value = [value] if level % 2 else {"k": value}
    return value


def judge(rules: str, declared: str, acceptable: list[Any], value: Any) -> Verdict:
    for inner in ("dict", "string", TYPES[rules][0]):
        schema = {"type": declared, "items": {"type": inner}}
        tool = ToolSpec("f", parameters={"properties": {"x": schema}, "required": ["x"]})
        gold = Gold(calls=(Expected("f", {"x": acceptable}),), rules=rules)
        said = Message("assistant", calls=(ToolCall("f", {"x": value}),))
        verdict = match(Problem("p", (), (tool,), gold), Trajectory("p", messages=(said,)))
        assert all(len(error.said) < 2000 for error in verdict.errors)
    return verdict


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize(
    "value",
    [
        deep(),
        [deep()],
        "[" * 10_000,
        '{"a":' * 10_000,
        math.nan,
        [math.nan],
        {"k": math.nan},
        math.inf,
        10**5000,
        "9" * 5000,
        "\ud800",
        "\x00",
        "__import__('os').system('exit')",
        {"__class__": {"__init__": 1}},
        {str(n): n for n in range(10_000)},
        b"bytes",
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_hostile_value_is_wrong_for_every_type(rules: str, value: Any) -> None:
    for declared in TYPES[rules]:
        for acceptable in GOLD:
            assert not judge(rules, declared, acceptable, value).valid


@pytest.mark.parametrize("rules", RULES)
def test_an_argument_of_fifty_megabytes_is_wrong(rules: str) -> None:
    large = "a" * 50_000_000
    for declared in TYPES[rules][:2]:
        assert not judge(rules, declared, [["a"], "a"], large).valid


@pytest.mark.parametrize("rules", RULES)
def test_a_million_parameters_are_counted_up_to_a_bound(rules: str) -> None:
    call = ToolCall("f", dict.fromkeys(map(str, range(1_000_000)), 1))
    gold = Gold(calls=(Expected("f", {"x": [1]}),), rules=rules)
    said = Message("assistant", calls=(call,))
    verdict = match(Problem("p", (), (ToolSpec("f"),), gold), Trajectory("p", messages=(said,)))
    assert 1 <= len(verdict.errors) <= 50


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("arguments", ["x=1", ["x"], None, 5])
def test_arguments_without_names_cannot_be_read(rules: str, arguments: Any) -> None:
    gold = Gold(calls=(Expected("f", {"x": [1]}),), rules=rules)
    said = Message("assistant", calls=(ToolCall("f", arguments),))
    (error,) = match(
        Problem("p", (), (ToolSpec("f"),), gold), Trajectory("p", messages=(said,))
    ).errors
    upstream = "" if rules == "json" else "ast_decoder:decoder_wrong_output_format"
    assert (error.fault, error.upstream) == ("unparsable", upstream)


def test_nan_is_not_even_equal_to_itself() -> None:
    nan = math.nan
    assert not judge("python", "float", [nan], nan).valid
    assert not judge("python", "dict", [{"k": [nan]}], {"k": nan}).valid
    assert not judge("python", "array", [[nan]], [nan]).valid
    assert not judge("json", "number", [nan], nan).valid
