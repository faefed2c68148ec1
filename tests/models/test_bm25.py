import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path

import bm25s
import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.loading import load_model
from harness.records import Document, Query
from harness.run import Run
from models.bm25 import BM25
from models.lexical.bm25_index import BM25Index

WORDS = ["ant", "bee", "cat", "dog", "eel", "fox"]
TEXT = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
TEXTS = st.lists(TEXT, min_size=1, max_size=40)


def corpus_of(texts: Sequence[str]) -> ListCorpus:
    return ListCorpus(Document(f"d{i}", text) for i, text in enumerate(texts))


def search(model: BM25, texts: Sequence[str], query: str, k: int = 10) -> list[tuple[str, float]]:
    run = model.index(corpus_of(texts)).search([Query("q", query)], k).run
    return run.ranked("q")


def lucene(texts: Sequence[str], query: str, k1: float = 1.5, b: float = 0.75) -> list[float]:
    """BM25 as Kamphuis et al. print Lucene's formula, document by document."""
    documents = [Counter(text.split()) for text in texts]
    n, mean = len(texts), sum(len(text.split()) for text in texts) / len(texts)
    scores = []
    for document in documents:
        score = 0.0
        for term in query.split():
            df = sum(term in other for other in documents)
            tf, length = document[term], document.total()
            if tf:
                idf = math.log(1 + (n - df + 0.5) / (df + 0.5))
                score += idf * tf / (tf + k1 * (1 - b + b * length / mean))
        scores.append(score)
    return scores


def test_a_score_worked_out_by_hand() -> None:
    # Lengths 2, 4, 3, so 3 on average. k1 = 2, b = .5.
    # idf(red), in 2 of 3: ln(1 + 1.5 / 2.5) = ln 1.6.  idf(apple), in 1 of 3: ln(1 + 2.5 / 1.5).
    # d0: k1 * (.5 + .5 * 2 / 3) = 5/3, and both terms once: tf part 1 / (1 + 5/3) = 3/8.
    # d1: k1 * (.5 + .5 * 4 / 3) = 7/3, red twice: 2 / (2 + 7/3) = 6/13.
    texts = ["red apple", "red red berry pie", "blue sky night"]
    found = search(BM25(k1=2, b=0.5), texts, "Red apple?")
    assert [id for id, _ in found] == ["d0", "d1", "d2"]
    expected = [(math.log(1.6) + math.log(1 + 2.5 / 1.5)) * 3 / 8, math.log(1.6) * 6 / 13, 0]
    assert [score for _, score in found] == pytest.approx(expected, rel=1e-6)


def test_a_repeated_query_word_counts_twice() -> None:
    texts = ["red apple", "red red berry pie", "blue sky night"]
    once, twice = dict(search(BM25(), texts, "red")), dict(search(BM25(), texts, "red red"))
    assert twice == {id: 2 * score for id, score in once.items()}


@given(TEXTS, TEXT)
def test_agrees_with_the_formula(texts: list[str], query: str) -> None:
    found = dict(search(BM25(stopwords="none"), texts, query, k=len(texts)))
    expected = {f"d{i}": score for i, score in enumerate(lucene(texts, query))}
    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("variant", ["lucene", "robertson", "atire"])
def test_scores_are_bm25s_own_to_the_last_bit(variant: str) -> None:
    random = np.random.default_rng(0)
    texts = [" ".join(random.choice(WORDS, random.integers(1, 30))) for _ in range(200)]
    bare = bm25s.BM25(k1=1.2, b=0.6, method=variant)
    bare.index([text.split() for text in texts], show_progress=False)
    index = BM25(k1=1.2, b=0.6, variant=variant).index(corpus_of(texts))
    query = "fox ant ant eel unknown"
    theirs = bare.get_scores(query.split())
    places = [int(id[1:]) for id in index.ids]
    assert np.array_equal(index.scores(query), theirs[places])


def test_ties_go_to_the_larger_id_and_decide_what_enters_the_best_k() -> None:
    # As trec_eval, ids compare as text: d9 > d8 > ... > d10 > d1 > d0.
    texts = ["ant bee"] * 11 + ["cat cat"]
    assert [id for id, _ in search(BM25(), texts, "ant", k=3)] == ["d9", "d8", "d7"]
    assert [id for id, _ in search(BM25(), texts, "cat", k=3)] == ["d11", "d9", "d8"]
    assert [id for id, _ in search(BM25(), texts, "ant", k=12)][-4:] == ["d10", "d1", "d0", "d11"]


@given(TEXTS, TEXT, st.integers(1, 50), st.booleans())
def test_the_best_k_are_the_head_of_the_whole_ranking(
    texts: list[str], query: str, k: int, zeros: bool
) -> None:
    index = BM25(zeros=zeros).index(corpus_of(texts))
    scores = dict(zip(index.ids, index.scores(query).tolist(), strict=True))
    everything = Run.from_scores({"q": {id: s for id, s in scores.items() if zeros or s}})
    assert index.search([Query("q", query)], k).run == everything.cut(k)


