"""Tables as CSV and JSON: the numbers as they are (shares of 1), never rounded for the eye."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from leaderboard.board.records import Board, Number, Row, SuiteBoard

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(header: Sequence[str], records: Iterable[Sequence[Any]]) -> bytes:
    """Records as CSV in UTF-8, one line each; None is empty, booleans are "yes" and "no".

    A text that a spreadsheet would run as a formula is led by an apostrophe.
    """
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow([_cell(name) for name in header])
    writer.writerows([_cell(value) for value in record] for record in records)
    return lines.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return value


def to_json(value: Any) -> bytes:
    """A value as JSON in UTF-8."""
    return f"{_dumped(value)}\n".encode()


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def number_record(number: Number, row: Row) -> dict[str, Any]:
    """All that is known of a number, without a level that is its row's."""
    record: dict[str, Any] = {"value": number.value}
    if number.low is not None:
        record["low"], record["high"] = number.low, number.high
    if number.n is not None:
        record["n"] = number.n
    if number.rank is not None:
        record["rank"] = number.rank
    if number.seconds is not None:
        record["seconds"] = number.seconds
    return record | remarks(number, row)


def remarks(number: Number, row: Row) -> dict[str, Any]:
    """What most numbers do not have: a level other than their row's, an edition, a defect, ..."""
    found: dict[str, Any] = {}
    if number.level != row.level:
        found["level"] = number.level
    if number.edition:
        found["edition"] = number.edition
    if number.printed:
        found["printed"] = number.printed
    if number.defect:
        found["defect"] = number.defect
    if number.retracted:
        found["retracted"] = True
    return found


def row_record(row: Row) -> dict[str, Any]:
    """What a row is about, without its numbers."""
    record: dict[str, Any] = {
        "id": row.id,
        "system": row.system,
        "name": row.name,
        "kind": row.kind,
        "parameters": row.parameters,
        "open_weights": row.open_weights,
        "instruction": row.instruction,
        "level": row.level,
        "setting": dict(row.setting),
        "released": row.released.isoformat() if row.released else None,
        "submission": row.submission,
    }
    if row.source is not None:
        source = row.source
        record["source"] = {
            "title": source.title,
            "where": source.where,
            "url": source.url,
            "year": source.year,
        }
    return record


def suite_json(board: Board, suite: SuiteBoard) -> bytes:
    """Everything that a suite's page shows: every row, column and measure, with ranks.

    A line for each row, so that the largest suite is never in memory as records.
    """
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
    rows = ",\n".join(_dumped(_suite_row(suite, row)) for row in suite.rows)
    return f'{_dumped(about)[:-1]},"rows":[\n{rows}\n]}}\n'.encode()


def _suite_row(suite: SuiteBoard, row: Row) -> dict[str, Any]:
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
    record["numbers"] = {
        column.id: {measure: number_record(n, row) for measure, n in found.items()}
        for column in suite.columns
        if (found := suite.numbers.get((row.id, column.id)))
    }
    commands = {
        column.id: command
        for column in suite.columns
        if (command := suite.commands.get((row.id, column.id)))
    }
    return record | ({"commands": commands} if commands else {})


_ABOUT = (
    "rank", "rank_low", "rank_high", "group", "row", "system", "name", "setting", "level", "kind",
    "parameters", "open_weights", "instruction", "training_overlap", "released", "tasks", "edition",
)  # fmt: skip


def suite_csv(suite: SuiteBoard) -> bytes:
    """A suite's table by its main measure: a line for each row, a column for each number.

    Aggregates have their interval beside them. `edition` names the data of the ranking column, ""
    for the current one.
    """
    header = list(_ABOUT)
    for column in suite.columns:
        header.append(column.id)
        if column.kind == "aggregate":
            header += [f"{column.id}_low", f"{column.id}_high"]
    return to_csv(header, (_csv_record(suite, row) for row in suite.rows))


def _csv_record(suite: SuiteBoard, row: Row) -> list[Any]:
    main = suite.measures[0]
    rank = suite.ranks.get(row.id)
    overlap = row.overlap.get(suite.name)
    record: list[Any] = [rank.rank, rank.low, rank.high, rank.group] if rank else [None] * 4
    leading = suite.numbers.get((row.id, suite.columns[0].id), {}).get(main)
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
    for column in suite.columns:
        number = suite.numbers.get((row.id, column.id), {}).get(main)
        record.append(number.value if number else None)
        if column.kind == "aggregate":
            record += [number.low, number.high] if number else [None, None]
    return record
