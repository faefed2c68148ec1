"""The folder of submissions as the board takes it in: checked records first, claims where none.

A record counts only for the manifest that it names, byte for byte. Where there is none, or it is
void, the submission speaks for itself and is marked self-reported; where it cannot even be read, it
is left out with the reason. What nobody checked can claim registered tasks only, and count by their
measures, within the range that these have. Whatever was submitted, the board is built.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.contracts import Task
from harness.errors import UserError
from harness.loading.catalogue import all_tasks
from harness.measures import is_share, unit_of
from harness.store import Result
from leaderboard.board.entries import Entry, claimed_entry
from leaderboard.board.recorded import DAMAGED, Submission, Void, read_record, recorded
from leaderboard.board.retracting import require_all, retractions
from leaderboard.board.samples import StoredSamples
from leaderboard.checked import BESIDE, CHECKED, RETRACTIONS, Queries, Retraction, Samples
from leaderboard.records import MODEL, NAME
from leaderboard.submission import limits
from leaderboard.submission.reading import (
    possible,
    read_card,
    read_environment,
    read_manifest,
    read_result,
    require_day,
    safe_files,
    shown,
)

_DIGEST = re.compile(r"[0-9a-f]{16,64}")


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


def read(folder: Path, tasks: Mapping[str, Task] | None = None) -> Shelf:
    """Everything that can be shown of a folder of submissions; an absent folder holds none.

    Args:
        folder: of submissions, records and `retractions.yaml`.
        tasks: the registered ones by name; default all of them.

    Raises:
        UserError: `retractions.yaml`, which maintainers write, is broken, or retracts what is not
            there.
    """
    if not folder.is_dir():
        return Shelf()
    if tasks is None:
        tasks = {task.card.name: task for task in all_tasks()}
    return _Reader(folder, tasks).shelf()


class _Reader:
    """Reads one folder; queries once, however many submissions name them."""

    def __init__(self, folder: Path, tasks: Mapping[str, Task]) -> None:
        self.folder, self.tasks = folder, tasks
        self.queries: dict[str, Queries] = {}
        self.names: dict[str, str] = {}
        self.same: dict[str, str] = {}
        self.unchecked: dict[str, str] = {}

    def shelf(self) -> Shelf:
        """Everything in the folder."""
        checked = {p.stem for p in (self.folder / CHECKED).glob("*.json")}
        there = {p.name for p in self.folder.iterdir() if p.name not in BESIDE}
        there = {name for name in there if not name.startswith(".")}
        names = sorted(there | checked)
        told = zip(names, recorded(self.folder, names), strict=True)
        found = [submission for name, read in told if (submission := self.submission(name, read))]
        retracted = retractions(self.folder / RETRACTIONS)
        require_all(retracted, there, {s.name: {entry.task for entry in s.entries} for s in found})
        kept = {s.name: len(s.entries) for s in found if s.name not in self.unchecked}
        return Shelf(
            submissions=tuple(found),
            queries=self.queries,
            samples=StoredSamples(self.folder / CHECKED / "samples", kept),
            retractions=retracted,
            unchecked=dict(sorted(self.unchecked.items())),
        )

    def submission(self, name: str, read: Submission | Void) -> Submission | None:
        """What can be shown of a submission; the reason where that is less than its record."""
        try:
            if isinstance(read, Void):
                raise read
            return replace(read, entries=tuple(map(self.with_queries, read.entries)))
        except Void as void:
            self.unchecked[shown(name)] = str(void)
        if not NAME.fullmatch(name) or not (self.folder / name).is_dir():
            return None
        try:
            return self.claimed(self.folder / name)
        except DAMAGED as error:
            self.unchecked[name] += f"; left out: {shown(error, limits.MESSAGE)}"
            return None

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
        found = read_record(self.folder / CHECKED / "queries" / f"{digest}.json", Queries)
        if not found.ids or {len(found.clusters), len(found.weights)} != {len(found.ids)}:
            raise Void(f"the queries of {task} on record are damaged")
        name = self.same.setdefault(
            found.model_copy(update={"texts": None}).model_dump_json(), digest
        )
        if name == digest or self.queries[name].texts is None:
            self.queries[name] = found
        return name

    def claimed(self, folder: Path) -> Submission:
        """A submission by its own words. Raises `Refused` where they are not to be had."""
        safe_files(folder)
        manifest = read_manifest(folder)
        if manifest.submission != folder.name:
            raise UserError(f"it calls itself {shown(manifest.submission)}")
        require_day(manifest)
        results = [read_result(folder / entry.path) for entry in manifest.results]
        for result in results:
            self.require_possible(result)
        return Submission(
            name=folder.name,
            submitted=manifest.created,
            model=manifest.model,
            fingerprint=manifest.model_fingerprint,
            card=read_card(folder / MODEL),
            environment=read_environment(folder),
            entries=tuple(
                claimed_entry(result, i, self.tasks[result.task].measures)
                for i, result in enumerate(results)
            ),
            checked=False,
        )

    def require_possible(self, result: Result) -> None:
        """Raises `UserError` for a claim that no run of a registered task could give."""
        if result.task not in self.tasks:
            raise UserError(f"it names the task {shown(result.task)}, which is not registered")
        main = self.tasks[result.task].card.main_measure
        if main != result.main_measure or main not in result.measures:
            raise UserError(f"{result.task} is measured by {main}, which it does not claim")
        for name, value in result.measures.items():
            if not possible(name, value):
                kind = "share of 1" if is_share(name) else f"amount in {unit_of(name)}"
                raise UserError(f"{name} of {result.task} is no {kind}, or its interval none")
