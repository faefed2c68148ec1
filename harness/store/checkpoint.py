"""Answers on their way to a result: an append-only file that survives a kill at any byte.

The first line is the plan (who was asked what) and what is to be measured in the end; each further
line holds one query's answer. A line that was torn by a kill is dropped on reading. Shards of one
task are several such files in one folder, and a folder whose files answer every query needs only
to be scored.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.files import disk_error

PATTERN = "answers*.jsonl"


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
        self.path = folder / (f"answers.{part}.jsonl" if part else "answers.jsonl")

    def append(self, rows: Iterable[dict[str, Any]]) -> None:
        """Adds answers, one a query under "query", and forces them to disk."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh = _head(self.path).get("plan") != self.plan
            with self.path.open("wb" if fresh else "ab") as file:
                if fresh:
                    file.write(_line({"plan": self.plan, "measures": self.measures}))
                elif not _ends_whole(self.path):
                    file.write(b"\n")
                file.writelines(map(_line, rows))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise disk_error(error, self.path) from error

    def load(self) -> list[dict[str, Any]]:
        """The last answer to every query under this plan in the folder, other shards' too."""
        rows: dict[str, dict[str, Any]] = {}
        for path in sorted(self.folder.glob(PATTERN)):
            if _head(path).get("plan") == self.plan:
                rows |= {row["query"]: row for row in _read(path)}
        return list(rows.values())

    def clear(self) -> None:
        """Removes the files, once a result stands in their place."""
        for path in self.folder.glob(PATTERN):
            path.unlink(missing_ok=True)


def find_checkpoints(path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every checkpoint file under a folder, with its first line: `plan` and `measures`."""
    for file in sorted(path.rglob(PATTERN)):
        if head := _head(file):
            yield file, head


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _head(path: Path) -> dict[str, Any]:
    """The first line of a file, empty where it is torn or where there is no file any more."""
    try:
        with path.open("rb") as file:
            head = _parse(file.readline()) or {}
    except FileNotFoundError:  # another process has finished the same result
        return {}
    return head if head.keys() == {"plan", "measures"} else {}


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with suppress(FileNotFoundError), path.open("rb") as file:
        file.readline()
        for line in file:
            if (row := _parse(line)) is not None and "query" in row:
                yield row


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
