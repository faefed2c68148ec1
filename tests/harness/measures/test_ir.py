"""Measures give trec_eval's values, and what the rule of order and their definitions demand."""

from __future__ import annotations

import json
from math import log2

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UserError
from harness.measures import measures, parse, score
from harness.run import Run

TREC_EVAL = {
    "nDCG": "ndcg",
    "nDCG@5": "ndcg_cut.5",
    "nDCG@10": "ndcg_cut.10",
    "P@1": "P.1",
    "P@10": "P.10",
    "R@5": "recall.5",
    "R@20": "recall.20",
    "Success@1": "success.1",
    "Success@5": "success.5",
    "AP": "map",
    "AP@5": "map_cut.5",
    "RR": "recip_rank",
    "Rprec": "Rprec",
    "Bpref": "bpref",
    "infAP": "infAP",
}
"""Every measure that trec_eval has as well, by its name there."""

ALL = [
    *TREC_EVAL,
    "nDCG(gain='exp')@10",
    "P(rel=2)@5",
    "R(rel=2)@5",
    "Success(rel=2)@3",
    "AP(rel=2)",
    "RR(rel=2)@5",
    "Rprec(rel=2)",
    "Bpref(rel=2)",
    "infAP(rel=2)",
    "Completeness@5",
    "Completeness(rel=2)@5",
    "Judged@5",
    "Judged",
]
DOCUMENTS = [*(f"d{i}" for i in range(25)), "Z", "é", "\uffee", "\U0001f600"]


def random_case(rng, ties):
    """Qrels and a run over a few queries; grades from -2 to 3, one at least not negative."""
    qrels, run = {}, {}
    for query in (f"q{i}" for i in range(rng.integers(1, 4))):
        pool = rng.permutation(DOCUMENTS)[: rng.integers(1, len(DOCUMENTS) + 1)]
        qrels[query] = {str(d): int(rng.integers(-2, 4)) for d in pool}
        qrels[query][str(pool[0])] = int(rng.integers(0, 4))
        found = rng.permutation(DOCUMENTS)[: rng.integers(1, len(DOCUMENTS) + 1)]
        if ties:  # some exact, some only once compared as float32
            scores = rng.integers(-2, 3, found.size) * (1 + 1e-9 * rng.integers(0, 3, found.size))
        else:
            scores = rng.normal(size=found.size)
        run[query] = dict(zip(map(str, found), scores.tolist(), strict=True))
    missing = rng.random() < 0.3
    return qrels | ({"missing": {"d0": 1}} if missing else {}), run


def with_rel(name, rel):
    """The notation with a threshold, which nDCG has not: its gains are the grades."""
    if rel == 1 or name.startswith("nDCG"):
        return name
    base, at, k = name.partition("@")
    return f"{base}(rel={rel}){at}{k}"


def test_values_agree_with_pytrec_eval_on_1000_random_cases_half_of_them_with_ties():
    rng = np.random.default_rng(20_04)
    for case in range(1000):
        qrels, run = random_case(rng, ties=case % 2 == 0)
        rel = int(rng.integers(1, 4))
        peer = pytrec_eval.RelevanceEvaluator(qrels, set(TREC_EVAL.values()), relevance_level=rel)
        expected = peer.evaluate(run)
        ours = score(Run.from_scores(run), qrels, [with_rel(name, rel) for name in TREC_EVAL])
        for (name, values), key in zip(ours.items(), TREC_EVAL.values(), strict=True):
            wanted = [expected.get(q, {}).get(key.replace(".", "_"), 0.0) for q in qrels]
            np.testing.assert_allclose(values, wanted, rtol=0, atol=1e-9, err_msg=f"{name} {case}")


def test_exponential_gain_is_linear_gain_on_grades_of_two_to_the_grade_minus_one():
    rng = np.random.default_rng(7)
    for _ in range(100):
        qrels, run = random_case(rng, ties=True)
        mapped = {q: {d: 2**g - 1 if g > 0 else g for d, g in j.items()} for q, j in qrels.items()}
        expected = pytrec_eval.RelevanceEvaluator(mapped, {"ndcg_cut.10"}).evaluate(run)
        ours = score(Run.from_scores(run), qrels, ["nDCG(gain='exp')@10"])["nDCG(gain='exp')@10"]
        wanted = [expected.get(query, {}).get("ndcg_cut_10", 0.0) for query in qrels]
        np.testing.assert_allclose(ours, wanted, rtol=0, atol=1e-9)


