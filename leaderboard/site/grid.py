"""A suite's numbers by place, for what goes through all of them: its downloads and scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from leaderboard.board.records import Number, Row, SuiteBoard

Cells = Sequence[Mapping[str, Number]]
"""For each column measure -> number; empty where there is none."""

_NOTHING: Mapping[str, Number] = {}
_REMARKS = attrgetter("level", "edition", "printed", "defect", "retracted")


@dataclass(frozen=True)
class Line:
    """A row with its numbers."""

    row: Row
    cells: Cells
    plain: bool
    """Whether nothing is to be said of any number but what it is: see `remarkable`."""


@dataclass(frozen=True)
class Grid:
    """A suite with its numbers row by row."""

    suite: SuiteBoard
    lines: Sequence[Line]

    @classmethod
    def of(cls, suite: SuiteBoard) -> Grid:
        """Every number of a suite."""
        columns = [column.id for column in suite.columns]
        known = suite.numbers.get
        lines = []
        for row in suite.rows:
            cells = [known((row.id, column), _NOTHING) for column in columns]
            lines.append(Line(row, cells, plain=not _any_remarkable(row, cells)))
        return cls(suite, lines)

    @property
    def aggregates(self) -> int:
        """How many columns are aggregates; they come first."""
        return sum(column.kind == "aggregate" for column in self.suite.columns)


def remarkable(number: Number, row: Row) -> bool:
    """Whether a number has what most do not: a level other than its row's, an edition, ..."""
    return _REMARKS(number) != (row.level, "", "", "", False)


def _any_remarkable(row: Row, cells: Cells) -> bool:
    usual = (row.level, "", "", "", False)
    for numbers in cells:
        for number in numbers.values():
            if _REMARKS(number) != usual:
                return True
    return False
