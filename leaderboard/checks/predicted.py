"""How the predictions of a result are looked at, by the kind of its task.

A kind is one class, and its line here. What it keeps on disk is in `leaderboard.submission.kinds`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import ClassVar, NamedTuple, Protocol

from harness.scoring import Scores
from harness.store import Result
from leaderboard.checked import Sample
from leaderboard.checks.outcomes import Finding

PREDICTED: Mapping[str, str] = {
    "retrieval": "leaderboard.checks.rankings:Rankings",
    "tool_use": "leaderboard.checks.attempts:Attempts",
}
"""Kind of task (`TaskCard.kind`) -> what looks at its predictions; made of a `Claim`."""


class Perfect(NamedTuple):
    """How many answers are too good to be a model's, if nearly all are."""

    perfect: int
    judged: int
    what: str
    """What they are: "queries have exactly their relevant documents first"."""


class Predicted(Protocol):
    """The predictions of a claim.

    Everything but `readable` needs the task's data, and raises `MissingData` without.

    Attributes:
        gaps: whether a measure may say nothing of a question.
        quoted: whether the predictions themselves say why an answer could not be read, in whatever
            words; else the result alone does.
    """

    gaps: ClassVar[bool]
    quoted: ClassVar[bool]

    def setting(self) -> Iterator[Finding]:
        """What is wrong with the claimed setting, beside what is wrong for any kind."""
        ...

    def measures(self) -> Set[str]:
        """Names of the harness's own measures of this kind."""
        ...

    def readable(self) -> Iterator[Finding]:
        """They are whole, within their limits, and have the claimed hash."""
        ...

    def ids(self) -> Iterator[Finding]:
        """They are about the task's questions."""
        ...

    @property
    def rescored(self) -> tuple[Result, Scores]:
        """The result that follows from them, as `harness.score` computes it."""
        ...

    @property
    def answered(self) -> Set[str]:
        """Questions with an answer, none of which could not be read."""
        ...

    def perfect(self) -> Perfect:
        """Answers that a copy of what is right would give."""
        ...

    @property
    def texts(self) -> Sequence[str]:
        """What is asked, in the order of the flow's keys."""
        ...

    def sample(self, rows: Sequence[int], *, with_texts: bool) -> Sample | None:
        """What was answered to these questions, for reading; None where nothing is kept."""
        ...

    def sample_texts(self, sample: Sample) -> Iterator[tuple[str, str]]:
        """Document id -> the beginning of its text, of all that a sample names."""
        ...
