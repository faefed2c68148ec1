"""Parameters of tools in JSON Schema, whatever they were in: what servers and clients take.

Source of the types: GORILLA_TO_OPENAPI and `_cast_to_openai_type` of the Berkeley Function Calling
Leaderboard (ShishirPatil/gorilla @ 6ea57973, bfcl_eval/constants/type_mappings.py and
model_handler/utils.py). A type that is missing or unknown is a text there and here; upstream also
adds a sentence to the description of a float, which is left as it is here, and keeps an array
without items, which OpenAI refuses and which gets items of any type here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from harness.errors import UserError
from harness.formats import strict_json
from harness.formats.strict_json import Refused
from harness.records import ToolSpec

_TYPES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("string", "String", "char", "any", "Any", "str"), "string"),
        **dict.fromkeys(("integer", "byte", "short", "long", "Bigint", "int"), "integer"),
        **dict.fromkeys(("number", "float", "double"), "number"),
        **dict.fromkeys(("boolean", "bool"), "boolean"),
        **dict.fromkeys(
            ("array", "list", "tuple", "ArrayList", "Array", "Queue", "Stack"), "array"
        ),
        **dict.fromkeys(("object", "dict", "HashMap", "Hashtable"), "object"),
        "null": "null",
    }
)
"""Types as benchmarks write them -> JSON Schema's. "str", "int" and "null" are not upstream's."""
_CHOICES = ("anyOf", "oneOf", "allOf")
_TYPED_OTHERWISE = frozenset((*_CHOICES, "$ref", "enum", "const", "not"))
"""Keywords of a schema that need no type beside them."""


def parameters(tool: ToolSpec) -> dict[str, Any]:
    """A tool's parameters as a JSON Schema of type "object".

    Raises:
        UserError: they are no plain JSON, or nested too deep.
    """
    given = dict(tool.parameters)
    try:
        strict_json.check(given)
    except Refused as refused:
        raise UserError(f"the parameters of the tool '{tool.name}': {refused}") from None
    return {"properties": {}, **_schema(given), "type": "object"}


def _schema(given: Any) -> Any:
    """A schema with its types in JSON Schema's words. Its depth was checked."""
    if not isinstance(given, dict):
        return given  # true and false are schemas, too
    found = {key: _keyword(key, value) for key, value in given.items()}
    required = found.get("required")
    if "required" in found and not isinstance(required, list):
        del found["required"]  # of a parameter itself, as Swagger had it once
    declared = given.get("type")
    if isinstance(declared, list):
        found["type"] = list(dict.fromkeys(map(_type, declared)))
    elif declared is not None or not _TYPED_OTHERWISE & given.keys():
        found["type"] = _type(declared) if declared is not None else _implied(given)
    if declared == "float":
        found["format"] = "float"
    if found.get("type") == "array":
        found.setdefault("items", {})
    return found


def _keyword(key: str, value: Any) -> Any:
    """What stands under a key of a schema, where that holds schemas."""
    if key in ("properties", "$defs", "definitions") and isinstance(value, dict):
        return {name: _schema(schema) for name, schema in value.items()}
    if key in (*_CHOICES, "prefixItems") and isinstance(value, list):
        return [_schema(schema) for schema in value]
    if key == "items":
        return {"anyOf": [_schema(s) for s in value]} if isinstance(value, list) else _items(value)
    if key in ("additionalProperties", "not"):
        return _schema(value) if isinstance(value, dict) and value else value
    return value


def _items(schema: Any) -> Any:
    return _schema(schema) if schema else schema


def _type(name: object) -> str:
    return _TYPES.get(name, "string") if isinstance(name, str) else "string"


def _implied(given: Mapping[str, Any]) -> str:
    """The type of a schema that names none."""
    if "properties" in given:
        return "object"
    return "array" if "items" in given else "string"
