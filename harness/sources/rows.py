"""Rows of a table as its publisher wrote them: JSON lines, plain or gzipped, or parquet."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

from harness.errors import UserError

Row: TypeAlias = Mapping[str, Any]

SUFFIXES = (".jsonl", ".jsonl.gz", ".parquet")
"""The file types that can be read, in the order in which they are looked for."""


@dataclass(frozen=True)
class Rows:
    """The rows of one table in order.

    Attributes:
        name: where they come from, for messages: a file, or a split of a dataset.
        rows: the rows.
        lines: the line of each row in a text file; None counts rows from 1.
    """

    name: str
    rows: Sequence[Row]
    lines: Sequence[int] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def error(self, position: int, problem: str) -> UserError:
        """An error about the row at that position, counted from 0, that says where it stands."""
        where = f"row {position + 1}" if self.lines is None else f"line {self.lines[position]}"
        return UserError(f"{self.name} {where}: {problem}")

    def pick(
        self, *required: str, optional: Sequence[str] = (), texts: Sequence[str] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """The named fields of every row, first the required ones, then the optional ones.

        An optional field that is absent is None, as if it were null.

        Args:
            required: fields that every row has.
            optional: fields that a row may have.
            texts: those of them that are texts where they are there.

        Raises:
            UserError: a row lacks a required field, or it is null; or a text is something else.
        """
        for position, row in enumerate(self.rows):
            values = [row.get(name) for name in required]
            if None in values:
                absent = required[values.index(None)]
                raise self.error(position, f"has no '{absent}' (it has: {', '.join(row)})")
            for name in texts:
                if not isinstance(row.get(name) or "", str):
                    raise self.error(position, f"'{name}' is no text: {str(row[name])[:80]}")
            yield (*values, *(row.get(name) for name in optional))

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the content: the same in every file type, for any order of the fields.

        A null field counts as absent, because parquet has no other way to leave one out.
        """
        digest = sha256()
        encode = json.JSONEncoder(sort_keys=True, default=str).encode
        for row in self.rows:
            line = encode(row)
            if "null" in line:
                line = encode(_without_nulls(row))
            digest.update(line.encode("ascii") + b"\n")
        return digest.hexdigest()


def read_rows(path: Path) -> Rows:
    """Reads a .jsonl, .jsonl.gz or .parquet file. Blank lines are skipped.

    Raises:
        UserError: the file cannot be read, a line is no JSON, or a row is no object.
    """
    try:
        if path.suffix == ".parquet":
            return _read_parquet(path)
        return _read_jsonl(path)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path} cannot be read: {error}") from error


def _read_jsonl(path: Path) -> Rows:
    rows: list[Row] = []
    lines: list[int] = []
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                deep = isinstance(error, RecursionError)
                reason = "nested too deep" if deep else getattr(error, "msg", "not UTF-8")
                raise UserError(f"{path} line {number}: broken JSON ({reason})") from None
            if not isinstance(row, dict):
                raise UserError(f"{path} line {number}: not a JSON object but {_kind(row)}")
            rows.append(row)
            lines.append(number)
    return Rows(str(path), rows, lines)


def _read_parquet(path: Path) -> Rows:
    import pyarrow
    from pyarrow import parquet

    try:
        return Rows(str(path), parquet.read_table(path).to_pylist())
    except pyarrow.ArrowInvalid as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"{path} is no readable parquet file: {reason}") from error


def _kind(value: object) -> str:
    names = {list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nulls(v) for key, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value
