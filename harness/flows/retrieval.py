"""Retrieval: every query of every collection goes to an index, and a ranked list comes back."""

from __future__ import annotations

import inspect
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from harness import measures
from harness.contracts import Collection as Split
from harness.contracts import Corpus, Index, Informed, Material, Retriever
from harness.corpus import fingerprint
from harness.errors import NotAsked, UserError
from harness.instructions import instruct
from harness.joins import join
from harness.loading import LoadedModel
from harness.ranking import Ranking, as_ranking
from harness.records import Qrels, Query, Setting
from harness.run import Run
from harness.scoring import Scores, cluster_numbers

OWN = "own"
BATCH = 4096
"""Queries handed to an index at a time; a model's `query_batch` attribute overrides it."""


class Indexes:
    """The last few indexes built, so that tasks which share a corpus share its index."""

    def __init__(self, keep: int = 2) -> None:
        self._keep = keep
        self._built: OrderedDict[tuple[str, str], Index] = OrderedDict()

    def get(self, model: str, corpus: Corpus, build: Callable[[], Index]) -> Index:
        """The index of a model (by fingerprint) over a corpus, built on first use."""
        key = (model, corpus.fingerprint)
        if key not in self._built:
            while len(self._built) >= self._keep:
                self._built.popitem(last=False)
            self._built[key] = build()
        self._built.move_to_end(key)
        return self._built[key]


@dataclass(frozen=True)
class _Part:
    """One collection with its queries as the setting asks them, under unique keys.

    `unasked` are keys by query id too: of queries that exist and that the setting does not ask.
    """

    split: Split
    queries: tuple[Query, ...]
    keys: tuple[str, ...]
    unasked: Mapping[str, str]


