"""The index behind `models.bm25`: what every term adds to every document, as bm25s lays it out.

bm25s adds up and selects; with numba it does so for many queries in parallel. The answers are the
same to the last bit with and without numba, and for any number of threads.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.contracts import Corpus
from models.lexical.analysis import Vocabulary
from models.lexical.bm25_weights import weights
from models.lexical.index import Hits, LexicalIndex, Positions, Scores

if TYPE_CHECKING:
    from models.bm25 import BM25

Codes: TypeAlias = NDArray[np.int32]

MARGIN = 16
"""How many documents beyond k numba is asked for: most ties at the edge end within."""
BATCH = 1 << 14
"""Queries handed to numba at once, which bounds memory."""
COMPILING = 1 << 28
"""(query, document) pairs that numpy scores in about the time that numba takes to compile."""


class BM25Index(LexicalIndex):
    """A corpus under one parametrisation of BM25."""

    scored: ClassVar[int] = 0
    """(query, document) pairs that this process has scored."""

    def __init__(self, model: BM25, corpus: Corpus) -> None:
        super().__init__(corpus, model.zeros)
        self.model = model
        self._vocabulary = Vocabulary(model.analyzer())
        self._matrix = self._fill(corpus)

    def scores(self, text: str) -> Scores:
        """The BM25 score of every document for a text, by position, shape (n,)."""
        return self._sum(self._vocabulary.lookup(text))

    def best(self, texts: Sequence[str], k: int) -> list[Hits]:
        """The best `k` documents of each text."""
        queries = [self._vocabulary.lookup(text) for text in texts]
        if not self._compiled(len(queries)):
            return [self.select(self._sum(query), k) for query in queries]
        return [
            hits
            for start in range(0, len(queries), BATCH)
            for hits in self._retrieve(queries[start : start + BATCH], k)
        ]

    def _fill(self, corpus: Corpus) -> dict[str, Any]:
        """Weighs every term of every document."""
        from scipy.sparse import csc_array

        documents, terms = self._read(corpus)
        lengths = np.bincount(documents, minlength=len(self.ids))
        shape = (len(self.ids), max(1, len(self._vocabulary.terms)))
        counts = csc_array((np.ones(len(terms), np.float32), (documents, terms)), shape=shape)
        counts.sum_duplicates()
        df = np.diff(counts.indptr)
        return {
            "data": weights(counts.data, counts.indices, df, lengths, self.model),
            "indices": counts.indices.astype(np.int32, copy=False),
            "indptr": counts.indptr.astype(np.int64, copy=False),
            "num_docs": len(self.ids),
        }

    def _read(self, corpus: Corpus) -> tuple[Codes, Codes]:
        """The position and the term number of every indexed word, in the order of reading."""
        numbers, ends = array("i"), array("q")
        for document in corpus:
            numbers.extend(self._vocabulary.read(document.full_text))
            ends.append(len(numbers))
        position = np.empty(len(self.ids), dtype=np.int32)
        position[self.order] = np.arange(len(self.ids))
        documents = np.repeat(position, np.diff(ends, prepend=0))
        terms = np.asarray(numbers, dtype=np.int32)
        return documents[terms >= 0], terms[terms >= 0]

    def _compiled(self, queries: int) -> bool:
        """Whether numba searches."""
        BM25Index.scored += queries * len(self.ids)
        if self.model.backend == "auto":
            return BM25Index.scored > COMPILING and find_spec("numba") is not None
        return self.model.backend == "numba"

    @cached_property
    def _engine(self) -> Any:
        """bm25s over our weights, set as its `load` sets what it reads from disk."""
        import bm25s

        engine = bm25s.BM25()
        engine.scores = self._matrix
        engine.vocab_dict = self._vocabulary.terms
        engine.unique_token_ids_set = range(len(self._vocabulary.terms))
        engine.nonoccurrence_array = None
        return engine

    def _sum(self, query: list[int]) -> Scores:
        """The score of every document for a list of terms."""
        if not query:
            return np.zeros(len(self.ids), dtype=np.float32)
        scores: Scores = self._engine.get_scores_from_ids(query)
        return scores

    def _retrieve(self, queries: Sequence[list[int]], k: int) -> list[Hits]:
        """The best `k` documents of each query, added up and preselected by numba.

        numba's choice among documents that tie at the edge is its own. So more than k are asked
        for, and where the tie does not end among them the query is done again from all its scores.
        """
        n = len(self.ids)
        k, depth = min(k, n), min(k + MARGIN, n)
        positions, scores = self._preselect([query for query in queries if query], k, depth)
        edge, last = scores[:, k - 1], scores[:, -1]
        unsettled = (edge == last) & (edge > 0) & (depth < n)
        matched = np.count_nonzero(scores[:, :k] > 0, axis=1)
        hits, row = [], 0
        for query in queries:
            if query and not unsettled[row]:
                m = matched[row]
                hits.append(self._filled((positions[row, :m], scores[row, :m]), k))
            else:
                hits.append(self.select(self._sum(query), k))
            row += bool(query)
        return hits

    def _preselect(self, queries: list[list[int]], k: int, depth: int) -> tuple[Positions, Scores]:
        """`depth` documents of each query, the highest scores first: shape (queries, depth).

        Only rows that tie across the edge at k need the tie rule, which says who is inside; within
        the first k it is left to the run. There a document is sorted by one integer of its score's
        bits, negated, and its position: floats that are not negative are ordered like their bits.
        """
        if not queries:
            return np.zeros((0, depth), dtype=np.intp), np.zeros((0, depth), dtype=np.float32)
        import numba

        limit = numba.get_num_threads()
        self._engine.backend = "numba"
        positions, scores = self._engine.retrieve(
            queries,
            k=depth,
            sorted=True,
            n_threads=min(self.model.threads or limit, limit),
            show_progress=False,
            backend_selection="numba",
        )
        tied = np.flatnonzero(scores[:, k - 1] == scores[:, min(k, depth - 1)])
        keys = positions[tied] - (scores[tied].view(np.int32).astype(np.int64) << 32)
        keys.sort(axis=1)
        positions[tied] = keys & 0xFFFFFFFF
        scores[tied] = (-(keys >> 32)).astype(np.int32).view(np.float32)
        return positions, scores

    def _filled(self, hits: Hits, k: int) -> Hits:
        """Hits with the first documents of score 0 behind them, up to `k`."""
        positions, scores = hits
        missing = k - len(positions)
        if not self.zeros or not missing:
            return hits
        rest = np.setdiff1d(np.arange(k), positions)[:missing]
        return np.append(positions, rest), np.append(scores, np.zeros(missing, dtype=np.float32))
