"""Fusion: rankings worked out by hand, and what becomes of failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.contracts import Corpus, Informed, Retriever
from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.loading import load_model
from harness.ranking import Ranking
from harness.records import Document, Query, Usage
from harness.run import Run
from models.fusion import DEPTH, ReciprocalRankFusion, ScoreFusion
from models.pipeline import Cut, Pipeline
from models.reference import Oracle, RandomRanking

CORPUS = ListCorpus(Document(f"d{i}", f"text {i}") for i in range(9))
QUERIES = [Query("q1", "first", "Find."), Query("q2", "second", "Seek.")]
Scores = Mapping[str, Mapping[str, float]]


class Fixed:
    """Answers what it was told to answer, and remembers what it was asked."""

    def __init__(self, answer: Scores | Ranking, join: str = "", query_batch: int = 0) -> None:
        self._answer = answer if isinstance(answer, Ranking) else Ranking(Run.from_scores(answer))
        self.asked: list[tuple[int, list[str]]] = []
        if join:
            self.join = join
        if query_batch:
            self.query_batch = query_batch

    def index(self, corpus: Corpus) -> Fixed:
        return self

    def search(
        self,
        queries: Sequence[Query],
        k: int,
        *,
        within: Mapping[str, Sequence[str]] | None = None,
        without: Mapping[str, Sequence[str]] | None = None,
    ) -> Ranking:
        self.asked.append((k, [query.text for query in queries]))
        return self._answer


def fused(model: Retriever, k: int = 9, **pools: Mapping[str, Sequence[str]]) -> Ranking:
    answer = model.index(CORPUS).search(QUERIES, k, **pools)
    assert isinstance(answer, Ranking)
    return answer


def scores(model: Retriever, query: str = "q1", k: int = 9) -> dict[str, float]:
    return dict(fused(model, k).run.ranked(query))


def order(model: Retriever, query: str = "q1", k: int = 9) -> list[str]:
    return list(scores(model, query, k))


def test_reciprocal_ranks_add_up() -> None:
    first = Fixed({"q1": {"d1": 9.0, "d2": 5.0, "d3": 1.0}})
    second = Fixed({"q1": {"d2": 0.3, "d4": 0.2}})
    # d1: 1/61; d2: 1/62 + 1/61; d3: 1/63; d4: 1/62.
    expected = {"d2": 1 / 62 + 1 / 61, "d1": 1 / 61, "d4": 1 / 62, "d3": 1 / 63}
    found = scores(ReciprocalRankFusion(first, second))
    assert list(found) == list(expected)
    assert found == pytest.approx(expected, rel=1e-6)


def test_the_constant_says_how_much_the_first_places_count() -> None:
    first = Fixed({"q1": {"d1": 2.0, "d2": 1.0}})
    second = Fixed({"q1": {"d3": 3.0, "d2": 2.0, "d4": 1.0}})
    # k=0: d1 1, d2 1/2 + 1/2, d3 1, d4 1/3: three tie, and higher ids come first.
    assert scores(ReciprocalRankFusion(first, second, k=0)) == pytest.approx(
        {"d3": 1.0, "d2": 1.0, "d1": 1.0, "d4": 1 / 3}
    )
    assert order(ReciprocalRankFusion(first, second, k=0)) == ["d3", "d2", "d1", "d4"]
    # k=60: d2 has 2/62, more than 1/61.
    assert order(ReciprocalRankFusion(first, second)) == ["d2", "d3", "d1", "d4"]


def test_tied_scores_of_a_stage_get_the_ranks_of_the_run() -> None:
    # The run puts d2 before d1 (higher id first), so d2 has rank 1.
    found = scores(ReciprocalRankFusion(Fixed({"q1": {"d1": 1.0, "d2": 1.0}}), Fixed({"q1": {}})))
    assert found == pytest.approx({"d2": 1 / 61, "d1": 1 / 62})


def test_three_rankings_and_two_queries_do_not_mix() -> None:
    first = Fixed({"q1": {"d1": 1.0}, "q2": {"d5": 1.0, "d6": 0.5}})
    second = Fixed({"q2": {"d6": 2.0}, "q1": {"d1": 2.0}})
    third = Fixed({"q1": {"d0": 1.0}, "q2": {"d8": 1.0}})
    model = ReciprocalRankFusion(first, second, third)
    assert scores(model) == pytest.approx({"d1": 2 / 61, "d0": 1 / 61})
    assert scores(model, "q2") == pytest.approx({"d6": 1 / 62 + 1 / 61, "d8": 1 / 61, "d5": 1 / 61})


def test_scores_between_worst_and_best_are_weighted() -> None:
    first = Fixed({"q1": {"d1": 10.0, "d2": 8.0, "d3": 0.0}})
    second = Fixed({"q1": {"d2": 0.9, "d4": 0.5, "d1": 0.1}})
    # first: d1 1, d2 .8, d3 0; second: d2 1, d4 .5, d1 0; what is missing gets 0.
    model = ScoreFusion(first, second, weights=(0.25, 0.75))
    expected = {"d2": 0.25 * 0.8 + 0.75, "d4": 0.375, "d1": 0.25, "d3": 0.0}
    assert scores(model) == pytest.approx(expected)
    assert order(model) == ["d2", "d4", "d1", "d3"]
    assert scores(ScoreFusion(first, second))["d2"] == pytest.approx(1.8)


def test_a_ranking_of_equal_scores_gives_all_of_them_the_best() -> None:
    model = ScoreFusion(Fixed({"q1": {"d1": 4.0}}), Fixed({"q1": {"d2": 7.0, "d3": 7.0}}))
    assert scores(model) == pytest.approx({"d3": 1.0, "d2": 1.0, "d1": 1.0})


def test_standard_scores_and_the_worst_of_them_for_what_is_missing() -> None:
    first = Fixed({"q1": {"d1": 3.0, "d2": 2.0, "d3": 1.0}})
    second = Fixed({"q1": {"d4": 5.0, "d1": 5.0}})
    # Mean 2, population deviation sqrt(2/3): d1 +1.2247, d2 0, d3 -1.2247, and d4 that of d3.
    # The second ranking's are equal: 0 for its own, and so for what it lacks.
    step = (3 / 2) ** 0.5
    assert scores(ScoreFusion(first, second, normalize="zscore")) == pytest.approx(
        {"d1": step, "d2": 0.0, "d4": -step, "d3": -step}, abs=1e-6
    )


def test_scores_as_they_are_and_the_worst_of_them_for_what_is_missing() -> None:
    first = Fixed({"q1": {"d1": 3.0, "d2": -2.0}})
    second = Fixed({"q1": {"d2": 40.0, "d3": 10.0}, "q2": {"d7": 5.0}})
    model = ScoreFusion(first, second, weights=(1.0, 0.5), normalize="none")
    # d1: 3 + .5 * 10; d2: -2 + .5 * 40; d3: -2 + .5 * 10.
    assert scores(model) == pytest.approx({"d2": 18.0, "d1": 8.0, "d3": 3.0})
    # The first ranking has nothing for q2, and adds nothing.
    assert scores(model, "q2") == pytest.approx({"d7": 2.5})


def test_a_stage_is_asked_for_its_cut_or_for_enough() -> None:
    plain, cut = Fixed({"q1": {}}), Fixed({"q1": {}})
    fused(ReciprocalRankFusion(plain, Cut(cut, 300)), k=5)
    assert (plain.asked[0][0], cut.asked[0][0]) == (DEPTH, 300)
    fused(ReciprocalRankFusion(plain, cut), k=DEPTH + 7)
    assert plain.asked[1][0] == DEPTH + 7


def test_the_best_k_are_given() -> None:
    first = Fixed({"q1": {f"d{i}": float(i) for i in range(9)}})
    assert order(ReciprocalRankFusion(first, Fixed({"q1": {}})), k=3) == ["d8", "d7", "d6"]


def test_each_stage_joins_the_instruction_in_its_own_way() -> None:
    first, second = Fixed({"q1": {}}, join="space"), Fixed({"q1": {}}, join="instruct")
    fused(ReciprocalRankFusion(first, second))
    assert first.asked[0][1] == ["Find. first", "Seek. second"]
    assert second.asked[0][1] == ["Instruct: Find.\nQuery: first", "Instruct: Seek.\nQuery: second"]


def test_pools_and_exclusions_hold_in_every_stage() -> None:
    full = {"q1": {f"d{i}": float(i) for i in range(9)}}
    model = ReciprocalRankFusion(Fixed(full), RandomRanking())
    found = fused(model, within={"q1": ["d1", "d2", "d3"], "q2": []}, without={"q1": ["d2"]})
    assert {id for id, _ in found.run.ranked("q1")} == {"d1", "d3"}


def test_a_failure_of_one_stage_is_one_of_the_whole() -> None:
    broken = Ranking(
        Run.from_scores({}), errors={"q1": "no answer"}, malformed={"q2": "no ranking"}
    )
    good = Fixed({"q1": {"d1": 1.0}, "q2": {"d2": 1.0}})
    found = fused(ReciprocalRankFusion(good, Fixed(broken)))
    assert found.errors == {"q1": "no answer"}
    assert found.malformed == {"q2": "no ranking"}
    assert found.run.queries == ()


def test_an_error_goes_before_an_answer_that_cannot_be_read() -> None:
    error = Ranking(Run.from_scores({"q2": {}}), errors={"q1": "no answer"})
    malformed = Ranking(Run.from_scores({"q2": {}}), malformed={"q1": "no ranking"})
    for stages in permutations([Fixed(error), Fixed(malformed)]):
        found = fused(ReciprocalRankFusion(*stages))
        assert (dict(found.errors), dict(found.malformed)) == ({"q1": "no answer"}, {})


def test_a_query_that_one_stage_leaves_out_is_ranked_by_the_others() -> None:
    model = ReciprocalRankFusion(Fixed({"q1": {"d1": 1.0}}), Fixed({"q2": {"d2": 1.0}}))
    found = fused(model)
    assert {q: dict(found.run.ranked(q)) for q in ("q1", "q2")} == {
        "q1": pytest.approx({"d1": 1 / 61}),
        "q2": pytest.approx({"d2": 1 / 61}),
    }


def test_costs_and_notes_add_up() -> None:
    run = Run.from_scores({"q1": {"d1": 1.0}, "q2": {}})
    first = Ranking(run, usage={"q1": Usage(3, 1, 0.5)}, notes={"truncated documents": 2})
    second = Ranking(run, usage={"q1": Usage(4), "q2": Usage(1)}, notes={"truncated documents": 1})
    found = fused(ReciprocalRankFusion(Fixed(first), Fixed(second)))
    assert found.usage == {"q1": Usage(7, 1, 0.5), "q2": Usage(1)}
    assert found.notes == {"truncated documents": 3}


def test_it_takes_as_few_queries_at_a_time_as_the_slowest_stage() -> None:
    slow, slower = Fixed({}, query_batch=16), Fixed({}, query_batch=4)
    assert ReciprocalRankFusion(slow, Fixed({}), slower).query_batch == 4
    assert not hasattr(ReciprocalRankFusion(Fixed({}), Fixed({})), "query_batch")


def test_a_stage_that_must_know_the_judgements_is_told() -> None:
    model = ReciprocalRankFusion(Oracle(), Fixed({"q1": {"d2": 1.0}}), k=1)
    assert isinstance(model, Informed)
    told = model.informed({"q1": {"d3": 2, "d2": 1}})
    assert scores(told) == pytest.approx({"d2": 1 / 3 + 1 / 2, "d3": 1 / 2})
    weighted = ScoreFusion(Oracle(), Fixed({"q1": {"d2": 1.0}}), weights=(5.0, 1.0))
    assert order(weighted.informed({"q1": {"d3": 2, "d2": 1}})) == ["d3", "d2"]
    assert not isinstance(ReciprocalRankFusion(Fixed({}), Fixed({})), Informed)


def test_a_fusion_can_feed_a_reranker_and_another_fusion() -> None:
    class Ascending:
        def rerank(self, queries: Sequence[Query], candidates: Run, corpus: Corpus) -> Scores:
            return {q.id: {id: -float(id[1]) for id, _ in candidates.ranked(q.id)} for q in queries}

    both = {"q1": {"d3": 1.0, "d1": 0.5}, "q2": {}}
    inner = ReciprocalRankFusion(Fixed(both), Fixed({"q1": {"d2": 1.0}, "q2": {}}))
    assert order(Pipeline(Cut(inner, 2), Ascending())) == ["d2", "d3"]
    assert order(ReciprocalRankFusion(inner, Fixed({"q1": {"d1": 1.0}})), k=1) == ["d1"]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda a, b: ReciprocalRankFusion(a), "two retrievers or more"),
        (lambda a, b: ReciprocalRankFusion(a, b, k=-1), "0 or more"),
        (lambda a, b: ReciprocalRankFusion(a, "bm25"), "is no retriever"),
        (lambda a, b: ScoreFusion(a, b, weights=(0.0, 0)), "all weights 0"),
        (lambda a, b: ScoreFusion(a, b, weights=(1.0,)), "1 weights for 2 models"),
        (lambda a, b: ScoreFusion(a, b, weights=(1.0, -1.0)), "none negative"),
        (lambda a, b: ScoreFusion(a, b, weights=(1.0, float("nan"))), "finite"),
        (lambda a, b: ScoreFusion(a, b, normalize="minmac"), "minmax"),
    ],
)
def test_what_makes_no_sense_is_refused(make: object, said: str) -> None:
    assert callable(make)
    with pytest.raises(UserError, match=said):
        make(Fixed({}), Fixed({}))


def test_an_expression_names_a_fusion() -> None:
    loaded = load_model("fuse(bm25, rrf(bm25 % 50, random, k=10), weights=[1, 2])")
    assert str(loaded.name) == "fuse(bm25, rrf(bm25 % 50, random, k=10), weights=[1.0, 2.0])"
    assert isinstance(loaded.model, ScoreFusion)
    same = load_model("fuse(bm25, rrf(bm25 % 50, random, k=10), weights=[1.0, 2.0])")
    assert same.fingerprint == loaded.fingerprint
    other = load_model("fuse(rrf(bm25 % 50, random, k=10), bm25, weights=[1, 2])")
    assert other.fingerprint != loaded.fingerprint


rankings = st.lists(
    st.dictionaries(
        st.sampled_from([f"d{i}" for i in range(9)]), st.integers(-4, 4).map(float), max_size=9
    ),
    min_size=2,
    max_size=4,
)


@given(rankings)
def test_the_order_of_the_models_changes_nothing(found: list[dict[str, float]]) -> None:
    stages = [Fixed({"q1": one, "q2": {}}) for one in found]
    first, *others = (fused(ReciprocalRankFusion(*some)).run for some in permutations(stages))
    assert all(other == first for other in others)


@given(rankings)
def test_reciprocal_ranks_are_those_of_the_definition(found: list[dict[str, float]]) -> None:
    expected: dict[str, float] = {}
    for one in found:
        # trec_eval's order: score descending, then id descending.
        ids = sorted(one, key=lambda id: (one[id], id), reverse=True)
        for rank, id in enumerate(ids, start=1):
            expected[id] = expected.get(id, 0.0) + 1 / (60 + rank)
    model = ReciprocalRankFusion(*(Fixed({"q1": one, "q2": {}}) for one in found))
    assert scores(model) == pytest.approx(expected, rel=1e-6)
