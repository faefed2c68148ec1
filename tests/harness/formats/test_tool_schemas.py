"""Parameters of tools in JSON Schema, whatever a benchmark wrote."""

from typing import Any

import pytest

from harness.errors import UserError
from harness.formats.tool_schemas import parameters
from harness.records import ToolSpec


def schema(**properties: Any) -> Any:
    return parameters(ToolSpec("t", "", {"type": "dict", "properties": properties}))["properties"]


# What bfcl_eval's own table (constants/type_mappings.py @ 6ea57973) says of each type.
PUBLISHED = {
    "integer": "integer",
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "bool": "boolean",
    "dict": "object",
    "object": "object",
    "any": "string",
    "byte": "integer",
    "short": "integer",
    "long": "integer",
    "double": "number",
    "char": "string",
    "HashMap": "object",
    "Hashtable": "object",
    "Any": "string",
    "String": "string",
    "Bigint": "integer",
}


@pytest.mark.parametrize(("written", "meant"), PUBLISHED.items())
def test_types_are_mapped_as_bfcl_maps_them(written: str, meant: str) -> None:
    assert schema(x={"type": written}) == {"x": {"type": meant}}


@pytest.mark.parametrize(
    "written", ["array", "list", "tuple", "ArrayList", "Array", "Queue", "Stack"]
)
def test_lists_get_items(written: str) -> None:
    assert schema(x={"type": written}) == {"x": {"type": "array", "items": {}}}


def test_a_float_says_so() -> None:
    assert schema(x={"type": "float"}) == {"x": {"type": "number", "format": "float"}}


def test_types_are_mapped_at_every_depth() -> None:
    given = {
        "type": "dict",
        "properties": {"y": {"type": "tuple", "items": {"type": "HashMap", "properties": {}}}},
        "required": ["y"],
    }
    assert schema(x=given)["x"] == {
        "type": "object",
        "properties": {"y": {"type": "array", "items": {"type": "object", "properties": {}}}},
        "required": ["y"],
    }


def test_what_has_no_type_or_an_unknown_one_is_a_text() -> None:
    assert schema(x={"description": "d"}, y={"type": "Widget"}) == {
        "x": {"description": "d", "type": "string"},
        "y": {"type": "string"},
    }


@pytest.mark.parametrize(
    "untouched",
    [
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        {"enum": ["a", 1]},
        {"$ref": "#/$defs/a"},
        {"type": "string", "enum": ["C", "F"], "default": "C"},
        {"type": ["string", "null"]},
        {"type": "object", "additionalProperties": False},
        {"type": "object", "additionalProperties": {"type": "integer"}},
    ],
)
def test_json_schema_stays_as_it_is(untouched: Any) -> None:
    assert schema(x=untouched) == {"x": untouched}


def test_a_parameter_that_says_itself_that_it_is_required_is_mended() -> None:
    assert schema(x={"type": "string", "required": True}) == {"x": {"type": "string"}}


def test_a_tool_without_parameters_takes_none() -> None:
    assert parameters(ToolSpec("t")) == {"type": "object", "properties": {}}


def test_the_tools_own_schema_is_left_alone() -> None:
    own = {"type": "dict", "properties": {"x": {"type": "float"}}}
    parameters(ToolSpec("t", "", own))
    assert own == {"type": "dict", "properties": {"x": {"type": "float"}}}


@pytest.mark.parametrize("bad", [float("nan"), {1: 2}, object()])
def test_parameters_that_are_no_json_are_refused(bad: Any) -> None:
    with pytest.raises(UserError, match="the parameters of the tool 't'"):
        schema(x={"type": "string", "default": bad})


def test_parameters_that_are_nested_without_end_are_refused() -> None:
    deep: Any = {"type": "array"}
    for _ in range(2000):
        deep = {"type": "array", "items": deep}
    with pytest.raises(UserError, match="nested"):
        schema(x=deep)
