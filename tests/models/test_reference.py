"""The floor and the ceiling of every benchmark."""

from __future__ import annotations

from math import log2, sqrt
from statistics import mean, stdev

import pytest

from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.records import Document, Query
from harness.run import Run
from models.reference import Oracle, RandomRanking

CORPUS = ListCorpus(Document(f"d{i:02}", f"text {i}") for i in range(20))
QUERIES = [Query(f"q{i}", "anything") for i in range(4000)]
GRADES = {"d03": 2, "d07": 1, "d11": 1}


def order(run: Run, query: str = "q0") -> list[str]:
    return [document for document, _ in run.ranked(query)]


def test_random_reaches_the_ndcg_that_chance_reaches() -> None:
    """Expected nDCG@5 of a uniform shuffle of n = 20 documents, worked out by hand.

    Every rank holds the mean gain (2 + 1 + 1) / 20 = 0.2, so E[DCG@5] = 0.2 * sum of the discounts
    1 / log2(i + 1), i = 1 to 5, which is 0.2 * 2.948459 = 0.589692; the ideal DCG@5 is
    2 / log2(2) + 1 / log2(3) + 1 / log2(4) = 3.130930; the quotient is 0.188344.
    """
    run = RandomRanking().index(CORPUS).search(QUERIES, 5)
    values = []
    for query in QUERIES:
        ranked = enumerate(order(run, query.id), start=1)
        values.append(sum(GRADES.get(d, 0) / log2(i + 1) for i, d in ranked) / 3.130930)
    assert mean(values) == pytest.approx(0.188344, abs=4 * stdev(values) / sqrt(len(values)))


def test_random_puts_every_document_first_equally_often() -> None:
    run = RandomRanking().index(CORPUS).search(QUERIES, 1)
    counts = dict.fromkeys(CORPUS.ids, 0)
    for query in QUERIES:
        counts[order(run, query.id)[0]] += 1
    # Pearson's chi-squared with 19 degrees of freedom exceeds 43.82 once in a thousand draws.
    assert sum((count - 200) ** 2 / 200 for count in counts.values()) < 43.82


def test_random_is_the_same_each_time_and_differs_by_seed_and_query() -> None:
    first = RandomRanking(seed=1).index(CORPUS).search(QUERIES[:2], 20)
    assert first == RandomRanking(seed=1).index(CORPUS).search(QUERIES[:2], 20)
    assert order(first, "q0") != order(first, "q1")
    assert order(RandomRanking(seed=2).index(CORPUS).search(QUERIES[:1], 20)) != order(first)
    alone = RandomRanking(seed=1).index(CORPUS).search(QUERIES[1:2], 20)
    assert order(alone, "q1") == order(first, "q1")


def test_random_does_not_see_the_order_of_the_corpus() -> None:
    backwards = ListCorpus(reversed(list(CORPUS)))
    of = [RandomRanking().index(corpus).search(QUERIES[:9], 20) for corpus in (CORPUS, backwards)]
    assert of[0] == of[1]


def test_the_best_of_random_are_a_prefix_of_more() -> None:
    index = RandomRanking().index(CORPUS)
    whole = order(index.search(QUERIES[:1], 100))
    assert sorted(whole) == sorted(CORPUS.ids)
    assert order(index.search(QUERIES[:1], 7)) == whole[:7]


def test_random_stays_within_the_pool_and_off_the_excluded() -> None:
    within = {"q0": ["d01", "d02", "d03", "d02", "not in the corpus"]}
    without = {"q0": ["d02"], "q1": ["d05"]}
    run = RandomRanking().index(CORPUS).search(QUERIES[:2], 20, within=within, without=without)
    assert set(order(run)) == {"d01", "d03"}
    assert set(order(run, "q1")) == set(CORPUS.ids) - {"d05"}


def test_random_does_not_care_how_a_pool_is_ordered() -> None:
    index, pool = RandomRanking().index(CORPUS), list(CORPUS.ids[:9])
    forth = index.search(QUERIES[:1], 9, within={"q0": pool})
    assert forth == index.search(QUERIES[:1], 9, within={"q0": pool[::-1]})


def test_random_reranks_all_candidates() -> None:
    candidates = Run.from_rankings({"q0": list(CORPUS.ids), "q1": ["d01"]})
    run = RandomRanking().rerank(QUERIES[:2], candidates, CORPUS)
    assert sorted(order(run)) == list(CORPUS.ids)
    assert order(run) != order(candidates)
    assert order(run, "q1") == ["d01"]


QRELS = {"q0": {"d03": 1, "d07": 3, "d11": 0, "gone": 2, "d12": -1}, "q1": {}}


def test_the_oracle_returns_the_relevant_documents_of_the_corpus_best_first() -> None:
    run = Oracle().informed(QRELS).index(CORPUS).search(QUERIES[:3], 10)
    assert run.ranked("q0") == [("d07", 3.0), ("d03", 1.0)]
    assert (run.ranked("q1"), run.ranked("q2")) == ([], [])
    assert order(Oracle().informed(QRELS).index(CORPUS).search(QUERIES[:1], 1)) == ["d07"]


def test_the_oracle_stays_within_the_pool_and_off_the_excluded() -> None:
    index = Oracle().informed(QRELS).index(CORPUS)
    assert order(index.search(QUERIES[:1], 9, within={"q0": ["d03", "d05"]})) == ["d03"]
    assert order(index.search(QUERIES[:1], 9, without={"q0": ["d07"]})) == ["d03"]
    assert order(index.search(QUERIES[:1], 9, within={"q1": ["d01"]})) == ["d07", "d03"]


def test_the_oracle_reranks_by_grade_and_drops_nothing() -> None:
    candidates = Run.from_rankings({"q0": ["d01", "d03", "d12", "d07"]})
    run = Oracle().informed(QRELS).rerank(QUERIES[:1], candidates, CORPUS)
    # Unjudged, judged 0 and judged negative are all not relevant; equals go by id, descending.
    assert run.ranked("q0") == [("d07", 3.0), ("d03", 1.0), ("d12", 0.0), ("d01", 0.0)]


def test_an_oracle_that_was_told_nothing_says_so() -> None:
    with pytest.raises(UserError, match="the oracle knows no judgements yet"):
        Oracle().index(CORPUS)
