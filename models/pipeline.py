"""Pipelines: `bm25 % 100 >> reranker`. A pipeline is a retriever like any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from harness.contracts import Corpus, Index, Informed, Reranker
from harness.errors import UserError
from harness.ranking import Ranking, as_ranking, sum_notes, sum_usage
from harness.records import Qrels, Query
from harness.run import Run
from harness.stages import Stage, as_reranker, joined, name_of, retrieves

Pools = Mapping[str, Sequence[str]]
PASSED_ON = ("join", "query_batch")
"""What a cut says of itself, it says for its model."""


class Cut:
    """`model % k`: the best `k` documents of a retriever or a reranker.

    It satisfies the contracts that its model satisfies, an embedder counting as both; so the
    methods are set when it is made.

    Raises:
        UserError: the model neither retrieves nor reranks, or `k` is not positive.
    """

    version = "1"
    index: Callable[[Corpus], Index]
    rerank: Callable[[Sequence[Query], Run, Corpus], Ranking]
    informed: Callable[[Qrels], Cut]

    def __init__(self, model: object, k: int) -> None:
        if k < 1:
            raise UserError(f"{name_of(model)} % {k}: cut after at least one document")
        self.model, self.k = model, k
        reranker = as_reranker(model)
        if reranker is not None:
            self.rerank = lambda queries, candidates, corpus: _cut(
                as_ranking(reranker.rerank(queries, candidates, corpus), "rerank"), k
            )
        if retrieves(model):
            stage = Stage(model)
            self.index = lambda corpus: _CutIndex(stage.index(corpus), k)
        elif reranker is None:
            raise UserError(f"{name_of(model)} % {k}: only a retriever or a reranker can be cut")
        if isinstance(model, Informed):
            self.informed = lambda qrels: Cut(model.informed(qrels), k)
        for name in PASSED_ON:
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
        UserError: `first` is no retriever, or `second` no reranker; an embedder is both.
    """

    version = "1"
    informed: Callable[[Qrels], Pipeline]

    def __init__(self, first: object, second: object) -> None:
        if not retrieves(first):
            raise UserError(
                f"{name_of(first)} >> {name_of(second)}: '{name_of(first)}' must be a retriever, "
                "with a method index(corpus)"
            )
        reranker = as_reranker(second)
        if reranker is None:
            what = "retrieves but does not rerank" if retrieves(second) else "is none"
            raise UserError(
                f"{name_of(first)} >> {name_of(second)}: a reranker must follow '>>', "
                f"and '{name_of(second)}' {what}"
            )
        self.first, self.second = first, second
        self._stage, self._reranker = Stage(first), reranker
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
        """The index of the first stage, with the reranker behind it."""
        return _PipelineIndex(self._stage, self.second, self._reranker, corpus)


class _CutIndex:
    """An index that never returns more than `k` documents."""

    def __init__(self, index: Index, k: int) -> None:
        self._index, self._k = index, k

    @property
    def notes(self) -> Mapping[str, int]:
        return getattr(self._index, "notes", {})

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Pools | None = None,
        without: Pools | None = None,
    ) -> Ranking:
        answer = self._index.search(queries, min(k, self._k), within=within, without=without)
        return as_ranking(answer, "search")


class _PipelineIndex:
    """The first stage's index, with the reranker behind it."""

    def __init__(self, first: Stage, second: object, reranker: Reranker, corpus: Corpus) -> None:
        self._stage, self._second, self._reranker, self._corpus = first, second, reranker, corpus
        self._index = first.index(corpus)

    @property
    def notes(self) -> Mapping[str, int]:
        return self._index.notes

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Pools | None = None,
        without: Pools | None = None,
    ) -> Ranking:
        depth = self._stage.depth or k
        found = self._index.search(queries, depth, within=within, without=without)
        candidates = found.run
        found_for = frozenset(candidates.queries)
        answered = [query for query in queries if query.id in found_for]
        if not answered:
            return found
        asked = joined(answered, self._second)
        answer = self._reranker.rerank(asked, candidates, self._corpus)
        reranked = as_ranking(answer, "rerank")
        _refuse_strangers(reranked.run, candidates, name_of(self._second))
        return _cut(_merged(found, reranked), k)


def _told(stage: object, qrels: Qrels) -> object:
    return stage.informed(qrels) if isinstance(stage, Informed) else stage


def _cut(ranking: Ranking, k: int) -> Ranking:
    return replace(ranking, run=ranking.run.cut(k))


def _merged(first: Ranking, second: Ranking) -> Ranking:
    """The second stage's run, with what happened in both stages."""
    return Ranking(
        run=second.run,
        errors={**first.errors, **second.errors},
        malformed={**first.malformed, **second.malformed},
        usage=sum_usage(first.usage, second.usage),
        notes=sum_notes(first.notes, second.notes),
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
