"""Models that are run together give what each gives alone: the same answers, outcomes and notes.

The models are made at random from toy stages whose scores, failures and silences follow from a hash
of what they are asked; so are the tasks, with splits, pools, exclusions and ids that recur.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from harness import asking
from harness.contracts import Collection, Corpus, Material
from harness.corpus import ListCorpus
from harness.evaluation import evaluate
from harness.loading import load_model
from harness.ranking import Ranking
from harness.records import Document, Query, Setting, TaskCard, Usage
from harness.report import Report
from harness.run import Run
from harness.shards import merge
from harness.sources import Source
from models.fusion import ReciprocalRankFusion, ScoreFusion
from models.pipeline import Cut, Pipeline

Pools = Mapping[str, Sequence[str]]
MEASURES = "nDCG@10,P@1"


def chance(*of: object) -> float:
    """A number from 0 to 1 that looks random and is always the same."""
    return int.from_bytes(sha256(repr(of).encode()).digest()[:6]) / 2**48


class Toy:
    """Answers a query, or fails, or mumbles, or says nothing, as chance has it.

    Args:
        seed: two of one seed answer alike.
        trouble: how likely it is that a query is not answered.
    """

    version = "1"

    def __init__(self, seed: int, trouble: float) -> None:
        self.seed, self.trouble = seed, trouble
        self.query_batch = 2 + seed

    def answer(self, asked: Iterable[tuple[Query, Sequence[str]]], k: int = 99) -> Ranking:
        """The ranking of some documents for each query; many scores are equal."""
        scores, errors, malformed, usage, letters = {}, {}, {}, {}, 0
        for query, ids in asked:
            said = (type(self).__name__, self.seed, query.text, query.instruction)
            fate = int(4 * chance(*said)) if chance(*said, "fate") < self.trouble else 3
            if fate == 0:
                errors[query.id] = "HTTP 429"
                continue
            letters += len(query.text)
            usage[query.id] = Usage(input_tokens=len(query.text))
            if fate == 1:
                malformed[query.id] = "?"
            elif fate == 3:
                found = {id: float(int(4 * chance(*said, id))) for id in ids}
                best = sorted(found, key=lambda id: (found[id], id), reverse=True)[:k]
                scores[query.id] = {id: found[id] for id in best}
        notes = {f"letters of {type(self).__name__}": letters} if letters else {}
        return Ranking(Run.from_scores(scores), errors, malformed, frozenset(), usage, notes)


class First(Toy):
    """A first stage."""

    def index(self, corpus: Corpus) -> FirstIndex:
        return FirstIndex(self, corpus)


class FirstIndex:
    def __init__(self, model: First, corpus: Corpus) -> None:
        self.model, self.corpus = model, corpus
        self.notes = {"documents": len(corpus)}

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Pools | None = None,
        without: Pools | None = None,
    ) -> Ranking:
        def allowed(query: str) -> list[str]:
            pool = (within or {}).get(query, self.corpus.ids)
            return [id for id in pool if id not in (without or {}).get(query, ())]

        return self.model.answer(((q, allowed(q.id)) for q in queries), k)


class Second(Toy):
    """A reranker."""

    def rerank(self, queries: Sequence[Query], candidates: Run, corpus: Corpus) -> Ranking:
        ranked = {q: [id for id, _ in candidates.ranked(q)] for q in candidates.queries}
        return self.answer((q, ranked[q.id]) for q in queries)


def some_model(random: Random, depth: int = 0) -> object:
    stage = (random.randrange(3), random.choice([0.0, 0.4]))
    kind = random.random() if depth < 3 else 0.0
    if kind < 0.2:
        return First(*stage)
    first, second = some_model(random, depth + 1), some_model(random, depth + 1)
    if kind < 0.4:
        return Cut(first, random.randint(1, 4))
    if kind < 0.7:
        return Pipeline(first, Second(*stage))
    if kind < 0.85:
        return ReciprocalRankFusion(first, second)
    return ScoreFusion(first, second, normalize=random.choice(["minmax", "zscore"]))


class Task:
    """Splits that may share documents, and whose queries share ids but not texts."""

    measures = ("nDCG@10",)

    def __init__(self, name: str, random: Random) -> None:
        self.card = TaskCard(name=name, title=name, description="")
        base = [Document(f"d{i}", f"text {i}") for i in range(8)]
        self._splits = [self._split(f"s{i}", random, base) for i in range(random.randint(1, 3))]

    def _split(self, name: str, random: Random, base: list[Document]) -> Collection:
        own = [Document(document.id, f"{name} {document.text}") for document in base[:6]]
        corpus = ListCorpus(random.choice([base, own]))
        queries = [
            Query(f"q{i}", f"asks {random.randrange(6)}", random.choice([None, "A", "B"]))
            for i in range(random.randint(1, 9))
        ]
        queries[0] = Query("q0", "asks 0", "A")
        pools, excluded = (
            {query.id: random.sample(corpus.ids, random.randint(0, most)) for query in queries}
            if random.random() < 0.5
            else None
            for most in (5, 3)
        )
        qrels = {query.id: {random.choice(corpus.ids): 1} for query in queries}
        return Collection(name, corpus, queries, qrels, pools, excluded)

    def load(self, source: Source, setting: Setting) -> Material:
        return tuple(self._splits)


def outcomes(*reports: Report) -> dict[object, object]:
    """Everything of each result that its answers and their fate decide."""
    return {
        (result.model_fingerprint, result.task, result.setting): result.model_dump(
            exclude={"datasets"}
        )
        for report in reports
        for result in report.results
    }


def drawn(seed: int) -> tuple[list[object], list[Task], list[Setting]]:
    """Some different models, tasks and settings."""
    random = Random(seed)
    models = {load_model(m).fingerprint: m for m in (some_model(random) for _ in range(4))}
    tasks = [Task(name, random) for name in ("one", "two")[: random.randint(1, 2)]]
    settings = [Setting(), Setting(instruction="no"), Setting(limit=2), Setting(k=3)]
    return list(models.values()), tasks, random.sample(settings, 2)


@pytest.mark.parametrize("seed", range(8))
def test_models_run_together_as_alone(seed: int) -> None:
    models, tasks, settings = drawn(seed)
    together = evaluate(models, tasks, settings=settings, measures=MEASURES, cache=False)
    alone = [
        evaluate(model, task, settings=[setting], measures=MEASURES, cache=False)
        for model in models
        for task in tasks
        for setting in settings
    ]
    assert outcomes(together) == outcomes(*alone)


@pytest.mark.parametrize("seed", range(8, 10))
def test_shards_of_models_run_together_merge_to_the_whole(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models, tasks, settings = drawn(seed)
    known = {task.card.name: task for task in tasks}
    monkeypatch.setattr(asking, "load_task", lambda task: known.get(task, task))
    for i in (1, 2, 3):
        evaluate(
            models,
            tasks,
            out=tmp_path / str(i),
            settings=settings,
            measures=MEASURES,
            shard=(i, 3),
            cache=False,
        )
    merged = merge([tmp_path / str(i) for i in (1, 2, 3)], into=tmp_path / "merged")
    whole = evaluate(models, tasks, settings=settings, measures=MEASURES, cache=False)
    assert outcomes(merged) == outcomes(whole)
