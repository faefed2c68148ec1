"""Rankings of a claim: a TREC run against the queries and documents of its task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from harness import measures
from harness.contracts import Collection
from harness.records import Query
from harness.rescoring import rescore
from harness.run import Run
from harness.scoring import Scores
from harness.store import RUN, Result
from leaderboard.checked import Sample
from leaderboard.checks.outcomes import Finding, failed, passed
from leaderboard.checks.predicted import Perfect
from leaderboard.submission import limits
from leaderboard.submission.kinds import read_rankings

if TYPE_CHECKING:
    from leaderboard.checks.case import Claim

DOCUMENTS, BEGINNING = 5, 300
"""Documents of a query that are kept for reading, and characters of those."""


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


class Rankings:
    """The predictions of a claim about retrieval."""

    gaps: ClassVar[bool] = False
    quoted: ClassVar[bool] = False

    def __init__(self, claim: Claim) -> None:
        self._claim = claim

    def setting(self) -> Iterator[Finding]:
        """Retrieval is asked once."""
        if (trials := self._claim.result.setting.trials) != 1:
            yield failed(f"trials={trials}: retrieval is asked once per query")

    def measures(self) -> Set[str]:
        """Those of rankings."""
        return measures.measures().keys()

    @cached_property
    def written(self) -> Run:
        """The predictions under the ids that the file holds, percent signs decoded."""
        return read_rankings(self._claim.folder)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What is asked, in the order of the flow's keys."""
        asked = self._claim.asked
        several = len(asked.retrieval.material) > 1
        limit = asked.setting.limit
        return tuple(
            Question(f"{split.split}/{query.id}" if several else query.id, query, split)
            for split in asked.retrieval.material
            for query in split.queries[:limit]
        )

    @cached_property
    def run(self) -> Run:
        """The predictions under the task's keys. Raises `UserError` for an id it lacks."""
        return self._claim.asked.retrieval.check(self.written)

    @cached_property
    def rescored(self) -> tuple[Result, Scores]:
        """The result that follows from the run."""
        return rescore(self._claim.asked, self.run, self._claim.result)

    def readable(self) -> Iterator[Finding]:
        """A TREC run of bounded size, finite scores, no document twice, and the claimed hash."""
        run = self.written
        deepest = int(run.depths.max(initial=0))
        if deepest > limits.DOCUMENTS:
            yield failed(f"{deepest:,} documents for one query: at most {limits.DOCUMENTS:,}")
        if any(not id.isprintable() for id in (*run.queries, *run.vocabulary)):
            yield failed("an id of a query or a document holds control characters")
        if run.fingerprint != self._claim.result.predictions_hash:
            yield failed(f"predictions_hash is not that of {RUN}")
        yield passed(f"{len(run.queries):,} queries, {run.docs.size:,} documents")

    def ids(self) -> Iterator[Finding]:
        """Queries and documents are the task's."""
        if self.run.unasked:
            yield failed(f"{self.run.unasked} queries of the run are not asked under this setting")
        yield passed("within queries and corpus")

    @property
    def answered(self) -> Set[str]:
        """Queries of the run."""
        return set(self.run.queries)

    def perfect(self) -> Perfect:
        """Queries that have all their relevant documents first, and nothing else."""
        judged = count = 0
        for question in self.questions:
            relevant = {id for id, grade in question.qrels.items() if grade > 0}
            if relevant:
                judged += 1
                count += relevant == set(self._first(question.key, len(relevant)))
        return Perfect(count, judged, "queries have exactly their relevant documents first")

    @property
    def texts(self) -> Sequence[str]:
        """The queries."""
        return [question.query.text for question in self.questions]

    def sample(self, rows: Sequence[int], *, with_texts: bool) -> Sample:
        """The best documents of these queries."""
        return Sample(
            rows=list(rows), found=[list(self._found(self.questions[row])) for row in rows]
        )

    def sample_texts(self, sample: Sample) -> Iterator[tuple[str, str]]:
        """The beginnings of the sampled documents."""
        for row, found in zip(sample.rows, sample.found, strict=True):
            corpus = self.questions[row].split.corpus
            yield from ((id, corpus[id].full_text[:BEGINNING]) for id, _, _ in found)

    def _first(self, key: str, n: int) -> list[str]:
        if key not in self.run.index:
            return []
        return [self.run.vocabulary[code] for code in self.run.codes_of(key)[:n].tolist()]

    def _found(self, question: Question) -> Iterator[tuple[str, float, int | None]]:
        qrels = question.qrels
        if question.key in self.run.index:
            for id, score in self.run.ranked(question.key)[:DOCUMENTS]:
                yield id, float(f"{score:.6g}"), qrels.get(id)
