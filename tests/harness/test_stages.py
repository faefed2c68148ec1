"""Stages: any model is asked in one way, and what stages have in common is made once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from toy import Letters, Overlap, ToyTask

from harness import evaluate
from harness.contracts import Corpus
from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.loading import load_model
from harness.ranking import Ranking
from harness.records import Document, Query, Setting, Usage
from harness.run import Run
from harness.shared import Shared
from harness.stages import Stage, as_reranker, as_retriever
from harness.workspace import working
from models.fusion import ReciprocalRankFusion
from models.pipeline import Cut, Pipeline
from models.reference import Oracle, RandomRanking

CORPUS = ListCorpus([Document("d1", "red apple"), Document("d2", "green pear")])
Q1, Q2, Q3 = (Query(f"q{i}", text) for i, text in enumerate(("red", "pear", "green"), 1))


class Counting:
    """Ranks all documents for every query; its class remembers what every instance was asked."""

    version = "1"
    asked: list[str] = []  # noqa: RUF012
    indexed: list[str] = []  # noqa: RUF012

    def index(self, corpus: Corpus) -> Counting:
        self.indexed.append(corpus.fingerprint)
        return self

    def search(self, queries: Sequence[Query], k: int) -> Ranking:
        self.asked.extend(query.text for query in queries)
        run = Run.from_scores({q.id: {"d1": 2.0, "d2": 1.0} for q in queries if q.text != "pear"})
        return Ranking(
            run,
            malformed={q.id: "no" for q in queries if q.text == "pear"},
            usage={q.id: Usage(input_tokens=len(q.text)) for q in queries},
            notes={"calls": 1},
        )


@pytest.fixture(autouse=True)
def _forget() -> None:
    Counting.asked.clear()
    Counting.indexed.clear()


def ids(ranking: Ranking, query: str) -> list[str]:
    return [document for document, _ in ranking.run.ranked(query)]


def test_without_a_shared_workspace_nothing_is_remembered() -> None:
    for _ in range(2):
        Stage(Counting()).index(CORPUS).search([Q1], 2)
    assert Counting.asked == ["red", "red"]
    assert len(Counting.indexed) == 2


def test_what_was_asked_before_is_not_asked_again() -> None:
    with working(shared=Shared()):
        first = Stage(Counting()).index(CORPUS).search([Q1, Q2], 2)
        again = Stage(Counting()).index(CORPUS).search([Q2, Q3, Q1], 2)
    assert Counting.asked == ["red", "pear", "green"]
    assert len(Counting.indexed) == 1
    assert again.run.queries == ("q3", "q1")
    assert again.malformed == first.malformed == {"q2": "no"}
    assert again.usage == {q: Usage(input_tokens=n) for q, n in (("q1", 3), ("q2", 4), ("q3", 5))}
    # The notes of the first batch go with its first query, those of the second with the new one.
    assert again.notes == {"calls": 2}


def test_notes_are_given_to_whoever_asks_the_first_query_of_their_batch() -> None:
    with working(shared=Shared()):
        stage = Stage(Counting()).index(CORPUS)
        stage.search([Q1, Q2, Q3], 2)
        parts = [stage.search([q], 2) for q in (Q1, Q2, Q3)]
    assert [part.notes for part in parts] == [{"calls": 1}, {}, {}]


def test_another_depth_pool_instruction_or_task_is_another_question() -> None:
    with working(shared=Shared()):
        stage = Stage(Counting()).index(CORPUS)
        stage.search([Q1], 2)
        stage.search([Q1], 1)
        stage.search([Q1], 2, within={"q1": ["d1"]})
        stage.search([Q1], 2, without={"q1": ["d1"]})
        stage.search([Query("q1", "red", "Find cars.")], 2)
        with working(task="other"):
            stage.search([Q1], 2)
    assert Counting.asked == ["red"] * 6


def test_errors_are_asked_again() -> None:
    class Once:
        version = "1"
        calls: list[int] = []  # noqa: RUF012

        def index(self, corpus: Corpus) -> Once:
            return self

        def search(self, queries: Sequence[Query], k: int) -> Ranking:
            self.calls.append(len(queries))
            if len(self.calls) == 1:
                good = Run.from_scores({"q1": {"d1": 1.0}})
                return Ranking(good, errors={"q2": "HTTP 429"})
            return Ranking(Run.from_scores({q.id: {"d2": 1.0} for q in queries}))

    with working(shared=Shared()):
        stage = Stage(Once()).index(CORPUS)
        assert stage.search([Q1, Q2], 1).errors == {"q2": "HTTP 429"}
        second = stage.search([Q1, Q2], 1)
    assert Once.calls == [2, 1]
    assert (ids(second, "q1"), ids(second, "q2")) == (["d1"], ["d2"])
    assert not second.errors


def test_a_first_stage_that_pipelines_share_runs_once() -> None:
    models = [
        Pipeline(Cut(Counting(), 2), RandomRanking(seed=1)),
        Pipeline(Cut(Counting(), 2), RandomRanking(seed=2)),
    ]
    evaluate(models, ToyTask(), cache=False, measures="P@1")
    assert Counting.asked == ["red", "pear", "car"]


def test_a_model_that_must_see_the_judgements_shares_nothing() -> None:
    told, other = ({"q1": {document: 1}} for document in ("d1", "d2"))
    with working(shared=Shared()):
        found = [
            ids(Stage(Oracle().informed(qrels)).index(CORPUS).search([Q1], 1), "q1")
            for qrels in (told, other)
        ]
    assert found == [["d1"], ["d2"]]


PLUG_IN = """
import numpy as np

