"""An embedder behind an approximate index, for corpora too large to look at every vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from harness.contracts import Corpus, Embedder
from harness.errors import UserError, unknown
from harness.ranking import MISSED, SOUGHT, Ranking, sum_notes
from harness.records import Query
from harness.stages import name_of
from harness.vectors import VectorIndex, approximate
from harness.vectors.forms import Best, Positions, chunk_rows
from harness.vectors.index import Pools, Rows, library_of
from harness.vectors.library import Library
from harness.workspace import workspace

INDEXES = ("hnsw", "ivfpq")
SAMPLE = 100
"""Distinct queries of a batch that are also searched exactly, to measure what is missed."""
PASSED_ON = ("join", "query_batch")
"""What it says of itself, it says for its embedder."""


class Dense:
    """`dense(minilm, by="hnsw")`: most of the best documents, found faster than all of them.

    An embedder by itself is searched exactly. This is not: how much it misses is measured on the
    first queries of every batch and shown with the result. Pools are searched exactly.

    Args:
        embedder: gives one vector a text.
        by: "hnsw" or "ivfpq", see `harness.vectors.approximate`.

    Raises:
        UserError: there is no such index, or the model does not give one vector a text.
    """

    version = "1"

    def __init__(self, embedder: object, by: str = "hnsw") -> None:
        if by not in INDEXES:
            raise unknown("approximate index", by, INDEXES, f"There is: {', '.join(INDEXES)}")
        if not isinstance(embedder, Embedder) or getattr(embedder, "form", "single") != "single":
            raise UserError(f"dense({name_of(embedder)}): it does not give one vector a text")
        self.embedder: Embedder = embedder
        self.by = by
        for name in PASSED_ON:
            if hasattr(embedder, name):
                setattr(self, name, getattr(embedder, name))

    def index(self, corpus: Corpus) -> ApproximateIndex:
        """Encodes the corpus, but for what the cache holds, and builds the index."""
        return ApproximateIndex(library_of(self.embedder), corpus, self.by)


class ApproximateIndex(VectorIndex):
    """The vectors of a corpus in an index that finds most of the best.

    Args:
        library: where the vectors are kept.
        corpus: whose documents are searched.
        by: "hnsw" or "ivfpq".
    """

    def __init__(self, library: Library, corpus: Corpus, by: str) -> None:
        super().__init__(library, corpus)
        self._by = by
        self._counts: dict[str, int] = {}

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Pools | None = None,
        without: Pools | None = None,
    ) -> Ranking:
        """About the best `k` documents of each query, and what was missed of the very best."""
        self._counts = {}
        ranking = super().search(queries, k, within=within, without=without)
        return replace(ranking, notes=sum_notes(ranking.notes, self._counts))

    def best(self, queries: Positions, texts: Positions, k: int, ranks: Rows) -> Best:
        """Of all texts about the best `k` for each query; of some of them exactly the best."""
        if texts is not self.texts:
            return super().best(queries, texts, k, ranks)
        vectors = self.library.space.vectors(queries)
        found = self._index.search(vectors, k, ranks, memory=workspace().memory)
        exact, _ = super().best(queries[:SAMPLE], texts, k, ranks)
        hits, sought = approximate.recall(found[0][:SAMPLE], exact)
        self._counts = sum_notes(self._counts, {SOUGHT: sought, MISSED: sought - hits})
        return found

    @cached_property
    def _index(self) -> approximate.Approximate:
        space, memory = self.library.space, workspace().memory
        dimension = space.dimension or 1
        return approximate.build(
            self._by,
            lambda: space.chunks(self.texts, chunk_rows(space, memory)),
            len(self.texts),
            dimension,
            lambda rows: space.vectors(self.texts[rows]),
            memory=memory,
        )
