"""Arguments that stand as bare text in a call, made values by the types of the tool's schema.

A format without quotes cannot tell the text 12 from the number 12: only the tool can. A parameter
may be given as

- string: the text as it stands;
- integer, number: a JSON number, 3.0 being no integer;
- boolean: true or false, null: null or None, both in whatever case;
- array, object: JSON of that kind.

Where several types are allowed, null, boolean, integer, number, array and object are tried in this
order, and string last. A schema of "enum" or "const" alone allows what it lists, "anyOf", "oneOf"
and "allOf" what their parts do, and "$ref" what it points to within the tool's parameters. What
says nothing of its type is a text, and so are arguments that the tool, or nobody, knows: no tool
takes them. A text that fits no type is a problem of its call; nothing is repaired or rounded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from harness.formats import strict_json
from harness.formats.strict_json import Refused
from harness.formats.toolcalls.form import Broken, Parsed, parsed
from harness.records import ToolCall, ToolSpec

_ORDER = ("null", "boolean", "integer", "number", "array", "object", "string")
_INTEGER = re.compile(r"-?(?:0|[1-9]\d*)", re.ASCII)
_WORDS: Mapping[str, Mapping[str, Any]] = {
    "boolean": {"true": True, "false": False},
    "null": {"null": None, "none": None},
}
_KINDS: Mapping[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}
_CHOICES = ("anyOf", "oneOf", "allOf")


def typed(text: str, found: Parsed, tools: Sequence[ToolSpec]) -> Parsed:
    """An answer whose calls have texts as arguments, with values in their place.

    Args:
        text: the answer as it was written.
        found: what it says.
        tools: by the names that the calls go by, their parameters as JSON Schema.
    """
    schemas = {tool.name: tool.parameters for tool in tools}
    calls = [_typed(call, schemas.get(call.name, {})) for call in found.calls]
    return parsed(text, found.text, calls)


def _typed(call: ToolCall, schema: Mapping[str, Any]) -> ToolCall:
    properties = schema.get("properties")
    known = properties if isinstance(properties, Mapping) else {}
    arguments: dict[str, Any] = {}
    for name, text in call.arguments.items():
        try:
            arguments[name] = value_of(text, known.get(name), schema)
        except Broken as broken:
            return ToolCall(call.name, id=call.id, problem=f"the argument {name[:80]!a} {broken}")
    return ToolCall(call.name, arguments, call.id, call.problem)


def value_of(text: str, schema: object, root: Mapping[str, Any]) -> Any:
    """The value that a text stands for.

    Args:
        text: as the model wrote it.
        schema: of the parameter.
        root: the schema that references point into.

    Raises:
        Broken: the text is no value of any type that is allowed.
    """
    kinds, listed = _allowed(schema, root)
    for value in listed:
        if text == value or (not isinstance(value, str) and text.strip() == json.dumps(value)):
            return value
    for kind in sorted(kinds, key=_ORDER.index):
        if kind == "string":
            return text
        found = _read(text.strip(), kind)
        if found is not _NOTHING:
            return found
    if listed or kinds:
        wanted = [json.dumps(value)[:40] for value in listed] + sorted(kinds)
        raise Broken(f"is no {' or '.join(wanted[:8])}: {text[:60]!a}")
    return text


def _allowed(schema: object, root: Mapping[str, Any]) -> tuple[set[str], list[Any]]:
    """The types that a schema allows, and the values that it lists without a type.

    Every part is looked at once: parts that refer to one another would have no end.
    """
    kinds: set[str] = set()
    values: list[Any] = []
    seen: set[int] = set()
    left = [schema]
    while left:
        part = left.pop()
        if not isinstance(part, Mapping) or id(part) in seen:
            continue
        seen.add(id(part))
        declared = part.get("type")
        named = declared if isinstance(declared, list) else [declared]
        if found := {kind for kind in named if isinstance(kind, str) and kind in _ORDER}:
            kinds |= found
            continue
        values += _list(part.get("enum", [part["const"]] if "const" in part else []))
        parts = [one for key in _CHOICES for one in _list(part.get(key))]
        if isinstance(reference := part.get("$ref"), str):
            parts.append(_referred(reference, root))
        left += reversed(parts)
    return kinds, values


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _referred(reference: str, root: Mapping[str, Any]) -> object:
    """What "#/$defs/Colour" points to; None where that is nothing."""
    place: object = root
    start, *steps = reference.split("/")
    for step in steps:
        name = step.replace("~1", "/").replace("~0", "~")
        place = place.get(name) if isinstance(place, Mapping) else None
    return place if start == "#" else None


_NOTHING = object()


def _read(text: str, kind: str) -> Any:
    """The value of that type that a text stands for; `_NOTHING` where it is none."""
    if kind in _WORDS:
        return _WORDS[kind].get(text.lower(), _NOTHING)
    if kind == "integer" and not _INTEGER.fullmatch(text):
        return _NOTHING
    try:
        value = strict_json.loads(text)
        strict_json.check(value)
    except Refused:
        return _NOTHING
    return value if type(value) in _KINDS[kind] else _NOTHING
