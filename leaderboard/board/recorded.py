"""Submissions as their records say, if these count; read by several processes where that pays."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from harness.errors import UserError
from leaderboard.board.aside import processors
from leaderboard.board.entries import Entry, Shared, checked_entries
from leaderboard.checked import CHECKED, Checked, Flag, Reproduced
from leaderboard.records import MANIFEST, NAME, Card, Environment
from leaderboard.submission import limits
from leaderboard.submission.reading import read_bytes, shown

DAMAGED = (UserError, ValueError, OSError, RecursionError)
"""What reading something broken raises."""
_MANY = 200
"""Submissions from which on several processes pay."""
_AT_ONCE = 25
"""Submissions that a process reads before it hands them over."""

_Record = TypeVar("_Record", bound=BaseModel)


class Void(Exception):
    """A record does not count, and why."""


@dataclass(frozen=True)
class Submission:
    """A submission that the board can show.

    Attributes:
        checked: whether a record of it counts; else it speaks for itself.
        reproduced: a maintainer's rerun of this very manifest.
    """

    name: str
    submitted: date
    model: str
    fingerprint: str
    card: Card
    environment: Environment
    entries: tuple[Entry, ...]
    checked: bool = True
    flags: tuple[Flag, ...] = ()
    reproduced: Reproduced | None = None


def recorded(folder: Path, names: Sequence[str]) -> Iterator[Submission | Void]:
    """What the records say, in the order of the names; `Void` where one does not count.

    The queries that the entries name have not been looked at.

    Args:
        folder: of submissions and their records.
        names: of submissions.
    """
    workers = min(processors(), 8)
    if workers < 2 or len(names) < _MANY:
        yield from _some(folder, names)
        return
    parts = [names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE)]
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for found in pool.map(partial(_some, folder), parts):
            yield from found


def read_record(path: Path, record: type[_Record]) -> _Record:
    """A record of that kind. Raises `Void` where it is damaged or not there."""
    try:
        return record.model_validate_json(path.read_bytes())
    except (ValidationError, OSError) as error:
        reason = "damaged" if isinstance(error, ValidationError) else "not there"
        raise Void(f"its {record.__name__.lower()} record {path.name} is {reason}") from None


def _some(folder: Path, names: Sequence[str]) -> list[Submission | Void]:
    found: list[Submission | Void] = []
    shared = Shared()
    for name in names:
        try:
            found.append(_submission(folder, name, shared))
        except Void as void:
            found.append(void)
    return found


def _submission(folder: Path, name: str, shared: Shared) -> Submission:
    path = folder / CHECKED / f"{name}.json"
    if not NAME.fullmatch(name):
        raise Void("not the name of a submission")
    on_record, there = path.is_file(), (folder / name).is_dir()
    if not on_record and not there:
        raise Void("no folder, and so no submission")
    if not on_record:
        raise Void("no check of it is on record")
    if not there:
        raise Void("there is a record of its check, but no submission of that name")
    manifest = _manifest_hash(folder / name)
    record = read_record(path, Checked)
    if record.submission != name:
        raise Void(f"the record is about another submission, {record.submission}")
    if record.manifest != manifest:
        raise Void("the submission has changed since it was checked")
    try:
        entries = tuple(checked_entries(record.cells, shared))
    except UserError as error:
        raise Void(f"the record is damaged: {error}") from None
    return Submission(
        name=name,
        submitted=record.submitted,
        model=record.model,
        fingerprint=record.model_fingerprint,
        card=record.card,
        environment=record.environment,
        entries=entries,
        flags=tuple(record.flags),
        reproduced=_rerun(folder, name, manifest),
    )


def _manifest_hash(folder: Path) -> str:
    """Of the submission's manifest as it is now."""
    try:
        data = read_bytes(folder / MANIFEST, limits.MANIFEST_BYTES)
    except DAMAGED as error:
        raise Void(shown(error, limits.MESSAGE)) from None
    return sha256(data).hexdigest()


def _rerun(folder: Path, name: str, manifest: str) -> Reproduced | None:
    """The maintainer's rerun of this manifest, if there is one."""
    path = folder / CHECKED / "reproduced" / f"{name}.json"
    if not path.is_file():
        return None
    try:
        found = read_record(path, Reproduced)
    except Void:
        return None
    return found if (found.submission, found.manifest) == (name, manifest) else None
