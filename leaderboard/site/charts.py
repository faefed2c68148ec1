"""Small figures as inline SVG: readable without a script, in both themes, and in print.

A figure's words and colours come from classes of assets/charts.css. Each is labelled with what it
shows, and stands beside a table or a sentence with the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor

from markupsafe import Markup

from leaderboard.site.formats import plural, shown

WIDTH, HEIGHT = 420, 160
"""Of a figure, in its own units; it grows and shrinks with the page."""
LEFT, RIGHT, TOP, BOTTOM = 8, 8, 32, 24
"""Room around the plotted area for the labels of axes and marks."""
BINS = 20


def histogram(
    values: Sequence[float],
    *,
    measure: str,
    what: str,
    unit: str = "",
    marks: Sequence[tuple[float, str]] = (),
) -> Markup:
    """How many values lie where.

    Args:
        values: of a measure; shares are drawn on an axis from 0 to 1, others on their own range.
        measure: which measure it is.
        what: what is counted, in the singular: "query".
        unit: of the measure; "" for a share of 1.
        marks: values that get a line and a name, such as those of reference systems.
    """
    low, high = _domain([*values, *(value for value, _ in marks)], unit)
    edges = [low + (high - low) * i / BINS for i in range(BINS + 1)]
    counts = [0] * BINS
    for value in values:
        counts[min(int((value - low) / (high - low) * BINS), BINS - 1)] += 1
    tallest = max(counts, default=0) or 1
    floor_y, step = HEIGHT - BOTTOM, (WIDTH - LEFT - RIGHT) / BINS
    parts = []
    told = []
    for i, count in enumerate(counts):
        if not count:
            continue
        tall = max(count / tallest * (floor_y - TOP), 1.5)
        span = f"{shown(edges[i], unit, 0)} to {shown(edges[i + 1], unit, 0)}"
        told.append(f"{span}: {count}")
        parts.append(
            f'<rect class="bin" x="{_x(LEFT + i * step + 1)}" y="{_x(floor_y - tall)}" '
            f'width="{_x(step - 2)}" height="{_x(tall)}" rx="1">'
            f"<title>{span}: {_counted(count, what)}</title></rect>"
        )
    if values:
        peak = counts.index(tallest)
        parts.append(
            f'<text class="tick mid" x="{_x(LEFT + (peak + 0.5) * step)}" y="{TOP - 3}">'
            f"{tallest:,}</text>"
        )
    parts += _marks(marks, low, high)
    parts += _axis(low, high, unit)
    label = f"{_counted(len(values), what)} by {measure}. " + "; ".join(told)
    return _figure("histogram", WIDTH, HEIGHT, label, parts)


def diverging(worsened: int, improved: int, most: int) -> Markup:
    """Two bars from a middle: tasks that became worse to the left, better to the right.

    Args:
        worsened: length of the left bar.
        improved: length of the right bar.
        most: the longest bar of the table that this belongs to.
    """
    scale = 98 / max(most, 1)
    parts = [
        f'<rect class="loss" x="{_x(100 - worsened * scale)}" y="2" '
        f'width="{_x(worsened * scale)}" height="10"/>',
        f'<rect class="gain" x="100" y="2" width="{_x(improved * scale)}" height="10"/>',
        '<path class="axis" d="M100 0V14"/>',
    ]
    return Markup('<svg class="diverging" viewBox="0 0 200 14" aria-hidden="true">{}</svg>').format(
        Markup("".join(parts))
    )  # numbers only


SIDE = 400
"""Width and height of a scatter plot."""
MARGIN = 40
"""Its room for the labels of axes, on the left and below."""


def scatter(points: Sequence[tuple[str, float, float]], *, across: str, up: str) -> Markup:
    """Points by two shares of 1, each with its name where there is room for it.

    Args:
        points: (name, horizontal, vertical).
        across: what the horizontal axis is.
        up: what the vertical axis is.
    """
    low_x, high_x = _domain([x for _, x, _ in points], tight=True)
    low_y, high_y = _domain([y for _, _, y in points], tight=True)
    far = SIDE - MARGIN

    def right(value: float) -> float:
        return MARGIN + (value - low_x) / (high_x - low_x) * (far - MARGIN + 24)

    def down(value: float) -> float:
        return far - (value - low_y) / (high_y - low_y) * (far - 24)

    parts = []
    for tick in _ticks(low_x, high_x):
        at, text = _x(right(tick)), shown(tick, digits=0 if high_x - low_x > 0.1 else 1)
        parts.append(f'<path class="grid" d="M{at} 20V{far}"/>')
        parts.append(f'<text class="tick mid" x="{at}" y="{far + 14}">{text}</text>')
    for tick in _ticks(low_y, high_y):
        y, text = down(tick), shown(tick, digits=0 if high_y - low_y > 0.1 else 1)
        parts.append(f'<path class="grid" d="M{MARGIN} {_x(y)}H{SIDE - 16}"/>')
        parts.append(f'<text class="tick end" x="{MARGIN - 5}" y="{_x(y + 4)}">{text}</text>')
    placed = [(name, right(x), down(y)) for name, x, y in points]
    for (name, x, y), (_, across_value, up_value) in zip(placed, points, strict=True):
        parts.append(
            f'<circle class="point" cx="{_x(x)}" cy="{_x(y)}" r="4"><title>{escape(name)}: '
            f"{shown(across_value)} and {shown(up_value)}</title></circle>"
        )
    parts += _names(placed)
    parts.append(
        f'<text class="axis-name mid" x="{SIDE // 2}" y="{SIDE - 6}">{escape(across)} →</text>'
        f'<text class="axis-name" x="4" y="10">↑ {escape(up)}</text>'
    )
    label = f"{plural(len(points), 'model')}: {up} against {across}"
    return _figure("scatter", SIDE, SIDE, label, parts)


def _names(placed: Sequence[tuple[str, float, float]]) -> list[str]:
    """Names beside their points, on a side where they cover neither a point nor a name."""
    boxes = [(x - 5, y - 5, x + 5, y + 5) for _, x, y in placed]
    parts = []
    for name, x, y in sorted(placed, key=lambda point: (point[2], point[1], point[0])):
        text = _short(name)
        wide = len(text) * 6.8
        for left, base in ((x + 8, y + 4), (x - 8 - wide, y + 4), (x - wide / 2, y - 9),
                           (x - wide / 2, y + 17)):  # fmt: skip
            box = (left, base - 9, left + wide, base + 2)
            if box[0] < MARGIN or box[2] > SIDE or any(_overlap(box, other) for other in boxes):
                continue
            boxes.append(box)
            parts.append(f'<text class="name" x="{_x(left)}" y="{_x(base)}">{escape(text)}</text>')
            break
    return parts


def _overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    """Whether two boxes (left, top, right, bottom) share an area."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _domain(values: Sequence[float], unit: str = "", *, tight: bool = False) -> tuple[float, float]:
    """Ends of an axis that holds every value."""
    if not unit and not tight and all(0 <= value <= 1 for value in values):
        return 0.0, 1.0
    low, high = min(values, default=0.0), max(values, default=1.0)
    pad = (high - low) * 0.08 or 0.05
    low, high = low - pad, high + pad
    return (max(low, 0.0), min(high, 1.0)) if not unit else (low, high)


