"""What is under check: a submission and its results, read once, when a check asks for it.

Everything here is read through `leaderboard.submission.reading`, which bounds and refuses. Nothing
of a submission is ever imported, run or used to find a file outside of it: a task is looked up in
the registry by its full name, and a model's expression is only parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import cast

from harness import spec
from harness.asking import Asked, ask
from harness.contracts import Task
from harness.errors import UserError, unknown
from harness.registry import benchmarks, resolve
from harness.scoring import Scores
from harness.sources import Source
from harness.store import PER_QUERY, Result
from harness.store.results import read_scores
from harness.suites import Benchmark
from leaderboard.checks import neighbours
from leaderboard.checks.predicted import PREDICTED, Predicted
from leaderboard.checks.rankings import Rankings
from leaderboard.records import MANIFEST, MODEL, Card, Environment, Manifest, ResultEntry
from leaderboard.submission import limits, reading
from leaderboard.submission.files import read_bytes
from leaderboard.submission.folder import safe_files

UNKNOWN = "retrieval"
"""The kind that a task is taken for which is not registered; its result is refused anyway."""


class Case:
    """A submission.

    Args:
        folder: the submission's folder.
        data: folder that mirrors the tasks' data; default the environment variable ASSAY_DATA.
        base: git revision that the submission is to be added to; None where nobody named one.
    """

    def __init__(self, folder: Path, *, data: str | Path | None, base: str | None) -> None:
        self.folder, self.data, self.base = folder, data, base

    @property
    def name(self) -> str:
        """Name of the folder, which is the submission's."""
        return self.folder.name or self.folder.resolve().name

    @property
    def siblings(self) -> Path:
        """The folder of all submissions."""
        return self.folder.resolve().parent

    @cached_property
    def files(self) -> Mapping[str, Path]:
        """Every file by its path below the submission. Raises `Refused` for one that may not be."""
        return safe_files(self.folder)

    @cached_property
    def manifest(self) -> Manifest:
        """What the submission says that it holds."""
        return reading.read_manifest(self.folder)

    @cached_property
    def manifest_digest(self) -> str:
        """SHA-256 of the manifest, byte for byte."""
        return sha256(read_bytes(self.folder / MANIFEST, limits.MANIFEST_BYTES)).hexdigest()

    @cached_property
    def card(self) -> Card:
        """The model card."""
        return reading.read_card(self.folder / MODEL)

    @cached_property
    def environment(self) -> Environment:
        """Where the results were computed."""
        return reading.read_environment(self.folder)

    @cached_property
    def expression(self) -> spec.Model:
        """The model, parsed and never made."""
        return spec.parse(self.manifest.model)

    @cached_property
    def benchmarks(self) -> tuple[Benchmark, ...]:
        """Our own; those that other packages install have no place on the board."""
        found = (benchmarks.get(entry) for entry in benchmarks.table)
        return tuple(benchmark for benchmark in found if isinstance(benchmark, Benchmark))

    @cached_property
    def tasks(self) -> Mapping[str, Task]:
        """Every task of the board by its full name: nothing else can be asked for."""
        return {name: task for b in self.benchmarks for name, task in b.tasks.items()}

    def kind_of(self, task: str) -> str:
        """The kind of the registered task of that name, retrieval where there is none."""
        return self.tasks[task].card.kind if task in self.tasks else UNKNOWN

    @cached_property
    def source(self) -> Source:
        """Where the tasks' data comes from."""
        return Source(self.data)

    @cached_property
    def manifests(self) -> tuple[Manifest, ...]:
        """Those of the other submissions beside this one."""
        return tuple(neighbours.manifests(self.siblings, besides=self.name))

    @cached_property
    def recorded(self) -> tuple[neighbours.Known, ...]:
        """The results that were checked earlier."""
        return tuple(neighbours.recorded(self.siblings, besides=self.name))

    def claims(self) -> Iterator[Claim]:
        """The results, in the manifest's order."""
        return (Claim(self, entry) for entry in self.manifest.results)


@dataclass
class Claim:
    """One result of a submission: what it claims, and what follows from its predictions."""

    case: Case
    entry: ResultEntry

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.case.folder / self.entry.path

    @cached_property
    def result(self) -> Result:
        """What is claimed. Raises `Refused` for anything that is no result."""
        return reading.read_result(self.folder)

    @cached_property
    def task(self) -> Task:
        """The registered task of that very name. Raises `UserError` when there is none."""
        name = self.entry.task
        if name not in self.case.tasks:
            raise unknown(
                "task",
                name,
                self.case.tasks,
                "The board takes registered tasks only, no folders and no files: see assay tasks",
            )
        return self.case.tasks[name]

    @cached_property
    def scores(self) -> Scores:
        """The claimed values of every query."""
        reading.read_per_query(self.folder)  # what follows reads whatever there is
        return read_scores(self.folder / PER_QUERY)

    @cached_property
    def predicted(self) -> Predicted:
        """The predictions, as those of the task's kind are looked at."""
        make = cast("Callable[[Claim], Predicted]", resolve(PREDICTED[self.kind]))
        return make(self)

    @property
    def rankings(self) -> Rankings:
        """The predictions of a retrieval task. Raises `UserError` where it is of another kind."""
        if not isinstance(self.predicted, Rankings):
            raise UserError(f"{self.entry.task} is no retrieval task")
        return self.predicted

    @property
    def kind(self) -> str:
        """Of the registered task; a task that there is not is as good as one of retrieval."""
        return self.case.kind_of(self.entry.task)

    @cached_property
    def asked(self) -> Asked:
        """The task with its data, under the claimed setting. Raises `MissingData`."""
        return ask(self.task, self.result.setting, self.case.source, self.result.seed)