def test_a_gain_too_large_for_a_number_is_refused_and_not_made_up():
    run, qrels = Run.from_rankings({"q": ["a"]}), {"q": {"a": 1000, "b": 2}}
    assert score(run, qrels, ["nDCG(gain='exp')"])["nDCG(gain='exp')"][0] == pytest.approx(1)
    with pytest.raises(UserError, match="grade of 1001: 2 to its power is no number"):
        score(run, {"q": {"a": 1001}}, ["nDCG(gain='exp')"])


SCORES = st.sampled_from([-1.0, 0.0, -0.0, 1.0, 1.0 + 1e-9, 2.0])
FOUND = st.dictionaries(st.sampled_from(DOCUMENTS), SCORES)
JUDGED = st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(-1, 3), max_size=12)


@given(FOUND, JUDGED)
def test_ties_follow_the_one_rule_for_every_measure_at_once(found, judged):
    ranked = sorted(found, key=lambda id: (np.float32(found[id]), id), reverse=True)
    untied = {id: float(-place) for place, id in enumerate(ranked)}
    expected = score(Run.from_scores({"q": untied}), {"q": judged}, ALL)
    assert values_of(found, judged) == {name: v.tolist() for name, v in expected.items()}


@given(FOUND, JUDGED, st.randoms(use_true_random=False))
def test_the_order_of_the_input_never_matters_to_the_last_bit(found, judged, random):
    def shuffled(mapping):
        items = list(mapping.items())
        random.shuffle(items)
        return dict(items)

    assert values_of(shuffled(found), shuffled(judged)) == values_of(found, judged)


@given(FOUND, JUDGED, st.integers(1, 30))
def test_what_stands_below_the_cut_off_changes_nothing(found, judged, k):
    run = Run.from_scores({"q": found})
    cut = [
        f"{name}@{k}"
        for name in ("nDCG", "P", "R", "Success", "AP", "RR", "Completeness", "Judged")
    ]
    whole, above = (score(r, {"q": judged}, cut) for r in (run, run.cut(k)))
    assert {n: v.tolist() for n, v in whole.items()} == {n: v.tolist() for n, v in above.items()}


@given(FOUND, JUDGED)
def test_dropping_an_unjudged_tail_changes_nothing(found, judged):
    run = Run.from_scores({"q": found})
    ranking = [id for id, _ in run.ranked("q")]
    while ranking and ranking[-1] not in judged:
        ranking.pop()
    others = [name for name in ALL if not name.startswith("Judged")]  # they count what is unjudged
    whole, short = (score(r, {"q": judged}, others) for r in (run, run.within({"q": ranking})))
    assert {n: v.tolist() for n, v in whole.items()} == {n: v.tolist() for n, v in short.items()}


@given(FOUND, JUDGED)
def test_values_lie_between_0_and_1(found, judged):
    for name, (value,) in values_of(found, judged).items():
        assert 0 <= value <= 1, name


@given(st.lists(st.integers(1, 3), min_size=1, max_size=10))
def test_the_ideal_ranking_is_worth_exactly_1(grades):
    judged = {f"d{i}": grade for i, grade in enumerate(sorted(grades, reverse=True))}
    values = values_of({id: float(-place) for place, id in enumerate(judged)}, judged)
    for name in (
        "nDCG",
        "nDCG@5",
        "nDCG(gain='exp')@10",
        "AP",
        "RR",
        "Rprec",
        "Bpref",
        "Success@1",
    ):
        assert values[name] == [1.0], name


def values_of(found, judged):
    scores = score(Run.from_scores({"q": found}), {"q": judged}, ALL)
    return {name: values.tolist() for name, values in scores.items()}


