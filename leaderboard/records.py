"""The files of a submission, typed: `model.yaml`, `manifest.json` and `environment.json`.

    submissions/<name>/
        model.yaml           what the model is and what it was trained on     -> Card
        environment.json     where it ran                                     -> Environment
        results/<setting>/<task>/{result.json, per_query.tsv.gz, run.trec.gz, run_info.json};
                             of tool use trajectories.jsonl.gz in place of run.trec.gz
        manifest.json        the results, and a hash of every other file      -> Manifest

Whoever submits controls every byte of them, so they are read by `leaderboard.submission.reading`
only, which bounds sizes and refuses what a record does not name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)

from leaderboard.fields import Line, Link, Prose, Sha256, Strict, printable
from leaderboard.lineage import Lineage

NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
"""Of a submission and its folder: safe in a path, a URL and an element's id."""

MODEL, MANIFEST, ENVIRONMENT, RESULTS = (
    "model.yaml",
    "manifest.json",
    "environment.json",
    "results",
)

Kind = Literal[
    "lexical", "embedder", "late interaction", "sparse", "reranker", "hybrid",
    "language model", "agent", "reference", "other",
]  # fmt: skip
"""What a model is, as the board's facet names it."""


Name = Annotated[str, StringConstraints(pattern=f"^{NAME.pattern}$")]


class TrainingData(Strict):
    """A data set that a model was trained on, and what it shares with what is measured here."""

    dataset: Line
    """Hub id or name."""
    overlap: list[Line] = Field(default_factory=list, max_length=200)
    """Suites or tasks whose training or test data it holds: "toolret", "mair/SciFact"."""
    note: Prose = ""


class Card(Strict):
    """What a model is: `model.yaml` of a submission.

    Every field without a default must be there; null is an answer where the type allows it.
    """

    name: Line
    """As the board shows it."""
    kind: Kind
    revision: Line | None
    """Commit or version of the weights; null where there are none."""
    parent: Line | None
    """The model that it was trained from; null for none."""
    licence: Line
    """SPDX identifier of the weights or the code, or "proprietary"."""
    open_weights: bool
    parameters: int | None = Field(ge=0, le=10**14)
    """How many, embeddings included; 0 where nothing is learned; null where it is not known."""
    prompt: Prose | None
    """Prompt or instruction template; null where the model is handed texts as they are."""
    max_length: int | None = Field(ge=1, le=10**9)
    """Tokens of an input that count; null for no limit."""
    dtype: Line | None
    """Of the weights as they ran: "float32"; null where there are none."""
    training: list[TrainingData] | Literal["undisclosed"]
    """[] says that it was trained on nothing; "undisclosed" is allowed and shown."""
    contact: Line
    """Whom to ask: a name with an address or an account."""
    links: dict[Annotated[str, StringConstraints(pattern=r"^[a-z]{2,20}$")], Link] = Field(
        default_factory=dict, max_length=10
    )
    """What -> https address: {paper: ..., code: ..., weights: ...}."""
    released: Annotated[date, Field(strict=False)] | None = None
    """The day that the model came out."""
    description: Prose = ""
    citation: Prose = ""
    """BibTeX."""
    lineage: Lineage | None = None
    """How a checkpoint was trained. The template takes it from the results: leave it as it is."""

    @model_serializer(mode="wrap")
    def _written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Every field; a lineage where there is one, so that cards without stay as they were."""
        told: dict[str, Any] = handler(self)
        if self.lineage is None:
            told.pop("lineage", None)
        return told

    def overlaps(
        self, tasks: list[str], suites: Mapping[str, Collection[str]] | None = None
    ) -> list[str] | None:
        """Training data that is declared to share something with these tasks or their benchmark.

        Args:
            tasks: names of tasks, and of suites of them.
            suites: every suite with its tasks: one that is declared stands for all of these.

        Returns:
            Names of data sets; [] where none is declared; None where training is undisclosed.
        """
        if self.training == "undisclosed":
            return None
        wanted = {part for task in tasks for part in (task, task.partition("/")[0])}
        held = suites or {}
        return [
            data.dataset
            for data in self.training
            if any(
                name in wanted or not wanted.isdisjoint(held.get(name, ())) for name in data.overlap
            )
        ]


class FileEntry(Strict):
    """Size and hash of a file."""

    sha256: Sha256
    bytes: int = Field(ge=0)


class ResultEntry(Strict):
    """A result of a submission: where it lies and what it claims to be about."""

    path: Annotated[str, StringConstraints(max_length=300)]
    """Folder below the submission, with "/"."""
    task: Line
    task_version: Line
    data_hash: Sha256
    setting: dict[str, Any]
    predictions_hash: Sha256


class Manifest(Strict):
    """What is in a submission."""

    schema_version: Literal[1] = 1
    submission: Name
    """Name of the submission, equal to its folder's."""
    created: Annotated[date, Field(strict=False)]
    assay: Line
    """Version of the harness that packed it."""
    model: Annotated[
        str, StringConstraints(min_length=1, max_length=2000), AfterValidator(printable)
    ]
    """The model's canonical expression."""
    model_fingerprint: Sha256
    results: list[ResultEntry] = Field(min_length=1, max_length=2000)
    files: dict[str, FileEntry] = Field(max_length=10_000)
    """Path below the submission, with "/" -> what lies there; every file but the manifest."""


class Environment(Strict):
    """Where a submission's results were computed, without what names a person or a machine."""

    packages: dict[str, Line] = Field(max_length=200)
    python: Line
    system: Line
    processor: Line
    cores: int | None
    accelerators: list[Line] = Field(default_factory=list, max_length=64)
    commit: Line | None
    """Of the code that ran, where it lay in a repository."""
    dirty: bool | None = None
    """Whether that code had changes."""
