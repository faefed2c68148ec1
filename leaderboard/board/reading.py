"""The folder of submissions as the board takes it in: checked records first, claims where none.

A record counts only for the manifest that it names, byte for byte. Where there is none, or it is
void, the submission speaks for itself and is marked self-reported; where it cannot even be read, it
is left out with the reason. Whatever was submitted, the board is built.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from harness.errors import UserError
from harness.records import Setting
from leaderboard.board.entries import Entry, checked_entry, claimed_entry
from leaderboard.board.samples import StoredSamples
from leaderboard.checked import (
    CHECKED,
    RETRACTIONS,
    Checked,
    Flag,
    Queries,
    Reproduced,
    Retraction,
    Samples,
)
from leaderboard.records import MANIFEST, MODEL, NAME, Card, Environment
from leaderboard.submission import limits
from leaderboard.submission.reading import (
    read_bytes,
    read_card,
    read_environment,
    read_manifest,
    read_result,
    safe_files,
    shown,
)

_DIGEST = re.compile(r"[0-9a-f]{16,64}")
_DAMAGED = (UserError, ValueError, OSError, RecursionError)

_Record = TypeVar("_Record", bound=BaseModel)


class Void(Exception):
    """A record does not count, and why."""


@dataclass(frozen=True)
class Submission:
    """A submission that the board can show.

    Attributes:
        reproduced: a maintainer's rerun of this very manifest.
    """

    name: str
    submitted: date
    model: str
    fingerprint: str
    card: Card
    environment: Environment
    entries: tuple[Entry, ...]
    flags: tuple[Flag, ...] = ()
    reproduced: Reproduced | None = None


@dataclass(frozen=True)
class Shelf:
    """Everything in a folder of submissions.

    Attributes:
        submissions: by name.
        queries: by digest, those that an entry of a submission names.
        samples: by submission.
        unchecked: submissions without a record that counts -> why.
    """

    submissions: tuple[Submission, ...] = ()
    queries: Mapping[str, Queries] = field(default_factory=dict)
    samples: Mapping[str, Samples] = field(default_factory=dict)
    retractions: tuple[Retraction, ...] = ()
    unchecked: Mapping[str, str] = field(default_factory=dict)


def read(folder: Path) -> Shelf:
    """Everything that can be shown of a folder of submissions; an absent folder holds none.

    Raises:
        UserError: `retractions.yaml`, which maintainers write, is broken.
    """
    if not folder.is_dir():
        return Shelf()
    return _Reader(folder).shelf()


class _Reader:
    """Reads one folder; queries once, however many submissions name them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.queries: dict[str, Queries] = {}
        self.names: dict[str, str] = {}
        self.same: dict[str, str] = {}
        self.settings: dict[str, Setting] = {}
        self.unchecked: dict[str, str] = {}

    def shelf(self) -> Shelf:
        checked = {p.stem for p in (self.folder / CHECKED).glob("*.json")}
        there = {p.name for p in self.folder.iterdir() if p.is_dir() and p.name != CHECKED}
        names = sorted(there | checked)
        found = [submission for name in names if (submission := self.submission(name, checked))]
        kept = {s.name: len(s.entries) for s in found if s.name not in self.unchecked}
        return Shelf(
            submissions=tuple(found),
            queries=self.queries,
            samples=StoredSamples(self.folder / CHECKED / "samples", kept),
            retractions=_retractions(self.folder / RETRACTIONS),
            unchecked=dict(sorted(self.unchecked.items())),
        )

    def submission(self, name: str, checked: set[str]) -> Submission | None:
        """What can be shown of a submission; the reason where that is less than its record."""
        try:
            if not NAME.fullmatch(name):
                raise Void("not the name of a submission")
            if name not in checked:
                raise Void("no check of it is on record")
            return self.recorded(name)
        except Void as void:
            self.unchecked[shown(name)] = str(void)
        if not NAME.fullmatch(name) or not (self.folder / name).is_dir():
            return None
        try:
            return _claimed(self.folder / name)
        except _DAMAGED as error:
            self.unchecked[name] += f"; left out: {shown(error, limits.MESSAGE)}"
            return None

    def recorded(self, name: str) -> Submission:
        """The submission by its record. Raises `Void` where that does not count."""
        manifest = self.manifest_hash(name)
        record = _read(self.folder / CHECKED / f"{name}.json", Checked)
        if record.submission != name:
            raise Void(f"the record is about another submission, {record.submission}")
        if record.manifest != manifest:
            raise Void("the submission has changed since it was checked")
        try:
            entries = tuple(
                checked_entry(cell, i, self.settings) for i, cell in enumerate(record.cells)
            )
        except UserError as error:
            raise Void(f"the record is damaged: {error}") from None
        entries = tuple(self.with_queries(entry) for entry in entries)
        return Submission(
            name=name,
            submitted=record.submitted,
            model=record.model,
            fingerprint=record.model_fingerprint,
            card=record.card,
            environment=record.environment,
            entries=entries,
            flags=tuple(record.flags),
            reproduced=self.rerun(name, manifest),
        )

    def manifest_hash(self, name: str) -> str:
        """Of the submission's manifest as it is now."""
        if not (self.folder / name).is_dir():
            raise Void("there is a record of its check, but no submission of that name")
        try:
            data = read_bytes(self.folder / name / MANIFEST, limits.MANIFEST_BYTES)
        except _DAMAGED as error:
            raise Void(shown(error, limits.MESSAGE)) from None
        return sha256(data).hexdigest()

    def with_queries(self, entry: Entry) -> Entry:
        """The entry, naming its queries as all entries about them do.

        Raises:
            Void: they are not to be had, or the entry's values are not one for each of them.
        """
        digest = entry.queries or ""
        if digest not in self.names:
            self.names[digest] = self.known_as(digest, entry.task)
        name = self.names[digest]
        size = 4 * len(self.queries[name].ids)
        if len(entry.values) != 4 * ((size + 2) // 3):
            raise Void(f"the record's values do not fit the queries of {entry.task}")
        return entry if name == digest else entry._replace(queries=name)

    def known_as(self, digest: str, task: str) -> str:
        """Reads queries, and returns the digest under which they were met first.

        A record without texts and one with them are about the same queries.
        """
        if not _DIGEST.fullmatch(digest):
            raise Void(f"the record names no file of queries for {task}")
        found = _read(self.folder / CHECKED / "queries" / f"{digest}.json", Queries)
        if not found.ids or {len(found.clusters), len(found.weights)} != {len(found.ids)}:
            raise Void(f"the queries of {task} on record are damaged")
        name = self.same.setdefault(
            found.model_copy(update={"texts": None}).model_dump_json(), digest
        )
        if name == digest or self.queries[name].texts is None:
            self.queries[name] = found
        return name

    def rerun(self, name: str, manifest: str) -> Reproduced | None:
        """The maintainer's rerun of this manifest, if there is one."""
        path = self.folder / CHECKED / "reproduced" / f"{name}.json"
        if not path.is_file():
            return None
        try:
            found = _read(path, Reproduced)
        except Void:
            return None
        return found if (found.submission, found.manifest) == (name, manifest) else None


def _claimed(folder: Path) -> Submission:
    """A submission by its own words. Raises `Refused` where they are not to be had."""
    safe_files(folder)
    manifest = read_manifest(folder)
    if manifest.submission != folder.name:
        raise UserError(f"it calls itself {shown(manifest.submission)}")
    results = [read_result(folder / entry.path) for entry in manifest.results]
    return Submission(
        name=folder.name,
        submitted=manifest.created,
        model=manifest.model,
        fingerprint=manifest.model_fingerprint,
        card=read_card(folder / MODEL),
        environment=read_environment(folder),
        entries=tuple(claimed_entry(result, i) for i, result in enumerate(results)),
    )


def _retractions(path: Path) -> tuple[Retraction, ...]:
    if not path.is_file():
        return ()
    try:
        # Every word stays a word: YAML's own rules would make `on` the key True.
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) or []
        read = TypeAdapter(list[Retraction]).validate_python(found)
    except (yaml.YAMLError, ValueError, OSError) as error:
        raise UserError(f"{path.name} is broken: {' '.join(str(error).split())}") from None
    return tuple(sorted(read, key=lambda r: (r.on, r.submission, r.tasks)))


def _read(path: Path, record: type[_Record]) -> _Record:
    try:
        return record.model_validate_json(path.read_bytes())
    except (ValidationError, OSError) as error:
        reason = "damaged" if isinstance(error, ValidationError) else "not there"
        raise Void(f"its {record.__name__.lower()} record {path.name} is {reason}") from None
