"""What a check established about a submission: the only thing of it that the site is built from.

    submissions/_checked/<submission>.json            -> Checked
    submissions/_checked/queries/<digest>.json        -> Queries, shared by all results on that data
    submissions/_checked/samples/<submission>.json    -> Samples
    submissions/_checked/reproduced/<submission>.json -> Reproduced, where a maintainer ran it again
    submissions/retractions.yaml                      -> list[Retraction]

Written by `assay check --record` and `assay reproduce --record` on a maintainer's machine, never
by whoever submits. A record names the manifest that it is about, so that it is void when the
submission changes.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from harness.sources import Read
from harness.store.schema import Value
from leaderboard.fields import Sha256, Strict
from leaderboard.records import Card, Environment, Name

CHECKED = "_checked"
"""Folder of the records; no submission can have that name."""
RETRACTIONS = "retractions.yaml"
BESIDE = (CHECKED, RETRACTIONS)
"""What lies beside the submissions."""

TOLERANCE = 1e-3
"""Of a share of 1: how far a model that is run again may be off. Other hardware and batch sizes
move the scores of neural models by less."""

ASKED = frozenset({"queries", "problems"})
"""What cards call what is asked, where they state how many there are."""

Level = Literal["as printed", "self-reported", "re-scored", "reproduced"]
"""Who vouches for a number: a paper, whoever submitted it, this harness from the predictions, or
a maintainer who ran the model again."""


class Cell(Strict):
    """One result of a submission."""

    task: str
    task_version: str
    data_hash: str
    setting: dict[str, Any]
    """As `harness.store.schema.setting_to_json` writes it."""
    level: Literal["self-reported", "re-scored"]
    why: str = ""
    """Why it could not be re-scored."""
    partial: bool
    """Not the whole task as it was published: see `drift`."""
    drift: list[str]
    """Where the data differs from the task's published statistics."""
    vouched: bool = True
    """Whether something vouches for the data as the published one: it is embedded, its card states
    counts that it was compared with, or it came from a commit on the hub."""
    main_measure: str
    measures: dict[str, Value]
    splits: dict[str, dict[str, float]] = Field(default_factory=dict)
    counts: dict[str, int]
    """queries, answered, missing, malformed, errors, documents, tied, ..."""
    notes: dict[str, int] = Field(default_factory=dict)
    queries: str
    """Digest that names the file of queries."""
    values: str
    """The main measure of every query in that order: float32, little endian, base64."""
    seconds: float | None = None
    """Wall time of answering."""
    command: str
    """What to type to get this result."""

    def per_query(self) -> NDArray[np.float32]:
        """The main measure of every query, shape (queries,)."""
        return np.frombuffer(base64.b64decode(self.values), dtype="<f4")


def vouched(datasets: Sequence[Read], statistics: Mapping[str, Any]) -> bool:
    """Whether anything says that data is the published one.

    Args:
        datasets: what a result was computed from; none where it is embedded.
        statistics: counts that the task's card states, which were compared on reading. A mirror
            has no commit to go by.
    """
    return all(read.revision for read in datasets) or not ASKED.isdisjoint(statistics)


def encoded(values: NDArray[np.floating[Any]]) -> str:
    """Values as `Cell.values` keeps them."""
    return base64.b64encode(np.asarray(values, dtype="<f4").tobytes()).decode()


class Flag(Strict):
    """Something that a maintainer should look at; a submission may be right all the same.

    What is so only beside others, such as the same predictions as another model's, is told by the
    check and not recorded.
    """

    check: str
    task: str | None
    message: str


class Checked(Strict):
    """A submission that passed every check."""

    schema_version: Literal[1] = 1
    submission: Name
    manifest: Sha256
    """Of `manifest.json`, byte for byte."""
    submitted: Annotated[date, Field(strict=False)]
    assay: str
    """Version of the harness that checked it."""
    model: str
    model_fingerprint: Sha256
    card: Card
    environment: Environment
    cells: list[Cell]
    flags: list[Flag] = Field(default_factory=list)


class Queries(Strict):
    """The queries of a task over one state of its data."""

    task: str
    data_hash: str
    ids: list[str]
    splits: list[str]
    clusters: list[int]
    """Queries of one text share a number; the bootstrap draws them together."""
    weights: list[float]
    texts: list[str] | None = None
    """Only where the task's licence allows them to be shown."""


class Sample(Strict):
    """What was found for some queries of a result."""

    rows: list[int]
    """Positions in `Queries.ids`."""
    found: list[list[tuple[str, float, int | None]]]
    """For each of them the first documents: id, score, grade (null: not judged)."""
    said: list[str] = Field(default_factory=list)
    """Of tool use, for each of them the tools called and the beginning of the answer."""

    @model_serializer(mode="wrap")
    def _written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Every field; what was said where an agent said it."""
        told: dict[str, Any] = handler(self)
        return {name: value for name, value in told.items() if name != "said" or value}


class Samples(Strict):
    """What a submission answered, for reading. Texts only where the task's licence allows it."""

    cells: list[Sample | None]
    """One for each cell of the record."""
    texts: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Task -> document id -> the beginning of its text."""


class Rerun(Strict):
    """One result that a maintainer computed again from nothing but the submission's names."""

    task: str
    setting: dict[str, Any]
    identical: bool
    """The predictions are the same, byte for byte."""
    main_measure: str
    submitted: float
    rerun: float

    @property
    def agrees(self) -> bool:
        """Whether both are the same number to `TOLERANCE`."""
        return self.identical or abs(self.submitted - self.rerun) <= TOLERANCE


class Reproduced(Strict):
    """A maintainer's rerun of a submission."""

    schema_version: Literal[1] = 1
    submission: Name
    manifest: Sha256
    on: Annotated[date, Field(strict=False)]
    by: str
    environment: Environment
    cells: list[Rerun]


class Retraction(Strict):
    """A submission, or its results on some tasks, that no longer counts. It stays, marked."""

    submission: Name
    tasks: list[str] = Field(default_factory=list)
    """Empty: all of them."""
    on: Annotated[date, Field(strict=False)]
    reason: str
