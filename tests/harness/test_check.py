"""The smoke test of a model: each fault is found, named, and comes with what to fix."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from harness.check import Check, check_model
from harness.contracts import Corpus
from harness.ranking import Ranking
from harness.records import Query, Text
from harness.registry import HOME
from harness.run import Run

Answers = Mapping[str, Mapping[str, float]]


class Sound:
    """Counts shared words, and does everything right; each fault below overrides one thing."""

    def index(self, corpus: Corpus) -> Sound:
        indexed = type(self)()
        indexed._texts = {d.id: set(d.full_text.lower().split()) for d in corpus}
        return indexed

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Mapping[str, Sequence[str]] | None = None,
        without: Mapping[str, Sequence[str]] | None = None,
    ) -> Answers:
        answers = {}
        for query in queries:
            words = set(self.text(query).split())
            pool = set((within or {}).get(query.id, self._texts))
            pool -= set((without or {}).get(query.id, ()))
            ranked = sorted(pool, key=lambda d: (-len(words & self._texts[d]), d))
            answers[query.id] = {d: float(len(words & self._texts[d])) for d in ranked[:k]}
        return answers

    def text(self, query: Query) -> str:
        return f"{query.instruction or ''} {query.text}".lower()


def change(answers: Answers, edit: Callable[[str, dict[str, float]], object]) -> Answers:
    """The answers, each edited in place."""
    copied = {query: dict(scores) for query, scores in answers.items()}
    for query, scores in copied.items():
        edit(query, scores)
    return copied


class TooMany(Sound):
    def search(self, queries: Sequence[Query], k: int, **pools: object) -> Answers:
        return super().search(queries, k + 1, **pools)  # type: ignore[arg-type]


class Stranger(Sound):
    def search(self, queries: Sequence[Query], k: int, **pools: object) -> Answers:
        found = super().search(queries, k - 1, **pools)  # type: ignore[arg-type]
        return change(found, lambda _, scores: scores.update({"d99": 1.0}))


class NotFinite(Sound):
    def search(self, queries: Sequence[Query], k: int, **pools: object) -> Answers:
        found = super().search(queries, k, **pools)  # type: ignore[arg-type]
        return change(found, lambda _, scores: scores.update(d1=float("nan")))


class Forgets(Sound):
    def search(self, queries: Sequence[Query], k: int, **pools: object) -> Answers:
        return super().search(queries[1:], k, **pools)  # type: ignore[arg-type]


class WrongShape(Sound):
    def search(self, queries: Sequence[Query], k: int, **pools: object) -> Answers:
        return [list(found) for found in super().search(queries, k).values()]  # type: ignore[return-value]


class IgnoresWithin(Sound):
    def search(self, queries: Sequence[Query], k: int, **pools: object) -> Answers:
        return super().search(queries, k, without=pools.get("without"))  # type: ignore[arg-type]


class IgnoresWithout(Sound):
    def search(self, queries: Sequence[Query], k: int, **pools: object) -> Answers:
        return super().search(queries, k, within=pools.get("within"))  # type: ignore[arg-type]


class Restless(Sound):
    calls = itertools.count()

    def search(self, queries: Sequence[Query], k: int, **pools: object) -> Answers:
        found = super().search(queries, k, **pools)  # type: ignore[arg-type]
        shift = next(self.calls)
        return change(found, lambda _, s: s.update({d: v + shift for d, v in s.items()}))


class SeesOthers(Sound):
    def search(self, queries: Sequence[Query], k: int, **pools: object) -> Answers:
        found = super().search(queries, k, **pools)  # type: ignore[arg-type]
        place = {query.id: i for i, query in enumerate(queries)}
        return change(found, lambda q, s: s.update({d: v + place[q] for d, v in s.items()}))


class Greedy(Sound):
    def search(self, queries: Sequence[Query], k: int, **pools: object) -> Answers:
        if k > len(self._texts):
            raise IndexError(f"k={k}\nis out of range")
        return super().search(queries, k, **pools)  # type: ignore[arg-type]


class NeedsWords(Sound):
    def text(self, query: Query) -> str:
        if not query.text:
            raise ValueError("empty vocabulary")
        return super().text(query)


class ShortSighted(Sound):
    def text(self, query: Query) -> str:
        if len(query.text) > 10_000:
            raise MemoryError
        return super().text(query)


class NeedsText(Sound):
    def index(self, corpus: Corpus) -> Sound:
        for document in corpus:
            document.full_text.split()[0]
        return super().index(corpus)


class NoIndex(Sound):
    def index(self, corpus: Corpus) -> Sound:
        return None  # type: ignore[return-value]


class NoContract:
    pass


FAULTS = [
    (TooMany, "returns at most k", "k=3, and a query got 4 documents: cut each ranking"),
    (Stranger, "returns known ids", "document 'd99' came back: return the ids of"),
    (NotFinite, "gives finite scores", "has the score nan"),
    (Forgets, "answers every query", "nothing about query 'q1': search(queries, k) must return"),
    (WrongShape, "answers every query", "search gave list: search(queries, k) must return"),
    (IgnoresWithin, "honours within", "document outside the pool 'd1' came back"),
    (IgnoresWithout, "honours without", "came back: leave out the ids in without"),
    (Restless, "is deterministic", "asked twice, query 'q1' got another answer: fix every seed"),
    (SeesOthers, "query order does not matter", "query 'q1' got another answer: let no query see"),
    (Greedy, "k may exceed the corpus", "it raised IndexError: k=100: take min(k"),
    (NeedsWords, "survives an empty query", "it raised ValueError: empty vocabulary: an empty"),
    (ShortSighted, "survives a long query", "it raised MemoryError: cut off what is too long"),
    (NeedsText, "survives an empty document", "it raised IndexError: list index out of range"),
    (NoIndex, "builds an index", "index(corpus) gave NoneType without a search method"),
    (
        NoContract,
        "has a contract",
        "NoContract is no retriever, embedder, reranker or agent: give it",
    ),
]


def failures(checks: list[Check]) -> list[Check]:
    return [check for check in checks if not check.passed]


def test_a_sound_model_passes_every_check() -> None:
    checks = check_model(Sound())
    assert failures(checks) == []
    assert len(checks) == 16
    assert checks[-1] == Check("instructions", True, "instructions change answers")


@pytest.mark.parametrize(("model", "name", "detail"), FAULTS)
def test_a_fault_is_found_by_its_check(model: type, name: str, detail: str) -> None:
    failed = {check.name: check.detail for check in failures(check_model(model()))}
    assert detail in failed[name]
    assert "\n" not in failed[name]


SPREADING = (Stranger, Restless, SeesOthers)
"""Faults that other checks rightly stumble over too."""


@pytest.mark.parametrize(("model", "name"), [(m, n) for m, n, _ in FAULTS if m not in SPREADING])
def test_a_fault_is_found_by_no_other_check(model: type, name: str) -> None:
    assert {check.name for check in failures(check_model(model()))} == {name}


@pytest.mark.parametrize("expression", ["random", "oracle", "random % 5 >> oracle", "random % 2"])
def test_reference_models_pass(expression: str) -> None:
    assert failures(check_model(expression)) == []


def test_the_example_passes() -> None:
    example = Path(HOME, "examples", "my_model.py")
    assert failures(check_model(f'"{example}":MyRetriever(min_length=2)')) == []


def test_a_reranker_is_tried_behind_a_random_first_stage() -> None:
    class ByLength:
        join = "space"

        def rerank(self, queries: Sequence[Query], candidates: Run, corpus: Corpus) -> Answers:
            return {
                q.id: {d: float(len(corpus[d].text)) for d, _ in candidates.ranked(q.id)}
                for q in queries
            }

    checks = check_model(ByLength())
    assert failures(checks) == []
    assert checks[1].detail == "reranker, tried behind a random first stage"


def test_an_embedder_that_raises_is_told_of_encode() -> None:
    class OfStrings:
        def encode(self, inputs: Sequence[Text], *, kind: str) -> object:
            return [[len(text.split())] for text in inputs]  # type: ignore[attr-defined]

    [failed] = failures(check_model(OfStrings()))
    assert failed.name == "builds an index"
    assert "'split': encode(texts, kind=...) is given texts with .text" in failed.detail
    assert "index(corpus)" not in failed.detail


def test_a_reranker_that_raises_is_told_of_rerank() -> None:
    class Broken:
        def rerank(self, queries: Sequence[Query], candidates: Run, corpus: Corpus) -> Answers:
            raise RuntimeError("oops")

    [failed] = failures(check_model(Broken()))
    assert failed.detail.startswith("it raised RuntimeError: oops: rerank(queries, candidates")


def test_an_index_without_filters_leaves_them_to_the_engine() -> None:
    class Plain(Sound):
        def search(self, queries: Sequence[Query], k: int) -> Ranking:  # type: ignore[override]
            return Ranking(Run.from_scores(super().search(queries, k)))

    details = {check.name: check.detail for check in check_model(Plain())}
    assert details["honours within"] == "not taken: the engine filters"
    assert details["honours without"] == "not taken: the engine filters"


def test_a_model_that_never_looks_at_instructions_is_told_so() -> None:
    class Deaf(Sound):
        def text(self, query: Query) -> str:
            return query.text

    class Joined(Deaf):
        join = "space"

    assert check_model(Deaf())[-1].detail == "ignores instructions"
    assert check_model(Joined())[-1].detail == "instructions change answers, joined as 'space'"


@pytest.mark.parametrize(
    "expression", ["no-such-model", "bm25(", "nowhere.py:M", "no/folder/", "random(seed='x')", 3]
)
def test_what_does_not_load_is_one_failed_check(expression: object) -> None:
    checks = check_model(expression)
    assert not checks[-1].passed
    assert "\n" not in checks[-1].detail


def test_a_model_that_ends_the_program_fails_its_check() -> None:
    class Quitter:
        def index(self, corpus: object) -> object:
            raise SystemExit(0)

    failed = [check for check in check_model(Quitter()) if not check.passed]
    assert "SystemExit" in failed[0].detail
