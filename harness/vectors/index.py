"""An embedder as a retriever and as a reranker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.contracts import Corpus, Embedder
from harness.encoded import Floats
from harness.ranking import Ranking
from harness.records import Query, Usage
from harness.run import Run
from harness.vectors.forms import Best, Positions, form_of
from harness.vectors.library import DocumentTexts, Library, QueryTexts
from harness.workspace import workspace

Pools = Mapping[str, Sequence[str]]
Rows: TypeAlias = NDArray[np.int64]
Hit: TypeAlias = tuple[Rows, Floats]
"""What was found for one query, in any order: rows and scores, each of shape (m,)."""


def library_of(embedder: Embedder) -> Library:
    """The library of an embedder, one for all that share the workspace."""
    here = workspace()
    if here.shared is None:
        return Library(embedder, here.cache)
    key = ("library", id(embedder), here.cache)  # the library holds on to its embedder
    return here.shared.held(key, lambda: Library(embedder, here.cache))


class VectorRetriever:
    """An embedder that retrieves by exact search over the vectors of all documents."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder

    def index(self, corpus: Corpus) -> VectorIndex:
        """Encodes the corpus, but for what the cache holds."""
        return VectorIndex(library_of(self.embedder), corpus)


class VectorIndex:
    """The vectors of a corpus. Documents that the embedder reads alike share a row.

    Args:
        library: where the vectors are kept.
        corpus: whose documents are searched.
    """

    def __init__(self, library: Library, corpus: Corpus) -> None:
        self.library, self.ids = library, corpus.ids
        self.form = form_of(library.form, library.name)
        positions = library.positions(DocumentTexts(corpus))
        self.texts, self._row_of = np.unique(positions, return_inverse=True)
        """Positions in the library's space, ascending: shape (rows,)."""
        rank = np.empty(len(self.ids), dtype=np.int64)
        rank[sorted(range(len(self.ids)), key=self.ids.__getitem__)] = np.arange(len(self.ids))
        self._documents = np.lexsort((-rank, self._row_of))
        """Places of the documents, those of a row together, the highest id first."""
        sizes = np.bincount(self._row_of, minlength=len(self.texts))
        self._starts = np.concatenate([[0], np.cumsum(sizes)])
        self.ranks = rank[self._documents[self._starts[:-1]]]
        """How rows of equal scores are ordered, by their highest id: shape (rows,)."""

    @property
    def notes(self) -> Mapping[str, int]:
        """How many documents were too long for the model."""
        cut = self.library.space.truncated(self.texts)[self._row_of]
        return {"truncated documents": int(cut.sum())} if cut.any() else {}

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Pools | None = None,
        without: Pools | None = None,
    ) -> Ranking:
        """The best `k` documents of each query; see `harness.contracts.Index`."""
        asked = self.library.positions(QueryTexts(queries), "encoding queries")
        excluded = without or {}
        deep = k + max((len(excluded.get(query.id, ())) for query in queries), default=0)
        hits: list[Hit] = [_NOTHING] * len(queries)
        free = [i for i, query in enumerate(queries) if query.id not in (within or {})]
        self._search(asked, free, None, deep, hits)
        for places, pool in _pools(queries, within or {}):
            # Weights are scored one by one: a search leaves out documents that share no dimension.
            shared = len(places) > 1 and self.library.form != "sparse"
            (self._search if shared else self._score)(asked, places, self._rows(pool), deep, hits)
        run = self._run([query.id for query in queries], hits, deep)
        if within:
            run = run.within(within)
        if without:
            run = run.without(without)
        cut = self.library.space.truncated(asked)
        return Ranking(
            run.cut(k),
            usage=self._usage(queries, asked),
            notes={"truncated queries": int(cut.sum())} if cut.any() else {},
        )

    def best(self, queries: Positions, texts: Positions, k: int, ranks: Rows) -> Best:
        """The best `k` of some texts for each query, by place among those texts."""
        return self.form.search(self.library.space, queries, texts, k, ranks)

    def _search(
        self, asked: Positions, places: Sequence[int], rows: Rows | None, k: int, hits: list[Hit]
    ) -> None:
        """Searches for the queries at these places, among all rows or some; each text once."""
        if not places:
            return
        distinct, which = np.unique(asked[places], return_inverse=True)
        texts = self.texts if rows is None else self.texts[rows]
        ranks = self.ranks if rows is None else self.ranks[rows]
        found, scores = self.best(distinct, texts, min(k, len(texts)), ranks)
        for place, i in zip(places, which.tolist(), strict=True):
            there = found[i] >= 0
            mine = found[i][there]
            hits[place] = (mine if rows is None else rows[mine], scores[i][there])

    def _score(
        self, asked: Positions, places: Sequence[int], rows: Rows, k: int, hits: list[Hit]
    ) -> None:
        """Scores all of a pool for the queries at these places."""
        texts = self.texts[rows]
        every = np.arange(len(rows))
        for place in places:
            queries = asked[place : place + 1]
            (scores,) = self.form.score(self.library.space, queries, texts, [every])
            best = np.lexsort((-self.ranks[rows], -scores))[:k]
            hits[place] = (rows[best], scores[best])

    def _run(self, queries: Sequence[str], hits: Sequence[Hit], k: int) -> Run:
        """A run of documents from rows; of a row, only the `k` that come first."""
        rows = np.concatenate([np.zeros(0, np.int64), *(rows for rows, _ in hits)])
        scores = np.concatenate([np.zeros(0, np.float32), *(scores for _, scores in hits)])
        sizes = np.minimum(self._starts[rows + 1] - self._starts[rows], k)
        ends = np.cumsum(sizes)
        within_row = np.arange(int(sizes.sum())) - np.repeat(ends - sizes, sizes)
        documents = self._documents[np.repeat(self._starts[rows], sizes) + within_row]
        bounds = np.concatenate([[0], np.cumsum([len(rows) for rows, _ in hits])])
        offsets = np.concatenate([[0], ends])[bounds]
        return Run.from_arrays(queries, self.ids, documents, np.repeat(scores, sizes), offsets)

    def _rows(self, pool: Iterable[str]) -> Rows:
        """The rows of a pool's documents, ascending; ids that the corpus lacks are left out."""
        places = [self._places[id] for id in pool if id in self._places]
        return np.unique(self._row_of[places]).astype(np.int64)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {id: place for place, id in enumerate(self.ids)}

    def _usage(self, queries: Sequence[Query], asked: Positions) -> dict[str, Usage]:
        tokens = self.library.space.tokens(asked).tolist()
        return {q.id: Usage(input_tokens=n) for q, n in zip(queries, tokens, strict=True) if n}


