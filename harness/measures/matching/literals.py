"""What literals of Java and JavaScript have in common."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

LONGEST = 20_000
"""Characters of the longest text that is read as a literal; a longer one stays a text."""
_MOST_DIGITS = 4_000
"""Of a whole number. Python refuses to read integers of more than 4,300."""
_WHOLE = re.compile(r"(-?\d+)\n?")

Reader: TypeAlias = Callable[[str, str | None], Any]
"""Reads a literal, given the type of its elements if it is a collection; or gives it back."""


def whole(pattern: re.Pattern[str] = _WHOLE) -> Reader:
    """A reader of whole numbers; the digits are the pattern's first group."""

    def read(text: str, inner: str | None) -> Any:
        found = pattern.fullmatch(text)
        return int(found[1]) if found and len(found[1]) <= _MOST_DIGITS else text

    return read


def decimal(pattern: re.Pattern[str]) -> Reader:
    """A reader of decimal numbers; the number without its suffix is the pattern's first group."""

    def read(text: str, inner: str | None) -> Any:
        found = pattern.fullmatch(text)
        return float(found[1]) if found else text

    return read


def boolean(text: str, inner: str | None) -> Any:
    """`true` and `false`."""
    return text == "true" if text in ("true", "false") else text


def guess(text: str) -> Any:
    """A truth value or a number as Python writes it, else the text."""
    if text in ("true", "false"):
        return text == "true"
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text
