"""Draws what trainings wrote down as they went, each a line.

    python -m examples.methods.curves FILE.svg CHECKPOINT...

A panel is a quantity of a stage, with all checkpoints that have both. Those whose folders have the
same name, such as `seed-0/em` and `seed-1/em`, are drawn alike.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from harness.errors import UserError, plainly
from harness.files import replacing
from harness.loading.identity import TRAINING
from harness.training.work import CURVES, Rows
from leaderboard.export.drawing import INK, drawable, drawing, saved

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Line = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Quantity:
    """What a curve may tell.

    Attributes:
        title: of its panels.
        along: what it is told for one of.
        window: how many points a drawn one is the mean of: itself and those before it.
    """

    title: str
    along: str
    window: int = 1


QUANTITIES: Mapping[str, Quantity] = {
    "loss": Quantity("loss", "step, mean of ten", 10),
    "margin": Quantity("margin", "step, mean of ten", 10),
    "value": Quantity("held-out measure", "round"),
    "variance": Quantity("variance of the likelihood", "samples"),
    "effective_samples": Quantity("effective samples", "samples"),
}
"""By their names in `curves.jsonl`; what else stands there is not drawn."""

Panels = Mapping[tuple[str, str], dict[str, list[Line]]]
"""By stage and quantity, and by the name of checkpoints: a line for each of them."""

ACROSS, WIDE, HIGH = 3, 2.6, 1.7
"""Panels beside each other, and inches of each."""
STROKES = (("solid", INK), ("dashed", "0.45"), ("dotted", "0.45"), ("dashdot", "0.45"))
"""Of names, in their order: told apart without colour."""
FEW = 10
"""Points up to which each has a mark."""


def read(checkpoints: Iterable[Path]) -> Panels:
    """What trainings wrote down, by panel.

    Raises:
        UserError: a checkpoint has no curve, or they have more than four names.
    """
    panels: dict[tuple[str, str], dict[str, list[Line]]] = {}
    names = set()
    for checkpoint in checkpoints:
        name = checkpoint.resolve().name
        names.add(name)
        found = list(_curves(checkpoint))
        if not found:
            raise UserError(f"{checkpoint} is no training with curves: name a checkpoint's folder")
        for panel, line in found:
            panels.setdefault(panel, {}).setdefault(name, []).append(line)
    if len(names) > len(STROKES):
        raise UserError(f"folders of {len(names)} names: draw at most {len(STROKES)} together")
    return panels


def _curves(checkpoint: Path) -> Iterator[tuple[tuple[str, str], Line]]:
    """The curves of a training, in order of its stages."""
    numbered = (path.name.partition("-") for path in (checkpoint / TRAINING).glob("[0-9]*-*"))
    for number, _, stage in sorted(numbered, key=lambda parts: int(parts[0])):
        for file in sorted((checkpoint / TRAINING / f"{number}-{stage}").rglob(CURVES)):
            rows = list(Rows(file))
            for name, quantity in QUANTITIES.items():
                points = [(row["step"], row[name]) for row in rows if name in row]
                if points:
                    yield (stage, name), smoothed(points, quantity.window)


def smoothed(points: Line, window: int) -> Line:
    """Each point from the `window`th on, as the mean of `window`: itself and those before it.

    A line shorter than that is one point, the mean of all.
    """
    window = min(window, len(points))
    return [
        (points[end - 1][0], fmean(y for _, y in points[end - window : end]))
        for end in range(window, len(points) + 1)
    ]


def draw(panels: Panels) -> bytes:
    """The panels as SVG, three beside each other, and below them what each stroke means.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    names = dict.fromkeys(name for lines in panels.values() for name in lines)
    strokes = dict(zip(names, STROKES, strict=False))
    with drawing():
        from matplotlib.figure import Figure
        from matplotlib.lines import Line2D

        across, down = min(ACROSS, len(panels)), ceil(len(panels) / ACROSS)
        figure = Figure(figsize=(WIDE * across, HIGH * down + 0.2), layout="constrained")
        for place, ((stage, quantity), lines) in enumerate(panels.items(), start=1):
            axes = figure.add_subplot(down, across, place)
            _describe(axes, stage, QUANTITIES[quantity])
            for name in reversed(lines):  # the first on top
                for line in lines[name]:
                    _draw_line(axes, line, *strokes[name])
        handles = [Line2D([], [], linestyle=style, color=ink) for style, ink in strokes.values()]
        said = [drawable(name, 40) for name in strokes]
        figure.legend(handles, said, loc="outside lower center", ncols=len(strokes))
        return saved(figure, "svg")


def _describe(axes: Axes, stage: str, quantity: Quantity) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_title(f"{drawable(stage, 20)}: {quantity.title}", fontsize=7)
    axes.set_xlabel(quantity.along, fontsize=6)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))


def _draw_line(axes: Axes, line: Line, style: str, ink: str) -> None:
    steps, values = zip(*line, strict=True)
    mark = "o" if len(line) <= FEW else None
    axes.plot(steps, values, color=ink, lw=0.7, ls=style, marker=mark, ms=1.8)


def main(arguments: Sequence[str]) -> None:
    """Draws trainings into a file."""
    parser = argparse.ArgumentParser(prog="python -m examples.methods.curves")
    parser.add_argument("file", type=Path, metavar="FILE.svg")
    parser.add_argument("checkpoints", type=Path, nargs="+", metavar="CHECKPOINT")
    told = parser.parse_args(arguments)
    if told.file.suffix != ".svg":
        raise UserError(f"{told.file}: the first argument is the figure, a name that ends in .svg")
    figure = draw(read(told.checkpoints))
    with replacing(told.file) as file:
        file.write(figure)


if __name__ == "__main__":
    with plainly():
        main(sys.argv[1:])
