"""How numbers, settings and remarks are written, wherever they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from harness.measures import is_share
from harness.records import Setting
from harness.store import setting_to_json

COMMAND, QUIET, STRONG, WARNING = "cyan", "dim", "bold", "yellow"
GOOD, BAD = "green", "red"
PARTIAL = "partial"
_UNASKED = "not asked"
"""What the reason begins with where a query was never asked."""


class Ends(Protocol):
    """A 95 % interval."""

    @property
    def ci_low(self) -> float:
        """Lower end."""
        ...

    @property
    def ci_high(self) -> float:
        """Upper end."""
        ...


class Interval(Ends, Protocol):
    """A mean with its 95 % interval: of a result or of an aggregate."""

    @property
    def value(self) -> float:
        """The mean."""
        ...


def hundredths(value: float, *, sign: bool = False) -> str:
    """A value x 100 with two decimals."""
    return f"{100 * value:{'+' if sign else ''}.2f}"


def number(measure: str, value: float, *, sign: bool = False) -> str:
    """A value of a measure with two decimals: a share x 100, an amount (steps, tokens) as it is."""
    return (
        hundredths(value, sign=sign) if is_share(measure) else f"{value:{'+' if sign else ''},.2f}"
    )


def half_width(measure: str, value: Ends) -> str:
    """Half the width of the interval of a measure's value, as `number` writes it."""
    return spread(value) if is_share(measure) else f"±{(value.ci_high - value.ci_low) / 2:,.2f}"


def spread(value: Ends) -> str:
    """Half the width of the interval x 100."""
    return f"±{50 * (value.ci_high - value.ci_low):.2f}"


def interval(value: Ends) -> str:
    """Both ends of an interval x 100."""
    return f"[{hundredths(value.ci_low)}, {hundredths(value.ci_high)}]"


def probability(p: float) -> str:
    """A p-value with three decimals."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def setting_text(setting: Setting, fields: Sequence[str] | None = None) -> str:
    """The named fields of a setting; by default those that differ from the benchmark's own."""
    values, default = setting_to_json(setting), setting_to_json(Setting())
    chosen = [n for n, v in values.items() if v != default.get(n)] if fields is None else fields
    return " · ".join(f"{name}={_written(getattr(setting, name))}" for name in chosen) or "defaults"


def shared(settings: Sequence[Setting]) -> list[str]:
    """The fields that are not the benchmark's own, and alike in all settings."""
    apart, default = varying(settings), setting_to_json(Setting())
    return [
        name
        for name, value in setting_to_json(settings[0]).items()
        if name not in apart and value != default.get(name)
    ]


def in_order(names: Iterable[str]) -> list[str]:
    """Names by the alphabet, the numbers in them by size: 1-3, 4-6, 10-12."""
    return sorted(names, key=_natural)


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """Numbers of any length before other texts, the shorter ones first."""
    parts = re.findall(r"([0-9]+)|([^0-9]+)", name)
    return [(not n, len(n.lstrip("0")), n.lstrip("0") or text) for n, text in parts]


def varying(settings: Sequence[Setting]) -> list[str]:
    """The fields in which settings differ from one another."""
    rows = [setting_to_json(setting) for setting in settings]
    names = dict.fromkeys(name for row in rows for name in row)
    return [name for name in names if any(row.get(name) != rows[0].get(name) for row in rows)]


def command(why: str, text: str) -> Text:
    """What a command is for, and the command, on a line that is never broken."""
    line = Text(f"  {why:<20}", QUIET, no_wrap=True)
    return line.append(text, f"not dim {COMMAND}")


def grid(*columns: str, numbers: int = 0) -> Table:
    """An open table; its last `numbers` columns are aligned to the right."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style=QUIET, show_edge=False)
    for position, name in enumerate(columns):
        right = position >= len(columns) - numbers
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    return table


def facts(rows: Sequence[tuple[str, str]]) -> Table:
    """Names and what stands for them, in two columns."""
    table = Table.grid(padding=(0, 2), pad_edge=False)
    table.add_column(style=QUIET, no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in rows:
        if text:
            table.add_row(name, text)
    return table


def unanswered(errors: Mapping[str, str], n: int) -> list[tuple[str, int, dict[str, str]]]:
    """What became of queries that have no answer, of how many, and why by query.

    Those that something failed for stand apart from those that were never asked, because a budget
    was spent or the run was stopped.

    Args:
        errors: query -> reason.
        n: how many there are, whose reasons may not all be known.
    """
    asked = {query: reason for query, reason in errors.items() if not _is_unasked(reason)}
    unasked = {
        query: reason.removeprefix(_UNASKED).lstrip(": ") or "the run was stopped"
        for query, reason in errors.items()
        if _is_unasked(reason)
    }
    failed = ("failed outside the model", n - len(unasked), asked)
    return [fate for fate in (failed, ("not asked", len(unasked), unasked)) if fate[1] > 0]


def _is_unasked(reason: str) -> bool:
    return reason.startswith(_UNASKED)


def count(n: int, noun: str) -> str:
    """The number and the noun: "1 query", "1,234 queries"."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{n:,} {noun if n == 1 else plural}"


def duration(seconds: float) -> str:
    """Seconds as a person says them: "35 s", "4 min", "2 h 5 min"."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _written(value: object) -> str:
    if isinstance(value, list | tuple):
        return "+".join(map(str, value)) or "none"
    return "none" if value in (None, "") else str(value)
