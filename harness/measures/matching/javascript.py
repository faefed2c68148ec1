"""JavaScript literals, read as the published rules read them.

That is not how JavaScript reads them: elements are separated by every comma, an array or object
ends at the first bracket that closes, objects stand in one line, and their values are read without
quotes. What is no literal of the declared type stays a text, which then may name a variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from harness.measures.matching.literals import LONGEST, Reader, boolean, decimal, guess, whole

TYPES: Mapping[str, type] = MappingProxyType(
    {
        "String": str,
        "integer": int,
        "float": float,
        "Bigint": int,
        "Boolean": bool,
        "dict": dict,
        "array": list,
        "any": str,
    }
)
"""Declared type -> what its literals become."""

_ROWS = re.compile(r"(?:\[|new\s+Array\()\s*\[")
_ROW = re.compile(r"\[([^\]\n]*)\]")
_ARRAY = re.compile(r"\[([^\]\n]*)\]|new\s+Array\(([^)\n]*)\)")
_OBJECT = re.compile(r"\{([^}\n]*)\}")
_NEXT_ROW = re.compile(r"\s*,\s*\[")
_BLANK = re.compile(r"\s*")


def read(text: str, declared: str, inner: str | None = None) -> Any:
    """The value that a literal of a declared type stands for; the text itself if it is none.

    Args:
        text: what was given for the parameter.
        declared: its type, a key of `TYPES`.
        inner: the type of its elements, if it is an array.
    """
    if declared == "String":
        return _unquoted(text)
    if declared not in _READERS or len(text) > LONGEST:
        return text
    return _READERS[declared](text, inner)


def _unquoted(text: str) -> str:
    """A text without the quotes around it."""
    quoted = any(text.startswith(q) and text.endswith(q) for q in ("'", '"'))
    return text[1:-1] if quoted else text


def _array(text: str, inner: str | None) -> Any:
    """An array that the text begins with, of rows if they are arrays."""
    text = text.strip()
    if (end := _rows_end(text)) is not None:
        return _rows(text[:end])
    found = _ARRAY.match(text)
    if not found:
        return text
    listed = (found[1] if found[1] is not None else found[2]).strip()
    elements = [element.strip() for element in listed.split(",")] if listed else []
    return [read(e, inner) if inner else _guess(e) for e in elements]


def _rows(text: str) -> list[list[Any]]:
    rows = [row.strip() for row in _ROW.findall(text)]
    rows[0] = rows[0].removeprefix("[")  # the bracket of the whole array precedes the first row's
    return [[_guess(element) for element in row.split(",")] for row in rows]


def _rows_end(text: str) -> int | None:
    """Where an array of arrays ends: the first end at which all its rows are whole.

    A row is `[`, anything within the line, `]`; rows are separated by commas. From the last
    bracket to the first: whether an array whose row ends there can be completed, and where.
    """
    opened = _ROWS.match(text)
    if not opened:
        return None
    closing = "]" if text[0] == "[" else ")"
    row_end, end = -1, -1  # the first bracket at which a row may end, and where the array then does
    for at in range(len(text) - 1, opened.end() - 1, -1):
        if text[at] != "]":
            continue
        if row := _NEXT_ROW.match(text, at + 1):
            if row_end >= 0 and "\n" not in text[row.end() : row_end]:
                row_end = at
        else:
            after = _skip_blank(text, at + 1)
            if text.startswith(closing, after):
                row_end, end = at, after + 1
    whole_row = row_end >= 0 and "\n" not in text[opened.end() : row_end]
    return end if whole_row else None


def _object(text: str, inner: str | None) -> Any:
    """An object that the text begins with, without objects in it."""
    text = text.strip()
    found = _OBJECT.match(text)
    if not found:
        return text
    return {key.strip().strip("'\""): _entry(value) for key, value in _entries(found[1])}


def _entry(text: str) -> Any:
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        return _array(text, None)
    return _guess(text.strip("'\""))


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Keys and values. A value ends at a comma that another key follows."""
    at = 0
    while (colon := text.find(":", at)) >= 0:
        if colon == at:
            at += 1
            continue
        start = _skip_blank(text, colon + 1)
        end, after = _value_end(text, start)
        yield text[at:colon], text[start:end]
        at = after


def _value_end(text: str, start: int) -> tuple[int, int]:
    """Where a value ends and where what follows it begins."""
    comma = text.find(",", start)
    while comma >= 0:
        following = text.find(",", comma + 1)
        segment_end = following if following >= 0 else len(text)
        colon = text.rfind(":", comma + 1, segment_end)
        if colon > comma + 1:
            return comma, min(_skip_blank(text, comma + 1), colon - 1)
        comma = following
    return len(text), len(text)


def _skip_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _guess(text: str) -> Any:
    """A literal whose type nobody declares."""
    text = text.strip()
    plain = _unquoted(text)
    return plain if plain != text else guess(text)


_READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "integer": whole(),
        "float": decimal(re.compile(r"(-?\d+(?:\.\d+)?)\n?")),
        "Bigint": whole(re.compile(r"(-?\d+)n\n?")),
        "Boolean": boolean,
        "dict": _object,
        "array": _array,
    }
)
"""Of the types that are not left as texts; `String` only loses its quotes."""