@pytest.mark.parametrize("query", ["", "the and of", "unheard", "?!"])
def test_a_query_without_a_known_term_scores_zero_everywhere(query: str) -> None:
    texts = ["ant", "bee", "cat"]
    assert search(BM25(), texts, query, k=2) == [("d2", 0.0), ("d1", 0.0)]
    assert search(BM25(zeros=False), texts, query, k=2) == []


def test_a_corpus_without_a_term_is_searched() -> None:
    assert search(BM25(), ["", "the of"], "ant", k=5) == [("d1", 0.0), ("d0", 0.0)]
    for variant in ("atire", "bm25+"):
        assert search(BM25(variant=variant, zeros=False), ["", ""], "ant") == []


def test_documents_are_found_by_title_and_text() -> None:
    corpus = ListCorpus([Document("a", "grey cat", title="Ant"), Document("b", "red bee")])
    run = BM25(zeros=False).index(corpus).search([Query("q", "ant"), Query("r", "bee")], 5).run
    assert [[id for id, _ in run.ranked(q)] for q in "qr"] == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("model", "query", "found"),
    [
        (BM25(zeros=False), "straße", ["d0"]),
        (BM25(zeros=False), "STRASSE", []),
        (BM25(zeros=False, stemmer="german"), "Apfel", ["d1"]),
        # Chinese has no blanks: "words" knows whole runs only, Lucene every ideograph.
        (BM25(zeros=False), "北京", []),
        (BM25(zeros=False, tokenizer="lucene"), "北京", ["d2"]),
    ],
)
def test_other_languages(model: BM25, query: str, found: list[str]) -> None:
    texts = ["Die Straße ist lang", "Äpfel und Birnen", "我爱北京大学"]
    assert [id for id, _ in search(model, texts, query)] == found


def test_a_pool_is_ranked_whole_with_the_corpus_statistics() -> None:
    texts = ["ant bee", "ant ant", "bee", "cat", "ant"]
    index = BM25(zeros=False).index(corpus_of(texts))
    queries = [Query("q", "ant"), Query("all", "ant")]
    ranking = index.search(queries, 4, within={"q": ["d3", "d0", "d2", "d1", "gone"]})
    assert [id for id, _ in ranking.run.ranked("q")] == ["d1", "d0", "d3", "d2"]
    assert [id for id, _ in ranking.run.ranked("all")] == ["d1", "d4", "d0"]
    everywhere = dict(ranking.run.ranked("all"))
    assert {id: s for id, s in ranking.run.ranked("q") if s}.items() <= everywhere.items()
    assert ranking.notes == {"candidates that the corpus lacks": 1}


def test_excluded_documents_make_room_for_others() -> None:
    index = BM25(zeros=False).index(corpus_of(["ant bee", "ant ant", "bee", "ant"]))
    queries = [Query("q", "ant"), Query("r", "ant")]
    run = index.search(queries, 2, without={"q": ["d1", "gone"], "r": []}).run
    assert [id for id, _ in run.ranked("q")] == ["d3", "d0"]
    assert [id for id, _ in run.ranked("r")] == ["d1", "d3"]


def test_a_pool_may_have_exclusions() -> None:
    index = BM25().index(corpus_of(["ant", "ant", "ant"]))
    run = index.search(
        [Query("q", "ant")], 5, within={"q": ["d0", "d1"]}, without={"q": ["d1"]}
    ).run
    assert [id for id, _ in run.ranked("q")] == ["d0"]


def test_queries_that_match_nothing_are_counted() -> None:
    index = BM25().index(corpus_of(["ant", "bee"]))
    queries = [Query("1", "ant"), Query("2", "the"), Query("3", "cat"), Query("4", "bee")]
    assert index.search(queries, 5).notes == {"queries that match no document": 2}
    assert index.search(queries[:1], 5).notes == {}


def test_queries_of_one_text_are_searched_once() -> None:
    class Counting(BM25Index):
        searched = 0

        def best(self, texts: Sequence[str], k: int) -> list:
            Counting.searched += len(texts)
            return super().best(texts, k)

    index = Counting(BM25(), corpus_of(["ant", "bee"]))
    run = index.search([Query(str(i), "ant" if i % 2 else "bee") for i in range(10)], 1).run
    assert Counting.searched == 2
    assert [run.ranked(str(i))[0][0] for i in range(4)] == ["d1", "d0", "d1", "d0"]


@cache
def crowded() -> tuple[BM25Index, BM25Index, BM25Index]:
    """A corpus full of ties by numpy and by numba with one thread and with two."""
    pytest.importorskip("numba", reason="needs the extra 'fast'")
    random = np.random.default_rng(1)
    texts = [" ".join(random.choice(WORDS, random.integers(0, 5))) for _ in range(2000)]
    models = (
        BM25(backend="numpy"),
        BM25(backend="numba", threads=1),
        BM25(backend="numba", threads=2),
    )
    return tuple(model.index(corpus_of(texts)) for model in models)  # type: ignore[return-value]


