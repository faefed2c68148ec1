"""Pipelines: what each stage is asked, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from toy import Letters

from harness.contracts import Corpus, Informed, Reranker, Retriever
from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.ranking import Ranking
from harness.records import Document, Query, Usage
from harness.run import Run
from models.pipeline import Cut, Pipeline
from models.reference import Oracle, RandomRanking

CORPUS = ListCorpus(Document(f"d{i}", f"text {i}") for i in range(9))
QUERIES = [Query("q1", "first", "Find."), Query("q2", "second", "Seek.")]


class Descending:
    """Ranks d8, d7, ... for every query, and remembers what it was asked."""

    def __init__(self, join: str | None = None) -> None:
        self.asked: list[tuple[int, list[str], list[str | None]]] = []
        if join:
            self.join = join

    def index(self, corpus: Corpus) -> Descending:
        return self

    def search(self, queries: Sequence[Query], k: int) -> Mapping[str, Mapping[str, float]]:
        self.asked.append((k, [q.text for q in queries], [q.instruction for q in queries]))
        return {q.id: {f"d{i}": float(i) for i in range(9 - min(k, 9), 9)} for q in queries}


class Reverse:
    """Turns its candidates round, and remembers what it was asked."""

    def __init__(self, join: str | None = None) -> None:
        self.asked: list[tuple[list[str], list[str | None], dict[str, list[str]]]] = []
        if join:
            self.join = join

    def rerank(
        self, queries: Sequence[Query], candidates: Run, corpus: Corpus
    ) -> Mapping[str, Mapping[str, float]]:
        seen = {q.id: [d for d, _ in candidates.ranked(q.id)] for q in queries}
        self.asked.append(([q.text for q in queries], [q.instruction for q in queries], seen))
        return {q: {d: float(i) for i, d in enumerate(docs)} for q, docs in seen.items()}


def order(answer: object, query: str = "q1") -> list[str]:
    assert isinstance(answer, Ranking)
    return [document for document, _ in answer.run.ranked(query)]


def search(model: Retriever, k: int, **pools: Mapping[str, Sequence[str]]) -> object:
    return model.index(CORPUS).search(QUERIES, k, **pools)


def test_a_cut_never_gives_more_than_k() -> None:
    model = Descending()
    assert order(search(Cut(model, 3), 5)) == ["d8", "d7", "d6"]
    assert order(search(Cut(model, 3), 2)) == ["d8", "d7"]
    assert [k for k, _, _ in model.asked] == [3, 2]


def test_a_reranker_gets_as_many_documents_as_the_cut_allows() -> None:
    first, second = Descending(), Reverse()
    answer = search(Pipeline(Cut(first, 4), second), 2)
    assert [k for k, _, _ in first.asked] == [4]
    assert second.asked[0][2]["q1"] == ["d8", "d7", "d6", "d5"]
    assert order(answer) == ["d5", "d6"]


def test_without_a_cut_a_reranker_gets_as_many_as_are_wanted() -> None:
    first, second = Descending(), Reverse()
    assert order(search(Pipeline(first, second), 2)) == ["d7", "d8"]


def test_a_cut_reaches_through_stages_that_do_not_cut() -> None:
    first, middle, last = Descending(), Reverse(), Reverse()
    answer = search(Pipeline(Pipeline(Cut(first, 5), middle), last), 1)
    assert last.asked[0][2]["q1"] == ["d4", "d5", "d6", "d7", "d8"]
    assert order(answer) == ["d8"]


def test_a_reranker_can_be_cut_too() -> None:
    first, middle, last = Descending(), Reverse(), Reverse()
    answer = search(Pipeline(Pipeline(Cut(first, 5), Cut(middle, 2)), last), 9)
    assert last.asked[0][2]["q1"] == ["d4", "d5"]
    assert order(answer) == ["d5", "d4"]


def test_a_document_that_the_reranker_leaves_out_is_dropped() -> None:
    class Picky(Reverse):
        def rerank(
            self, queries: Sequence[Query], candidates: Run, corpus: Corpus
        ) -> Mapping[str, Mapping[str, float]]:
            return {"q1": {"d7": 1.0}, "q2": {}}

    answer = search(Pipeline(Cut(Descending(), 3), Picky()), 3)
    assert (order(answer), order(answer, "q2")) == (["d7"], [])


def test_each_stage_joins_the_instruction_in_its_own_way() -> None:
    first, second = Descending(join="space"), Reverse(join="instruct")
    search(Pipeline(first, second), 2)
    assert first.asked[0][1:] == (["Find. first", "Seek. second"], [None, None])
    assert second.asked[0][:2] == (
        ["Instruct: Find.\nQuery: first", "Instruct: Seek.\nQuery: second"],
        [None, None],
    )
    bare = Reverse()
    search(Pipeline(Cut(first, 2), bare), 2)
    assert bare.asked[0][:2] == (["first", "second"], ["Find.", "Seek."])


def test_an_embedder_that_reranks_joins_as_in_a_search() -> None:
    class Joining(Letters):
        join = "space"

    embedder = Joining()
    search(Pipeline(Descending(), embedder), 2)
    asked = [text for text in embedder._encoded if text[2] == "query"]
    assert sorted(asked) == [("Find. first", None, "query"), ("Seek. second", None, "query")]


def test_a_cut_joins_as_its_model_does() -> None:
    first, second = Descending(join="space"), Reverse()
    search(Pipeline(Cut(first, 2), second), 2)
    assert first.asked[0][1] == ["Find. first", "Seek. second"]


def test_pools_are_kept_even_when_the_first_stage_knows_of_none() -> None:
    pipeline = Pipeline(Cut(Descending(), 2), Reverse())
    answer = search(pipeline, 9, within={"q1": ["d1", "d2", "d3"]}, without={"q2": ["d8"]})
    assert order(answer) == ["d2", "d3"]
    assert order(answer, "q2") == ["d6", "d7"]


def test_what_happened_in_both_stages_is_kept() -> None:
    class First(Descending):
        def search(self, queries: Sequence[Query], k: int) -> Ranking:  # type: ignore[override]
            run = Run.from_scores({"q1": {"d1": 1.0, "d2": 2.0}})
            usage, notes = {"q1": Usage(1, 2, 0.5)}, {"cut documents": 2, "a": 1}
            return Ranking(run, errors={"q2": "HTTP 500"}, usage=usage, notes=notes)

    class Second(Reverse):
        def rerank(  # type: ignore[override]
            self, queries: Sequence[Query], candidates: Run, corpus: Corpus
        ) -> Ranking:
            assert [query.id for query in queries] == ["q1"]
            usage, notes = {"q1": Usage(10, 20, 0.25)}, {"cut documents": 3, "b": 1}
            return Ranking(
                Run.from_scores({}), malformed={"q1": "no list"}, usage=usage, notes=notes
            )

    answer = search(Pipeline(First(), Second()), 5)
    assert isinstance(answer, Ranking)
    assert answer.errors == {"q2": "HTTP 500"}
    assert answer.malformed == {"q1": "no list"}
    assert answer.usage == {"q1": Usage(11, 22, 0.75)}
    assert answer.notes == {"cut documents": 5, "a": 1, "b": 1}


def test_nothing_is_reranked_where_nothing_was_found() -> None:
    class Empty(Descending):
        def search(self, queries: Sequence[Query], k: int) -> Mapping[str, Mapping[str, float]]:
            return {}

    second = Reverse()
    answer = search(Pipeline(Empty(), second), 5)
    assert second.asked == []
    assert isinstance(answer, Ranking)
    assert answer.run.queries == ()


def test_a_reranker_may_not_invent_documents() -> None:
    class Inventor(Reverse):
        def rerank(
            self, queries: Sequence[Query], candidates: Run, corpus: Corpus
        ) -> Mapping[str, Mapping[str, float]]:
            return {"q2": {"d1": 1.0}}

    complaint = "'Inventor' returned document 'd1' for query 'q2', which was not among its candid"
    with pytest.raises(UserError, match=complaint):
        search(Pipeline(Cut(Descending(), 3), Inventor()), 3)


def test_behind_a_first_stage_the_oracle_is_the_best_reranking() -> None:
    pipeline = Pipeline(Cut(Descending(), 4), Oracle())
    assert isinstance(pipeline, Informed)
    told = pipeline.informed({"q1": {"d5": 1, "d6": 2, "d1": 3}})
    # d1 is better than both, but was not among the four candidates.
    assert order(search(told, 3)) == ["d6", "d5", "d8"]
    assert not isinstance(Pipeline(Descending(), Reverse()), Informed)


def test_a_cut_oracle_is_told_too() -> None:
    cut = Cut(Oracle(), 1)
    assert isinstance(cut, Informed)
    assert order(search(cut.informed({"q1": {"d5": 1, "d6": 2}}), 3)) == ["d6"]


def test_a_cut_satisfies_the_contracts_of_its_model_and_no_other() -> None:
    assert isinstance(Cut(Descending(), 1), Retriever)
    assert not isinstance(Cut(Descending(), 1), Reranker)
    assert isinstance(Cut(Reverse(), 1), Reranker)
    assert not isinstance(Cut(Reverse(), 1), Retriever)
    assert isinstance(Cut(RandomRanking(), 1), Retriever)
    assert isinstance(Cut(RandomRanking(), 1), Reranker)


def test_the_smallest_batch_counts() -> None:
    first, second = Descending(), Reverse()
    first.query_batch, second.query_batch = 64, 8  # type: ignore[attr-defined]
    assert Pipeline(Cut(first, 5), second).query_batch == 8
    assert not hasattr(Pipeline(Descending(), Reverse()), "query_batch")


@pytest.mark.parametrize(
    ("first", "second", "complaint"),
    [
        (Descending(), Descending(), "'Descending' retrieves but does not rerank"),
        (Descending(), object(), "a reranker must follow '>>', and 'object' is none"),
        (Reverse(), Reverse(), "Reverse >> Reverse: 'Reverse' must be a retriever"),
    ],
)
def test_stages_that_do_not_fit_are_refused(first: object, second: object, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        Pipeline(first, second)


def test_a_cut_of_nothing_is_refused() -> None:
    with pytest.raises(UserError, match="Descending % 0: cut after at least one document"):
        Cut(Descending(), 0)
    with pytest.raises(UserError, match="object % 3: only a retriever or a reranker can be cut"):
        Cut(object(), 3)
