"""Retrieval: every query of every collection goes to an index, and a ranked list comes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from harness import measures
from harness.contracts import Collection as Split
from harness.contracts import Corpus, Embedder, Informed, Material
from harness.corpus import fingerprint
from harness.errors import NotAsked, UserError
from harness.flows.flow import Scored
from harness.instructions import instruct
from harness.joins import join
from harness.loading import LoadedModel
from harness.ranking import Ranking, from_rows, merge, to_rows
from harness.records import Qrels, Query, Setting
from harness.run import Run
from harness.scoring import Scores, cluster_numbers
from harness.stages import Stage, StageIndex
from harness.store.predictions import read_run, write_run
from harness.store.results import RUN
from harness.store.schema import Counts, Result
from harness.workspace import working

OWN = "own"
EMPTY_INSTRUCTION = "empty-instruction"
"""Compat of ToolRet's code: a query without an instruction has an empty one."""
FAISS_PADDING = "faiss-padding"
"""Compat of MAIR's code: where faiss finds fewer than 100 documents it fills up with -1, which
Python reads as the last document of the corpus; so that one ends up last with a dense model."""
FAISS_DEPTH, FAISS_WORST = 100, float(np.finfo(np.float32).min)
BATCH = 4096
"""Queries handed to an index at a time; a model's `query_batch` attribute overrides it."""


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

    predictions: ClassVar[str] = RUN
    large: ClassVar[bool] = False

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
    def documents(self) -> int:
        """Number of documents, each corpus counted once."""
        return sum(len(corpus) for corpus in self._corpora)

    @property
    def empty_documents(self) -> int:
        """Documents without text, each corpus counted once."""
        return sum(corpus.empty for corpus in self._corpora)

    @property
    def _corpora(self) -> Iterable[Corpus]:
        return {split.corpus.fingerprint: split.corpus for split in self.material}.values()

    def join_of(self, model: LoadedModel) -> str:
        """The join that queries are handed to the model with; "own" where it gets both parts."""
        if self.setting.join != "adapter":
            return self.setting.join
        return getattr(model.model, "join", None) or OWN

    def answer(
        self,
        model: LoadedModel,
        keys: Collection[str],
        task: str = "",
        kept: Ranking | None = None,
    ) -> Iterator[Ranking]:
        """Asks the model the queries of these keys, a batch at a time.

        What is `kept` is not used: an answer to a query has no parts.
        """
        name = self.join_of(model)
        size = int(getattr(model.model, "query_batch", BATCH))
        for part in self._parts:
            asked = [
                (key, query if self.setting.join == "adapter" else join(query, name))
                for key, query in zip(part.keys, part.queries, strict=True)
                if key in keys
            ]
            index = _stage(model, part.split).index(part.split.corpus)
            for start in range(0, len(asked), size):
                batch = dict(asked[start : start + size])
                with working(task=task, split=part.split.split, setting=self.setting):
                    ranking = self._ask(model, index, part, batch)
                yield _rekey(ranking, {query.id: key for key, query in batch.items()})

    def _ask(
        self, model: LoadedModel, index: StageIndex, part: _Part, batch: Mapping[str, Query]
    ) -> Ranking:
        """The answers to a batch of one split's queries, given by key."""
        split, k = part.split, self.setting.k
        padded = FAISS_PADDING in self.setting.compat and isinstance(model.model, Embedder)
        padded = padded and len(split.corpus) < FAISS_DEPTH
        ranking = index.search(
            list(batch.values()),
            max(k, FAISS_DEPTH) if padded else k,
            within=split.candidates,
            without=split.excluded,
        )
        failed = {key for key, query in batch.items() if query.id in ranking.errors}
        if padded:
            run = _padded(ranking.run, split.corpus.ids[-1])
            ranking = replace(ranking, run=run.cut(k))
        if not self._speakers.isdisjoint(batch.keys() - failed):
            ranking = replace(ranking, notes={**ranking.notes, **index.notes})
        return ranking

    def failed(self, keys: Iterable[str], reason: str) -> Ranking:
        """No ranking for these queries, because something outside the model failed."""
        return Ranking(Run.from_scores({}), errors=dict.fromkeys(keys, reason))

    def merge(self, parts: Sequence[Ranking]) -> Ranking:
        """Several rankings as one, queries in the task's order; later answers replace earlier."""
        return merge(parts, self.keys)

    def select(self, answers: Ranking, keys: Iterable[str]) -> Ranking:
        """The rankings of these queries alone; the notes come along where there is one of them."""
        chosen = [key for key in keys if answers.covers(key)]
        return Ranking(
            answers.run.select(chosen),
            errors={q: answers.errors[q] for q in chosen if q in answers.errors},
            malformed={q: answers.malformed[q] for q in chosen if q in answers.malformed},
            left_out=answers.left_out.intersection(chosen),
            usage={q: answers.usage[q] for q in chosen if q in answers.usage},
            notes=answers.notes if chosen else {},
        )

    def settled(self, answers: Ranking) -> Ranking:
        """The rankings without what failed outside the model."""
        return replace(answers, errors={})

    def rows(self, answers: Ranking, keys: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The rankings as plain JSON."""
        return to_rows(answers, keys)

    def from_rows(self, rows: Sequence[Mapping[str, Any]]) -> Ranking:
        """The inverse of `rows`."""
        return from_rows(rows)

    def write(self, path: Path, answers: Ranking, tag: str) -> None:
        """Writes a TREC run."""
        write_run(path, answers.run, tag=tag)

    def kept(self, path: Path, result: Result) -> Ranking | None:
        """The rankings that a result was made of; None where they are damaged."""
        try:
            run = read_run(path, self, encoded=True)
        except UserError:
            return None
        return self.restored(run, result) if run.fingerprint == result.predictions_hash else None

    def restored(self, run: Run, result: Result) -> Ranking:
        """The run of a stored result with what the result says became of its queries."""
        return Ranking(
            run,
            malformed=result.malformed,
            left_out=frozenset(result.missing),
            notes=result.notes,
        )

    def score(self, answers: Ranking, measures: Sequence[str]) -> Scored:
        """What the rankings are worth."""
        scores = self.values(answers.run, measures)
        depths = zip(answers.run.queries, answers.run.depths.tolist(), strict=True)
        answered = {query for query, depth in depths if depth}  # a run file holds no empty answer
        fated = answered | answers.malformed.keys() | answers.errors.keys()
        missing = [key for key in self.keys if key not in fated]
        relevant = [any(grade > 0 for grade in self.qrels[key].values()) for key in self.keys]
        counts = Counts(
            queries=len(self.keys),
            answered=sum(key in answered for key in self.keys),
            missing=len(missing),
            malformed=len(answers.malformed),
            errors=len(answers.errors),
            without_relevant=relevant.count(False),
            judged_outside_corpus=self.judged_outside_corpus,
            empty_queries=self.empty_queries,
            documents=self.documents,
            empty_documents=self.empty_documents,
            clusters=len(set(scores.clusters.tolist())),
            tied=answers.run.tied,
        )
        return Scored(
            scores,
            counts,
            answers.run.fingerprint,
            missing,
            answers.malformed,
            answers.errors,
            {**answers.notes, **self.notes},
        )

    def values(self, run: Run, names: Sequence[str]) -> Scores:
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
    def _speakers(self) -> frozenset[str]:
        """One query for each corpus, which brings the notes on the index itself.

        So they come once, however the queries are split among machines and attempts.
        """
        first: dict[str, str] = {}
        for part in self._parts:
            if part.keys:
                first.setdefault(part.split.corpus.fingerprint, part.keys[0])
        return frozenset(first.values())

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


def _stage(model: LoadedModel, split: Split) -> Stage:
    if isinstance(model.model, Informed):
        return Stage(model.model.informed(split.qrels))
    return Stage(model)


def _parts(material: Material, setting: Setting, seed: int) -> Iterator[_Part]:
    several = len(material) > 1
    every = [query for split in material for query in split.queries]
    instructed = iter(instruct(every, setting.instruction, seed))
    empty = "" if EMPTY_INSTRUCTION in setting.compat else None
    for split in material:
        queries = [next(instructed) for _ in split.queries][: setting.limit]
        queries = [q if q.instruction else replace(q, instruction=empty) for q in queries]
        prefix = f"{split.split}/" if several else ""
        keys = tuple(f"{prefix}{query.id}" for query in queries)
        known = {*split.unasked, *split.qrels, *(query.id for query in split.queries)}
        others = known.difference(query.id for query in queries)
        yield _Part(split, tuple(queries), keys, {id: f"{prefix}{id}" for id in others})


def _padded(run: Run, last: str) -> Run:
    """The run with the worst possible score for the last document of the corpus."""
    if last not in run.codes:
        return run
    scores = np.where(run.docs == run.codes[last], np.float32(FAISS_WORST), run.scores)
    return Run.from_arrays(run.queries, run.vocabulary, run.docs, scores, run.offsets)


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
