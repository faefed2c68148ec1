"""Arguments of a call as an operation takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.records import ToolSpec
from tasks.worlds.rest.errors import HttpError

LONGEST = 20_000
"""Characters that a text may have."""
LARGEST = 2**53
"""Numbers from here on are not told apart by every reader of JSON."""
_TRUTH = {"true": True, "false": False, "1": True, "0": False}
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?", re.ASCII)


def checked(operation: ToolSpec, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that the operation knows, of the types of its JSON Schema, defaults filled in.

    A text that says a number or a truth value counts as one, and a number where a text is wanted
    counts as its text, as both do in an address. None stands for what is left out.

    Raises:
        HttpError: one is missing, of the wrong type or not among the values allowed (400).
    """
    properties = operation.parameters.get("properties", {})
    for name in operation.parameters.get("required", ()):
        if given.get(name) is None:
            raise HttpError(400, f"{name} must be provided", name)
    arguments: dict[str, Any] = {}
    for name, schema in properties.items():
        value = given.get(name)
        if value is not None:
            arguments[name] = _typed(name, schema, value)
        elif "default" in schema:
            arguments[name] = schema["default"]
    return arguments


def _typed(name: str, schema: Mapping[str, Any], value: Any) -> Any:
    kind = schema.get("type")
    read = _READERS.get(kind) if isinstance(kind, str) else None
    typed = read(value) if read else value
    if typed is None:
        raise HttpError(400, f"{name} must be of type {kind}", name)
    allowed = schema.get("enum")
    if allowed and typed not in allowed:
        raise HttpError(400, f"{name} must be one of {', '.join(map(str, allowed))}", name)
    return typed


def _integer(value: Any) -> int | None:
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST:
        value = int(value)
    whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST
    return value if whole else None


def _number(value: Any) -> float | int | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < LARGEST else None  # neither of NaN nor of an infinity is that true


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return _TRUTH.get(value.strip().lower()) if isinstance(value, str) else None


def _text(value: Any) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value) if _number(value) is not None else None
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    return None if any("\ud800" <= letter <= "\udfff" for letter in value) else value


def _list(value: Any) -> list[Any] | None:
    return value if isinstance(value, list) else None


def _object(value: Any) -> dict[str, Any] | None:
    return value if isinstance(value, dict) else None


_READERS = {
    "integer": _integer,
    "number": _number,
    "boolean": _truth,
    "string": _text,
    "array": _list,
    "object": _object,
}
