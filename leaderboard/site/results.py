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


def value(number: Number | None, unit: str, *, interval: bool = True) -> str:
    """A number cell that sorts by its value; an empty one for None.

    It says the same as `cells.number`, which is asked wherever a number carries a mark.
    """
    if number is None:
        return '<td class="num" data-order=""><span class="none">–</span></td>'
    marked = number.defect or number.edition or number.retracted or number.printed
    if marked:
        inner = str(cells.number(number, unit, interval=interval))
    elif not interval:
        return f'<td class="num">{shown(number.value, unit)}</td>'
    else:
        inner = f'<span class="v">{shown(number.value, unit)}</span>'
        if number.low is not None and number.high is not None:
            low, high = shown(number.low, unit, 1), shown(number.high, unit, 1)
            inner += f'<span class="ci">{low}–{high}</span>'
    return f'<td class="num" data-order="{number.value:.6g}">{inner}</td>'


def bar(number: Number | None, scale: tuple[float, float]) -> str:
    """The number and its interval as a drawing."""
    if number is None:
        return '<td class="figure" data-order=""></td>'
    return f'<td class="figure" data-order="{number.value:.6g}">{cells.bar(number, scale)}</td>'


@cache
def level(of: Level) -> str:
    """The badge of a level."""
    return f"<td>{cells.badge(of)}</td>"


@cache
def seconds(of: float | None) -> str:
    """Wall time."""
    return f'<td class="num" data-order="{"" if of is None else f"{of:g}"}">{duration(of)}</td>'


def origin(command: str | None, source: Source | None) -> str:
    """How to get a number again, or where it is printed; opens on demand. A dash for neither."""
    if command:
        return _opening("cmd", "Command", f"<code>{escape(command)}</code>")
    return _printed_in(source) if source else '<td><span class="none">–</span></td>'


@cache
def _printed_in(source: Source) -> str:
    link = f'<a href="{escape(source.url)}" rel="noopener noreferrer">{escape(source.title)}</a>'
    text = f"<span>{link}, {escape(source.where)} ({source.year})</span>"
    return _opening("src", "Source", text)


def _opening(css: str, name: str, html: str) -> str:
    return f'<td class="{css}"><details><summary>{name}</summary>{html}</details></td>'


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