class Rotated:
    def __init__(self, by):
        self._by = by
    def index(self, corpus):
        return self
    def search(self, queries, k):
        return {q.id: {"d1": self._by, "d2": 1 - self._by} for q in queries}

class Axis:
    def __init__(self, by):
        self._by = by
    def encode(self, inputs, *, kind):
        sign = 1 if kind == "query" else 1 - 2 * self._by
        return np.array([[sign * float("apple" in t.text)] for t in inputs])

class Same:
    def rerank(self, queries, candidates, corpus):
        return {q.id: dict(candidates.ranked(q.id)) for q in queries}
"""


@pytest.mark.parametrize(
    "expression",
    [
        "{file}:Rotated(by={by})",
        "{file}:Rotated(by={by}) % 2 >> {file}:Same",
        "{file}:Axis(by={by})",
        "{file}:Axis(by={by}) >> {file}:Same",
        "random >> {file}:Axis(by={by})",
    ],
)
def test_models_that_differ_by_a_private_attribute_share_nothing(
    tmp_path: Path, expression: str
) -> None:
    # by=1 puts d1 first, by=0 d2; embedders the other way round, for -1 < 0 < 1.
    (tmp_path / "mine.py").write_text(PLUG_IN)
    models = [expression.format(file=tmp_path / "mine.py", by=by) for by in (0, 1)]
    found = []
    with working(shared=Shared(), cache=tmp_path / "cache"):
        for model in models:
            stage = Stage(load_model(model))
            found.append(ids(stage.index(CORPUS).search([Query("q1", "apple")], 2), "q1"))
    wanted = [["d2", "d1"], ["d1", "d2"]]
    assert found == (wanted[::-1] if "Axis" in expression else wanted)


def test_vectors_of_a_file_that_changed_are_not_taken_for_the_new_ones(tmp_path: Path) -> None:
    text = "import numpy as np\nSIGNS = {{'query': 1.0, 'document': {}}}\nclass E:\n"
    text += "    def encode(self, inputs, *, kind):\n"
    text += "        return np.array([[SIGNS[kind] * len(t.text)] for t in inputs])"
    found = []
    for sign in ("1.0", "-1.0"):
        (tmp_path / "mine.py").write_text(text.format(sign))
        with working(cache=tmp_path / "cache"):
            stage = Stage(load_model(f"random >> {tmp_path / 'mine.py'}"))
            found.append(ids(stage.index(CORPUS).search([Q1], 2), "q1"))
    assert found == [["d2", "d1"], ["d1", "d2"]]  # d2 has the longer text


def test_notes_of_one_setting_are_no_part_of_another() -> None:
    # "calls" is noted once a batch: one of three queries, and one of a single query.
    few, all_ = Setting(limit=1), Setting()
    for settings in ([few, all_], [all_, few]):
        report = evaluate(Counting(), ToyTask(), cache=False, measures="P@1", settings=settings)
        assert [result.notes for result in report.results] == [{"calls": 1}] * 2


def test_few_answers_are_kept_where_room_is_short() -> None:
    other = ListCorpus([Document("d1", "blue plum"), Document("d2", "green pear")])
    with working(shared=Shared(entries=1)):
        for corpus in (CORPUS, other, CORPUS):
            Stage(Counting()).index(corpus).search([Q1], 2)
    assert Counting.asked == ["red"] * 3


def test_an_embedder_is_a_retriever_and_a_reranker() -> None:
    # Letter counts: "red" . "red apple" = r1 e2 d1 = 4; "red" . "green pear" = r2 e3 d0 = 5.
    found = Stage(Letters()).index(CORPUS).search([Q1], 2)
    assert found.run.ranked("q1") == [("d2", 5.0), ("d1", 4.0)]
    reranker = as_reranker(Letters())
    assert reranker is not None
    candidates = Run.from_scores({"q1": {"d1": 9.0}, "q2": {"d1": 2.0, "d2": 1.0}})
    answer = reranker.rerank([Q1, Q2], candidates, CORPUS)
    assert isinstance(answer, Ranking)
    assert answer.run.ranked("q1") == [("d1", 4.0)]
    # "pear" . "red apple" = p2 e2 a1 r1 = 6; "pear" . "green pear" = p1 e3 a1 r2 = 7.
    assert answer.run.ranked("q2") == [("d2", 7.0), ("d1", 6.0)]


def test_only_candidates_are_encoded_when_an_embedder_reranks() -> None:
    embedder = Letters()
    reranker = as_reranker(embedder)
    assert reranker is not None
    reranker.rerank([Q1], Run.from_scores({"q1": {"d2": 1.0}}), CORPUS)
    assert embedder._encoded == [("red", None, "query"), ("green pear", None, "document")]


@pytest.mark.parametrize("model", [object(), "bm25", RandomRanking])
def test_what_is_neither_is_refused(model: object) -> None:
    assert isinstance(model, type) or as_reranker(model) is None
    if not isinstance(model, type):
        with pytest.raises(UserError, match=r"is no retriever: it needs an index\(corpus\) or an"):
            as_retriever(model)


def test_a_stage_joins_instruction_and_query_by_its_own_template() -> None:
    class Joining(Overlap):
        join = "space"

    seen = Joining()
    seen.search = lambda queries, k: _remember(seen, queries)  # type: ignore[method-assign]
    Stage(seen).index(CORPUS).search([Query("q1", "red", "Find fruit.")], 1)
    assert seen.texts == [("Find fruit. red", None)]  # type: ignore[attr-defined]


def _remember(model: object, queries: Sequence[Query]) -> Mapping[str, Mapping[str, float]]:
    model.texts = [(q.text, q.instruction) for q in queries]  # type: ignore[attr-defined]
    return {q.id: {"d1": 1.0} for q in queries}


class Other(Counting):
    """Another model, which is told apart by its class."""


def test_every_index_of_a_hybrid_is_built_once_for_tasks_that_share_a_corpus() -> None:
    hybrid = Pipeline(ReciprocalRankFusion(Counting(), Other()), RandomRanking(seed=1))
    hybrid.query_batch = 1
    evaluate(hybrid, [ToyTask("one"), ToyTask("two")], cache=False, measures="P@1")
    assert len(Counting.indexed) == 2


def test_indexes_of_the_last_two_corpora_are_kept() -> None:
    corpora = [ListCorpus([Document("d1", str(i)), Document("d2", "x")]) for i in range(3)]
    with working(shared=Shared()):
        for corpus in (corpora[0], corpora[1], corpora[0], corpora[2], corpora[1]):
            Stage(Counting()).index(corpus).search([Query(f"q{len(Counting.indexed)}", "x")], 1)
    # The first is used again before the third comes, so the second has to go.
    assert len(Counting.indexed) == 4
