"""Answers in the shape of the interface's document: facts where there are some, else its examples.

The document says which fields an answer has and of which type. What the world knows is put in; a
field of which it knows nothing gets the schema's own example, else the plainest value of its type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ABSENT = frozenset({"restrictions", "linked_from", "album_group"})
"""Fields that the service sends only where there is something to say."""
_PLAIN: Mapping[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False}


def shaped(schema: Mapping[str, Any], facts: Any) -> Any:
    """The facts in the shape of a JSON Schema.

    Args:
        schema: with everything that it refers to in place.
        facts: plain JSON; a field that is None is told as null, one that is missing is made up.
    """
    if facts is None:
        return None
    if isinstance(facts, list):
        items = schema.get("items", {})
        return [shaped(items, one) for one in facts]
    if isinstance(facts, Mapping):
        return _object(schema, facts)
    return facts


def _object(schema: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    properties = _properties(schema, facts)
    told: dict[str, Any] = {}
    for name, own in properties.items():
        if name in facts:
            told[name] = shaped(own, facts[name])
        elif name not in _ABSENT and not _is_page(own):
            told[name] = _made_up(own)
    return told | {name: value for name, value in facts.items() if name not in properties}


def _properties(schema: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an object, those of all its parts; of alternatives, of the one meant."""
    found: dict[str, Any] = {}
    for part in schema.get("allOf", ()):
        found |= _properties(part, facts)
    if alternatives := schema.get("oneOf", ()):
        found |= _properties(_meant(alternatives, facts), facts)
    for name, own in schema.get("properties", {}).items():
        found[name] = own
    return found


def _meant(alternatives: Any, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The alternative that has the most fields in common with the facts, the first of equals."""

    def common(alternative: Mapping[str, Any]) -> int:
        return len(_properties(alternative, facts).keys() & facts.keys())

    best: Mapping[str, Any] = max(alternatives, key=common)
    return best


def _is_page(schema: Mapping[str, Any]) -> bool:
    """Whether it is a list of things: an empty one would say that there are none."""
    return "items" in _properties(schema, {})


def _made_up(schema: Mapping[str, Any]) -> Any:
    if "example" in schema:
        example = schema["example"]
        return example.strip() if isinstance(example, str) else example
    kind = schema.get("type")
    if kind == "array":
        return []
    if isinstance(kind, str) and kind in _PLAIN:
        return schema.get("default", _PLAIN[kind])
    return _object(schema, {})
