"""What is under check: a submission and its results, read once, when a check asks for it.

Everything here is read through `leaderboard.submission.reading`, which bounds and refuses. Nothing
of a submission is ever imported, run or used to find a file outside of it: a task is looked up in
the registry by its full name, and a model's expression is only parsed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from harness import spec
from harness.asking import Asked, ask
from harness.contracts import Collection, Task
from harness.errors import unknown
from harness.records import Query
from harness.registry import benchmarks
from harness.rescoring import rescore
from harness.run import Run
from harness.scoring import Scores
from harness.sources import Source
from harness.store import PER_QUERY, RUN, Result
from harness.store.predictions import read_run
from harness.store.results import read_scores
from harness.suites import Benchmark
from leaderboard.checks import neighbours
from leaderboard.records import MANIFEST, MODEL, Card, Environment, Manifest, ResultEntry
from leaderboard.submission import limits, reading
from leaderboard.submission.files import read_bytes
from leaderboard.submission.folder import safe_files
from leaderboard.submission.refusal import Refused


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
    def written(self) -> Run:
        """The predictions under the ids that the file holds, percent signs decoded."""
        start = reading.read_run(self.folder)[:1]
        if not start or start in b"{[":
            raise Refused(f"{RUN} is no TREC run: query Q0 document rank score tag")
        return read_run(self.folder / RUN, _Anything(), encoded=True)

    @cached_property
    def asked(self) -> Asked:
        """The task with its data, under the claimed setting. Raises `MissingData`."""
        return ask(self.task, self.result.setting, self.case.source, self.result.seed)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What is asked, in the order of the flow's keys."""
        several = len(self.asked.retrieval.material) > 1
        limit = self.asked.setting.limit
        return tuple(
            Question(f"{split.split}/{query.id}" if several else query.id, query, split)
            for split in self.asked.retrieval.material
            for query in split.queries[:limit]
        )

    @cached_property
    def answers(self) -> Run:
        """The predictions under the task's keys. Raises `UserError` for an id it lacks."""
        return self.asked.retrieval.check(self.written)

    @cached_property
    def rescored(self) -> tuple[Result, Scores]:
        """The result that follows from the predictions, as `harness.score` computes it."""
        return rescore(self.asked, self.answers, self.result)


class Question(NamedTuple):
    """A query of a task."""

    key: str
    """Its id in the predictions."""
    query: Query
    split: Collection

    @property
    def qrels(self) -> Mapping[str, int]:
        """Document id -> grade."""
        return self.split.qrels.get(self.query.id, {})

    @property
    def pool(self) -> int:
        """How many documents may be returned."""
        candidates = (self.split.candidates or {}).get(self.query.id)
        excluded = (self.split.excluded or {}).get(self.query.id, ())
        size = len(self.split.corpus) if candidates is None else len(set(candidates))
        return size - len(set(excluded))


class _Anything:
    """Stands for a task whose data is not here: every id may be one of its own."""

    def check(self, run: Run) -> Run:
        """The run as it is."""
        return run

    def knows(self, id: str) -> bool:
        """True: no id is decoded that was not written encoded."""
        return True
