"""A stage's desk: where it writes, and how it says what it does and what that costs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from harness.errors import UserError
from harness.files import disk_error, replacing
from harness.training.ledger import Ledger

CURVES, SUMMARY = "curves.jsonl", "summary.json"
Tell = Callable[[str, int, int, str], None]
"""Called with a stage's name, how much of it is done, of how much, and how it goes."""


class Work:
    """What a stage of training works with.

    Args:
        folder: the stage's own. What lies in it is still there when the stage goes on.
        out: where the last stage leaves the checkpoint; empty when it begins or goes on.
        earlier: the folders of the stages before it, by name.
        ledger: what is spent goes there.
        tell: is told how far the stage is.
        title: of the stage, for those who are told; "" takes the folder's name.
    """

    def __init__(
        self,
        folder: Path,
        out: Path,
        earlier: Mapping[str, Path],
        ledger: Ledger,
        tell: Tell = lambda stage, done, total, state: None,
        title: str = "",
    ) -> None:
        self.folder, self.out = folder, out
        self._earlier, self._ledger, self._tell = earlier, ledger, tell
        self._title = title or folder.name.partition("-")[2]
        self._last: int | None = None

    def before(self, stage: str) -> Path:
        """The folder of an earlier stage."""
        return self._earlier[stage]

    def desk(self, name: str, out: Path | None = None, **earlier: Path) -> Work:
        """A desk for a part of the stage, with a folder of its own in the stage's.

        Args:
            name: of the part and its folder.
            out: where the part leaves what it makes; None is where the stage does.
            **earlier: folders that stand for stages before it, beside those before the stage.
        """
        folder, out = self.folder / name, out or self.out
        for path in (folder, out):
            path.mkdir(parents=True, exist_ok=True)
        before = {**self._earlier, **earlier}
        return Work(folder, out, before, self._ledger, self._tell, f"{self._title} {name}")

    def rows(self, name: str) -> Rows:
        """A file of rows in the stage's folder, which it may add to."""
        return Rows(self.folder / name)

    def log(self, step: int, **values: float) -> None:
        """A point of the curves. One of a step that was already taken replaces all from there on.

        Numbers that are not finite are written as null.
        """
        curves = self.rows(CURVES)
        if self._last is None:
            self._last = max((row["step"] for row in curves), default=-1)
        if step <= self._last:
            curves.keep(lambda row: row["step"] < step)
        told = {name: float(v) if isfinite(v) else None for name, v in values.items()}
        curves.add({"step": step, **told})
        self._last = step

    def spend(self, **amounts: int) -> None:
        """Adds to what the stage has used up: tokens=..., sequences=..."""
        self._ledger.spend(amounts)

    def summarise(self, values: Mapping[str, Any]) -> None:
        """Writes what the stage has made, for people: plain JSON."""
        with replacing(self.folder / SUMMARY) as file:
            file.write(json.dumps(values, indent=2, ensure_ascii=False).encode() + b"\n")

    def tell(self, done: int, total: int, state: str = "") -> None:
        """Says how far the stage is, and at times writes down what it has cost so far."""
        self._ledger.flush()
        self._tell(self._title, done, total, state)


class Rows:
    """Rows of JSON in a file that is added to, and read back after a kill at any byte.

    Args:
        path: of the file, which need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows in order; one that was torn at the file's end is left out.

        Raises:
            UserError: a line before the last is no row.
        """
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return
                try:
                    row = json.loads(line)
                except ValueError:
                    row = None
                if not isinstance(row, dict):
                    raise UserError(f"{self.path} line {number} is damaged: train with --fresh")
                yield row

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def add(self, *rows: Mapping[str, Any]) -> None:
        """Adds rows, in one piece."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab+") as file:
                _drop_torn_line(file)
                file.write(b"".join(map(_line, rows)))
        except OSError as error:
            raise disk_error(error, self.path) from error

    def keep(self, wanted: Callable[[Mapping[str, Any]], bool]) -> None:
        """Leaves only the rows that are wanted."""
        kept = [_line(row) for row in self if wanted(row)]
        with replacing(self.path) as file:
            file.writelines(kept)


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _drop_torn_line(file: Any) -> None:
    """Cuts a file behind its last whole line, and goes to its end."""
    end = file.seek(0, 2)
    while end:
        start = max(0, end - 65536)
        file.seek(start)
        if (at := file.read(end - start).rfind(b"\n")) >= 0:
            end = start + at + 1
            break
        end = start
    file.truncate(end)
    file.seek(0, 2)
