"""What lexical indexes share: exact ranking under the project's tie rule, pools and exclusions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.contracts import Corpus
from harness.ranking import Ranking
from harness.records import Query
from harness.run import Run

Scores: TypeAlias = NDArray[np.float32]
Hits: TypeAlias = tuple[NDArray[np.int64], Scores]
"""Documents found, best first: positions of shape (m,) and scores of shape (m,), m <= k."""


class LexicalIndex(ABC):
    """An index that can score every document for a text.

    Documents are kept in descending order of their ids, so that a lower position wins a tie: the
    rule of `harness.run.Run`. Which of the tied documents enter the best k is then decided by the
    rule, not by the engine.

    Args:
        corpus: gives the ids.
        zeros: whether documents of score 0 fill the ranking up to k.
    """

    def __init__(self, corpus: Corpus, zeros: bool) -> None:
        ids = corpus.ids
        self.order = sorted(range(len(ids)), key=ids.__getitem__, reverse=True)
        """Positions -> places in the corpus."""
        self.ids = [ids[place] for place in self.order]
        self.zeros = zeros
        self._positions: dict[str, int] = {}

    @abstractmethod
    def scores(self, text: str) -> Scores:
        """The score of every document for a text, by position, shape (n,), finite."""

    def best(self, texts: Sequence[str], k: int) -> list[Hits]:
        """The best `k` documents of each text."""
        return [self._select(self.scores(text), k) for text in texts]

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Mapping[str, Sequence[str]] | None = None,
        without: Mapping[str, Sequence[str]] | None = None,
    ) -> Ranking:
        """Ranks documents for every query; see `harness.contracts.Index`.

        A query that `within` names gets the documents of its pool and no others, down to score 0
        also where `zeros` is off. The statistics behind the scores stay those of the whole corpus.
        Queries of equal text are searched once.
        """
        within, without = within or {}, without or {}
        free = [q for q in queries if q.id not in within and not without.get(q.id)]
        texts = list(dict.fromkeys(query.text for query in free))
        found = dict(zip(texts, self.best(texts, k), strict=True))
        hits = {query.id: found[query.text] for query in free}
        strangers = 0
        for query in queries:
            if query.id not in hits:
                pool, unknown = self._pool(within.get(query.id), without.get(query.id, ()))
                strangers += unknown
                hits[query.id] = self._search_pool(query, k, pool, query.id in within)
        notes = {"candidates that the corpus lacks": strangers} if strangers else {}
        return Ranking(self._run(queries, hits), notes=notes | self.notes(queries))

    def notes(self, queries: Sequence[Query]) -> dict[str, int]:
        """Counts worth showing beside a ranking."""
        return {}

    def _select(self, scores: Scores, k: int) -> Hits:
        """The best `k` of all documents."""
        n = len(scores)
        reach = np.partition(scores, n - k)[n - k] if k < n else -np.inf
        positions = np.flatnonzero(scores >= reach)
        positions = positions[np.argsort(-scores[positions], kind="stable")[:k]]
        if not self.zeros:
            positions = positions[scores[positions] != 0]
        return positions, scores[positions]

    def _search_pool(self, query: Query, k: int, pool: NDArray[np.int64], all_of_it: bool) -> Hits:
        scores = self.scores(query.text)[pool]
        chosen = np.argsort(-scores, kind="stable")[:k]
        if not (all_of_it or self.zeros):
            chosen = chosen[scores[chosen] != 0]
        return pool[chosen], scores[chosen]

    def _pool(
        self, within: Sequence[str] | None, without: Sequence[str]
    ) -> tuple[NDArray[np.int64], int]:
        """Positions that may be returned, ascending, and how many candidates are unknown."""
        self._positions = self._positions or {id: at for at, id in enumerate(self.ids)}
        allowed = np.zeros(len(self.ids), dtype=bool)
        known = [at for id in within or () if (at := self._positions.get(id)) is not None]
        allowed[known if within is not None else slice(None)] = True
        allowed[[at for id in without if (at := self._positions.get(id)) is not None]] = False
        return np.flatnonzero(allowed), len(within or ()) - len(known)

    def _run(self, queries: Sequence[Query], hits: Mapping[str, Hits]) -> Run:
        rows = [hits[query.id] for query in queries]
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(positions) for positions, _ in rows], out=offsets[1:])
        empty: Hits = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))
        positions, scores = (np.concatenate(column) for column in zip(empty, *rows, strict=True))
        return Run.from_arrays([query.id for query in queries], self.ids, positions, scores, offsets)
