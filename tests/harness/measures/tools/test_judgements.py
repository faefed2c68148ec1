from __future__ import annotations

from collections.abc import Callable
from math import isnan
from statistics import pstdev

import pytest

from harness.errors import UserError
from harness.measures.attempt import Attempt
from harness.measures.tools.judgements import (
    SoPR,
    SoWR,
    SoWT,
    both_correct,
    deviation,
    judged,
    process_correct,
    response_correct,
    solved,
)
from harness.records import Judgement, Problem, Trajectory
from harness.records.tools import End

PROBLEM = Problem("q1", ())
MEASURES = (SoPR, solved, SoWR, SoWT, process_correct, response_correct, both_correct)
SHORT = {"S": "Solved", "U": "Unsure", "N": "Unsolved", "w": "win", "l": "loss", "t": "tie"}
SHORT |= {"Y": "Yes", "X": "No", "?": "Uncertain"}


def said(labels: str, question: str = "solved", judge: str = "j") -> tuple[Judgement, ...]:
    return tuple(Judgement(judge, SHORT[a], question, n) for n, a in enumerate(labels))


def attempt(*judgements: Judgement, end: End = "finished") -> Attempt:
    answer = "42" if end == "finished" else None
    return Attempt(PROBLEM, Trajectory("q1", answer=answer, end=end, judgements=judgements))


@pytest.mark.parametrize(
    ("labels", "rate", "majority"),
    [
        ("S", 1.0, 1.0),
        ("N", 0.0, 0.0),
        ("U", 0.5, 0.0),
        ("SSN", 2 / 3, 1.0),
        ("SNN", 1 / 3, 0.0),
        ("SUN", 0.5, 0.0),  # nobody has a majority
        ("SSNN", 0.5, 0.0),  # half is none
        ("SUU", 2 / 3, 0.0),  # Unsure is worth as much as in SSN, and is no Solved
    ],
)
def test_repeats_are_averaged_and_a_majority_solves(
    labels: str, rate: float, majority: float
) -> None:
    assert SoPR(attempt(*said(labels))) == pytest.approx(rate)
    assert solved(attempt(*said(labels))) == majority


def test_a_query_that_was_never_answered_counts_unless_upstreams_denominator_is_asked() -> None:
    missing = attempt(end="missing")
    assert SoPR(missing) == 0.0
    assert isnan(SoPR(missing, of="answered"))
    assert solved(missing) == SoWR(missing) == SoWT(missing) == process_correct(missing) == 0.0
    # An answer that gave up is in upstream's file, and counts there.
    assert SoPR(attempt(end="gave up"), of="answered") == 0.0


@pytest.mark.parametrize("end", ["gave up", "stopped", "malformed", "error", "missing"])
def test_an_attempt_without_an_answer_needs_no_judge(end: End) -> None:
    assert SoPR(attempt(end=end)) == solved(attempt(end=end)) == 0.0
    assert both_correct(attempt(end=end)) == 0.0
    assert judged(attempt(end=end)) == 1.0


def test_an_answer_that_nobody_judged_says_nothing() -> None:
    assert all(isnan(measure(attempt())) for measure in MEASURES)
    assert judged(attempt()) == 0.0
    assert judged(attempt(*said("N"))) == 1.0


def test_a_judgement_counts_more_than_how_the_attempt_ended() -> None:
    assert SoPR(attempt(*said("S"), end="stopped")) == 1.0


@pytest.mark.parametrize(
    ("votes", "win", "tie"),
    [
        ("www", 1.0, 0.0),
        ("wwl", 1.0, 0.0),
        ("wll", 0.0, 0.0),
        ("wl", 0.0, 1.0),
        ("wtl", 0.0, 1.0),
        ("wtt", 1.0, 0.0),
        ("tt", 0.0, 1.0),
    ],
)
def test_more_votes_than_the_reference_win_and_a_tie_is_none(
    votes: str, win: float, tie: float
) -> None:
    found = attempt(*said(votes, "against gpt-3.5_cot"))
    assert (SoWR(found), SoWT(found)) == (win, tie)


def test_both_are_correct_only_where_one_repeat_found_both() -> None:
    found = attempt(*said("YYX?", "process"), *said("YXYY", "response"))
    assert process_correct(found) == 0.5
    assert response_correct(found) == 0.75
    assert both_correct(found) == 0.25


def test_questions_do_not_mix() -> None:
    found = attempt(*said("S"), *said("XX", "process", "other"), *said("YY", "response", "other"))
    assert (SoPR(found), process_correct(found), response_correct(found)) == (1.0, 0.0, 1.0)
    assert isnan(SoWR(found))


@pytest.mark.parametrize(
    ("judgements", "measure", "reason"),
    [
        (said("S") + said("N", judge="k"), SoPR, r"2 judges \(j, k\): keep"),
        (said("S") + said("N"), SoPR, "judged twice in one repeat"),
        ((Judgement("j", "solved"),), SoPR, "'solved' is no answer to 'solved': Solved, Unsure"),
        ((Judgement("j", "Sоlved"),), solved, "is no answer"),  # a Cyrillic o
        (said("w", "against a") + said("l", "against b"), SoWR, r"2 references \(a, b\)"),
        (said("S", "against a"), SoWT, "win, tie, loss"),
        (said("YY", "process") + said("Y", "response"), both_correct, "both process and response"),
    ],
)
def test_what_cannot_be_told_is_refused_in_one_line(
    judgements: tuple[Judgement, ...], measure: Callable[[Attempt], float], reason: str
) -> None:
    with pytest.raises(UserError, match=f"^problem q1, trial 0: .*{reason}") as error:
        measure(attempt(*judgements))
    assert "\n" not in str(error.value)


def test_the_deviation_is_that_of_the_repeats_own_means() -> None:
    # Three repeats of two problems: means 1, .75 and .25 -> mean 2/3, squares .1111, .0069, .1736,
    # their mean .0972, root .3118.
    rows = [(1.0, 1.0, 0.0), (1.0, 0.5, 0.5)]
    assert deviation(rows) == pytest.approx(0.3118, abs=5e-5)
    assert deviation(rows) == pytest.approx(pstdev([1.0, 0.75, 0.25]))


def test_one_value_stands_for_every_repeat_and_none_is_left_out() -> None:
    # Means of the three repeats: 1/2, 0, 1/2.
    assert deviation([(1.0, 0.0, 1.0), (0.0,), ()]) == pytest.approx(pstdev([0.5, 0.0, 0.5]))
    assert deviation([(1.0,), (0.0,)]) == 0.0
    assert isnan(deviation([]))
    assert isnan(deviation([()]))


def test_a_different_number_of_repeats_is_refused() -> None:
    with pytest.raises(UserError, match="2 repeats, another 3"):
        deviation([(1.0, 0.0, 1.0), (0.0, 1.0)])


def test_repeats_are_handed_out_in_their_order() -> None:
    repeats: Callable[[Attempt], tuple[float, ...]] = SoPR.repeats  # type: ignore[attr-defined]
    assert repeats(attempt(*reversed(said("SUN")))) == (1.0, 0.5, 0.0)
    assert repeats(attempt(end="gave up")) == (0.0,)
    assert repeats(attempt()) == ()
