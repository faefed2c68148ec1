"""Passages on disk: one of them is read when it is wanted."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from harness.errors import UserError
from harness.formats.contents import title_and_text
from harness.records import Document

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CHUNK = 1 << 24
_SUFFIXES = (".jsonl", ".tsv")


class PassageFile:
    """The lines of a file, by their number.

    JSON lines are {"id", "contents"}, the first line of the contents being the title, or {"id" or
    "_id", "title", "text"}. A .tsv is DPR's: a line of names, then id, text and title. Where lines
    begin is held in memory, 8 bytes a passage; it is found by reading the file once.

    Args:
        path: of the file.

    Raises:
        UserError: there is no such file, or it is of neither kind.
    """

    def __init__(self, path: Path) -> None:
        if path.suffix not in _SUFFIXES:
            raise UserError(f"passages={path.name}: a file that ends in {' or '.join(_SUFFIXES)}")
        if not path.is_file():
            raise UserError(f"passages={path.name}: there is no such file")
        self.path = path

    def __len__(self) -> int:
        return len(self._starts) - 1

    def at(self, numbers: Sequence[int]) -> list[Document]:
        """The passages of these lines, counted from 0.

        Raises:
            UserError: a line is not of the form.
        """
        with self.path.open("rb") as file:
            return [self._read(file, number) for number in numbers]

    def _read(self, file: BinaryIO, number: int) -> Document:
        start, end = int(self._starts[number]), int(self._starts[number + 1])
        file.seek(start)
        line = file.read(end - start).decode("utf-8", "replace")
        try:
            if self.path.suffix == ".tsv":
                id, text, title = next(csv.reader([line.rstrip("\r\n")], delimiter="\t"))
                return Document(id, text, title)
            return passage(json.loads(line))
        except (ValueError, StopIteration, RecursionError) as error:
            where = f"{self.path.name}, passage {number + 1:,}"
            raise UserError(f"{where} is not of the form: {str(error)[:200]}") from None

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """Where each line begins, and where the last one ends; shape (passages + 1,)."""
        import numpy as np

        ends = [np.zeros(1, np.int64)]
        size = self.path.stat().st_size
        with self.path.open("rb") as file:
            for start in range(0, size, _CHUNK):
                found = np.frombuffer(file.read(_CHUNK), np.uint8) == ord("\n")
                ends.append(np.flatnonzero(found) + (start + 1))
        starts = np.concatenate(ends)
        if starts[-1] < size:
            starts = np.append(starts, size)
        return starts[1:] if self.path.suffix == ".tsv" else starts


def passage(row: Any) -> Document:
    """A passage out of its row, see `PassageFile`. Raises `ValueError` with what is wrong."""
    if not isinstance(row, Mapping):
        raise ValueError("no JSON object")
    id = row.get("id", row.get("_id"))
    if isinstance(id, bool) or not isinstance(id, str | int):
        raise ValueError("there is no id")
    title, text = _titled(row)
    return Document(str(id), text, title)


def _titled(row: Mapping[str, Any]) -> tuple[str, str]:
    if "text" not in row and isinstance(row.get("contents"), str):
        return title_and_text(row["contents"])
    title, text = row.get("title") or "", row.get("text")
    if not isinstance(title, str) or not isinstance(text, str):
        raise ValueError("there is neither 'contents' nor 'text'")
    return title, text
