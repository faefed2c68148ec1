"""A suite's numbers by place, for what goes through all of them: its downloads and scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, TypeVar

from leaderboard.board.records import Number, Row, SuiteBoard

FIELDS = ("value", "low", "high", "n", "rank", "seconds")
"""What is known of most numbers."""

_NOTHING: Mapping[str, Number] = {}
_USUAL = attrgetter(*FIELDS)
_UNKNOWN = (None,) * len(FIELDS)
_REMARKS = attrgetter("level", "edition", "printed", "defect", "retracted")


Value = TypeVar("Value")


def by_row(found: Mapping[tuple[str, str], Value]) -> dict[str, dict[str, Value]]:
    """What a suite says of each (row, column), by row: looking up a million pairs takes longer."""
    rows: dict[str, dict[str, Value]] = {}
    for (row, column), value in found.items():
        if row in rows:
            rows[row][column] = value
        else:
            rows[row] = {column: value}
    return rows


@dataclass(frozen=True)
class Line:
    """A row with its numbers.

    Attributes:
        row: which one.
        numbers: measure -> a number for each column; None where there is none.
        lists: measure -> field -> what the numbers say, for each column.
        plain: whether nothing is to be said of any number but its fields: see `remarkable`.
        commands: task -> what to type.
    """

    row: Row
    numbers: Mapping[str, Sequence[Number | None]]
    lists: Mapping[str, Mapping[str, Sequence[Any]]]
    plain: bool
    commands: Mapping[str, str]


@dataclass(frozen=True)
class Grid:
    """A suite with its numbers row by row."""

    suite: SuiteBoard
    lines: Sequence[Line]

    @classmethod
    def of(cls, suite: SuiteBoard) -> Grid:
        """Every number of a suite."""
        columns = [column.id for column in suite.columns]
        known, commands = by_row(suite.numbers), by_row(suite.commands)
        lines = []
        for row in suite.rows:
            there = known.get(row.id, {})
            numbers = _by_measure(suite.measures, [there.get(name, _NOTHING) for name in columns])
            lists = {measure: _lists(found) for measure, found in numbers.items()}
            plain = not _any_remarkable(row, numbers)
            lines.append(Line(row, numbers, lists, plain, commands.get(row.id, {})))
        return cls(suite, lines)

    @cached_property
    def aggregates(self) -> int:
        """How many columns are aggregates; they come first."""
        return sum(column.kind == "aggregate" for column in self.suite.columns)


def _by_measure(
    measures: tuple[str, ...], cells: Sequence[Mapping[str, Number]]
) -> dict[str, Sequence[Number | None]]:
    """Numbers of columns, which most often have all measures in their order, by measure."""
    found: list[Iterable[Number | None]] = [
        cell.values() if tuple(cell) == measures else map(cell.get, measures) for cell in cells
    ]
    return dict(zip(measures, zip(*found, strict=True), strict=True)) if found else {}


def _lists(numbers: Sequence[Number | None]) -> dict[str, Sequence[Any]]:
    fields = zip(*[_UNKNOWN if n is None else _USUAL(n) for n in numbers], strict=True)
    return dict(zip(FIELDS, fields, strict=True))


def remarkable(number: Number, row: Row) -> bool:
    """Whether a number has what most do not: a level other than its row's, an edition, ..."""
    return _REMARKS(number) != (row.level, "", "", "", False)


def _any_remarkable(row: Row, numbers: Mapping[str, Sequence[Number | None]]) -> bool:
    usual = (row.level, "", "", "", False)
    for found in numbers.values():
        for number in found:
            if number is not None and _REMARKS(number) != usual:
                return True
    return False
