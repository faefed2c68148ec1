"""An embedder's index: documents by the inner product with the query, ties by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from toy import Letters

from harness.contracts import Corpus
from harness.corpus import ListCorpus
from harness.encoded import Encoded
from harness.errors import UserError
from harness.records import Document, Query, Text, Usage
from harness.run import Run
from harness.vectors import VectorReranker, VectorRetriever
from harness.workspace import working

WORDS = st.text(alphabet="abc", max_size=4)


def naive(corpus: Corpus, queries: Sequence[Query], pools: dict[str, list[str]]) -> Run:
    """Every document of the pool, scored with Python's integers."""
    scores = {}
    for query in queries:
        pool = pools.get(query.id, list(corpus.ids))
        scores[query.id] = {
            id: sum(query.text.count(c) * corpus[id].full_text.count(c) for c in "abc")
            for id in pool
            if id in corpus
        }
    return Run.from_scores(scores)


@settings(max_examples=60, deadline=None)
@given(
    documents=st.lists(WORDS, min_size=1, max_size=9),
    texts=st.lists(WORDS, min_size=1, max_size=5),
    k=st.integers(1, 12),
    pools=st.dictionaries(st.integers(0, 4), st.lists(st.integers(0, 11), unique=True)),
    excluded=st.dictionaries(st.integers(0, 4), st.lists(st.integers(0, 8), unique=True)),
    memory=st.sampled_from([1, 4_000, 1 << 20]),
)
def test_it_ranks_as_a_plain_loop_does(
    documents: list[str],
    texts: list[str],
    k: int,
    pools: dict[int, list[int]],
    excluded: dict[int, list[int]],
    memory: int,
) -> None:
    corpus = ListCorpus([Document(f"d{i}", text) for i, text in enumerate(documents)])
    queries = [Query(f"q{i}", text) for i, text in enumerate(texts)]
    within = {f"q{q}": [f"d{d}" for d in pool] for q, pool in pools.items()}
    without = {f"q{q}": [f"d{d}" for d in pool] for q, pool in excluded.items()}
    with working(memory=memory):
        index = VectorRetriever(Letters()).index(corpus)
        found = index.search(queries, k, within=within, without=without).run
    assert found == naive(corpus, queries, within).without(without).cut(k)


def test_queries_that_share_a_pool_are_searched_together() -> None:
    corpus = ListCorpus([Document(f"d{i}", "a" * i) for i in range(6)])
    queries = [Query("q1", "a"), Query("q2", "aa")]
    pool = ["d1", "d4", "d9"]
    index = VectorRetriever(Letters()).index(corpus)
    found = index.search(queries, 2, within={"q1": pool, "q2": pool}).run
    assert found.ranked("q1") == [("d4", 4.0), ("d1", 1.0)]
    assert found.ranked("q2") == [("d4", 8.0), ("d1", 2.0)]


@pytest.mark.parametrize("many", [1, 2])
def test_a_pool_is_not_crowded_out_by_equal_documents_outside_it(many: int) -> None:
    # All six read alike, so they share one vector; only d1 and d3 may be returned.
    corpus = ListCorpus([Document(f"d{i}", "a") for i in range(6)])
    queries = [Query(f"q{i}", "a") for i in range(many)]
    pool = ["d3", "d1"]
    found = VectorRetriever(Letters()).index(corpus).search(queries, 1, within={"q0": pool})
    assert found.run.ranked("q0") == [("d3", 1.0)]
    shared = {query.id: pool for query in queries}
    found = VectorRetriever(Letters()).index(corpus).search(queries, 1, within=shared)
    assert [found.run.ranked(q.id) for q in queries] == [[("d3", 1.0)]] * many


def test_ties_in_a_pool_are_broken_by_the_documents_of_the_pool() -> None:
    # "a b" and "b a" have equal scores. d9 reads as d1 does but lies outside, so d5 is the first.
    corpus = ListCorpus([Document("d1", "a b"), Document("d5", "b a"), Document("d9", "a b")])
    queries = [Query("q1", "a"), Query("q2", "b")]
    for asked in (queries, queries[:1]):
        pool = ["d1", "d5"]
        pools = {query.id: pool for query in asked}
        found = VectorRetriever(Letters()).index(corpus).search(asked, 1, within=pools)
        assert [found.run.ranked(q.id) for q in asked] == [[("d5", 1.0)]] * len(asked)


def test_queries_may_share_an_empty_pool() -> None:
    corpus = ListCorpus([Document("d1", "a")])
    queries = [Query("q1", "a"), Query("q2", "b")]
    for pool in ([], ["d7"]):
        pools = {"q1": pool, "q2": pool}
        found = VectorRetriever(Letters()).index(corpus).search(queries, 3, within=pools)
        assert found.run.to_scores() == {"q1": {}, "q2": {}}


