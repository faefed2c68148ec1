"""What lexical indexes share: exact ranking under the project's tie rule, pools and exclusions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.contracts import Corpus
from harness.ranking import Ranking
from harness.records import Query
from harness.run import Run

Positions: TypeAlias = NDArray[np.intp]
Scores: TypeAlias = NDArray[np.float32]
Hits: TypeAlias = tuple[Positions, Scores]
"""What was found for one text, in any order: positions and scores, each of shape (m,), m <= k."""


class LexicalIndex(ABC):
    """An index that can score every document for a text.

    A document's position is its place in the descending order of ids. Of equal scores the lower
    position wins, which is the rule of `harness.run.Run`: it decides which of the documents that
    tie at the edge are among the best k, whatever engine computed the scores.

    Args:
        corpus: gives the ids.
        zeros: whether documents of score 0 fill a ranking up to k.
    """

    def __init__(self, corpus: Corpus, zeros: bool) -> None:
        ids = corpus.ids
        self.order = sorted(range(len(ids)), key=ids.__getitem__, reverse=True)
        """The place in the corpus of every position."""
        self.ids = [ids[place] for place in self.order]
        self.zeros = zeros

    @abstractmethod
    def scores(self, text: str) -> Scores:
        """The finite score of every document for a text, by position, shape (n,)."""

    def best(self, texts: Sequence[str], k: int) -> list[Hits]:
        """The best `k` documents of each text."""
        return [self.select(self.scores(text), k) for text in texts]

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Mapping[str, Sequence[str]] | None = None,
        without: Mapping[str, Sequence[str]] | None = None,
    ) -> Ranking:
        """Ranks documents for every query; see `harness.contracts.Index`.

        A query that `within` names gets the documents of its pool, also those of score 0, and no
        others. The statistics behind the scores stay those of the whole corpus. Queries of equal
        text are searched once.
        """
        pools, barred = within or {}, without or {}
        free = [query for query in queries if query.id not in pools and not barred.get(query.id)]
        texts = list(dict.fromkeys(query.text for query in free))
        found = dict(zip(texts, self.best(texts, k), strict=True))
        hits = {query.id: found[query.text] for query in free}
        for query in queries:
            if query.id not in hits:
                allowed = self._allowed(pools.get(query.id), barred.get(query.id, ()))
                hits[query.id] = self._rank(query, k, allowed, query.id in pools)
        run = self._run(queries, hits)
        return Ranking(run, notes=self._notes(run, pools))

    def select(self, scores: Scores, k: int) -> Hits:
        """The best `k` of all documents."""
        n = len(scores)
        reach = np.partition(scores, n - k)[n - k] if k < n else -np.inf
        positions = np.flatnonzero(scores >= reach)
        positions = positions[np.argsort(-scores[positions], kind="stable")[:k]]
        if not self.zeros:
            positions = positions[scores[positions] != 0]
        return positions, scores[positions]

    def _rank(self, query: Query, k: int, allowed: Positions, zeros: bool) -> Hits:
        """The best `k` of the allowed positions, which are ascending."""
        scores = self.scores(query.text)[allowed]
        chosen = np.argsort(-scores, kind="stable")[:k]
        if not (zeros or self.zeros):
            chosen = chosen[scores[chosen] != 0]
        return allowed[chosen], scores[chosen]

    def _allowed(self, pool: Sequence[str] | None, barred: Sequence[str]) -> Positions:
        """The positions of a pool (None: of all documents) less those barred, ascending."""
        positions = self._positions
        allowed = np.full(len(self.ids), pool is None)
        allowed[[positions[id] for id in pool or () if id in positions]] = True
        allowed[[positions[id] for id in barred if id in positions]] = False
        return np.flatnonzero(allowed)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {id: position for position, id in enumerate(self.ids)}

    def _run(self, queries: Sequence[Query], hits: Mapping[str, Hits]) -> Run:
        none: Hits = (np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.float32))
        rows = [none, *(hits[query.id] for query in queries)]
        offsets = np.cumsum([len(positions) for positions, _ in rows])
        positions, scores = (np.concatenate(column) for column in zip(*rows, strict=True))
        return Run.from_arrays(
            [query.id for query in queries], self.ids, positions, scores, offsets
        )

    def _notes(self, run: Run, pools: Mapping[str, Sequence[str]]) -> dict[str, int]:
        """Counts worth showing; those that are 0 are left out."""
        scored = np.concatenate([[0], np.cumsum(run.scores != 0)])[run.offsets]
        counts = {
            "queries that match no document": int(np.count_nonzero(np.diff(scored) == 0)),
            "candidates that the corpus lacks": sum(
                id not in self._positions for query in run.queries for id in pools.get(query, ())
            ),
        }
        return {what: count for what, count in counts.items() if count}