class VectorReranker:
    """An embedder that reorders candidates; only they are encoded."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder

    def rerank(self, queries: Sequence[Query], candidates: Run, corpus: Corpus) -> Ranking:
        """The candidates of each query by the similarity of their vectors."""
        library = library_of(self.embedder)
        asked = library.positions(QueryTexts(queries), "encoding queries")
        pools = [candidates.codes_of(query.id) for query in queries]
        used = np.unique(np.concatenate([np.zeros(0, np.intp), *pools]))
        ids = [candidates.vocabulary[code] for code in used]
        texts = library.positions(DocumentTexts(corpus, ids))
        scores = form_of(library.form, library.name).score(
            library.space, asked, texts, [np.searchsorted(used, pool) for pool in pools]
        )
        run = Run.from_arrays(
            [query.id for query in queries],
            candidates.vocabulary,
            np.concatenate([np.zeros(0, np.intp), *pools]),
            np.concatenate([np.zeros(0, np.float32), *scores]),
            np.concatenate([[0], np.cumsum([len(pool) for pool in pools])]),
        )
        return Ranking(run, notes=_truncated(library, asked, texts))


_NOTHING: Hit = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))


def _truncated(library: Library, queries: Positions, candidates: Positions) -> dict[str, int]:
    space = library.space
    counts = {
        "truncated queries": int(space.truncated(queries).sum()),
        "truncated candidates": int(space.truncated(candidates).sum()),
    }
    return {what: count for what, count in counts.items() if count}


def _pools(queries: Sequence[Query], within: Pools) -> Iterable[tuple[list[int], Sequence[str]]]:
    """The places of the queries that share a pool, and the pool."""
    sharing: dict[int, tuple[list[int], Sequence[str]]] = {}
    for place, query in enumerate(queries):
        if query.id in within:
            pool = within[query.id]
            sharing.setdefault(id(pool), ([], pool))[0].append(place)
    return sharing.values()
