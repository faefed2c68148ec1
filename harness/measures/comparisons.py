"""Ways in which two values of a parameter count as the same, by name.

What a benchmark compares field by field is written down in these names.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

_LONGEST_LITERAL = 20_000
"""Characters of the longest text that is read as a list or an object."""
_LONGEST_DATE = 40
_MOST_BITS = 200
"""Of an integer that is written out as text."""
_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?")

Normal: TypeAlias = Callable[[str], object | None]
"""What is left of a text once what does not matter is gone; None where it is no such thing."""


class WrongType(Exception):
    """A value is not of the type that is expected."""


def same(way: str, gold: Any, value: Any) -> bool:
    """Whether two values count as the same.

    Args:
        way: one of `WAYS`. Equal values are the same in every way, and in "equal" no others are;
            in "any" all are, in "filled" all but blanks; in "words" two texts that have more than
            half of their words in common; else those of which `NORMAL` leaves the same.
        gold: what is right.
        value: what was given, of the same type (`typed`).

    Raises:
        KeyError: there is no such way.
    """
    if way == "any" or gold == value:
        return True
    if way == "filled":
        return bool(value.strip() if isinstance(value, str) else value)
    if way == "equal" or not isinstance(gold, str) or not isinstance(value, str):
        return False
    if way == "words":
        return _overlap(gold, value) > 0.5
    if way == "words-lower":
        return _overlap(gold.lower(), value.lower()) > 0.5
    normal = NORMAL[way]
    expected = normal(gold)
    return expected is not None and expected == normal(value)


def typed(gold: Any, value: Any) -> Any:
    """A value in the type of the one that is right: a model that answers in text writes texts.

    A number may be written as text, a text as a number, a truth value as "True" or "False", a list
    or an object as JSON or as Python's literal.

    Raises:
        WrongType: it cannot be read so.
    """
    if isinstance(gold, bool):
        return _boolean(value)
    if isinstance(gold, int | float):
        return _number(value)
    if isinstance(gold, str):
        return _text(value)
    if isinstance(gold, list | dict):
        return _literal(type(gold), value)
    return value


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("True", "False"):
        return bool(value == "True")
    raise WrongType("a truth value is expected")


def _number(value: Any) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return float(value)
    raise WrongType("a number is expected")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < _MOST_BITS:
        return str(value)
    if isinstance(value, float):
        return str(value)
    raise WrongType("a text is expected")


def _literal(kind: type, value: Any) -> Any:
    """A list or an object, perhaps written as text. Literals only: nothing is evaluated."""
    if isinstance(value, str) and len(value) <= _LONGEST_LITERAL:
        for read in (json.loads, ast.literal_eval):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of escapes in strings, which are the model's
                    value = read(value)
                break
            except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                continue
    if isinstance(value, kind):
        return value
    raise WrongType("a list is expected" if kind is list else "an object is expected")


def _overlap(gold: str, value: str) -> float:
    """Words in common by words in either, single blanks between them."""
    expected, given = set(gold.split(" ")), set(value.split(" "))
    return len(expected & given) / len(expected | given)


def _date(*formats: str, shown: str = "") -> Normal:
    """Reads a date in the first format that fits; years of fewer digits are filled up with zeros.

    Args:
        formats: of `strptime`.
        shown: a format of `strftime`, where only a part of the date counts.
    """

    def read(text: str) -> object | None:
        text = text.strip()
        if len(text) > _LONGEST_DATE or not text.isascii():
            return None
        parts = text.split("-")
        if len(parts) == 3:
            text = "-".join((parts[0].zfill(4), *parts[1:]))
        for form in formats:
            try:
                date = datetime.strptime(text, form).replace(tzinfo=UTC)
            except ValueError:
                continue
            return date.strftime(shown) if shown else date
        return None

    return read


def _split_at_capitals(text: str) -> str:
    return " ".join(re.sub(r"([A-Z])", r" \1", text).lower().split())


NORMAL: Mapping[str, Normal] = {
    "strip": str.strip,
    "lower": lambda text: text.strip().lower(),
    "upper": lambda text: text.strip().upper(),
    "spaceless": lambda text: text.replace(" ", ""),
    "capitals": _split_at_capitals,
    "date": _date("%Y-%m-%d"),
    "time": _date("%Y-%m-%d %H:%M:%S"),
    "day": _date("%Y-%m-%d", "%m-%d", shown="%m-%d"),
}
"""By name: blanks around it do not count, nor ("lower", "upper") its case; no blanks count at all;
names in CamelCase are their words; dates and times; the day of a date with or without its year."""
WAYS = frozenset({"equal", "any", "filled", "words", "words-lower", *NORMAL})
