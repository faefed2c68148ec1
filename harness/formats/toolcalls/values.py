"""JSON values in a text that nobody vouches for, and the calls that they stand for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from harness.formats import strict_json
from harness.formats.strict_json import Refused
from harness.formats.toolcalls.form import MAX_LENGTH, Broken
from harness.records import ToolCall

_DECODER = json.JSONDecoder()
_BESIDES = frozenset(("name", "id", "type"))
"""Keys of a call besides those of its arguments."""


def bounded(text: str) -> None:
    """Raises `Broken` for a text that is too long to be read."""
    if len(text) > MAX_LENGTH:
        raise Broken(f"it is longer than {MAX_LENGTH:,} characters")


def value_at(text: str, start: int) -> tuple[Any, int]:
    """The JSON value that begins at a place, blanks before it skipped, and where it ends.

    Raises:
        Broken: there is none, or one that `strict_json` refuses.
    """
    start = after_blanks(text, start)
    try:
        _, end = _DECODER.raw_decode(text, start)
        value = strict_json.loads(text[start:end])
        strict_json.check(value)
    except Refused as refused:
        raise Broken(str(refused)) from None
    except RecursionError:
        raise Broken(f"it is nested more than {strict_json.MAX_DEPTH} deep") from None
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" starting at")
        raise Broken(f"it is not JSON: {what} at character {error.pos + 1}") from None
    except ValueError:
        raise Broken("a number has too many digits") from None
    return value, end


def values(text: str, separators: str = "") -> Iterator[Any]:
    """The JSON values of a text that holds nothing else, blanks or one separator between them.

    Raises:
        Broken: there is something else.
    """
    place = 0
    while True:
        value, place = value_at(text, place)
        yield value
        place = after_blanks(text, place)
        if place < len(text) and text[place] in separators:
            place = after_blanks(text, place + 1)
        if place == len(text):
            return


def after_blanks(text: str, place: int) -> int:
    """The first place from here on that is not white space."""
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def is_call(value: object, keys: tuple[str, ...] = ("arguments",)) -> bool:
    """Whether an object is meant as a call: it has a name and arguments."""
    return isinstance(value, dict) and "name" in value and any(key in value for key in keys)


def call_of(
    value: object, keys: tuple[str, ...] = ("arguments",), *, text: bool = False
) -> ToolCall:
    """The call of an object `{"name": ..., "arguments": {...}}`.

    Args:
        value: the object; it may have an "id", and a "type" of "function".
        keys: under which its arguments stand, one of them.
        text: whether the arguments may be a JSON text.

    Raises:
        Broken: it is no call at all. A call whose arguments cannot be read has a `problem`.
    """
    if not isinstance(value, dict):
        raise Broken("a call is no object")
    name, id = value.get("name"), value.get("id")
    if not isinstance(name, str) or not name:
        raise Broken("a call has no name")
    given = [key for key in keys if key in value]
    strange = value.keys() - _BESIDES - set(keys)
    if strange or value.get("type", "function") != "function":
        return ToolCall(name, problem=f"a call has {sorted(strange or {'type'})[0][:80]!a}")
    if len(given) != 1:
        return ToolCall(name, problem=f"a call has {len(given) or 'no'} '{keys[0]}'")
    arguments, problem = arguments_of(value[given[0]], text=text)
    return ToolCall(name, arguments, id if isinstance(id, str) else "", problem)


def arguments_of(value: object, *, text: bool = True) -> tuple[dict[str, Any], str]:
    """The arguments of a call, and why they could not be read, in which case there are none.

    Args:
        value: an object of plain JSON; nothing else is taken for one.
        text: whether it may be written as a JSON text.
    """
    try:
        if isinstance(value, str) and text:
            bounded(value)
            value = strict_json.loads(value)
        strict_json.check(value)
    except (Refused, Broken) as refused:
        return {}, f"the arguments cannot be read: {refused}"
    if not isinstance(value, dict):
        return {}, f"the arguments are {_kind(value)}, not an object"
    return value, ""


def written(value: object) -> str:
    """A value as JSON in one line."""
    return json.dumps(value, ensure_ascii=False)


def _kind(value: object) -> str:
    kinds = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
