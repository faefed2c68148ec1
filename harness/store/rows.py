"""Rows of JSON that stay on disk: in memory is where each of them begins."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, overload

Row = dict[str, Any]


class Opened:
    """A file that stays readable, whatever becomes of its name, until nobody holds this any more.

    Args:
        file: its descriptor, which is taken over.
    """

    def __init__(self, file: int) -> None:
        self._file = file

    @classmethod
    def at(cls, path: Path) -> Opened | None:
        """The file of a path; None where there is none."""
        try:
            return cls(os.open(path, os.O_RDONLY))
        except FileNotFoundError:
            return None

    def __del__(self) -> None:
        os.close(self._file)

    @property
    def number(self) -> int:
        """By which the system tells the file from all others that there are now."""
        return os.fstat(self._file).st_ino

    def lines(self) -> Iterator[bytes]:
        """Its lines from the start."""
        with os.fdopen(os.dup(self._file), "rb") as file:
            file.seek(0)
            yield from file

    def read(self, place: int, length: int) -> bytes:
        """So many of its bytes."""
        return os.pread(self._file, length, place)


class Rows(Sequence[Row]):
    """The last row of every key under "query", keys in the order in which they first came."""

    def __init__(self) -> None:
        self._files: list[Opened] = []
        self._places: dict[str, tuple[int, int, int]] = {}
        self._order: list[str] = []

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Rows:
        """These rows, in a file without a name."""
        found = cls()
        with TemporaryFile() as file:
            file.writelines(map(to_line, rows))
            file.flush()
            found.add(Opened(os.dup(file.fileno())))
        return found

    def add(self, file: Opened, *, skip: int = 0) -> None:
        """Enters the rows of a file, in place of earlier ones of the same key.

        Args:
            file: of rows; what is torn in it is left out.
            skip: lines at its start that are no rows.
        """
        place = 0
        for number, line in enumerate(file.lines()):
            if number >= skip and (row := parsed(line)) is not None and "query" in row:
                self._enter(row, (len(self._files), place, len(line)))
            place += len(line)
        self._files.append(file)

    def _enter(self, row: Row, place: tuple[int, int, int]) -> None:
        """Takes a row, which begins so far into that file and is so long."""
        if row["query"] not in self._places:
            self._order.append(row["query"])
        self._places[row["query"]] = place

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, number: int) -> Row: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Row]: ...
    def __getitem__(self, number: int | slice) -> Row | Sequence[Row]:
        if isinstance(number, slice):
            return [self._read(key) for key in self._order[number]]
        return self._read(self._order[number])

    def __iter__(self) -> Iterator[Row]:
        return map(self._read, self._order)

    def _read(self, key: str) -> Row:
        file, place, length = self._places[key]
        row: Row = json.loads(self._files[file].read(place, length))
        return row


def to_line(row: Mapping[str, Any]) -> bytes:
    """The line of a row, with its line break."""
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def parsed(line: bytes) -> Row | None:
    """The object of a line; None where it is torn or no object."""
    try:
        value = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
