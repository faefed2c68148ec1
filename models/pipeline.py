"""Pipelines: `bm25 % 100 >> reranker`. A pipeline is a retriever like any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from harness.contracts import Collection, Corpus, Index, Informed, Reranker, Retriever
from harness.errors import UserError
from harness.flows.retrieval import search
from harness.joins import join
from harness.ranking import Ranking, as_ranking
from harness.records import Qrels, Query, Usage
from harness.run import Run

Pools = Mapping[str, Sequence[str]]


class Cut:
    """`model % k`: the best `k` documents of a retriever or a reranker.

    It satisfies the contracts that its model satisfies, and no other; so the methods are set when
    it is made.

    Raises:
        UserError: the model neither retrieves nor reranks, or `k` is not positive.
    """

    version = "1"
    index: Callable[[Corpus], Index]
    rerank: Callable[[Sequence[Query], Run, Corpus], Ranking]
    informed: Callable[[Qrels], Cut]

    def __init__(self, model: object, k: int) -> None:
        if k < 1:
            raise UserError(f"{_name(model)} % {k}: cut after at least one document")
        self.model, self.k = model, k
        if isinstance(model, Retriever):
            self.index = lambda corpus: _CutIndex(model.index(corpus), corpus, k)
        if isinstance(model, Reranker):
            self.rerank = lambda queries, candidates, corpus: _cut(
                as_ranking(model.rerank(queries, candidates, corpus), "rerank"), k
            )
        if isinstance(model, Informed):
            self.informed = lambda qrels: Cut(model.informed(qrels), k)
        if not isinstance(model, Retriever | Reranker):
            raise UserError(f"{_name(model)} % {k}: only a retriever or a reranker can be cut")
        for name in ("join", "query_batch"):
            if hasattr(model, name):
                setattr(self, name, getattr(model, name))

    @property
    def depth(self) -> int:
        """How many documents it is asked for when another stage follows."""
        return self.k


class Pipeline:
    """`first >> second`: a retriever whose documents a reranker reorders.

    The first stage is asked for the documents that its cut allows, or for as many as are wanted in
    the end where it has none. Each stage joins instruction and query in its own way.

    Raises:
        UserError: `first` is no retriever, or `second` no reranker.
    """

    version = "1"
    informed: Callable[[Qrels], Pipeline]

    def __init__(self, first: object, second: object) -> None:
        if not isinstance(first, Retriever):
            raise UserError(
                f"{_name(first)} >> {_name(second)}: '{_name(first)}' must be a retriever, "
                "with a method index(corpus)"
            )
        if not isinstance(second, Reranker):
            what = "retrieves but does not rerank" if isinstance(second, Retriever) else "is none"
            raise UserError(
                f"{_name(first)} >> {_name(second)}: a reranker must follow '>>', "
                f"and '{_name(second)}' {what}"
            )
        self.first: Retriever = first
        self.second: Reranker = second
        if isinstance(first, Informed) or isinstance(second, Informed):
            self.informed = lambda qrels: Pipeline(_told(first, qrels), _told(second, qrels))
        batches = [s.query_batch for s in (first, second) if hasattr(s, "query_batch")]
        if batches:
            self.query_batch = min(batches)

    @property
    def depth(self) -> int | None:
        """How many documents it gives when another stage follows; None where nothing cuts it."""
        depths = [getattr(stage, "depth", None) for stage in (self.first, self.second)]
        return min((depth for depth in depths if depth is not None), default=None)

    def index(self, corpus: Corpus) -> Index:
        """Builds the first stage's index."""
        return _PipelineIndex(self, self.first.index(corpus), corpus)


class _CutIndex:
    """An index that never returns more than `k` documents."""

    def __init__(self, index: Index, corpus: Corpus, k: int) -> None:
        self._index, self._corpus, self._k = index, corpus, k

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Pools | None = None,
        without: Pools | None = None,
    ) -> Ranking:
        split = Collection("", self._corpus, queries, {}, within, without)
        return search(self._index, queries, min(k, self._k), split)


class _PipelineIndex:
    """The first stage's index, with the reranker behind it."""

    def __init__(self, pipeline: Pipeline, index: Index, corpus: Corpus) -> None:
        self._pipeline, self._index, self._corpus = pipeline, index, corpus

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Pools | None = None,
        without: Pools | None = None,
    ) -> Ranking:
        first, second = self._pipeline.first, self._pipeline.second
        split = Collection("", self._corpus, queries, {}, within, without)
        depth = getattr(first, "depth", None) or k
        found = search(self._index, _joined(queries, first), depth, split)
        candidates = found.run
        found_for = frozenset(candidates.queries)
        answered = [query for query in queries if query.id in found_for]
        if not answered:
            return found
        answer = second.rerank(_joined(answered, second), candidates, self._corpus)
        reranked = as_ranking(answer, "rerank")
        _refuse_strangers(reranked.run, candidates, _name(second))
        return _cut(_merged(found, reranked), k)


def _joined(queries: Sequence[Query], stage: object) -> list[Query]:
    """The queries as a stage wants them: joined by its own template, or left apart."""
    name = getattr(stage, "join", "")
    return [join(query, name) if name else query for query in queries]


def _told(stage: object, qrels: Qrels) -> object:
    return stage.informed(qrels) if isinstance(stage, Informed) else stage


def _cut(ranking: Ranking, k: int) -> Ranking:
    return replace(ranking, run=ranking.run.cut(k))


def _merged(first: Ranking, second: Ranking) -> Ranking:
    """The second stage's run, with what happened in both stages."""
    usage = {
        query: _sum(first.usage.get(query, Usage()), second.usage.get(query, Usage()))
        for query in {**first.usage, **second.usage}
    }
    notes = {
        note: first.notes.get(note, 0) + second.notes.get(note, 0)
        for note in {**first.notes, **second.notes}
    }
    return Ranking(
        run=second.run,
        errors={**first.errors, **second.errors},
        malformed={**first.malformed, **second.malformed},
        usage=usage,
        notes=notes,
    )


def _sum(a: Usage, b: Usage) -> Usage:
    return Usage(
        a.input_tokens + b.input_tokens, a.output_tokens + b.output_tokens, a.money + b.money
    )


def _refuse_strangers(run: Run, candidates: Run, name: str) -> None:
    """Refuses documents that were not among a query's candidates."""
    answered = frozenset(candidates.queries)
    for query in run.queries:
        known = {id for id, _ in candidates.ranked(query)} if query in answered else set()
        for document, _ in run.ranked(query):
            if document not in known:
                raise UserError(
                    f"'{name}' returned document '{document}' for query '{query}', "
                    "which was not among its candidates: a reranker may only reorder and drop"
                )


def _name(model: object) -> str:
    name = getattr(model, "name", None)
    return name if isinstance(name, str) and name else type(model).__name__
