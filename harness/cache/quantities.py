"""Sizes and ages as people write them: "2GB", "30d"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction

from harness.errors import UserError

SIZES: Mapping[str, int] = {
    "": 1,
    "b": 1,
    **{f"{letter}b": 1000**power for power, letter in enumerate("kmgt", 1)},
    **{f"{letter}ib": 1024**power for power, letter in enumerate("kmgt", 1)},
}
"""Bytes in a unit, by its name in lower case: decimal (MB) and binary (MiB)."""

AGES: Mapping[str, timedelta] = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}

_AMOUNT = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?)\s*([A-Za-z]*)")


def parse_size(text: str) -> int:
    """Bytes in a size such as "2GB", "512 MiB" or "1000". Raises `UserError` for anything else."""
    amount, unit = _amount(text)
    if amount is None or unit not in SIZES:
        raise UserError(f"size '{text}': write a number and a unit, as in 512MB, 2GB or 1.5GiB")
    return int(amount * SIZES[unit])


def parse_age(text: str) -> timedelta:
    """The time in an age such as "30d" or "12h". Raises `UserError` for anything else."""
    amount, unit = _amount(text)
    try:
        if amount is not None:
            return float(amount) * AGES[unit]
    except (KeyError, OverflowError):
        pass
    raise UserError(f"age '{text}': write a number and a unit, as in 30min, 12h, 30d or 8w")


def _amount(text: str) -> tuple[Fraction | None, str]:
    match = _AMOUNT.fullmatch(text.strip())
    return (Fraction(match[1]), match[2].lower()) if match else (None, "")
