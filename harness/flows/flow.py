"""What every flow can do, whatever kind of question it asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from harness.loading import LoadedModel
from harness.scoring import Scores
from harness.store.schema import Counts, Result


class Answers(Protocol):
    """What a model answered to some questions, and what became of each."""

    def covers(self, key: str) -> bool:
        """True when the question's fate is known, an infrastructure error included."""
        ...


A = TypeVar("A", bound=Answers)


@dataclass(frozen=True)
class Scored:
    """What answers are worth.

    Attributes:
        scores: the value of every question.
        counts: what became of the questions.
        fingerprint: SHA-256 of everything in the answers that a number depends on.
        missing: questions without an answer.
        malformed: question -> why its answer could not be read.
        errors: question -> what failed outside the model.
        notes: counts worth showing.
        breakdown: label -> its value -> measure -> mean.
        deviations: measure -> population standard deviation of its mean over repeated judgements
            or trials.
        judges: whose judgements the values depend on.
    """

    scores: Scores
    counts: Counts
    fingerprint: str
    missing: Sequence[str] = ()
    malformed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)
    breakdown: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    deviations: Mapping[str, float] = field(default_factory=dict)
    judges: Sequence[str] = ()


class Flow(Protocol[A]):
    """Turns a task into questions with unique keys, has them answered, and scores the answers.

    Attributes:
        predictions: name of the file that the answers of a result lie in.
        large: whether answers are left on disk where results are written there, and not held in
            memory.
    """

    predictions: ClassVar[str]
    large: ClassVar[bool]

    @property
    def keys(self) -> tuple[str, ...]:
        """Every question, in order."""
        ...

    @property
    def data_hash(self) -> str:
        """SHA-256 of everything that an answer or a score depends on."""
        ...

    def join_of(self, model: LoadedModel) -> str:
        """How instruction and question become one text for this model."""
        ...

    def answer(
        self,
        model: LoadedModel,
        keys: Collection[str],
        task: str = "",
        kept: A | None = None,
    ) -> Iterator[A]:
        """Asks the model the questions of these keys, a batch at a time.

        Where it is interrupted, it yields what is finished before it raises.

        Args:
            model: who is asked.
            keys: what.
            task: name of the task.
            kept: settled answers of an earlier run, of which a part of a question may be used.
        """
        ...

    def failed(self, keys: Iterable[str], reason: str) -> A:
        """No answer to these questions, because something outside the model failed."""
        ...

    def merge(self, parts: Sequence[A]) -> A:
        """Several answers as one; later ones replace earlier ones."""
        ...

    def select(self, answers: A, keys: Iterable[str]) -> A:
        """The answers to these questions alone."""
        ...

    def settled(self, answers: A) -> A:
        """The answers without what failed outside the model."""
        ...

    def rows(self, answers: A, keys: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The answers as plain JSON, a row for each of these questions, its key under "query"."""
        ...

    def from_rows(self, rows: Sequence[Mapping[str, Any]]) -> A:
        """The inverse of `rows`."""
        ...

    def write(self, path: Path, answers: A, tag: str) -> None:
        """Writes the predictions of a result atomically, the same bytes for the same answers."""
        ...

    def kept(self, path: Path, result: Result) -> A | None:
        """The answers that a result was made of, from its predictions; None if damaged."""
        ...

    def score(self, answers: A, measures: Sequence[str]) -> Scored:
        """What the answers are worth, by measures in notation."""
        ...
