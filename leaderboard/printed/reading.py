"""From `<table>.csv` and `<table>.yaml` to what the board shows of them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import UserError
from leaderboard.board.records import Source
from leaderboard.printed.averages import with_averages
from leaderboard.printed.description import BoardText, TableText, read_description
from leaderboard.printed.naming import Names
from leaderboard.printed.numbers import step, value
from leaderboard.printed.records import PrintedCell, PrintedRow, PrintedSuite, PrintedTable
from leaderboard.printed.suites import shares_of

Line = Mapping[str, str]
"""A row of the table: header -> what stands there."""


def read_table(
    path: Path, names: Names, declared: Mapping[str, PrintedSuite]
) -> list[PrintedTable]:
    """What each suite takes from a table.

    Args:
        path: the CSV file; its description lies beside it.
        names: of the systems.
        declared: the suites that tables declare, by name.

    Raises:
        UserError: the files are broken or do not fit; the message says where.
    """
    text = read_description(path.with_suffix(".yaml"))
    table = _Table(path.name, text, _lines(path, transposed=text.transposed), names)
    return [table.of(board, declared) for board in text.suites]


def _lines(path: Path, *, transposed: bool) -> list[Line]:
    try:
        grid = list(csv.reader(path.read_text(encoding="utf-8").splitlines(), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path.name} cannot be read: {error}") from error
    if any(len(line) != len(grid[0]) for line in grid):
        raise UserError(f"{path.name}: every line needs as many fields as the first")
    header, *rows = [*zip(*grid, strict=True)] if transposed else grid or [[]]
    if not rows:
        raise UserError(f"{path.name} holds no row")
    if len(set(header)) != len(header):
        raise UserError(f"{path.name}: two columns have the same header")
    return [dict(zip(header, row, strict=True)) for row in rows]


@dataclass
class _Table:
    """A table, read; what it says of one suite is still to be told."""

    file: str
    text: TableText
    lines: list[Line]
    names: Names
    defects: dict[tuple[int, str], str] = field(default_factory=dict)
    """(row, header) -> what is wrong; "" for the row itself."""

    def __post_init__(self) -> None:
        rows = self.text.rows
        identity = [rows.system, *rows.setting.values()]
        optional = [rows.licence, rows.instruction]
        self.used = {*identity, *(header for header in optional if isinstance(header, str))}
        self._need(self.used, "rows")
        for defect in self.text.defects:
            self._need({*defect.row, *defect.cells} - {"*"}, "defects")
            row = self._only(defect.row)
            every = [header for header in self.lines[row] if header not in self.used]
            for header in every if defect.cells == ["*"] else defect.cells or [""]:
                self.defects[row, header] = defect.text

    def of(self, board: BoardText, declared: Mapping[str, PrintedSuite]) -> PrintedTable:
        """The rows of the table that have a number for a suite."""
        suite = board.suite
        targets = self._targets(board)
        self._check(targets, declared.get(suite))
        shares = shares_of(declared.get(suite))
        rows = [self._row(i, targets, shares) for i in range(len(self.lines))]
        rows = with_averages([row for row in rows if row.cells], suite, board.averages)
        source = self.text.source
        stem = self.file.removesuffix(".csv")
        table = PrintedTable(
            name=stem,
            source=Source(source.title, source.where, source.url, source.year, stem),
            date=source.date,
            transcribed=source.transcribed,
            suite=suite,
            edition=board.edition,
            notes=self.text.notes,
            rows=tuple(rows),
        )
        self._distinct(table)
        return table

    def _row(
        self, i: int, targets: Mapping[str, tuple[str, str]], shares: Mapping[str, bool] | None
    ) -> PrintedRow:
        line, rows = self.lines[i], self.text.rows
        name = line[rows.system]
        setting = {key: line[header] for key, header in rows.setting.items() if line[header]}
        cells = []
        for header, (column, measure) in targets.items():
            percent = self.text.unit == "percent" and (shares is None or shares[measure])
            try:
                number = value(line[header], percent=percent)
            except UserError as error:
                raise UserError(f"{self.file}: {name}, {header}: {error}") from error
            if number is not None:
                last = step(line[header], percent=percent)
                defect = self.defects.get((i, header), "")
                cells.append(PrintedCell(column, measure, number, line[header], last, defect))
        return PrintedRow(
            system=self.names.of(rows.names.get(name, name)),
            printed=name,
            instruction=self._instruction(line),
            setting={**rows.always, **setting},
            kind=rows.kind,
            licence=line[rows.licence] if rows.licence else None,
            cells=tuple(cells),
            defect=self.defects.get((i, ""), ""),
        )

    def _instruction(self, line: Line) -> bool | None:
        instruction = self.text.rows.instruction
        if not isinstance(instruction, str):
            return instruction
        if line[instruction] not in ("yes", "no"):
            raise UserError(f"{self.file}: {instruction} is '{line[instruction]}', not yes or no")
        return line[instruction] == "yes"

    def _targets(self, board: BoardText) -> dict[str, tuple[str, str]]:
        """Header -> (column, measure), in the order of the file."""
        plain = {header for header in board.columns if "*" not in header}
        self._need(plain, "columns")
        for pattern in sorted(board.columns.keys() - plain):
            if not any(_matched(header, {pattern: ["", ""]}) for header in self.lines[0]):
                raise UserError(f"{self.file} has no column like '{pattern}'")
        targets: dict[str, tuple[str, str]] = {}
        for header in self.lines[0]:
            if header in plain:
                column, measure = board.columns[header]
                targets[header] = (column, measure)
            elif header not in self.used:
                targets.update(_matched(header, board.columns))
        if len(set(targets.values())) != len(targets):
            raise UserError(f"{self.file}: two headers are the same column and measure")
        return targets

    def _check(self, targets: Mapping[str, tuple[str, str]], suite: PrintedSuite | None) -> None:
        if suite is None:
            return
        columns = {column.id for column in suite.columns}
        measures = {measure.name for measure in suite.measures}
        for header, (column, measure) in targets.items():
            if column not in columns or measure not in measures:
                raise UserError(
                    f"{self.file}: '{header}' is [{column}, {measure}], which suite {suite.name} "
                    "does not declare"
                )

    def _need(self, headers: set[str], where: str) -> None:
        for header in sorted(headers - self.lines[0].keys()):
            raise UserError(f"{self.file} has no column '{header}', which '{where}' names")

    def _only(self, wanted: Mapping[str, str]) -> int:
        found = [i for i, line in enumerate(self.lines) if wanted.items() <= line.items()]
        if len(found) != 1:
            raise UserError(f"{self.file}: a defect's row {wanted} matches {len(found)} rows")
        return found[0]

    def _distinct(self, table: PrintedTable) -> None:
        seen = set()
        for row in table.rows:
            key = (row.system, row.instruction, *sorted(row.setting.items()))
            if key in seen:
                raise UserError(f"{self.file}: two rows of {row.system} have the same setting")
            seen.add(key)


def _matched(header: str, columns: Mapping[str, list[str]]) -> dict[str, tuple[str, str]]:
    """What the first pattern that fits a header makes of it; nothing where none does."""
    for pattern, (column, measure) in columns.items():
        before, star, after = pattern.partition("*")
        if star and header.startswith(before) and header.endswith(after):
            name = header[len(before) : len(header) - len(after)]
            return {header: (column.replace("{}", name), measure)}
    return {}
