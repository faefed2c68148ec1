import math

import pytest

from harness.corpus import ListCorpus
from harness.records import Document, Query

pytest.importorskip("rank_bm25", reason="needs the extra 'rank'")

from models.bm25_rank import RankBM25

TEXTS = ["red apple", "red red berry pie", "blue sky night", "blue moon night"]


def search(model: RankBM25, texts: list[str], query: str, k: int = 10) -> list[tuple[str, float]]:
    corpus = ListCorpus(Document(f"d{i}", text) for i, text in enumerate(texts))
    return model.index(corpus).search([Query("q", query)], k).run.ranked("q")


def test_a_score_worked_out_by_hand() -> None:
    # Lengths 2, 4, 3, 3, so 3 on average; k1 = 2, b = .5. "apple" is in 1 of 4 documents: its idf
    # is ln(3.5 / 1.5). d0: k1 * (.5 + .5 * 2 / 3) = 5/3, so once makes (2 + 1) * 1 / (1 + 5/3).
    found = search(RankBM25(k1=2, b=0.5), TEXTS, "apple")
    assert [id for id, _ in found] == ["d0", "d3", "d2", "d1"]
    assert [score for _, score in found] == pytest.approx([math.log(3.5 / 1.5) * 9 / 8, 0, 0, 0])


def test_a_term_that_most_documents_hold_gets_a_share_of_the_mean_idf() -> None:
    # Two documents, "a1" in both: idf ln(.5 / 2.5); "b1" and "c1" in one: ln(1.5 / 1.5) = 0. The
    # mean is ln(.2) / 3, and epsilon = .25 of it is negative: who holds "a1" falls behind.
    found = dict(search(RankBM25(), ["a1 b1", "a1 c1"], "a1"))
    assert found["d0"] == found["d1"] == pytest.approx(0.25 * math.log(0.2) / 3)


def test_agrees_with_bm25_on_what_is_best() -> None:
    assert search(RankBM25(), TEXTS, "blue moon", k=1)[0][0] == "d3"


def test_zeros_may_be_left_out() -> None:
    assert [id for id, _ in search(RankBM25(zeros=False), TEXTS, "apple")] == ["d0"]
    assert search(RankBM25(zeros=False), TEXTS, "the") == []


def test_an_empty_query_and_an_empty_corpus_score_zero() -> None:
    assert search(RankBM25(), TEXTS, "the of", k=2) == [("d3", 0.0), ("d2", 0.0)]
    assert search(RankBM25(), ["", "the"], "apple") == [("d1", 0.0), ("d0", 0.0)]


def test_the_analysis_is_that_of_bm25() -> None:
    model = RankBM25(tokenizer="lucene", stemmer="porter", zeros=False)
    assert [id for id, _ in search(model, TEXTS, "Apples'")] == ["d0"]
