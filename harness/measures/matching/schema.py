"""Strict rules for plain JSON: values equal as JSON values are, types as JSON Schema has them.

Texts are compared as they stand; 1 and 1.0 are the same number, `true` is none; NaN equals nothing.
What is right is what the expected call says: a parameter is missing when it is expected and may not
be left out, and a value that is acceptable is right whatever the schema says. The schema tells a
wrong type from a wrong value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from harness.measures.attempt import CallError
from harness.measures.matching.mistakes import shown
from harness.records import Expected, ToolCall, ToolSpec

_KINDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("string", "str", "char"), "string"),
        **dict.fromkeys(("integer", "int", "long", "short", "byte", "bigint"), "integer"),
        **dict.fromkeys(("number", "float", "double"), "number"),
        **dict.fromkeys(("boolean", "bool"), "boolean"),
        **dict.fromkeys(("array", "list", "tuple", "arraylist"), "array"),
        **dict.fromkeys(("object", "dict", "hashmap"), "object"),
        "null": "null",
    }
)
"""Names of types in use, in lower case -> JSON Schema's. Any other name admits every value."""


def errors(expected: Expected, tool: ToolSpec, call: ToolCall) -> Iterator[CallError]:
    """What is wrong with a call where another is expected: a `Check`."""
    if call.name != expected.name:
        yield CallError("wrong tool", f"called {shown(call.name)}, not {expected.name}")
        return
    properties = tool.parameters.get("properties") or {}
    for parameter, value in call.arguments.items():
        if parameter not in expected.arguments:
            said = f"parameter {shown(parameter)} is not expected"
            yield CallError("unexpected parameter", said, parameter=parameter)
            continue
        acceptable = expected.arguments[parameter]
        if any(equal(value, answer) for answer in acceptable):
            continue
        said = f"{parameter} is {shown(value)}: expected {' or '.join(map(shown, acceptable))}"
        right_type = _right_type(value, properties.get(parameter), acceptable)
        yield CallError("wrong value" if right_type else "wrong type", said, parameter=parameter)
    for parameter, acceptable in expected.arguments.items():
        if parameter not in call.arguments and "" not in acceptable:
            said = f"parameter {parameter} is missing"
            yield CallError("missing parameter", said, parameter=parameter)


def equal(left: Any, right: Any) -> bool:
    """Whether two JSON values are the same, however deep they are."""
    pairs = [(left, right)]
    while pairs:
        a, b = pairs.pop()
        kind = _kind(a)
        if kind != _kind(b):
            return False
        if kind == "object":
            if a.keys() != b.keys():
                return False
            pairs.extend((a[key], b[key]) for key in a)
        elif kind == "array":
            if len(a) != len(b):
                return False
            pairs.extend(zip(a, b, strict=True))
        elif a != b:
            return False
    return True


def _right_type(value: Any, schema: Any, acceptable: Sequence[Any]) -> bool:
    """By the schema; where there is none, by the acceptable values."""
    if isinstance(schema, Mapping) and "type" in schema:
        return _conforms(value, schema)
    return _kind(value) in {_kind(answer) for answer in acceptable}


def _conforms(value: Any, schema: Any) -> bool:
    """Whether a value has the type that a schema declares, elements and properties included."""
    if not isinstance(schema, Mapping):
        return True
    declared = schema.get("type", "any")
    names = [declared] if isinstance(declared, str) else declared
    if not any(_is(value, _KINDS.get(name.lower())) for name in names):
        return False
    if isinstance(value, Mapping):
        properties = schema.get("properties") or {}
        return all(_conforms(value[key], properties[key]) for key in properties if key in value)
    if isinstance(value, (list, tuple)):
        return all(_conforms(element, schema.get("items")) for element in value)
    return True


def _is(value: Any, name: str | None) -> bool:
    if name is None:
        return True
    if name == "integer":
        return _kind(value) == "number" and value == value and value % 1 == 0
    return _kind(value) == name


def _kind(value: Any) -> str:
    """The JSON type of a value; its Python type where JSON has none."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, (list, tuple)):
        return "array"
    return "object" if isinstance(value, Mapping) else type(value).__name__
