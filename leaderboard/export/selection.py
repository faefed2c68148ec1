"""What of a suite an export shows: which rows and columns, in which order, under which names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.errors import UserError, unknown
from leaderboard.board.records import Board, Column, Number, Row, SuiteBoard


@dataclass(frozen=True)
class Selection:
    """A part of a suite: a measure, columns, and rows that have a number there, best first."""

    suite: SuiteBoard
    measure: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    labels: Mapping[str, str]
    """Row id -> a name that no other row of the selection has."""

    def number(self, row: Row, column: Column) -> Number | None:
        """The number of a row in a column, or None where there is none."""
        return self.suite.numbers.get((row.id, column.id), {}).get(self.measure)

    def comparable(self, row: Row, column: Column) -> Number | None:
        """The number, where it may be held against the others of its column.

        Others are about another state of the task, retracted, or known to be misprinted.
        """
        number = self.number(row, column)
        if number is None or number.edition or number.retracted or number.defect:
            return None
        return number

    def rank(self, row: Row, column: Column) -> int | None:
        """The rank of a comparable number; references have none."""
        number = self.comparable(row, column)
        return None if number is None or row.kind == "reference" else number.rank

    @property
    def factor(self) -> float:
        """What values are shown times: 100 for shares of 1."""
        return 1.0 if self.measure in self.suite.units else 100.0

    @property
    def quantity(self) -> str:
        """What the values are: "nDCG@10 × 100", "cost in dollars"."""
        unit = self.suite.units.get(self.measure)
        return f"{self.measure} in {unit}" if unit else f"{self.measure} × 100"

    @property
    def grouped(self) -> bool:
        """Whether the board's groups are about the first column of the selection."""
        first = (self.columns[0].id, self.measure)
        return first == (self.suite.columns[0].id, self.suite.measures[0])

    def letters(self) -> dict[str, str]:
        """Row id -> letter of its group of rows that cannot be told apart; "" for none."""
        ranks = self.suite.ranks if self.grouped else {}
        groups = sorted({ranks[row.id].group for row in self.rows if row.id in ranks})
        named = {group: _letter(i) for i, group in enumerate(groups)}
        return {row.id: named[ranks[row.id].group] if row.id in ranks else "" for row in self.rows}


def select(
    board: Board,
    suite: str,
    *,
    measure: str | None = None,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
) -> Selection:
    """Chooses a part of a suite.

    Args:
        board: where the suite is.
        suite: its name.
        measure: what to show; by default the suite's main measure.
        rows: ids of rows; by default all.
        columns: ids of columns, or "aggregates" and "tasks" for all of a kind; by default the
            aggregates, or everything where a suite has none.

    Raises:
        UserError: something is not on the board, or nothing is left.
    """
    found = {each.name: each for each in board.suites}.get(suite)
    if found is None:
        names = [each.name for each in board.suites]
        raise unknown("suite", suite, names, f"The board has: {', '.join(names) or 'none'}")
    measure = found.measures[0] if measure is None else measure
    if measure not in found.measures:
        raise unknown("measure", measure, found.measures, f"Of: {', '.join(found.measures)}")
    chosen = _columns(found, columns)
    wanted = _rows(found, rows)
    part = Selection(found, measure, chosen, wanted, {})
    wanted = tuple(row for row in wanted if any(part.number(row, column) for column in chosen))
    if not wanted:
        raise UserError(f"no row of '{suite}' has {measure} there: choose other rows or columns")
    return Selection(found, measure, chosen, _best_first(part, wanted), _labels(wanted))


def _columns(suite: SuiteBoard, names: Sequence[str] | None) -> tuple[Column, ...]:
    kinds = {
        f"{kind}s": [column for column in suite.columns if column.kind == kind]
        for kind in ("aggregate", "task")
    }
    if not names:
        return tuple(kinds["aggregates"]) or suite.columns
    known = {column.id: [column] for column in suite.columns} | kinds
    for name in names:
        if name not in known:
            raise unknown("column", name, known, "Or: aggregates, tasks")
    chosen = [column for name in names for column in known[name]]
    return tuple({column.id: column for column in chosen}.values())


def _rows(suite: SuiteBoard, names: Sequence[str] | None) -> tuple[Row, ...]:
    known = {row.id: row for row in suite.rows}
    for name in names or ():
        if name not in known:
            raise unknown("row", name, known, f"The suite has: {', '.join(known)}")
    return suite.rows if not names else tuple(row for row in suite.rows if row.id in set(names))


def _best_first(part: Selection, rows: Sequence[Row]) -> tuple[Row, ...]:
    """By the first column; rows without a rank there follow in the board's order."""
    ranks = {row.id: part.rank(row, part.columns[0]) for row in rows}
    return tuple(sorted(rows, key=lambda row: (ranks[row.id] is None, ranks[row.id] or 0)))


def _labels(rows: Sequence[Row]) -> dict[str, str]:
    """Names, with what it takes to tell rows of one name apart: at the last their ids."""
    said: dict[str, list[str]] = {row.id: [] for row in rows}
    for detail in (_instructed, _setting, _origin, _id):
        alike: dict[str, list[Row]] = {}
        for row in rows:
            alike.setdefault(_label(row, said[row.id]), []).append(row)
        for group in alike.values():
            if len({detail(row) for row in group}) > 1:
                for row in group:
                    said[row.id] += filter(None, [detail(row)])
    return {row.id: _label(row, said[row.id]) for row in rows}


def _label(row: Row, details: list[str]) -> str:
    return f"{row.name} ({', '.join(details)})" if details else row.name


def _instructed(row: Row) -> str:
    return {True: "w/ inst.", False: "w/o inst.", None: ""}[row.instruction]


def _setting(row: Row) -> str:
    return ", ".join(f"{key} {row.setting[key]}" for key in row.setting if key != "instruction")


def _origin(row: Row) -> str:
    """Where a number stands, in short: "Table 5" of "Table 5, with instructions"."""
    return re.split(r",| and | at ", row.source.where)[0] if row.source else row.level


def _id(row: Row) -> str:
    return row.id


def _letter(index: int) -> str:
    """0 -> a, 25 -> z, 26 -> aa."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters
