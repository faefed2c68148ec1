"""An embedder as a retriever and as a reranker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.contracts import Corpus, Embedder
from harness.encoded import Floats
from harness.loading import load_model
from harness.ranking import Ranking
from harness.records import Query, Usage
from harness.run import Run
from harness.vectors.forms import Best, Positions, form_of
from harness.vectors.library import Library
from harness.vectors.texts import DocumentTexts, QueryTexts
from harness.workspace import workspace

Pools = Mapping[str, Sequence[str]]
Rows: TypeAlias = NDArray[np.int64]
Hit: TypeAlias = tuple[Rows, Floats]
"""What was found for one query, in any order: documents by place and scores, each of shape (m,)."""


class Alike:
    """Documents in groups that the embedder reads alike: they share a vector.

    Args:
        documents: places of documents in the corpus, each once, shape (n,).
        rows: the row of each document's vector, shape (n,).
        ranks: of equal scores the document of the higher rank comes first, shape (n,).

    Attributes:
        rows: the distinct rows, ascending, shape (groups,).
        ranks: the highest rank in each group, which places it among equal scores, shape (groups,).
    """

    def __init__(self, documents: Rows, rows: Rows, ranks: Rows) -> None:
        order = np.lexsort((-ranks, rows))
        self._documents = documents[order]
        self.rows, starts = np.unique(rows[order], return_index=True)
        self._starts = np.append(starts, len(documents))
        self.ranks = ranks[order][starts]

    def best(self, groups: Rows, scores: Floats, k: int) -> Hit:
        """The documents of some groups with the scores of these; of a group only the best `k`."""
        sizes = np.minimum(self._starts[groups + 1] - self._starts[groups], k)
        within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        documents = self._documents[np.repeat(self._starts[groups], sizes) + within]
        return documents, np.repeat(scores, sizes)


def library_of(embedder: Embedder) -> Library:
    """The library of an embedder, one for all that share the workspace."""
    here = workspace()
    root = here.cache if _lasting(embedder) else None
    if here.shared is None:
        return Library(embedder, root)
    key = ("library", id(embedder), root)  # the library holds on to its embedder
    return here.shared.held(key, lambda: Library(embedder, root))


def _lasting(embedder: Embedder) -> bool:
    """Whether its vectors may be kept for other runs.

    An object that was made in Python is known by what it shows, and its weights need not be among
    that: another object that looks the same may give other vectors.
    """
    return hasattr(embedder, "encoder") or "object" not in load_model(embedder).identity


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
        self._ranks = np.empty(len(self.ids), dtype=np.int64)
        self._ranks[sorted(range(len(self.ids)), key=self.ids.__getitem__)] = np.arange(
            len(self.ids)
        )
        self._all = Alike(np.arange(len(self.ids)), self._row_of, self._ranks)

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
        self._search(asked, free, self._all, deep, hits)
        for places, pool in _pools(queries, within or {}):
            # Weights are scored one by one: a search leaves out documents that share no dimension.
            shared = len(places) > 1 and self.library.form != "sparse"
            (self._search if shared else self._score)(asked, places, self._alike(pool), deep, hits)
        run = self._run([query.id for query in queries], hits)
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
        self, asked: Positions, places: Sequence[int], pool: Alike, k: int, hits: list[Hit]
    ) -> None:
        """Searches a pool for the queries at these places, each text once."""
        if not places or not pool.rows.size:
            return
        distinct, which = np.unique(asked[places], return_inverse=True)
        texts = self.texts if pool is self._all else self.texts[pool.rows]
        found, scores = self.best(distinct, texts, min(k, len(texts)), pool.ranks)
        for place, i in zip(places, which.tolist(), strict=True):
            there = found[i] >= 0
            hits[place] = pool.best(found[i][there], scores[i][there], k)

    def _score(
        self, asked: Positions, places: Sequence[int], pool: Alike, k: int, hits: list[Hit]
    ) -> None:
        """Scores all of a pool for the queries at these places."""
        texts = self.texts[pool.rows]
        every = np.arange(len(texts))
        for place in places:
            queries = asked[place : place + 1]
            (scores,) = self.form.score(self.library.space, queries, texts, [every])
            best = np.lexsort((-pool.ranks, -scores))[:k]
            hits[place] = pool.best(best, scores[best], k)

    def _run(self, queries: Sequence[str], hits: Sequence[Hit]) -> Run:
        documents = np.concatenate([np.zeros(0, np.int64), *(places for places, _ in hits)])
        scores = np.concatenate([np.zeros(0, np.float32), *(scores for _, scores in hits)])
        offsets = np.concatenate([[0], np.cumsum([len(places) for places, _ in hits])])
        return Run.from_arrays(queries, self.ids, documents, scores, offsets)

    def _alike(self, pool: Iterable[str]) -> Alike:
        """The documents of a pool; ids that the corpus lacks are left out."""
        found = {self._places[id] for id in pool if id in self._places}
        places = np.array(sorted(found), dtype=np.int64)
        return Alike(places, self._row_of[places], self._ranks[places])

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
        rows = [np.searchsorted(used, pool) for pool in pools]
        scores = form_of(library.form, library.name).score(library.space, asked, texts, rows)
        run = Run.from_arrays(
            [query.id for query in queries],
            candidates.vocabulary,
            np.concatenate([np.zeros(0, np.intp), *pools]),
            np.concatenate([np.zeros(0, np.float32), *scores]),
            np.concatenate([[0], np.cumsum([len(pool) for pool in pools])]),
        )
        listed = texts[np.concatenate([np.zeros(0, np.intp), *rows])]
        return Ranking(run, notes=_truncated(library, asked, listed))


_NOTHING: Hit = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))


def _truncated(library: Library, queries: Positions, candidates: Positions) -> dict[str, int]:
    """How much was cut off; a candidate counts for every query, however they come in batches."""
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
