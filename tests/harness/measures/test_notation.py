"""The notation is the measure, its name and its key."""

from __future__ import annotations

import pytest

from harness.errors import UserError
from harness.measures import (
    Measure,
    join,
    lower_is_better,
    parse,
    parse_many,
    score,
    unit_of,
)
from harness.measures.attempt import Attempt
from harness.records import Message, Problem, Trajectory
from harness.run import Run


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("nDCG@10", "nDCG@10"),
        ("ndcg@10", "nDCG@10"),
        (" NDCG @ 010 ", "nDCG@10"),
        ("nDCG", "nDCG"),
        ("nDCG(gain='linear')@5", "nDCG@5"),
        ("nDCG(gain='exp')@5", "nDCG(gain='exp')@5"),
        ('nDCG( gain = "exp" )@5', "nDCG(gain='exp')@5"),
        ("nDCG(gain=exp)@5", "nDCG(gain='exp')@5"),
        ("P(rel=1)@5", "P@5"),
        ("P()@5", "P@5"),
        ("Precision(rel=2)@5", "P(rel=2)@5"),
        ("Recall@20", "R@20"),
        ("MAP", "AP"),
        ("map@100", "AP@100"),
        ("MRR@10", "RR@10"),
        ("COMP@3", "Completeness@3"),
        ("Comprehensiveness@3", "Completeness@3"),
        ("success@1", "Success@1"),
        ("infap", "infAP"),
        ("bpref(rel=2)", "Bpref(rel=2)"),
        ("Judged@10", "Judged@10"),
    ],
)
def test_every_spelling_has_one_canonical_name(written, name):
    assert parse(written).name == name
    assert str(parse(name)) == name


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("nDGC@10", "unknown measure 'nDGC'. Did you mean nDCG"),
        ("F1", "unknown measure 'F1'.*Known: AP, Bpref, .*or your own as my.py:function"),
        ("", "'' is no measure: write it as in nDCG@10"),
        ("nDCG@10@5", "the cut-off '10@5' is not a whole number"),
        ("P(rel=2@5", "is no measure"),
        ("P", r"'P' needs a cut-off: write it as in P@10"),
        ("P@0", "the cut-off '0' is not a whole number of at least 1"),
        ("P@-1", "the cut-off '-1' is not"),
        ("P@1.5", "the cut-off '1.5' is not"),
        ("P@²", "the cut-off '²' is not"),
        ("Rprec@5", "Rprec takes no cut-off: write it as Rprec"),
        ("P(real=2)@5", "unknown parameter of P 'real'. Did you mean rel.*It takes rel"),
        ("Judged(rel=2)@5", "unknown parameter of Judged 'rel'. It takes none"),
        ("P(k=2)@5", "unknown parameter of P 'k'"),
        ("P(rel=0)@5", "rel=0 is not a whole number of at least 1"),
        ("P(rel=high)@5", "rel=high is not a whole number"),
        ("P(rel=1,rel=2)@5", "rel is given twice"),
        ("P(2)@5", "'2' is no parameter: write it as in rel=2"),
        ("P(rel=2,)@5", "'' is no parameter"),
        ("nDCG(gain='square')@5", "gain is one of linear, exp, not 'square'"),
        ("_ratio", "unknown measure '_ratio'"),
        ("join", "unknown measure 'join'"),
    ],
)
def test_what_is_no_measure_is_refused_in_one_line_that_says_what_is_allowed(written, message):
    with pytest.raises(UserError, match=message) as caught:
        parse(written)
    assert "\n" not in str(caught.value)


def test_many_measures_are_separated_by_commas_outside_brackets():
    names = [m.name for m in parse_many("nDCG@10, AP,P(rel=2)@30,")]
    assert names == ["nDCG@10", "AP", "P(rel=2)@30"]
    with pytest.raises(UserError, match="rel is given twice"):
        parse_many("AP(rel=1,rel=2),P@5")
    for nothing in ("", " , "):
        with pytest.raises(UserError, match="names no measure"):
            parse_many(nothing)


def test_scores_are_keyed_by_canonical_name_and_follow_the_queries_asked():
    run = Run.from_rankings({"q1": ["a"], "q2": ["b", "a"]})
    qrels = {"q1": {"a": 1}, "q2": {"a": 1}}
    scores = score(run, qrels, ["mrr", parse("P@1")], ["q2", "q1", "q3"])
    assert {name: values.tolist() for name, values in scores.items()} == {
        "RR": [0.5, 1, 0],
        "P@1": [0, 1, 0],
    }


