"""Quality against size: is a larger model worth it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leaderboard.export.drawing import INK, RULE, WIDTH, drawable, drawing, saved
from leaderboard.export.selection import Selection

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
"""One a kind of model: shapes stay apart in black and white."""

_SIDES = tuple((dx, dy, align) for dy in (4, -9, 11) for dx, align in ((4, "left"), (-4, "right")))
"""Where a name may stand beside its point, the best first: points to the right and up."""


class Point(NamedTuple):
    """A row of known size."""

    parameters: int
    value: float
    low: float | None
    high: float | None
    rank: int
    kind: str
    label: str


def draw_size(part: Selection, form: str) -> bytes | None:
    """The first column over the number of parameters, on a log scale.

    Models without learned parameters stand at the left edge. Those that no model of their size
    or smaller beats are named, where there is room. References and rows of unknown size are left
    out.

    Args:
        part: what to draw.
        form: "svg" or "pdf".

    Returns:
        The figure; None where no row has a size.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    with drawing():
        from matplotlib.figure import Figure

        if not (points := _points(part)):
            return None
        figure = Figure(figsize=(WIDTH, 2.5), layout="constrained")
        axes = figure.add_subplot()
        edge = _scale(axes, points)
        for marker, kind in zip(MARKERS, sorted({point.kind for point in points}), strict=False):
            _draw_kind(axes, [point for point in points if point.kind == kind], marker, edge)
        axes.margins(x=0.12, y=0.12)
        front = _front(points)
        _draw_front(axes, front, edge)
        axes.set_xlabel("parameters")
        axes.set_ylabel(drawable(f"{part.columns[0].title}: {part.quantity}", 50))
        figure.legend(loc="outside upper center", ncols=3, handletextpad=0.2, columnspacing=1)
        _name(axes, front, points, edge)
        return saved(figure, form)


def _points(part: Selection) -> list[Point]:
    factor = part.factor
    column = part.columns[0]
    return [
        Point(
            row.parameters,
            number.value * factor,
            None if number.low is None else number.low * factor,
            None if number.high is None else number.high * factor,
            rank,
            row.kind,
            drawable(part.labels[row.id], 28),
        )
        for row in part.rows
        if row.parameters is not None
        and (rank := part.rank(row, column))
        and (number := part.number(row, column))
    ]


def _front(points: list[Point]) -> list[Point]:
    """Points that nothing of their size or smaller beats, smallest first."""
    best: list[Point] = []
    for point in sorted(points, key=lambda point: (point.parameters, point.rank, point.label)):
        if not best or point.rank < best[-1].rank:
            best.append(point)
    return best


def _scale(axes: Axes, points: list[Point]) -> float:
    """Sets the axis of sizes; returns where models without parameters stand."""
    sizes = sorted({point.parameters for point in points if point.parameters})
    axes.set_xscale("log")
    if not sizes:
        axes.set_xticks([1.0], labels=["none"])
        axes.set_xlim(0.5, 2)
        axes.minorticks_off()
        return 1.0
    low, high = len(str(sizes[0])) - 1, len(str(sizes[-1]))
    ticks = [float(10**power) for power in range(low, high + 1)]
    names = [_short(10**power) for power in range(low, high + 1)]
    edge = 10.0 ** (low - 1)
    if any(point.parameters == 0 for point in points):
        ticks, names = [edge, *ticks], ["none", *names]
    axes.set_xticks(ticks, labels=names)
    axes.minorticks_off()
    return edge


def _short(parameters: int) -> str:
    """1000000 -> "1M"."""
    for unit, size in (("T", 10**12), ("B", 10**9), ("M", 10**6), ("K", 10**3)):
        if parameters >= size:
            return f"{parameters // size}{unit}"
    return str(parameters)


def _draw_kind(axes: Axes, points: list[Point], marker: str, edge: float) -> None:
    for point in points:
        if point.low is not None and point.high is not None:
            x = point.parameters or edge
            axes.plot([x, x], [point.low, point.high], color=RULE, linewidth=0.6, zorder=1)
    axes.plot(
        [point.parameters or edge for point in points],
        [point.value for point in points],
        marker=marker,
        markersize=3.6,
        markerfacecolor="white",
        markeredgecolor=INK,
        markeredgewidth=0.7,
        linestyle="none",
        label=points[0].kind,
        zorder=3,
    )


def _draw_front(axes: Axes, front: list[Point], edge: float) -> None:
    """The best quality that a size can buy, up to the right end of the axis."""
    right = axes.get_xlim()[1]
    axes.step(
        [*(point.parameters or edge for point in front), right],
        [*(point.value for point in front), front[-1].value],
        where="post",
        color=RULE,
        linewidth=0.6,
        linestyle="--",
        zorder=1,
    )
    axes.set_xlim(right=right)


def _name(axes: Axes, named: list[Point], points: list[Point], edge: float) -> None:
    """Writes names beside points, where they neither leave the axes nor cover a point."""
    from matplotlib.transforms import Bbox

    figure = axes.get_figure(root=True)
    assert figure is not None  # it was made with one
    figure.draw_without_rendering()
    places = axes.transData.transform([(point.parameters or edge, point.value) for point in points])
    taken = [Bbox([place, place]).padded(3) for place in places]
    for point in reversed(named):
        for dx, dy, align in _SIDES:
            text = axes.annotate(
                point.label,
                (point.parameters or edge, point.value),
                xytext=(dx, dy),
                textcoords="offset points",
                ha=align,
                fontsize=6,
            )
            box = text.get_window_extent()
            inside = box.x0 >= axes.bbox.x0 and box.x1 <= figure.bbox.x1
            if inside and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            text.remove()