RANKING = ["a", "b", "c", "d", "e"]
GRADES = {"a": 0, "b": 2, "d": 1, "e": -1, "x": 1}
"""Relevant: b and d at ranks 2 and 4, x not retrieved. Judged not relevant: a. Unjudged: c, e."""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nDCG@5", (2 / log2(3) + 1 / log2(5)) / (2 + 1 / log2(3) + 1 / log2(4))),
        ("nDCG@2", (2 / log2(3)) / (2 + 1 / log2(3))),
        ("nDCG(gain='exp')@2", (3 / log2(3)) / (3 + 1 / log2(3))),
        ("P@3", 1 / 3),
        ("P@10", 2 / 10),
        ("P(rel=2)@5", 1 / 5),
        ("R@3", 1 / 3),
        ("R(rel=2)@3", 1),
        ("Success@1", 0),
        ("Success@2", 1),
        ("AP", (1 / 2 + 2 / 4) / 3),
        ("AP@3", (1 / 2) / 3),
        ("AP(rel=2)", 1 / 2),
        ("RR", 1 / 2),
        ("RR@1", 0),
        ("Rprec", 1 / 3),
        ("Completeness@5", 0),
        ("Completeness(rel=2)@2", 1),
        ("Completeness(rel=2)@1", 0),
        # One not relevant document, a, stands above both: each is worth 1 - 1 / min(1, 3) = 0.
        ("Bpref", 0),
        # b, rank 2: (1 + 1 x (0 + e) / (1 + 2e)) / 2; d, rank 4: (1 + 2 x (1 + e) / (2 + 2e)) / 4.
        ("infAP", ((1 + 1e-5 / (1 + 2e-5)) / 2 + (1 + 1) / 4) / 3),
        ("Judged@5", 4 / 5),
        ("Judged@3", 2 / 3),
        ("Judged@10", 4 / 5),
        ("Judged", 4 / 5),
    ],
)
def test_values_worked_out_by_hand(name, value):
    scores = score(Run.from_rankings({"q": RANKING}), {"q": GRADES}, [name])
    assert scores[name].tolist() == pytest.approx([value], abs=1e-12)


def test_bpref_worked_out_by_hand():
    # r = 2 relevant, n = 3 not relevant. Below n1: 1 - 1/2; below n1, n2 and n3: 1 - 2/2.
    qrels = {"q": {"n1": 0, "r1": 1, "n2": 0, "n3": 0, "r2": 1}}
    run = Run.from_rankings({"q": ["n1", "r1", "n2", "unjudged", "n3", "r2"]})
    assert score(run, qrels, ["Bpref"])["Bpref"].tolist() == [0.25]


@pytest.mark.parametrize("name", ALL)
def test_a_query_scores_0_when_it_is_missing_empty_unjudged_or_has_nothing_relevant(name):
    run = Run.from_rankings({"empty": [], "unjudged": ["a"], "nothing": ["b"]})
    qrels = {"missing": {"a": 3}, "empty": {"a": 3}, "nothing": {"a": 0, "z": -1}}
    queries = ["missing", "empty", "unjudged", "nothing"]
    assert score(run, qrels, [name], queries)[name].tolist() == [0, 0, 0, 0]


def test_no_query_at_all_gives_no_values():
    for name in ALL:
        assert score(Run.from_scores({}), {}, [name])[name].shape == (0,)


def test_a_judged_document_that_no_list_holds_still_counts_as_relevant():
    run = Run.from_rankings({"q": ["a"]})
    assert score(run, {"q": {"a": 1, "outside the corpus": 1}}, ["R@5"])["R@5"].tolist() == [0.5]


def test_every_measure_is_tested_here():
    assert {parse(name).name.partition("@")[0].partition("(")[0] for name in ALL} == set(measures())


@pytest.mark.realdata
@pytest.mark.parametrize("collection", ["arguana", "relic"])
def test_every_ranking_that_birco_released_has_its_recomputed_value(data, collection):
    folder = data / "beir" / f"birco-{collection}"
    qrels = {}
    for line in (folder / "qrels.tsv").read_text().splitlines()[1:]:
        query, document, grade = line.split("\t")
        qrels.setdefault(query, {})[document] = int(grade)
    published = json.loads((folder / "runs_ndcg10_recomputed.json").read_text())
    assert {path.stem for path in (folder / "runs").iterdir()} == set(published)
    for name, (percent, _, repeated) in published.items():
        run = Run.read(folder / "runs" / f"{name}.json")
        assert run.repeated == repeated, name
        value = score(run, qrels, ["nDCG@10"])["nDCG@10"].mean()
        assert 100 * value == pytest.approx(percent, abs=0.005), name  # given to two decimals
