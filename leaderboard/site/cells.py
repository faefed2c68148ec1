"""The small pieces that tables are made of, as HTML. Templates call them thousands of times."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from math import ceil, floor, log10
from typing import TYPE_CHECKING

from leaderboard.board.records import Number
from leaderboard.checked import Level
from leaderboard.site.formats import number_text, shown

if TYPE_CHECKING:
    from markupsafe import Markup

LEVELS: dict[Level, tuple[str, str]] = {
    "as printed": ("printed", "as printed in a paper; not recomputed"),
    "self-reported": ("self", "claimed by whoever submitted it; not recomputed"),
    "re-scored": ("rescored", "recomputed by this board from the submitted predictions"),
    "reproduced": ("reproduced", "a maintainer ran the model again and got the same"),
}
"""Level -> class of its badge, and what it means."""


@cache
def badge(level: Level, *, explained: bool = True) -> Markup:
    """A level as a small labelled badge.

    Args:
        level: which one.
        explained: whether it says what the level means; many badges leave that to one legend.
    """
    from markupsafe import Markup

    css, meaning = LEVELS[level]
    title = Markup(' title="{}"').format(meaning) if explained else ""
    return Markup('<span class="level {}"{}>{}</span>').format(css, title, level)


def present(levels: Iterable[Level]) -> list[Level]:
    """Levels that a legend has to explain, the least vouched for first."""
    found = set(levels)
    return [level for level in LEVELS if level in found]


def number(found: Number | None, unit: str = "", *, interval: bool = True) -> Markup:
    """A number with its interval below it; a dash where there is none.

    A number that is known to be misprinted carries a dagger, one of other data a double dagger,
    one that was retracted is struck through. Each says so in words too.

    Args:
        found: the number.
        unit: of its measure; "" for a share of 1.
        interval: whether to show its interval.
    """
    from markupsafe import Markup, escape

    if found is None:
        return Markup('<span class="none">–</span>')
    text = number_text(found, unit)  # digits only: nothing to escape
    html = f'<span class="v">{f"<s>{text}</s>" if found.retracted else text}'
    if found.defect:
        html += f'<abbr class="mark" title="{escape(found.defect)}">†</abbr>'
    if found.edition:
        html += (
            f'<abbr class="mark" title="other data or version: {escape(found.edition)}">‡</abbr>'
        )
    html += "</span>"
    if found.retracted:
        html += ' <span class="chip gone">retracted</span>'
    if interval and found.low is not None and found.high is not None:
        low, high = shown(found.low, unit, 1), shown(found.high, unit, 1)
        html += f'<span class="ci">{low}–{high}</span>'
    return Markup(html)


def bar(found: Number | None, scale: tuple[float, float]) -> Markup:
    """A number and its interval drawn on a common scale: decoration, the text says the same.

    Args:
        found: what to draw; nothing is drawn for None.
        scale: values at the left and at the right end; what lies beyond is an arrow there.
    """
    from markupsafe import Markup

    return Markup("" if found is None else drawn(found, scale))  # numbers only


def drawn(found: Number, scale: tuple[float, float]) -> str:
    """A bar as text, for tables that are written as text.

    It lies on a grid of 200 by 16, twice as fine as its pixels; a point's size is in the style.
    """
    left, right = scale
    of, low, high = found.value, found.low, found.high
    if not left <= of <= right:
        inner = f'<path class="out" d="M{"4 8l10-7v14z" if of < left else "196 8l-10-7v14z"}"/>'
    else:
        step = (right - left or 1.0) / 192
        inner = f'<circle cx="{round((of - left) / step) + 4}"/>'
        if low is not None and high is not None:
            a = round((low - left) / step) + 4 if low > left else 4
            b = round((high - left) / step) + 4 if high < right else 196
            if a != b:
                inner = f'<path d="M{a} 5v6m0-3H{b}m0-3v6"/>{inner}'
    return f'<svg class="bar" viewBox="0 0 200 16" aria-hidden="true">{inner}</svg>'


def axis_text(ends: tuple[float, float], unit: str = "") -> str:
    """The ends of an axis in words: "15 to 55"."""
    digits = 0 if not unit or ends[1] - ends[0] >= 5 else 2
    return " to ".join(shown(end, unit, digits) for end in ends)


def axis(numbers: Iterable[Number], unit: str = "") -> tuple[float, float]:
    """Ends of the axis that the bars of some numbers share, at round values.

    Shares have ends at multiples of 5 points between 0 and 100; what has a unit at multiples of the
    power of ten below its range. References are best left out: an oracle's 100 would leave the
    others no room.
    """
    found = list(numbers)
    if not found:
        return 0.0, 1.0
    low = min(n.value if n.low is None else n.low for n in found)
    high = max(n.value if n.high is None else n.high for n in found)
    step = 10 ** floor(log10(max(high - low, 1e-6))) if unit else 0.05
    left, right = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    if right <= left:
        right = left + 1
    if not unit and low >= 0 and high <= 1:
        left, right = max(left, 0), min(right, 20)
        left = min(left, right - 1)
    return round(left * step, 9), round(right * step, 9)
