"""A number as a table prints it, and the number that it is."""

from __future__ import annotations

import re
from decimal import Decimal

from harness.errors import UserError

MISSING = frozenset({"", "-", "–", "N/A", "?"})
"""No number: nothing was measured, or "?" where the source cannot be read."""
_NUMBER = re.compile(r"(?P<number>-?\d+(?:\.\d+)?)(?:±\d+(?:\.\d+)?)?(?P<percent>%?)", re.ASCII)


def value(text: str, *, percent: bool) -> float | None:
    """The number that a cell prints; None where it prints none.

    Args:
        text: "67.89", "52.2±1.1" (what follows ± is no part of it), "77.47%" or "N/A".
        percent: whether a number without "%" is one of percent too; these are divided by 100.

    Raises:
        UserError: it is none of these.
    """
    return None if text in MISSING else float(_decimal(text, percent))


def step(text: str, *, percent: bool) -> float:
    """One unit of the last digit that a cell prints: .0001 for "67.89" percent.

    Raises:
        UserError: it prints no number.
    """
    return float(Decimal(1).scaleb(int(_decimal(text, percent).as_tuple().exponent)))


def _decimal(text: str, percent: bool) -> Decimal:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise UserError(f"'{text}' is no number as tables print it: 67.89, 52.2±1.1, 77.47% or N/A")
    number = Decimal(match["number"])
    return number.scaleb(-2) if percent or match["percent"] else number