@settings(deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=5), st.integers(1, 60) | st.integers(1900, 2100))
def test_numba_and_threads_change_no_bit(texts: list[str], k: int) -> None:
    queries = [Query(str(i), text) for i, text in enumerate(texts)]
    plain, *compiled = (index.search(queries, k).run for index in crowded())
    assert all(run == plain for run in compiled)


def test_numba_agrees_on_text_of_ordinary_size() -> None:
    plain, *compiled = crowded()
    random = np.random.default_rng(2)
    words = np.array([f"w{i}" for i in range(3000)])
    odds = 1 / np.arange(1, 3001)
    draw = lambda n: " ".join(random.choice(words, n, p=odds / odds.sum()))  # noqa: E731
    corpus = corpus_of([draw(60) for _ in range(1500)])
    queries = [Query(str(i), draw(1 + i % 20)) for i in range(300)]
    runs = [index.model.index(corpus).search(queries, 50).run for index in (plain, *compiled)]
    assert runs[0] == runs[1] == runs[2]


def test_numba_is_used_once_its_compilation_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba", reason="needs the extra 'fast'")
    index = BM25().index(corpus_of(["ant"] * 100))
    monkeypatch.setattr(BM25Index, "scored", 0)
    assert not index._compiled(queries=1000)
    assert BM25Index.scored == 100_000
    assert index._compiled(queries=4_000_000)
    assert not BM25(backend="numpy").index(corpus_of(["ant"]))._compiled(queries=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"b": 1.1}, "b lies between 0 and 1"),
        ({"k1": -1}, "none of the others is negative"),
        ({"k1": math.nan}, "k1=nan"),
        ({"variant": "luecne"}, "unknown BM25 variant 'luecne'. Did you mean lucene"),
        ({"lengths": "lossy"}, "unknown kind of lengths 'lossy'"),
        ({"backend": "jax"}, "unknown BM25 backend 'jax'"),
        ({"stemmer": "englsh"}, "unknown stemmer 'englsh'. Did you mean english"),
    ],
)
def test_impossible_parameters_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        BM25(**arguments)  # type: ignore[arg-type]


def test_the_presets_are_the_published_protocols() -> None:
    assert load_model("bm25").model == BM25(1.5, 0.75, "lucene", stopwords="english")
    assert load_model("bm25-mteb").model == BM25(stemmer="english")
    assert load_model("bm25-lucene").model == BM25(
        0.9, 0.4, tokenizer="lucene", stemmer="porter", lengths="lucene", zeros=False
    )


def test_threads_and_backend_are_no_part_of_the_identity() -> None:
    plain, other = load_model("bm25"), load_model("bm25(threads=1, backend='numpy')")
    assert plain.fingerprint == other.fingerprint
    assert plain.fingerprint != load_model("bm25(lengths='lucene')").fingerprint


@pytest.mark.parametrize("name", ["bm25", "bm25-mteb", "bm25-lucene"])
def test_every_preset_has_a_card_that_explains_its_parameters(name: str) -> None:
    card = load_model(name).card
    assert card is not None
    assert "Robertson" in card["citation"]
    assert "bm25s" in card["licence"]
    assert list(card["parameters"]) == [field.name for field in fields(BM25)]


# pyserini and MTEB publish four decimals; the bar is .0015.
PUBLISHED = [
    ("scifact", "bm25-lucene", {"ndcg_cut_10": 0.6789, "recall_100": 0.9253}),  # pyserini 2CR
    ("scifact", "bm25-mteb", {"ndcg_cut_10": 0.6874}),  # MTEB results, SciFact
    ("mbpp", "bm25-mteb", {"ndcg_cut_10": 0.1164}),  # MTEB results, MBPPRetrieval
]


@pytest.mark.realdata
@pytest.mark.parametrize(("name", "model", "published"), PUBLISHED)
def test_published_numbers_come_out(
    data: Path, name: str, model: str, published: dict[str, float]
) -> None:
    corpus, queries, qrels = read(data / "beir" / name)
    run = load_model(model).model.index(corpus).search(queries, 100).run
    found = pytrec_eval.RelevanceEvaluator(qrels, set(published)).evaluate(run.to_scores())
    means = {m: sum(found[q][m] for q in found) / len(qrels) for m in published}
    assert means == pytest.approx(published, abs=0.0015)


def read(folder: Path) -> tuple[ListCorpus, list[Query], dict[str, dict[str, int]]]:
    """A BEIR folder, its judged queries."""
    rows = map(json.loads, (folder / "corpus.jsonl").read_text("utf-8").splitlines())
    corpus = ListCorpus(Document(r["_id"], r["text"], r.get("title") or "") for r in rows)
    qrels: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        qrels.setdefault(query, {})[document] = int(grade)
    lines = (folder / "queries.jsonl").read_text("utf-8").splitlines()
    queries = [Query(row["_id"], row["text"]) for row in map(json.loads, lines)]
    return corpus, [query for query in queries if query.id in qrels], qrels