def _ticks(low: float, high: float) -> list[float]:
    """Round values inside a range: four to eight of them."""
    span = high - low
    step = next(
        (s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 50, 100) if span / s <= 8),
        span / 5,
    )
    first = ceil(low / step - 1e-9)
    return [round(i * step, 10) for i in range(first, floor(high / step + 1e-9) + 1)]


def _axis(low: float, high: float, unit: str) -> list[str]:
    """The horizontal axis of a histogram."""
    y = HEIGHT - BOTTOM
    digits = 0 if high - low > 0.1 else 1
    texts = [
        f'<text class="tick mid" x="{_x(_across(tick, low, high))}" y="{y + 15}">'
        f"{shown(tick, unit, digits)}</text>"
        for tick in _ticks(low, high)
    ]
    return [f'<path class="axis" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>', *texts]


def _marks(marks: Sequence[tuple[float, str]], low: float, high: float) -> list[str]:
    """Named lines in a histogram; names that would overlap are left to the title of their line."""
    parts, free = [], 0.0
    for value, name in sorted(marks):
        x, text = _across(value, low, high), _short(name)
        parts.append(
            f'<path class="mark-line" d="M{_x(x)} {TOP - 16}V{HEIGHT - BOTTOM}">'
            f"<title>{escape(name)}</title></path>"
        )
        half = len(text) * 3.2
        middle = min(max(x, LEFT + half), WIDTH - RIGHT - half)
        if middle - half >= free:
            free = middle + half + 6
            parts.append(
                f'<text class="tick mid" x="{_x(middle)}" y="{TOP - 20}">{escape(text)}</text>'
            )
    return parts


def _across(value: float, low: float, high: float) -> float:
    return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)


def _figure(kind: str, width: int, height: int, label: str, parts: Sequence[str]) -> Markup:
    return Markup(
        '<svg class="chart {}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(kind, width, height, label, Markup("".join(parts)))  # escaped by whoever made them


def _counted(count: int, what: str) -> str:
    return plural(count, what, f"{what[:-1]}ies" if what.endswith("y") else None)


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"


def _x(value: float) -> str:
    """A coordinate: at most one decimal, so that every machine writes the same."""
    return f"{value:.1f}".removesuffix(".0")
