"""What a result is: the typed schema of `result.json`, published as JSON Schema."""

from __future__ import annotations

import re
from dataclasses import asdict
from hashlib import sha256
from math import nan
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_serializer,
    model_serializer,
)

from harness.measures.notation import is_share
from harness.records import Setting
from harness.sources import Read


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Value(_Strict):
    """A mean over queries with its 95 % percentile bootstrap interval."""

    value: float
    ci_low: float
    ci_high: float
    n: int
    """Number of queries in the mean."""


_NOTHING = Value(value=nan, ci_low=nan, ci_high=nan, n=0)


class Counts(_Strict):
    """What became of the queries, and faults of the data that a reader must know of."""

    queries: int
    answered: int
    """Queries that got an answer: at least one document, or an attempt."""
    missing: int
    """Queries without an answer; each scores 0."""
    malformed: int
    """Queries whose answer could not be read; each scores 0."""
    errors: int
    """Queries that failed outside the model; retried when the same command runs again."""
    without_relevant: int
    """Queries with judgements but no relevant document; each scores 0, as in trec_eval."""
    judged_outside_corpus: int
    """Judged documents that the corpus lacks; they still count as relevant, as in trec_eval."""
    empty_queries: int
    """Queries without text."""
    documents: int | None = None
    """Documents in all corpora of the task."""
    empty_documents: int
    """Documents without text, in all corpora of the task."""
    clusters: int
    """Distinct query texts, the unit that the bootstrap resamples."""
    tied: int
    """Returned documents whose score another document of the same query shares."""

    def of(self, note: str) -> int | None:
        """Of how many the things are that a note counts, where that is known."""
        if note.endswith(" queries"):
            return self.queries
        return self.documents if note.endswith(" documents") else None


class Result(_Strict):
    """One model on one task under one setting."""

    schema_version: Literal[1] = 1
    model: str
    """The model's canonical expression."""
    model_fingerprint: str
    """SHA-256 of the model's identity."""
    model_identity: dict[str, Any]
    """Everything that changes the model's answers."""
    model_card: dict[str, Any] | None
    model_join: str
    """How instruction and query became one text: a name of `harness.joins`, or "own" where the
    model was handed both."""
    helpers: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Identities of the models that the setting names, by its field: who finds tools, stands in for
    them, judges. Left out where there is none."""
    task: str
    task_version: str
    """Of the task; where judges decide, with their names."""
    task_card: dict[str, Any]
    """Title, licence, citation and known defects of the task."""
    setting: Setting
    status: Literal["complete", "incomplete"]
    """Incomplete: infrastructure errors are left. Shown, not aggregated, not submittable."""
    data_hash: str
    """SHA-256 over documents, queries, judgements, pools and exclusions."""
    datasets: list[Read]
    predictions_hash: str
    """SHA-256 over queries, ranked documents and scores, from which all numbers follow; of tool use
    over attempts without `seconds`, for no two runs take the same time."""
    seed: int
    """Seed of the bootstrap and of shuffled instructions."""
    main_measure: str
    measures: dict[str, Value]
    splits: dict[str, dict[str, float]] = Field(default_factory=dict)
    """Mean of every measure by split, for a task of several splits."""
    counts: Counts
    missing: list[str] = Field(default_factory=list)
    """Queries without an answer."""
    malformed: dict[str, str] = Field(default_factory=dict)
    errors: dict[str, str] = Field(default_factory=dict)
    drift: list[str] = Field(default_factory=list)
    """Where the data differs from its published statistics."""
    undefined: list[str] = Field(default_factory=list)
    """Measures that say nothing of any query, such as those that wait for a judge."""
    breakdown: dict[str, dict[str, dict[str, float]]] = Field(default_factory=dict)
    """Label of the questions -> its value -> mean of every measure, as by plan length."""
    deviations: dict[str, float] = Field(default_factory=dict)
    """Population standard deviation of a measure's mean over trials or repeated judgements."""
    notes: dict[str, int] = Field(default_factory=dict)

    @field_serializer("setting")
    def _setting(self, setting: Setting) -> dict[str, Any]:
        return setting_to_json(setting)

    @model_serializer(mode="wrap")
    def _known(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = written(self)
        return {name: value for name, value in found.items() if name != "helpers" or value}

    @property
    def partial(self) -> bool:
        """True when the number is not that of the whole task as it was published."""
        main = self.measures.get(self.main_measure)
        some = main is not None and main.n < self.counts.queries  # of the others nothing is known
        asked = self.setting.limit is not None
        return self.status != "complete" or asked or some or bool(self.drift)

    @property
    def main_name(self) -> str:
        """The task's main measure; of a result without it, the first share of 1 or measure."""
        if self.main_measure in self.measures:
            return self.main_measure
        return next(filter(is_share, self.measures), next(iter(self.measures), self.main_measure))

    @property
    def main(self) -> Value:
        """The value of the measure `main_name`; NaN where no measure says anything."""
        return self.measures.get(self.main_name, _NOTHING)

    @property
    def key(self) -> tuple[str, str, str]:
        """Model, task and setting: what makes this result unique in a store."""
        return self.model_fingerprint, self.task, setting_slug(self.setting)


PLAY = ("tools", "tool_order", "faults", "search", "simulator", "judge")
"""Fields of a setting that say how an agent plays."""


def setting_to_json(setting: Setting) -> dict[str, Any]:
    """The setting as results carry it; what only some tasks have, only where it is not default."""
    fields = asdict(setting) | {"compat": list(setting.compat)}
    default = Setting()
    for name in ("limit", *PLAY):
        if fields[name] == getattr(default, name):
            del fields[name]
    return fields


def setting_slug(setting: Setting) -> str:
    """A readable folder name: what differs from the defaults, or "default".

    Behind expressions of models and schedules of faults, which lose their signs here, is a hash.
    """
    default = asdict(Setting())
    parts = [
        f"{name}-{'+'.join(value) if isinstance(value, tuple) else value}"
        for name, value in asdict(setting).items()
        if value != default[name]
    ]
    lossy = any(slug(getattr(setting, name)) != getattr(setting, name) for name in PLAY)
    return slug(",".join(parts), distinct=lossy) or "default"


def slug(text: str, *, distinct: bool = False) -> str:
    """A file name for any text: safe characters kept, the others as "_", long names cut.

    Args:
        text: what is to be named.
        distinct: whether a hash is added where more than the "/" of "benchmark/task" was lost, so
            that "a b" and "a_b", or two names in another script, do not become one.
    """
    safe = re.sub(r"[^A-Za-z0-9._,=+-]+", "_", text).strip("_.")
    lost = distinct and safe != text.replace("/", "_")
    if len(safe) <= 80 and not lost:
        return safe
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{safe[:71]}-{digest}".removeprefix("-")
