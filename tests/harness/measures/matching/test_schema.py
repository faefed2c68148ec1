"""The strict rules for plain JSON."""

from __future__ import annotations

from typing import Any

import pytest

from harness.measures.matching import match
from harness.measures.matching.schema import equal
from harness.records import Expected, Gold, Message, Problem, ToolCall, ToolSpec, Trajectory


def fault(arguments: dict[str, Any], expected: dict[str, Any], properties: Any = None) -> str:
    """The class of what is wrong with a call; "" if nothing is."""
    tools = (ToolSpec("f", parameters={"properties": properties}),) if properties else ()
    problem = Problem("p", (), tools, Gold(calls=(Expected("f", expected),)))
    said = Message("assistant", calls=(ToolCall("f", arguments),))
    errors = match(problem, Trajectory("p", messages=(said,))).errors
    assert all(error.upstream == "" for error in errors)
    return errors[0].fault if errors else ""


@pytest.mark.parametrize(
    ("value", "acceptable", "expected"),
    [
        ("a", ["a"], ""),
        ("a", ["b", "a"], ""),
        ("A", ["a"], "wrong value"),
        ("a ", ["a"], "wrong value"),
        ("а", ["a"], "wrong value"),  # Cyrillic а
        (1, [1.0], ""),
        (1.0, [1], ""),
        (True, [1], "wrong type"),
        (0, [False], "wrong type"),
        ("1", [1], "wrong type"),
        (None, [None], ""),
        (None, ["x"], "wrong type"),
        ([1, 2], [[1, 2]], ""),
        ([2, 1], [[1, 2]], "wrong value"),
        ("[1, 2]", [[1, 2]], "wrong type"),
        ({"a": {"b": [1]}}, [{"a": {"b": [1]}}], ""),
        ({"a": 1, "b": 2}, [{"a": 1}], "wrong value"),
        ({"a": True}, [{"a": 1}], "wrong value"),
        (float("nan"), [float("nan")], "wrong value"),
    ],
)
def test_values_are_compared_as_json_values(
    value: Any, acceptable: list[Any], expected: str
) -> None:
    assert fault({"x": value}, {"x": acceptable}) == expected


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "integer"}, 2, "wrong value"),
        ({"type": "integer"}, 2.0, "wrong value"),
        ({"type": "integer"}, 2.5, "wrong type"),
        ({"type": "integer"}, float("inf"), "wrong type"),
        ({"type": "number"}, 2.5, "wrong value"),
        ({"type": "float"}, 2, "wrong value"),
        ({"type": "number"}, True, "wrong type"),
        ({"type": "boolean"}, 0, "wrong type"),
        ({"type": ["string", "null"]}, None, "wrong value"),
        ({"type": ["string", "null"]}, 5, "wrong type"),
        ({"type": "array", "items": {"type": "string"}}, ["a"], "wrong value"),
        ({"type": "array", "items": {"type": "string"}}, ["a", 5], "wrong type"),
        ({"type": "array"}, "a", "wrong type"),
        ({"type": "object", "properties": {"k": {"type": "integer"}}}, {"k": 5}, "wrong value"),
        ({"type": "dict", "properties": {"k": {"type": "integer"}}}, {"k": "5"}, "wrong type"),
        ({"type": "HashMap"}, [], "wrong type"),
        ({"type": "date"}, 5, "wrong value"),
        ({"type": "any"}, [], "wrong value"),
    ],
)
def test_the_schema_tells_a_wrong_type_from_a_wrong_value(
    schema: dict[str, Any], value: Any, expected: str
) -> None:
    assert fault({"x": value}, {"x": ["right"]}, {"x": schema}) == expected


def test_what_is_acceptable_is_right_whatever_the_schema_says() -> None:
    assert fault({"x": "5"}, {"x": ["5"]}, {"x": {"type": "integer"}}) == ""


def test_parameters_are_those_of_the_expected_call() -> None:
    assert fault({"x": 1}, {"x": [1], "y": [2]}) == "missing parameter"
    assert fault({"x": 1}, {"x": [1], "y": [2, ""]}) == ""
    assert fault({"x": 1, "y": 3}, {"x": [1], "y": [2, ""]}) == "wrong value"
    assert fault({"x": 1, "z": 3}, {"x": [1]}) == "unexpected parameter"
    assert fault({}, {}) == ""


def test_deep_values_are_compared_to_the_bottom() -> None:
    def deep(bottom: Any) -> Any:
        for _ in range(10_000):
            bottom = [{"a": bottom}]
        return bottom

    assert equal(deep(1), deep(1.0))
    assert not equal(deep(1), deep(2))
    assert not equal(deep(1), deep([1]))
