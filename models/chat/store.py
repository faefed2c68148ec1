"""Completions by key in a file that only grows: the cache's, and recordings.

Each line is a JSON object `{"key": ..., "asked": ..., "completion": {...}}`; the first may name the
model whose completions they are, `{"model": ...}`, for people. Several processes may
write at once and be killed at any byte: a record is written in one piece, with its line break in
front, so that what a killed writer left half is a line of its own, which nobody takes for a record.
Of equal keys the last one counts. In memory are keys and places, never the completions.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import fields
from math import inf
from pathlib import Path
from typing import Any

from harness.errors import InfrastructureError, UserError
from harness.files import disk_error
from harness.records import Completion, ToolCall, Usage

_KEY = re.compile(rb'\{"key":"([0-9a-f]{64})"')


class Store:
    """The completions of one file.

    Args:
        path: of the file, which need not be there.
        model: what people call the model; written into a new file unless it is "".
    """

    def __init__(self, path: Path, model: str = "") -> None:
        self.path = path
        self._title = b"\n" + json.dumps({"model": model}).encode() if model else b""
        self._places: dict[bytes, tuple[int, int]] = {}
        self._read = 0

    def __len__(self) -> int:
        """How many keys have a completion."""
        self._catch_up()
        return len(self._places)

    def get(self, key: str) -> Completion | None:
        """The completion of a key, other processes' too; None where there is none.

        Raises:
            UserError: the file cannot be read.
        """
        digest = bytes.fromhex(key)
        for _ in range(2):
            if digest not in self._places:
                self._catch_up()
            if (place := self._places.get(digest)) is None:
                return None
            if (found := self._completion(key, place)) is not None:
                return found
            del self._places[digest]  # damaged; somebody may have asked again since
        return None

    def add(self, key: str, asked: str, completion: Completion) -> None:
        """Enters a completion.

        Args:
            key: SHA-256 in hexadecimal digits.
            asked: what people recognise the request by.
            completion: what was answered.

        Raises:
            UserError: the file cannot be written.
        """
        record = {"key": key, "asked": asked, "completion": plain(completion)}
        line = b"\n" + json.dumps(record, separators=(",", ":")).encode()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                line = line if os.fstat(handle).st_size else self._title + line
                written = os.write(handle, line)
            finally:
                os.close(handle)
        except OSError as error:
            raise disk_error(error, self.path) from error
        if written != len(line):
            raise InfrastructureError(f"{self.path}: a completion was written in part: disk full?")

    def _completion(self, key: str, place: tuple[int, int]) -> Completion | None:
        """The completion at a place; None where it is damaged or gone."""
        try:
            with self.path.open("rb") as file:
                file.seek(place[0])
                record = json.loads(file.read(place[1]))
            return completion_of(record["completion"]) if record["key"] == key else None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UserError(f"{self.path} cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, RecursionError):
            return None

    def _catch_up(self) -> None:
        """Notes the records that were added since the last look.

        A last line may still be in the writing, and is looked at again next time.
        """
        try:
            size = self.path.stat().st_size
            if size < self._read:  # it was replaced
                self._read = 0
                self._places.clear()
            if size == self._read:
                return
            with self.path.open("rb") as file:
                file.seek(self._read)
                place = self._read
                for line in file:
                    self._note(line, place)
                    place += len(line)
                    if line.rstrip().endswith(b"}"):
                        self._read = place
        except FileNotFoundError:
            self._places.clear()
            self._read = 0
        except OSError as error:
            raise UserError(f"{self.path} cannot be read: {error.strerror}") from error

    def _note(self, line: bytes, place: int) -> None:
        line = line.rstrip()
        if line.endswith(b"}") and (key := _KEY.match(line)):
            self._places[bytes.fromhex(key[1].decode())] = (place, len(line))


def plain(completion: Completion) -> dict[str, Any]:
    """A completion as plain JSON, without what has its default."""
    usage = {f.name: getattr(completion.usage, f.name) for f in fields(Usage)}
    found: dict[str, Any] = {"text": completion.text, "finish": completion.finish, "usage": usage}
    if completion.seconds:
        found["seconds"] = completion.seconds
    if completion.calls:
        found["calls"] = [
            {"name": c.name, "arguments": dict(c.arguments), "id": c.id, "problem": c.problem}
            for c in completion.calls
        ]
    return found


def completion_of(found: Mapping[str, Any]) -> Completion:
    """The completion of plain JSON. Raises ValueError, KeyError or TypeError where it is none."""
    text, finish, usage = found["text"], found.get("finish", "stop"), found.get("usage", {})
    if not isinstance(text, str) or not isinstance(finish, str):
        raise TypeError("a text is no text")
    if not all(_is_amount(n) or (n is None and name == "money") for name, n in {**usage}.items()):
        raise TypeError("usage is no number")
    if not _is_amount(seconds := found.get("seconds", 0.0)):
        raise TypeError("seconds are no number")
    calls = tuple(_call(**call) for call in found.get("calls", ()))
    return Completion(text, Usage(**usage), finish, calls, seconds)


def _is_amount(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value < inf  # type: ignore[operator]


def _call(name: str, arguments: Any = None, id: str = "", problem: str = "") -> ToolCall:
    if not all(isinstance(part, str) for part in (name, id, problem)):
        raise TypeError("a call's name is no text")
    if not isinstance(arguments or {}, dict):
        raise TypeError("arguments are no object")
    return ToolCall(name, arguments or {}, id, problem)
