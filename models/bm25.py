"""BM25 on bm25s.

What every term adds to every document is computed once (`models.bm25_weights`); bm25s adds up and
selects. With numba it does so for many queries in parallel. The answers are the same to the last
bit with and without numba, and for any number of threads.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any, ClassVar

import numpy as np

from harness.contracts import Corpus
from harness.errors import MissingExtra, UserError, unknown
from models.analysis import Analyzer, Vocabulary
from models.bm25_weights import IDF, weights
from models.lexical import Hits, LexicalIndex, Positions, Scores

MARGIN = 16
"""How many documents beyond k numba is asked for: most ties at the edge end within."""
BATCH = 4096
"""Queries handed to numba at once, which bounds memory."""
COMPILING = 1 << 28
"""(query, document) pairs that numpy scores in about the time that numba takes to compile."""


@dataclass(frozen=True)
class BM25:
    """Okapi BM25: score(q, d) is the sum of IDF(t) * TF(t, d) over the terms of q, repeats counted.

    Attributes:
        k1: how slowly a term saturates.
        b: how much a long document is discounted, 0 to 1.
        variant: the formulas, one of `models.bm25_weights.IDF`.
        delta: what a matched term adds at least, in "bm25+" and "bm25l" only.
        tokenizer: how a text is split, see `models.analysis.Analyzer`.
        stopwords: the words left out, see there.
        stemmer: what words are cut down to, see there.
        lengths: "exact"; or "lucene": lengths as Lucene stores them, rounded down from 40 terms on,
            and documents without a term not counted.
        zeros: whether documents of score 0 fill a ranking up to k.
        threads: how many are used; 0 means one for each core.
        backend: "numpy", "numba", or "auto": numba, if installed, as soon as this process has
            searched enough to repay its compilation.

    Raises:
        UserError: a parameter is out of range, or names nothing.
        MissingExtra: numba is asked for by name and not installed.
    """

    k1: float = 1.5
    b: float = 0.75
    variant: str = "lucene"
    delta: float = 0.5
    tokenizer: str = "words"
    stopwords: str = "english"
    stemmer: str = "none"
    lengths: str = "exact"
    zeros: bool = True
    threads: int = 0
    backend: str = "auto"

    version: ClassVar[str] = "1"
    runtime: ClassVar[frozenset[str]] = frozenset({"threads", "backend"})
    join: ClassVar[str] = "space"

    def __post_init__(self) -> None:
        for kind, value, known in (
            ("BM25 variant", self.variant, tuple(IDF)),
            ("kind of lengths", self.lengths, ("exact", "lucene")),
            ("BM25 backend", self.backend, ("auto", "numpy", "numba")),
        ):
            if value not in known:
                raise unknown(kind, value, known, f"There is: {', '.join(known)}")
        if not (self.k1 >= 0 and 0 <= self.b <= 1 and self.delta >= 0 and self.threads >= 0):
            raise UserError(
                f"BM25 with k1={self.k1}, b={self.b}, delta={self.delta}, threads={self.threads}: "
                "b lies between 0 and 1, and none of the others is negative"
            )
        if self.backend == "numba" and not find_spec("numba"):
            raise MissingExtra("BM25 with backend='numba'", "fast")
        self.analyzer()

    def analyzer(self) -> Analyzer:
        """The analysis of documents and queries."""
        return Analyzer(self.tokenizer, self.stopwords, self.stemmer)

    def index(self, corpus: Corpus) -> BM25Index:
        """Indexes the full text (title and text) of every document."""
        return BM25Index(self, corpus)


class BM25Index(LexicalIndex):
    """The weights of a corpus's terms, term by term, as bm25s lays them out."""

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
        """Counts the terms of every document and weighs them."""
        from scipy.sparse import csc_array

        terms, ends = array("i"), array("q")
        for document in corpus:
            terms.extend(self._vocabulary.read(document.full_text))
            ends.append(len(terms))
        position = np.empty(len(self.ids), dtype=np.int32)
        position[self.order] = np.arange(len(self.ids))
        documents = np.repeat(position, np.diff(ends, prepend=0))
        indexed = np.asarray(terms) >= 0
        documents, numbers = documents[indexed], np.asarray(terms)[indexed]
        shape = (len(self.ids), max(1, len(self._vocabulary.terms)))
        ones = np.ones(len(numbers), dtype=np.float32)
        counts = csc_array((ones, (documents, numbers)), shape=shape)
        counts.sum_duplicates()
        lengths = np.bincount(documents, minlength=len(self.ids))
        data = weights(counts.data, counts.indices, np.diff(counts.indptr), lengths, self.model)
        return {
            "data": data,
            "indices": counts.indices.astype(np.int32, copy=False),
            "indptr": counts.indptr.astype(np.int64, copy=False),
            "num_docs": len(self.ids),
        }

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
        positions, scores = self._preselect([query for query in queries if query], depth)
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

    def _preselect(self, queries: list[list[int]], depth: int) -> tuple[Positions, Scores]:
        """`depth` documents of each query, best first, by the tie rule: shape (queries, depth).

        A document is sorted by one integer of its score's bits, negated, and its position: floats
        that are not negative are ordered like their bits.
        """
        if not queries:
            return np.zeros((0, depth), dtype=np.intp), np.zeros((0, depth), dtype=np.float32)
        import numba

        limit = numba.get_num_threads()
        self._engine.backend = "numba"
        positions, scores = self._engine.retrieve(
            queries,
            k=depth,
            sorted=False,
            n_threads=min(self.model.threads or limit, limit),
            show_progress=False,
            backend_selection="numba",
        )
        keys = positions - (scores.view(np.int32).astype(np.int64) << 32)
        keys.sort(axis=1)
        return keys & 0xFFFFFFFF, (-(keys >> 32)).astype(np.int32).view(np.float32)

    def _filled(self, hits: Hits, k: int) -> Hits:
        """Hits with the first documents of score 0 behind them, up to `k`."""
        positions, scores = hits
        missing = k - len(positions)
        if not self.zeros or not missing:
            return hits
        rest = np.setdiff1d(np.arange(k), positions)[:missing]
        return np.append(positions, rest), np.append(scores, np.zeros(missing, dtype=np.float32))