class Measuring(Letters):
    """Tells lengths, and cuts everything after three letters."""

    def encode(self, inputs: Sequence[Text], *, kind: str) -> Encoded:  # type: ignore[override]
        vectors = super().encode([Text(text.text[:3]) for text in inputs], kind=kind)
        lengths = [len(text.text) for text in inputs]
        return Encoded(vectors, tokens=lengths, truncated=[n > 3 for n in lengths])


def test_truncated_texts_are_counted_documents_once_and_queries_as_asked() -> None:
    corpus = ListCorpus(
        [
            Document("d1", "aaaa"),
            Document("d2", "aaaa"),
            Document("d3", "a"),
            Document("d4", "bbbbb"),
        ]
    )
    index = VectorRetriever(Measuring()).index(corpus)
    answer = index.search([Query("q1", "abcd"), Query("q2", "a"), Query("q3", "abcd")], 2)
    assert index.notes == {"truncated documents": 3}
    assert answer.notes == {"truncated queries": 2}
    assert answer.usage == {q: Usage(input_tokens=n) for q, n in (("q1", 4), ("q2", 1), ("q3", 4))}
    candidates = Run.from_rankings({"q1": ["d1", "d3"], "q2": ["d1"]})
    again = VectorReranker(Measuring()).rerank(
        [Query("q1", "abcd"), Query("q2", "a")], candidates, corpus
    )
    # d1 is a candidate of both: it counts twice, as it does where each query is a batch.
    assert again.notes == {"truncated queries": 1, "truncated candidates": 2}


class Tokens(Letters):
    """A one-hot vector for each letter."""

    form = "multi"

    def encode(self, inputs: Sequence[Text], *, kind: str) -> list[NDArray[np.float32]]:  # type: ignore[override]
        rows = np.eye(3, dtype=np.float32)
        return [rows[["abc".index(c) for c in text.text]].reshape(-1, 3) for text in inputs]


class Weights(Letters):
    """How often each letter occurs, the others left out."""

    form = "sparse"

    def encode(self, inputs: Sequence[Text], *, kind: str) -> list[NDArray[np.float32]]:  # type: ignore[override]
        found = [[(i, t.text.count(c)) for i, c in enumerate("abc") if c in t.text] for t in inputs]
        return [np.array(pairs, dtype=np.float32).reshape(-1, 2) for pairs in found]


CORPUS = ListCorpus([Document("d1", "aab"), Document("d2", "bc"), Document("d3", "cc")])


def test_late_interaction_sums_the_best_match_of_every_query_token() -> None:
    # "abb": d1 holds a, b, b = 3; d2 holds b, b = 2; d3 holds none = 0.
    queries = [Query("q", "abb")]
    found = VectorRetriever(Tokens()).index(CORPUS).search(queries, 3).run
    assert found.ranked("q") == [("d1", 3.0), ("d2", 2.0), ("d3", 0.0)]
    candidates = Run.from_rankings({"q": ["d3", "d2"]})
    again = VectorReranker(Tokens()).rerank(queries, candidates, CORPUS).run
    assert again.ranked("q") == [("d2", 2.0), ("d3", 0.0)]


def test_weights_find_only_documents_that_share_a_dimension_unless_there_is_a_pool() -> None:
    # "ab" . "aab" = 2 + 1 = 3; "ab" . "bc" = 1; "ab" . "cc" = 0.
    queries = [Query("q", "ab")]
    index = VectorRetriever(Weights()).index(CORPUS)
    assert index.search(queries, 3).run.ranked("q") == [("d1", 3.0), ("d2", 1.0)]
    pooled = index.search(queries, 3, within={"q": ["d1", "d3"]}).run
    assert pooled.ranked("q") == [("d1", 3.0), ("d3", 0.0)]


def test_an_unknown_form_is_refused() -> None:
    class Odd(Letters):
        form = "odd"

    with pytest.raises(UserError, match="form is 'odd', and must be one of single, multi, sparse"):
        VectorRetriever(Odd()).index(CORPUS)


def test_vectors_of_an_object_that_hides_its_weights_are_not_kept(tmp_path: Path) -> None:
    class Named(Letters):
        encoder: Mapping[str, str] = {"weights": "of 2026"}

        def render(self, inputs: Sequence[Text], kind: str) -> list[str]:
            return [text.text for text in inputs]

    with working(cache=tmp_path):
        VectorRetriever(Letters()).index(CORPUS)
        assert not list(tmp_path.rglob("*.block"))
        VectorRetriever(Named()).index(CORPUS)
        assert list(tmp_path.rglob("*.block"))
