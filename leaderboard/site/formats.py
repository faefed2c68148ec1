"""Values as a reader sees them."""

from __future__ import annotations

import json
from typing import Any

from leaderboard.board.records import Number


def shown(value: float, unit: str = "", digits: int = 2) -> str:
    """A value of a measure: a share of 1, which has no unit, is printed times 100."""
    text = f"{value if unit else value * 100:.{digits}f}"
    return text[1:] if text[0] == "-" and not text.strip("-0.") else text


def signed(value: float, unit: str = "", digits: int = 2) -> str:
    """A difference with its sign; of shares in points: "+1.25", "−4.00", "0.00"."""
    text = shown(value, unit, digits)
    if text.startswith("-"):
        return text.replace("-", "\N{MINUS SIGN}")
    return f"+{text}" if text.strip("0.") else text


def digits_of(number: Number, unit: str = "") -> int:
    """Decimals that a number has: those that its paper prints, else 2."""
    if not number.printed:
        return 2
    digits = number.printed.strip().rstrip("% ")
    try:
        printed = float(digits)
    except ValueError:
        return 2
    decimals = len(digits.partition(".")[2])
    scale = 1 if unit else 100
    if abs(printed - number.value * scale) <= 0.51 * 10**-decimals:
        return min(decimals, 4)
    if scale == 100 and abs(printed - number.value) <= 0.51 * 10**-decimals:
        return min(max(decimals - 2, 0), 4)
    return 2


def number_text(number: Number, unit: str = "") -> str:
    """A number with the decimals that it deserves."""
    return shown(number.value, unit, digits_of(number, unit))


def labelled(measure: str, unit: str = "") -> str:
    """A measure with its unit: "Latency (seconds)"; shares have none."""
    return f"{measure} ({unit})" if unit else measure


def size(parameters: int | None) -> str:
    """How many parameters: 22700000 -> "22.7M"; "–" where it is not known or nothing is learned."""
    if not parameters:
        return "–"
    for unit, letter in ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k")):
        if parameters >= unit * 0.9995:
            return f"{parameters / unit:.3g}{letter}"
    return str(parameters)


def duration(seconds: float | None) -> str:
    """Wall time: "0.42 s", "38 s", "5 min", "2.1 h"."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"


def amount(value: float) -> str:
    """A quantity to three digits: "4.6e-09", "0.0125", "57.3", "12,346"."""
    return f"{value:,.0f}" if value >= 999.5 else f"{value:.3g}"


def written(value: Any) -> str:
    """The value of a setting, as JSON: a text has its quotes."""
    return json.dumps(value, ensure_ascii=False)


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: "1 task", "35 tasks", "1,024 systems"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def letters(group: int) -> str:
    """A group's letter: 1 is A, 26 is Z, 27 is AA."""
    text = ""
    while group > 0:
        group, left = divmod(group - 1, 26)
        text = chr(65 + left) + text
    return text
