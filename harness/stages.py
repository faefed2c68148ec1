"""Stages: how any model is asked, alone or inside a pipeline.

An embedder becomes a retriever or a reranker here and nowhere else.
"""

from __future__ import annotations

import inspect
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import cast

from harness.contracts import Corpus, Embedder, Index, Informed, Reranker, Retriever
from harness.errors import UserError
from harness.joins import join
from harness.loading import LoadedModel, adapted, contracts_of, load_model
from harness.ranking import Ranking, as_ranking, merge
from harness.records import Query
from harness.workspace import workspace

Pools = Mapping[str, Sequence[str]]


def as_retriever(model: object) -> Retriever:
    """The model as a retriever; an embedder by exact search over its vectors.

    Raises:
        UserError: it is neither.
    """
    model = adapted(model)
    contracts = contracts_of(model)
    if "retriever" in contracts:
        return cast("Retriever", model)
    if "embedder" in contracts:
        from harness.vectors import VectorRetriever

        return VectorRetriever(cast("Embedder", model))
    name = name_of(model)
    raise UserError(
        f"{name} is no retriever: it needs an index(corpus) or an encode(texts, kind=...) method. "
        f"A reranker needs a first stage, as in: bm25 % 100 >> {name}"
    )


def as_reranker(model: object) -> Reranker | None:
    """The model as a reranker, an embedder by the vectors of the candidates; None if neither."""
    model = adapted(model)
    contracts = contracts_of(model)
    if "reranker" in contracts:
        return cast("Reranker", model)
    if "embedder" in contracts:
        from harness.vectors import VectorReranker

        return VectorReranker(cast("Embedder", model))
    return None


def retrieves(model: object) -> bool:
    """Whether `as_retriever` has something to give."""
    return not {"retriever", "embedder"}.isdisjoint(contracts_of(model))


def name_of(model: object) -> str:
    """What a person calls a model."""
    name = getattr(model, "name", None)
    return name if isinstance(name, str) and name else type(model).__name__


def joined(queries: Sequence[Query], model: object) -> list[Query]:
    """The queries as a model wants them: joined by its own template, or left apart."""
    name = getattr(model, "join", "")
    return [join(query, name) if name else query for query in queries]


class Stage:
    """A model with all it takes to ask it.

    Args:
        model: a retriever or an embedder, or either as `load_model` gives it.

    Raises:
        UserError: it is neither.
    """

    def __init__(self, model: object) -> None:
        self._loaded = model if isinstance(model, LoadedModel) else None
        self.model = model.model if isinstance(model, LoadedModel) else adapted(model)
        self.retriever = as_retriever(self.model)

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self._loaded.name if self._loaded else name_of(self.model)

    @property
    def depth(self) -> int | None:
        """How many documents it gives when another stage follows; None where nothing cuts it."""
        return cast("int | None", getattr(self.model, "depth", None))

    @cached_property
    def fingerprint(self) -> str:
        """Hash of everything that changes its answers."""
        return (self._loaded or load_model(self.model)).fingerprint

    def index(self, corpus: Corpus) -> StageIndex:
        """Its index of a corpus, which is built when it is first needed."""
        return StageIndex(self, corpus)


class StageIndex:
    """An index that is built when needed, shared, and not asked twice for the same.

    A model that must see the judgements shares nothing: another task has others.
    """

    def __init__(self, stage: Stage, corpus: Corpus) -> None:
        self._stage, self._corpus = stage, corpus
        self._shared = None if isinstance(stage.model, Informed) else workspace().shared

    @cached_property
    def index(self) -> Index:
        """The model's own index."""
        if self._shared is None:
            return self._stage.retriever.index(self._corpus)
        return self._shared.index(*self._key, lambda: self._stage.retriever.index(self._corpus))

    @property
    def notes(self) -> Mapping[str, int]:
        """What is worth showing of the index itself, counted once for a corpus."""
        if self._shared is None:
            return self._notes()
        return self._shared.held((*self._key, "notes"), self._notes)

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Pools | None = None,
        without: Pools | None = None,
    ) -> Ranking:
        """The best `k` documents of each query; see `search`."""
        asked = joined(queries, self._stage.model)
        if self._shared is None:
            return search(self.index, asked, k, self._corpus, within=within, without=without)
        here = workspace()  # a saved run answers by task and split, and notes go by the setting
        answers = self._shared.answers((*self._key, k, here.task, here.split, here.setting))
        keys = {q.id: _key(q, within, without) for q in asked}
        known = answers.of(keys)
        new = [q for q in asked if keys[q.id] not in answers]
        if not new:
            return known
        found = search(self.index, new, k, self._corpus, within=within, without=without)
        answers.keep(found, {q.id: keys[q.id] for q in new})
        return found if len(new) == len(asked) else merge([known, found], [q.id for q in asked])

    def _notes(self) -> Mapping[str, int]:
        return dict(getattr(self.index, "notes", {}))

    @property
    def _key(self) -> tuple[str, str]:
        return self._stage.fingerprint, self._corpus.fingerprint


def _key(query: Query, within: Pools | None, without: Pools | None) -> Hashable:
    lists = (None if pools is None else pools.get(query.id) for pools in (within, without))
    digests = tuple(None if ids is None else hash(tuple(ids)) for ids in lists)
    return (query.id, query.text, query.instruction, digests)


def search(
    index: Index,
    queries: Sequence[Query],
    k: int,
    corpus: Corpus,
    *,
    within: Pools | None = None,
    without: Pools | None = None,
) -> Ranking:
    """Asks an index and makes sure of what comes back.

    An index whose `search` knows neither `within` nor `without` is asked for its whole ranking,
    and the pool or the exclusions are applied here.

    Raises:
        UserError: unknown ids, or scores that are not finite.
    """
    asked = [query.id for query in queries]
    within, without = _only(within, asked), _only(without, asked)
    parameters = inspect.signature(index.search).parameters
    takes_any = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    filters = {"within": within, "without": without}
    filters = {name: ids for name, ids in filters.items() if ids is not None}
    able = all(name in parameters or takes_any for name in filters)
    answer = index.search(queries, k, **filters) if able else index.search(queries, len(corpus))
    ranking = as_ranking(answer, "search")
    run = ranking.run
    run.check(asked, corpus)
    if within is not None:
        run = run.within(within)
    if without is not None:
        run = run.without(without)
    ranking = replace(ranking.noting_repeats(), run=run.cut(k))
    return replace(ranking, left_out=frozenset(q for q in asked if not ranking.covers(q)))


def _only(pools: Pools | None, queries: Sequence[str]) -> dict[str, Sequence[str]] | None:
    return None if pools is None else {q: pools[q] for q in queries if q in pools}
