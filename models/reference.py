"""Reference models: the floor and the ceiling of every benchmark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from random import Random

from harness.contracts import Corpus, Session
from harness.errors import UserError
from harness.play.programs import run_program_of
from harness.records import Problem, Qrels, Query, Trajectory
from harness.run import Run
from models.reference_agents import oracle_attempt, random_attempt

Pools = Mapping[str, Sequence[str]]


class RandomRanking:
    """Ranks, and calls tools, by chance, the same way each time.

    The order depends on the seed, the query's id and the documents' ids, never on a text nor on the
    order of the corpus. The best k are a prefix of the best k + 1.

    Args:
        seed: another seed is another draw.
    """

    version = "1"

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def index(self, corpus: Corpus) -> _RandomIndex:
        """An index that holds the corpus's ids."""
        return _RandomIndex(self, corpus)

    def rerank(self, queries: Sequence[Query], candidates: Run, corpus: Corpus) -> Run:
        """The candidates of each query, shuffled."""
        pools = {q.id: [id for id, _ in candidates.ranked(q.id)] for q in queries}
        return Run.from_rankings(
            {query: list(self.shuffled(query, sorted(pool))) for query, pool in pools.items()}
        )

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """One call of a tool drawn by chance, its arguments drawn by type."""
        return random_attempt(problem, session.trial, self.seed)

    def shuffled(self, query: str, documents: Sequence[str]) -> Iterator[str]:
        """The documents in random order, each drawn when it is asked for.

        Fisher and Yates's shuffle, remembering only the places that were touched: the first k of
        n documents cost O(k). `Random.random` gives the same numbers on every version of Python.
        """
        n = len(documents)
        draw = Random(f"{self.seed}/{n}/{query}").random
        moved: dict[int, int] = {}
        for i in range(n):
            j = i + int(draw() * (n - i))
            yield documents[moved.get(j, j)]
            moved[j] = moved.get(i, i)


class _RandomIndex:
    def __init__(self, model: RandomRanking, corpus: Corpus) -> None:
        self._model, self._corpus = model, corpus
        self._ids = sorted(corpus.ids)

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Pools | None = None,
        without: Pools | None = None,
    ) -> Run:
        rankings: dict[str, list[str]] = {}
        for query in queries:
            pool: Sequence[str] = self._ids
            if within is not None and query.id in within:
                pool = sorted({id for id in within[query.id] if id in self._corpus})
            excluded = set((without or {}).get(query.id, ()))
            drawn = (id for id in self._model.shuffled(query.id, pool) if id not in excluded)
            rankings[query.id] = list(islice(drawn, k))
        return Run.from_rankings(rankings)


class Oracle:
    """Knows what is right: the best ranking there is, the score being the grade; the right calls.

    To rank, it must be told the judgements first: `Oracle().informed(qrels)`. The engine does that,
    and marks the result. A problem's `gold` is only left in for agents that say so, as this one.
    """

    version = "1"
    sees_gold = True

    def __init__(self) -> None:
        self._qrels: Qrels | None = None

    def informed(self, qrels: Qrels) -> Oracle:
        """An oracle that knows these judgements."""
        told = Oracle()
        told._qrels = qrels
        return told

    def index(self, corpus: Corpus) -> _OracleIndex:
        """An index of the relevant documents that the corpus has."""
        return _OracleIndex(self._known(), corpus)

    def rerank(self, queries: Sequence[Query], candidates: Run, corpus: Corpus) -> Run:
        """The best order of the candidates: by grade, an unjudged one as not relevant."""
        qrels = self._known()
        return Run.from_scores(
            {
                q.id: {
                    id: max(qrels.get(q.id, {}).get(id, 0), 0) for id, _ in candidates.ranked(q.id)
                }
                for q in queries
            }
        )

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """The attempt that the problem's `gold` describes, made in its world if it has one."""
        if session.executes and problem.gold.program:
            return await run_program_of(problem, session)
        return oracle_attempt(problem, session.trial)

    def _known(self) -> Qrels:
        if self._qrels is None:
            raise UserError("the oracle knows no judgements yet: use Oracle().informed(qrels)")
        return self._qrels


class _OracleIndex:
    def __init__(self, qrels: Qrels, corpus: Corpus) -> None:
        self._qrels, self._corpus = qrels, corpus

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Pools | None = None,
        without: Pools | None = None,
    ) -> Run:
        scores: dict[str, dict[str, float]] = {}
        for query in queries:
            grades = self._qrels.get(query.id, {})
            allowed = set((within or {}).get(query.id, grades))
            excluded = set((without or {}).get(query.id, ()))
            scores[query.id] = {
                id: float(grade)
                for id, grade in grades.items()
                if grade > 0 and id in allowed and id not in excluded and id in self._corpus
            }
        return Run.from_scores(scores).cut(k)
