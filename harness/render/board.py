"""A table of scores with their spread: as many columns as fit abreast, the others below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from harness.render.words import PARTIAL, QUIET, STRONG, WARNING, Interval, grid, hundredths, spread

HEADING = 13
"""Cells after which a heading goes on in the next line."""
GAP = 3
"""Cells between two columns."""


@dataclass(frozen=True)
class Cell:
    """A value.

    Attributes:
        value: the mean with its interval.
        partial: whether it stands for less than the whole.
        best: whether it stands out among its rivals.
        instead: what is shown in its place, where it is no value yet.
    """

    value: Interval
    partial: bool
    best: bool = False
    instead: str = ""


@dataclass(frozen=True)
class Column:
    """Values by row.

    Attributes:
        title: name of a task, an aggregate or a model.
        cells: number of the row -> its value; a row may have none.
        note: what else the heading says, such as a measure.
    """

    title: str
    cells: Mapping[int, Cell]
    note: str = ""

    @property
    def partial(self) -> bool:
        """True when all of its values are, so that the heading says so once."""
        return bool(self.cells) and all(cell.partial for cell in self.cells.values())

    def heading(self) -> Text:
        """The title in short lines, the note and the mark below."""
        text = Text("\n".join(broken(self.title, HEADING)), justify="right")
        if self.note:
            text.append(f"\n{self.note}")
        if self.partial:
            text.append(f"\n{PARTIAL}", WARNING)
        return text

    def text(self, row: int) -> Text:
        """A row's value with its spread."""
        cell = self.cells.get(row)
        if cell is None:
            return Text("-", QUIET)
        if cell.instead:
            return Text(cell.instead, WARNING)
        text = Text(hundredths(cell.value.value), STRONG if cell.best else "")
        text.append(Text(f" {spread(cell.value):>6}", f"not bold {QUIET}"))
        if cell.partial and not self.partial:
            text.append(f"\n{PARTIAL}", WARNING)
        return text

    def width(self, rows: int) -> int:
        """Cells that the column takes."""
        texts = [self.heading(), *map(self.text, range(rows))]
        return max(cell_len(line) for text in texts for line in text.plain.split("\n"))


@dataclass(frozen=True)
class Board:
    """The table; columns that do not fit continue in another one below.

    Attributes:
        labels: what stands before the values, a tuple for each row.
        names: the headings of those labels.
    """

    names: tuple[str, ...]
    labels: Sequence[tuple[str, ...]]
    columns: Sequence[Column]

    def __rich_console__(
        self, screen: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        """Called by rich."""
        room = options.max_width - self._label_width(options.max_width)
        for part in _abreast(self.columns, len(self.labels), room):
            yield ""
            yield self._table(part)

    def _label_width(self, whole: int) -> int:
        widths = [
            max(cell_len(text) for text in column)
            for column in zip(self.names, *self.labels, strict=True)
        ]
        return min(sum(widths) + GAP * len(widths), max(20, whole // 2))

    def _table(self, columns: Sequence[Column]) -> Table:
        table = grid(*self.names)
        for column in columns:
            table.add_column(column.heading(), justify="right", no_wrap=True)
        for row, label in enumerate(self.labels):
            table.add_row(*map(Text, label), *(column.text(row) for column in columns))
        return table


def _abreast(columns: Iterable[Column], rows: int, room: int) -> Iterator[list[Column]]:
    """The columns in groups that fit into so many cells, at least one in each."""
    part: list[Column] = []
    used = 0
    for column in columns:
        width = column.width(rows) + GAP
        if part and used + width > room:
            yield part
            part, used = [], 0
        part.append(column)
        used += width
    if part:
        yield part


def broken(title: str, width: int) -> list[str]:
    """A title in lines of at most so many cells, broken after hyphens, underscores and slashes.

    A word that is longer than a line stays whole.
    """
    pieces = re.findall(r"[^\s/_-]*[\s/_-]?", title)
    lines = [""]
    for piece in filter(None, pieces):
        if lines[-1] and len(lines[-1]) + len(piece) > width:
            lines.append("")
        lines[-1] += piece
    return lines


def without_common_benchmark(names: Sequence[str]) -> list[str]:
    """Task names without the benchmark before the "/", where all share one."""
    heads = [head for head, _ in groupby(sorted(name.partition("/")[0] for name in names))]
    slashed = all("/" in name for name in names)
    return [n.partition("/")[2] for n in names] if slashed and len(heads) == 1 else list(names)
