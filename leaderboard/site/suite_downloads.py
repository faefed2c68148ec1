"""A suite's tables as CSV and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leaderboard.board.records import Board, Number, Row, SuiteBoard
from leaderboard.site.downloads import remarks, row_record, to_csv
from leaderboard.site.grid import Grid, Line, remarkable
from leaderboard.site.plain_json import as_json


def suite_json(board: Board, grid: Grid) -> bytes:
    """Everything that a suite's page shows: every row, column and measure, with ranks.

    A row's `numbers` are, for each measure, lists with a place for each of the `columns`: `value`,
    `low` and `high` (the 95 % interval), `n` (queries), `rank` and `seconds`; null where it is not
    known, and no list where it is known of no column. `remarks` (measure, then column) hold what
    few numbers have: a level other than the row's, an edition, a defect, ...
    """
    suite = grid.suite
    about = {
        "suite": suite.name,
        "title": suite.title,
        "assay": board.version,
        "as_of": board.as_of.isoformat(),
        "measures": suite.measures,
        "units": dict(suite.units),
        "lower_is_better": suite.lower_is_better,
        "columns": [
            {
                "id": column.id,
                "title": column.title,
                "kind": column.kind,
                "description": column.description,
                "tasks": column.tasks,
            }
            for column in suite.columns
        ],
    }
    rows = b",\n".join(as_json(_suite_row(suite, line)) for line in grid.lines)
    return b'%b,"rows":[\n%b\n]}\n' % (as_json(about)[:-1], rows)


def _suite_row(suite: SuiteBoard, line: Line) -> dict[str, Any]:
    row = line.row
    record = row_record(row)
    if (rank := suite.ranks.get(row.id)) is not None:
        record["rank"] = {
            "rank": rank.rank,
            "low": rank.low,
            "high": rank.high,
            "group": rank.group,
            "resampled": rank.resampled,
        }
    record["tasks"] = suite.coverage.get(row.id, 0)
    record["training_overlap"] = row.overlap.get(suite.name)
    nowhere = (None,) * len(suite.columns)
    known = {
        measure: {name: field for name, field in lists.items() if field != nowhere}
        for measure, lists in line.lists.items()
    }
    record["numbers"] = {measure: lists for measure, lists in known.items() if lists}
    if not line.plain:
        record["remarks"] = {
            measure: told
            for measure, numbers in line.numbers.items()
            if (told := _remarks(suite, row, numbers))
        }
    commands = {
        column.id: command for column in suite.columns if (command := line.commands.get(column.id))
    }
    return record | ({"commands": commands} if commands else {})


def _remarks(
    suite: SuiteBoard, row: Row, numbers: Sequence[Number | None]
) -> dict[str, dict[str, Any]]:
    """Column -> what its number has that most do not."""
    return {
        column.id: remarks(number, row)
        for column, number in zip(suite.columns, numbers, strict=True)
        if number is not None and remarkable(number, row)
    }


_ABOUT = (
    "rank", "rank_low", "rank_high", "group", "row", "system", "name", "setting", "level", "kind",
    "parameters", "open_weights", "instruction", "training_overlap", "released", "tasks", "edition",
)  # fmt: skip


def suite_csv(grid: Grid) -> bytes:
    """A suite's table by its main measure: a line for each row, a column for each number.

    Aggregates have their interval beside them. `edition` names the data of the ranking column, ""
    for the current one.
    """
    header = list(_ABOUT)
    for column in grid.suite.columns:
        header.append(column.id)
        if column.kind == "aggregate":
            header += [f"{column.id}_low", f"{column.id}_high"]
    return to_csv(header, (_csv_record(grid, line) for line in grid.lines))


def _csv_record(grid: Grid, line: Line) -> list[Any]:
    suite, row = grid.suite, line.row
    numbers = line.numbers[suite.measures[0]]
    rank = suite.ranks.get(row.id)
    overlap = row.overlap.get(suite.name)
    record: list[Any] = [rank.rank, rank.low, rank.high, rank.group] if rank else [None] * 4
    leading = numbers[0]
    record += [
        row.id,
        row.system,
        row.name,
        "; ".join(f"{key}={value}" for key, value in sorted(row.setting.items())),
        row.level,
        row.kind,
        row.parameters,
        row.open_weights,
        row.instruction,
        None if overlap is None else "; ".join(overlap) or "no overlap declared",
        row.released.isoformat() if row.released else None,
        suite.coverage.get(row.id, 0),
        leading.edition if leading else None,
    ]
    for number in numbers[: grid.aggregates]:
        record += [number.value, number.low, number.high] if number else [None] * 3
    record += [number.value if number else None for number in numbers[grid.aggregates :]]
    return record
