"""Tables as CSV and JSON: the numbers as they are (shares of 1), never rounded for the eye."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from leaderboard.board.records import Number, Row
from leaderboard.site.plain_json import as_json

_FORMULA = frozenset("=+-@\t\r")
_SPECIAL = re.compile(r'[",\r\n]')
_NUMBERS = frozenset({int, float, type(None)})


def to_csv(header: Sequence[str], records: Iterable[Sequence[Any]]) -> bytes:
    """Records as CSV in UTF-8, one line each; None is empty, booleans are "yes" and "no".

    A text that a spreadsheet would run as a formula is led by an apostrophe.
    """
    columns = [_fields(column) for column in zip(*records, strict=True)]
    lines = [",".join(_quoted(_fields(header)))]
    lines += map(",".join, zip(*map(_quoted, columns), strict=True))
    return "\n".join([*lines, ""]).encode()


def _quoted(fields: Sequence[str]) -> Sequence[str]:
    """Fields in quotation marks where they need them, which whole columns hardly ever do."""
    if not _SPECIAL.search("".join(fields)):
        return fields
    return [
        '"{}"'.format(text.replace('"', '""')) if _SPECIAL.search(text) else text for text in fields
    ]


def _fields(column: Sequence[Any]) -> Sequence[str]:
    """The values of a column as they are written."""
    if set(map(type, column)) <= _NUMBERS:
        return as_json(column)[1:-1].decode().replace("null", "").split(",")
    return [x if type(x) is str and x[:1] not in _FORMULA else _field(x) for x in column]


def _field(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}" if value[:1] in _FORMULA else value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def to_json(value: Any) -> bytes:
    """A value as JSON in UTF-8, a line."""
    return as_json(value) + b"\n"


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
