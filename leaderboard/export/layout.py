"""How a table lies on a page: as it is, or turned and in parts where it has many columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from leaderboard.export.table import Entry, Table

WIDE, ACROSS = 6, 8
"""Columns of numbers that a page takes beside names of models, and beside those of tasks."""


@dataclass(frozen=True, slots=True)
class Head:
    """What names a column or a row."""

    text: str
    marks: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of which every row has an entry or None below each head."""

    corner: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Head, tuple[Entry | None, ...]], ...]
    turned: bool = False
    """Models stand above their columns, and tasks before the rows."""


def grids(table: Table) -> list[Grid]:
    """One grid, or parts of equal width, whose rows are the columns of a table that is too wide."""
    if len(table.headers) <= WIDE:
        heads = tuple(map(Head, table.headers))
        rows = tuple((Head(line.label, line.marks), line.entries) for line in table.lines)
        return [Grid("Model", heads, rows)]
    models = [Head(line.label, line.marks) for line in table.lines]
    columns = list(zip(*(line.entries for line in table.lines), strict=True))
    return [
        Grid(
            "Task",
            tuple(models[part]),
            tuple(
                (Head(title), entries[part])
                for title, entries in zip(table.headers, columns, strict=True)
            ),
            turned=True,
        )
        for part in _parts(models)
    ]


def _parts(models: Sequence[Head]) -> list[slice]:
    """Slices of at most `ACROSS`, as equal as can be."""
    width = ceil(len(models) / ceil(len(models) / ACROSS))
    return [slice(start, start + width) for start in range(0, len(models), width)]
