"""Readers of plain JSON values, strict about types, that say in which field something is wrong.

A reader takes a value that nobody vouches for and gives what it stands for, or raises `Wrong`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from harness.formats import strict_json
from harness.formats.strict_json import Refused

T = TypeVar("T")
Reader = Callable[[Any], T]
_MOST = 2**53
"""Whole numbers up to here are exact in every program that reads JSON."""
LONGEST_NAME = 1_000
"""Characters of the longest name: what is kept and shown of every attempt."""


class Wrong(Exception):
    """What is wrong with a value, and in which field of which field it stands."""

    def __init__(self, reason: str) -> None:
        self.reason, self.place = reason, ""

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}" if self.place else self.reason

    def within(self, outer: str) -> Wrong:
        """The same, one field further out."""
        dot = "." if self.place and not self.place.startswith("[") else ""
        self.place = f"{outer}{dot}{self.place}"
        return self


def record(make: Callable[..., T], readers: Mapping[str, Reader[Any]], *needed: str) -> Reader[T]:
    """Reads an object with these fields, of which some must be there."""

    def read(value: Any) -> T:
        if type(value) is not dict:
            raise Wrong(f"it is {_kind(value)}, not an object")
        found = {}
        for key, item in value.items():
            if key not in readers:
                raise Wrong(f"there is no field {key[:80]!a}; there are {', '.join(readers)}")
            try:
                found[key] = readers[key](item)
            except Wrong as wrong:
                raise wrong.within(key) from None
        for key in needed:
            if key not in found:
                raise Wrong(f"the field '{key}' is not there")
        return make(**found)

    return read


def list_of(reader: Reader[T]) -> Reader[tuple[T, ...]]:
    """Reads a list, every item of it by the reader."""

    def read(value: Any) -> tuple[T, ...]:
        if type(value) is not list:
            raise Wrong(f"it is {_kind(value)}, not a list")
        found = []
        for item in value:
            try:
                found.append(reader(item))
            except Wrong as wrong:
                raise wrong.within(f"[{len(found)}]") from None
        return tuple(found)

    return read


def or_null(reader: Reader[T]) -> Reader[T | None]:
    """Reads null as None, and anything else as the reader does."""
    return lambda value: None if value is None else reader(value)


def one_of(known: frozenset[str]) -> Reader[str]:
    """Reads one of some texts."""

    def read(value: Any) -> str:
        if text(value) not in known:
            raise Wrong(f"{value[:80]!a} is none of {', '.join(sorted(known))}")
        return cast("str", value)

    return read


def text(value: Any) -> str:
    """A text."""
    if type(value) is not str:
        raise Wrong(f"it is {_kind(value)}, not a text")
    return value


def name(value: Any) -> str:
    """A text that is not empty, and short enough to be kept by the thousand."""
    if not text(value):
        raise Wrong("it is empty")
    if len(value) > LONGEST_NAME:
        raise Wrong(f"it is longer than {LONGEST_NAME:,} characters")
    return cast("str", value)


def flag(value: Any) -> bool:
    """True or false."""
    if type(value) is not bool:
        raise Wrong(f"it is {_kind(value)}, not true or false")
    return value


def count(value: Any) -> int:
    """A whole number from 0."""
    if type(value) is not int:
        raise Wrong(f"it is {_kind(value)}, not a whole number")
    if not 0 <= value <= _MOST:
        raise Wrong(f"it is not from 0 to {_MOST:,}")
    return value


def number(value: Any) -> float:
    """A finite number."""
    if type(value) not in (int, float):
        raise Wrong(f"it is {_kind(value)}, not a number")
    if not -_MOST <= value <= _MOST:  # NaN and the infinities are not either
        raise Wrong(f"it is not from {-_MOST:,} to {_MOST:,}")
    return float(value)


def amount(value: Any) -> float:
    """A finite number from 0."""
    if number(value) < 0:
        raise Wrong("it is less than 0")
    return float(value)


def plain_object(value: Any) -> dict[str, Any]:
    """An object of any plain values, within the bounds of `strict_json.check`."""
    if type(value) is not dict:
        raise Wrong(f"it is {_kind(value)}, not an object")
    return cast("dict[str, Any]", plain(value))


def plain(value: Any) -> Any:
    """Any plain value, within the bounds of `strict_json.check`."""
    try:
        strict_json.check(value)
    except Refused as refused:
        raise Wrong(str(refused)) from None
    return value


def _kind(value: object) -> str:
    """What a value is, in JSON's words; never the value, which may be huge."""
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return "null" if value is None else kinds.get(type(value), "a number")