OWN = """
import numpy as np

def depth(judged):
    return judged.depths

def short(judged):
    return [1.0]

def infinite(judged):
    return np.array([0.0, np.inf])

def words(judged):
    return ["a", "b"]

def broken(judged):
    return 1 / 0

def ends(judged):
    raise SystemExit(3)

number = 3
"""


@pytest.fixture
def own(tmp_path):
    (tmp_path / "own.py").write_text(OWN)
    return tmp_path / "own.py"


def test_a_function_of_ones_own_is_a_measure_named_as_it_was_given(own):
    measure = parse(f"{own}:depth")
    judged = join(Run.from_rankings({"q": ["a", "b"], "r": []}), {"q": {}, "r": {}})
    assert isinstance(measure, Measure)
    assert measure.name == f"{own}:depth"
    assert measure(judged).tolist() == [2.0, 0.0]
    assert [m.name for m in parse_many(f"AP,{own}:depth")] == ["AP", f"{own}:depth"]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("short", r"returned an array of shape \(1,\): one value a query is wanted, shape \(2,\)"),
        ("infinite", "is not finite for query 'r'"),
        ("words", "failed: ValueError: could not convert"),
        ("broken", "failed: ZeroDivisionError: division by zero"),
        ("ends", "failed: SystemExit: 3"),
    ],
)
def test_a_measure_of_ones_own_that_goes_wrong_is_named(own, function, message):
    judged = join(Run.from_scores({}), {"q": {"a": 1}, "r": {"a": 1}})
    with pytest.raises(UserError, match=message) as caught:
        parse(f"{own}:{function}")(judged)
    assert f"{own}:{function}" in str(caught.value)


def test_a_file_without_the_function_is_refused(own):
    with pytest.raises(UserError, match="has no 'dept': did you mean depth"):
        parse(f"{own}:dept")
    with pytest.raises(UserError, match="number is no function"):
        parse(f"{own}:number")
    with pytest.raises(UserError, match="no such file"):
        parse(f"{own.parent}/nowhere.py:depth")


@pytest.mark.parametrize(
    ("text", "name", "kind", "share"),
    [
        ("path_recall", "path_recall", "attempt", True),
        ("PATH_RECALL", "path_recall", "attempt", True),
        ("success", "success", "attempt", True),
        ("success@5", "Success@5", "ranking", True),
        ("sopr( of = answered )", "SoPR(of='answered')", "attempt", True),
        ("steps", "steps", "attempt", False),
        ("pass@ 3", "pass@3", "trials", True),
        ("pass ^3", "pass^3", "trials", True),
    ],
)
def test_measures_of_tool_use_are_told_from_those_of_rankings(text, name, kind, share):
    measure = parse(text)
    assert (measure.name, measure.kind, measure.share) == (name, kind, share)
    assert parse(measure.name).name == name


@pytest.mark.parametrize("text", ["pass^0", "pass@x", "pass", "steps@3"])
def test_cut_offs_that_make_no_sense_for_tool_use_are_refused(text):
    with pytest.raises(UserError):
        parse(text)


OWN_OF_ATTEMPTS = """
from harness.measures.attempt import Attempt

def talk(attempt: Attempt) -> float:
    return len(attempt.trajectory.messages)

def endless(attempt: Attempt) -> float:
    return float("inf")
"""


def test_a_function_of_an_attempt_is_a_measure_of_tool_use(tmp_path):
    (tmp_path / "own.py").write_text(OWN_OF_ATTEMPTS)
    attempt = Attempt(Problem("p", ()), Trajectory("p", messages=(Message("assistant"),) * 2))
    measure = parse(f"{tmp_path}/own.py:talk")
    assert (measure.kind, measure.compute(attempt)) == ("attempt", 2.0)
    with pytest.raises(UserError, match="endless is not finite for 'p'"):
        parse(f"{tmp_path}/own.py:endless").compute(attempt)


def test_amounts_have_units_and_shares_have_none():
    names = ("latency", "money", "steps", "success", "pass^2", "nDCG@10", "not_installed")
    assert [unit_of(n) for n in names] == ["seconds", "dollars", "count", "", "", "", ""]


@pytest.mark.parametrize(
    ("name", "lower"),
    [
        ("steps", True),
        ("searches", True),
        ("latency", True),
        ("money", True),
        ("delta_solution_length(failed='skip')", True),
        ("hallucinated_tools", True),  # a share
        ("parallelism", False),
        ("offered_count", False),
        ("nDCG@10", False),
        ("somebody.py:elses", False),
    ],
)
def test_a_measure_says_by_what_it_returns_whether_less_is_better(name: str, lower: bool) -> None:
    assert lower_is_better(name) is lower
