"""The small pieces that tables are made of, as HTML. Templates call them thousands of times."""

from __future__ import annotations

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


def badge(level: Level) -> Markup:
    """A level as a small labelled badge."""
    from markupsafe import Markup

    css, meaning = LEVELS[level]
    return Markup('<span class="level {}" title="{}">{}</span>').format(css, meaning, level)


def number(found: Number | None, measure: str = "", *, interval: bool = True) -> Markup:
    """A number with its interval below it; a dash where there is none.

    A number that is known to be misprinted carries a dagger, one of other data a double dagger,
    one that was retracted is struck through. Each says so in words too.
    """
    from markupsafe import Markup, escape

    if found is None:
        return Markup('<span class="none">–</span>')
    text = number_text(found, measure)  # digits only: nothing to escape
    html = f'<span class="v">{f"<s>{text}</s>" if found.retracted else text}'
    if found.defect:
        html += f'<abbr class="mark" title="{escape(found.defect)}">†</abbr>'
    if found.edition:
        html += (
            f'<abbr class="mark" title="other data or version: {escape(found.edition)}">‡</abbr>'
        )
    html += "</span>"
    if interval and found.low is not None and found.high is not None:
        low, high = shown(found.low, measure, 1), shown(found.high, measure, 1)
        html += f'<span class="ci">{low}–{high}</span>'
    return Markup(html)


def bar(found: Number | None, scale: tuple[float, float]) -> Markup:
    """A number and its interval drawn on a common scale: decoration, the text says the same.

    Args:
        found: what to draw; nothing is drawn for None.
        scale: values at the left and at the right end.
    """
    from markupsafe import Markup

    if found is None:
        return Markup("")
    left, right = scale
    span = (right - left) or 1.0

    def x(value: float) -> str:
        return f"{min(max((value - left) / span, 0), 1) * 96 + 2:.1f}".rstrip("0").rstrip(".")

    whisker = ""
    if found.low is not None and found.high is not None:
        whisker = f'<path d="M{x(found.low)} 4H{x(found.high)}"/>'
    return Markup(  # numbers only
        f'<svg class="bar" viewBox="0 0 100 8" aria-hidden="true">{whisker}'
        f'<circle cx="{x(found.value)}" cy="4" r="2.6"/></svg>'
    )