class RetrievalFlow:
    """How a retriever is asked.

    Args:
        material: the task's collections.
        setting: instruction, pool, join, depth and limit are honoured here.
        seed: seed of shuffled instructions.

    Raises:
        NotAsked: the setting asks for instructions or pools that the material lacks.
        UserError: the setting makes no sense for retrieval.
    """

    def __init__(self, material: Material, setting: Setting, seed: int) -> None:
        if setting.trials != 1:
            raise UserError("retrieval is asked once per query: leave --trials at 1")
        if setting.k < 1:
            raise UserError(f"k={setting.k}: at least one document must be asked for")
        if setting.pool == "candidates" and any(c.candidates is None for c in material):
            raise NotAsked("pool=candidates was asked for, but the task has no candidate pools")
        self.material, self.setting = material, setting
        self._parts = tuple(_parts(material, setting, seed))

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Every query, in order: its id, preceded by its split where a task has several."""
        return tuple(key for part in self._parts for key in part.keys)

    @cached_property
    def data_hash(self) -> str:
        """SHA-256 of everything that an answer or a score depends on, however it was stored.

        The order of documents and of queries counts, the order of judgements does not.
        """
        return fingerprint(part for split in self.material for part in _contents(split))

    @cached_property
    def qrels(self) -> Qrels:
        """The judgements under unique keys."""
        return {
            key: part.split.qrels.get(query.id, {})
            for part in self._parts
            for key, query in zip(part.keys, part.queries, strict=True)
        }

    @cached_property
    def judged_outside_corpus(self) -> int:
        """Judged documents that the corpus lacks."""
        return sum(
            document not in part.split.corpus
            for part in self._parts
            for query in part.queries
            for document in part.split.qrels.get(query.id, ())
        )

    @property
    def notes(self) -> dict[str, int]:
        """What was mended while the material was read, over all splits."""
        total: Counter[str] = Counter()
        for split in self.material:
            total.update(split.notes)
        return dict(total)

    @property
    def empty_queries(self) -> int:
        """Queries without text."""
        return sum(not query.text.strip() for part in self._parts for query in part.queries)

    @property
    def empty_documents(self) -> int:
        """Documents without text, each corpus counted once."""
        corpora = {split.corpus.fingerprint: split.corpus for split in self.material}
        return sum(corpus.empty for corpus in corpora.values())

    def join_of(self, model: LoadedModel) -> str:
        """The join that queries are handed to the model with; "own" where it gets both parts."""
        if self.setting.join != "adapter":
            return self.setting.join
        return getattr(model.model, "join", None) or OWN

    def answer(
        self, model: LoadedModel, keys: Collection[str], indexes: Indexes
    ) -> Iterator[Ranking]:
        """Asks the model the queries of these keys, a batch at a time."""
        for part in self._parts:
            asked = [
                (key, query)
                for key, query in zip(part.keys, part.queries, strict=True)
                if key in keys
            ]
            if not asked:
                continue
            name = self.join_of(model)
            index = _index(model, part.split, indexes)
            size = int(getattr(model.model, "query_batch", BATCH))
            for start in range(0, len(asked), size):
                batch = asked[start : start + size]
                queries = [query if name == OWN else join(query, name) for _, query in batch]
                ranking = search(index, queries, self.setting.k, part.split)
                yield _rekey(ranking, {query.id: key for key, query in batch})

    def score(self, run: Run, names: Sequence[str]) -> Scores:
        """Per-query values of the named measures; a query that the run lacks gets 0."""
        parsed = [measures.parse(name) for name in names]
        return Scores(
            keys=self.keys,
            splits=tuple(part.split.split for part in self._parts for _ in part.keys),
            clusters=cluster_numbers([q.text for part in self._parts for q in part.queries]),
            weights=self._weights,
            values=measures.score(run, self.qrels, parsed, self.keys),
        )

    def knows(self, id: str) -> bool:
        """True for the key of a query and for the id of a document."""
        return id in self._known or any(id in split.corpus for split in self.material)

    def check(self, run: Run) -> Run:
        """The run of the queries that are asked, under our keys.

        Queries that exist but are not asked are left out, and counted.

        Raises:
            UserError: it holds an id that the task lacks.
        """
        unasked = {key for part in self._parts for key in part.unasked.values()}
        run = run.renamed(queries=self._aliases(run.queries, unasked))
        run.check(self._known | unasked, None)
        asked = run.select([key for key in run.queries if key in self._known])
        for part in self._parts:
            asked.select(part.keys).check(part.keys, part.split.corpus)
        return replace(asked, unasked=len(run.queries) - len(asked.queries))

    def _aliases(self, queries: Sequence[str], unasked: Container[str]) -> dict[str, str]:
        """Bare query ids of a task of several splits, where they are unique, to our keys."""
        bare: dict[str, str] = {}
        for part in self._parts:
            own = [(q.id, key) for q, key in zip(part.queries, part.keys, strict=True)]
            for id, key in (*own, *part.unasked.items()):
                bare[id] = "" if id in bare else key
        ours = (q for q in queries if q not in self._known and q not in unasked)
        return {q: bare[q] for q in ours if bare.get(q)}

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.keys)

    @cached_property
    def _weights(self) -> NDArray[np.float64]:
        """Each query's share of its split's weight; 1 where no split is weighted."""
        return np.concatenate(
            [
                np.full(
                    len(p.keys),
                    1.0 if p.split.weight is None else p.split.weight / max(1, len(p.keys)),
                )
                for p in self._parts
            ]
        )


def search(index: Index, queries: Sequence[Query], k: int, split: Split) -> Ranking:
    """Asks an index and makes sure of what comes back.

    An index whose `search` knows neither `within` nor `without` is asked for its whole ranking,
    and the pool or the exclusions are applied here.

    Raises:
        UserError: unknown ids, or scores that are not finite.
    """
    asked = [query.id for query in queries]
    within = _only(split.candidates, asked)
    without = _only(split.excluded, asked)
    parameters = inspect.signature(index.search).parameters
    takes_any = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    filters = {"within": within, "without": without}
    filters = {name: ids for name, ids in filters.items() if ids is not None}
    able = all(name in parameters or takes_any for name in filters)
    if able:
        answer = index.search(queries, k, **filters)
    else:
        answer = index.search(queries, len(split.corpus))
    ranking = as_ranking(answer, "search")
    run = ranking.run
    run.check(asked, split.corpus)
    if within is not None:
        run = run.within(within)
    if without is not None:
        run = run.without(without)
    ranking = replace(ranking.noting_repeats(), run=run.cut(k))
    return replace(ranking, left_out=frozenset(q for q in asked if not ranking.covers(q)))


def _only(
    pools: Mapping[str, Sequence[str]] | None, queries: Sequence[str]
) -> dict[str, Sequence[str]] | None:
    return None if pools is None else {q: pools[q] for q in queries if q in pools}


def _index(model: LoadedModel, split: Split, indexes: Indexes) -> Index:
    if isinstance(model.model, Informed):
        return model.model.informed(split.qrels).index(split.corpus)
    if not isinstance(model.model, Retriever):
        raise UserError(
            f"{model.name} is no retriever: it needs an index(corpus) method. "
            "A reranker needs a first stage, as in: bm25 % 100 >> " + model.name
        )
    retriever = model.model
    return indexes.get(model.fingerprint, split.corpus, lambda: retriever.index(split.corpus))


def _parts(material: Material, setting: Setting, seed: int) -> Iterator[_Part]:
    several = len(material) > 1
    every = [query for split in material for query in split.queries]
    instructed = iter(instruct(every, setting.instruction, seed))
    for split in material:
        queries = [next(instructed) for _ in split.queries][: setting.limit]
        prefix = f"{split.split}/" if several else ""
        keys = tuple(f"{prefix}{query.id}" for query in queries)
        known = {*split.unasked, *split.qrels, *(query.id for query in split.queries)}
        others = known.difference(query.id for query in queries)
        yield _Part(split, tuple(queries), keys, {id: f"{prefix}{id}" for id in others})


def _contents(split: Split) -> Iterator[str]:
    """Everything of a split that an answer or a score depends on, in a fixed order."""
    yield from (split.split, split.corpus.fingerprint, repr(split.weight))
    for query in split.queries:
        yield from (query.id, query.text, repr(query.instruction))
        yield repr(sorted(split.qrels.get(query.id, {}).items()))
        for pools in (split.candidates, split.excluded):
            yield repr(None if pools is None else list(pools.get(query.id, ())))


def _rekey(ranking: Ranking, keys: Mapping[str, str]) -> Ranking:
    """The ranking with query ids replaced by keys."""
    return Ranking(
        run=ranking.run.renamed(queries=keys),
        errors={keys[q]: text for q, text in ranking.errors.items()},
        malformed={keys[q]: text for q, text in ranking.malformed.items()},
        left_out=frozenset(keys[q] for q in ranking.left_out),
        usage={keys[q]: usage for q, usage in ranking.usage.items()},
        notes=ranking.notes,
    )
