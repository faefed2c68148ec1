"""One result as cells of a table line, the same on the pages of tasks and of models.

Pages hold up to a hundred thousand of them, so they are written as text here, escaped once, rather
than by template expressions.
"""

from __future__ import annotations

from functools import cache
from html import escape

from leaderboard.board.records import Number, Row, Source
from leaderboard.checked import Level
from leaderboard.site import cells
from leaderboard.site.formats import duration, shown

_NOTHING = '<td class="num" data-order=""><span class="none">–</span></td>'


def value(number: Number | None, unit: str) -> str:
    """A number cell with its interval, which sorts by its value; an empty one for None.

    It says the same as `cells.number`, which is asked wherever a number carries a mark.
    """
    if number is None:
        return _NOTHING
    of, low, high = number.value, number.low, number.high
    if number.defect or number.edition or number.retracted or number.printed:
        inner = str(cells.number(number, unit))
    elif low is None or high is None:
        inner = f'<span class="v">{shown(of, unit)}</span>'
    elif unit or low <= 0 or of <= 0:
        ends = f"{shown(low, unit, 1)}–{shown(high, unit, 1)}"
        inner = f'<span class="v">{shown(of, unit)}</span><span class="ci">{ends}</span>'
    else:
        inner = (
            f'<span class="v">{of * 100:.2f}</span>'
            f'<span class="ci">{low * 100:.1f}–{high * 100:.1f}</span>'
        )
    return f'<td class="num" data-order="{of:.6g}">{inner}</td>'


def plain(number: Number | None, unit: str) -> str:
    """A number cell without an interval."""
    if number is None:
        return _NOTHING
    if number.defect or number.edition or number.retracted or number.printed:
        inner = cells.number(number, unit, interval=False)
        return f'<td class="num" data-order="{number.value:.6g}">{inner}</td>'
    of = number.value
    return f'<td class="num">{shown(of, unit) if unit or of <= 0 else f"{of * 100:.2f}"}</td>'


def bar(number: Number | None, scale: tuple[float, float]) -> str:
    """The number and its interval as a drawing."""
    return f'<td class="figure">{cells.drawn(number, scale) if number else ""}</td>'


@cache
def level(of: Level) -> str:
    """The badge of a level, which the page explains once."""
    return f"<td>{cells.badge(of, explained=False)}</td>"


def seconds(of: float | None) -> str:
    """Wall time."""
    return (
        '<td class="num" data-order="">–</td>'
        if of is None
        else f'<td class="num" data-order="{of:g}">{duration(of)}</td>'
    )


def origin(command: str | None, source: Source | None) -> str:
    """How to get a number again, or where it is printed; opens on demand. A dash for neither."""
    if command:
        return (
            '<td class="cmd"><details><summary>Command</summary>'
            f"<code>{escape(command)}</code></details></td>"
        )
    return _printed_in(source) if source else '<td><span class="none">–</span></td>'


@cache
def _printed_in(source: Source) -> str:
    link = f'<a href="{escape(source.url)}" rel="noopener noreferrer">{escape(source.title)}</a>'
    return (
        '<td class="src"><details><summary>Source</summary>'
        f"<span>{link}, {escape(source.where)} ({source.year})</span></details></td>"
    )


def told_apart(row: Row) -> list[str]:
    """What tells a row from the other rows of its system, in words."""
    given = row.setting.get("instruction")
    told = {True: "with instructions", False: "without instructions", None: ""}[row.instruction]
    if given in ("shuffled", "generic"):
        told = f"{given} instructions"
    texts = [f"{key} {text}" for key, text in sorted(row.setting.items()) if key != "instruction"]
    return [text for text in (told, *texts) if text]


def chips(row: Row) -> str:
    """What tells a row apart, as small labels."""
    return "".join(f' <span class="chip">{escape(text)}</span>' for text in told_apart(row))
