"""Answers on their way to a result: an append-only file that survives a kill at any byte.

The first line is the plan (who was asked what) and what is to be measured in the end; each further
line holds one query's answer, some of them under "sitting" what the work has cost so far. A line
that was torn by a kill is dropped on reading. Shards of one task are several such files in one
folder, and a folder whose files answer every query needs only to be scored.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Any

from harness.files import disk_error
from harness.store.rows import Opened, Row, Rows, parsed, to_line

PATTERN = "answers*.jsonl"
ASIDE = ".before"
"""Behind the name of a file that another plan's has taken the place of: only a person reads it."""
SITTING = "sitting"
"""Key of what the run that wrote a row had cost by then; "run" names it."""


class Checkpoint:
    """The answers of one folder.

    Args:
        folder: the result's folder.
        plan: everything the answers depend on, JSON-able; files of another plan are ignored.
        part: "" or a shard such as "2-of-4".
        measures: what is to be measured; answers do not depend on it.
    """

    def __init__(
        self, folder: Path, plan: dict[str, Any], part: str = "", measures: Sequence[str] = ()
    ) -> None:
        self.folder, self.plan, self.measures = folder, plan, list(measures)
        self._division = part.partition("-of-")[2]
        self.path = folder / (f"answers.{part}.jsonl" if part else "answers.jsonl")
        self._mine: dict[int, Opened] = {}

    def append(self, rows: Iterable[dict[str, Any]]) -> None:
        """Adds answers, one a query under "query", and forces them to disk.

        Several processes may add to a file: every line is written in one piece, and a file of
        another plan is put aside, not emptied under whoever reads it.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            head = _head(self.path)
            fresh = head.get("plan") != self.plan
            if fresh and head:
                _put_aside(self.path)
            elif fresh:
                self.path.unlink(missing_ok=True)
            with self.path.open("a+b", buffering=0) as file:
                if fresh:
                    _write(file, to_line({"plan": self.plan, "measures": self.measures}))
                elif not _ends_whole(self.path):
                    _write(file, b"\n")
                for row in rows:
                    _write(file, to_line(row))
                os.fsync(file.fileno())
                self._hold(file.fileno())
        except OSError as error:
            raise disk_error(error, self.path) from error

    def load(self) -> list[dict[str, Any]]:
        """The last answer to every query under this plan in the folder, other shards' too.

        What failed outside the model takes the place of no answer, in whatever file it stands.
        """
        return list(self.rows())

    def rows(self) -> Rows:
        """The same answers, each read from disk when it is asked for.

        What this object has added is among them, even where another process that has finished
        the same result has removed the file since.
        """
        found = _Answers()
        paths = sorted(self.folder.glob(PATTERN))
        there = [file for path in paths if (file := Opened.at(path)) is not None]
        known = {file.number for file in there}
        gone = [self._mine.pop(number) for number in [*self._mine] if number not in known]
        for file in [*gone, *there]:
            if _plan_in(file).get("plan") == self.plan:
                found.add(file, skip=1)
        return found

    def sittings(self) -> dict[str, dict[str, Any]]:
        """What every run under this plan in the folder has told of itself, the last word counts."""
        found: dict[str, dict[str, Any]] = {}
        for path in sorted(self.folder.glob(PATTERN)):
            if _head(path).get("plan") != self.plan or (file := Opened.at(path)) is None:
                continue
            for line in file.lines():
                row = parsed(line) if f'"{SITTING}"'.encode() in line else None
                if row is not None and isinstance(told := row.get(SITTING), dict):
                    found.setdefault(told.pop("run", ""), {}).update(told)
        return found

    def _hold(self, file: int) -> None:
        """Keeps the file that was written to readable, whatever becomes of its name."""
        if (number := os.fstat(file).st_ino) not in self._mine:
            self._mine[number] = Opened(os.dup(file))

    def clear(self) -> None:
        """Removes the files, once a result stands in their place."""
        self._mine.clear()
        for pattern in (PATTERN, PATTERN + ASIDE):
            for path in self.folder.glob(pattern):
                path.unlink(missing_ok=True)

    def restart(self) -> None:
        """Removes what a fresh run must not find; the other shards of a division keep theirs."""
        self._mine.clear()
        for path in self.folder.glob(PATTERN):
            shard = self._division and path.name.endswith(f"-of-{self._division}.jsonl")
            if path == self.path or not shard:
                path.unlink(missing_ok=True)


class _Answers(Rows):
    """The row of every query that counts: the last answer, or else the last failure."""

    def __init__(self) -> None:
        super().__init__()
        self._settled: set[str] = set()

    def _enter(self, row: Row, place: tuple[int, int, int]) -> None:
        """Takes a row; a failure takes the place of no answer."""
        failed = _failed(row)
        if not (failed and row["query"] in self._settled):
            super()._enter(row, place)
        if not failed:
            self._settled.add(row["query"])


def _failed(row: Row) -> bool:
    """Whether something outside the model failed, in one attempt at least."""
    return "error" in row or any(a.get("end") == "error" for a in row.get("attempts", ()))


def find_checkpoints(path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every checkpoint file under a folder, with its first line: `plan` and `measures`."""
    for file in sorted(path.rglob(PATTERN)):
        if head := _head(file):
            yield file, head


def _head(path: Path) -> dict[str, Any]:
    """The first line of a file, empty where it is torn or where there is no file any more."""
    file = Opened.at(path)  # there is none once another process has finished the same result
    return _plan_in(file) if file is not None else {}


def _put_aside(path: Path) -> None:
    """Renames a file of another plan, in place of one that was put aside before."""
    with suppress(FileNotFoundError):
        path.replace(path.with_name(path.name + ASIDE))


def _plan_in(file: Opened) -> dict[str, Any]:
    head = parsed(next(file.lines(), b"")) or {}
    return head if head.keys() == {"plan", "measures"} else {}


def _write(file: FileIO, line: bytes) -> None:
    """Writes a line at once, or in the pieces that the system takes."""
    left = memoryview(line)
    while left:
        left = left[file.write(left) :]


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
