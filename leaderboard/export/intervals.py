"""The interval plot: every row's number with its interval, and groups that are tied."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from leaderboard.board.records import Number, Row
from leaderboard.export.drawing import INK, RULE, SHADE, WIDTH, drawable, drawing, saved
from leaderboard.export.selection import Selection

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 60
"""Rows of a figure: more do not fit a page. The figure says how many are left out."""

LINE, MARGIN = 0.145, 0.75
"""Inches of a row, and of what stands above and below all rows."""


def draw_intervals(part: Selection, form: str) -> bytes | None:
    """A forest plot of the first column, best on top, references below.

    Filled marks are numbers that were computed again, open ones printed or self-reported, and
    diamonds references. Rows of one band share a group, whose letter stands at the right.

    Args:
        part: what to draw.
        form: "svg" or "pdf".

    Returns:
        The figure; None where no number is comparable.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    with drawing():
        from matplotlib.figure import Figure
        from matplotlib.ticker import MaxNLocator

        column = part.columns[0]
        found = [(row, number) for row in part.rows if (number := part.comparable(row, column))]
        points = found[:MOST]
        if not points:
            return None
        figure = Figure(figsize=(WIDTH, MARGIN + LINE * len(points)), layout="constrained")
        axes = figure.add_subplot()
        for y, (row, number) in enumerate(points):
            _point(axes, y, row, number, part.factor)
        _shade_groups(axes, part, [row for row, _ in points])
        axes.set_yticks(range(len(points)))
        axes.set_yticklabels([drawable(part.labels[row.id], 32) for row, _ in points], fontsize=6)
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(points) - 0.4, -0.6)
        axes.grid(axis="x", color=RULE, linewidth=0.3, zorder=0)
        axes.set_axisbelow(True)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.set_xlabel("\n".join(_said(part, found)), loc="right", fontsize=6, linespacing=1.4)
        return saved(figure, form)


def _said(part: Selection, found: list[tuple[Row, Number]]) -> Iterator[str]:
    """What is drawn, and what marks and letters mean, as far as they are there."""
    said = drawable(f"{part.columns[0].title}: {part.quantity}", 50)
    if any(number.low is not None for _, number in found):
        said += ", 95 % interval"
    yield said if len(found) <= MOST else f"{said}; {MOST} of {len(found)} rows"
    marks = {
        "filled: re-scored": any(_again(number) for _, number in found),
        "open: printed or self-reported": not all(_again(number) for _, number in found),
        "diamond: reference": any(row.kind == "reference" for row, _ in found),
    }
    yield "; ".join(mark for mark, there in marks.items() if there)
    letters = part.letters()
    if any(letters[row.id] for row, _ in found):
        yield "one letter: not told apart from the best row of that letter"


def _again(number: Number) -> bool:
    """Whether a number was computed again from predictions."""
    return number.level in {"re-scored", "reproduced"}


def _point(axes: Axes, y: int, row: Row, number: Number, factor: float) -> None:
    if number.low is not None and number.high is not None:
        ends = [number.low * factor, number.high * factor]
        axes.plot(ends, [y, y], color=INK, linewidth=0.8, zorder=2)
    axes.plot(
        [number.value * factor],
        [y],
        marker="D" if row.kind == "reference" else "o",
        markersize=3.2,
        markeredgewidth=0.7,
        markeredgecolor=INK,
        markerfacecolor=INK if _again(number) else "white",
        linestyle="none",
        zorder=3,
    )


def _shade_groups(axes: Axes, part: Selection, rows: list[Row]) -> None:
    """Every second group on a shade, so that groups are seen without colour."""
    letters = part.letters()
    runs = groupby(enumerate(rows), key=lambda item: letters[item[1].id])
    for i, (letter, run) in enumerate(runs):
        lines = [y for y, _ in run]
        if not letter:
            continue
        if i % 2 == 0:
            axes.axhspan(lines[0] - 0.5, lines[-1] + 0.5, color=SHADE, linewidth=0, zorder=0)
        axes.text(
            1.015,
            (lines[0] + lines[-1]) / 2,
            letter,
            transform=axes.get_yaxis_transform(),
            va="center",
            fontstyle="italic",
        )
