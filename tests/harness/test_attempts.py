"""Values of attempts, of problems and of trials, worked out by hand."""

from __future__ import annotations

from functools import partial
from math import isnan, nan, sqrt

import pytest
from toy_tools import attempt, problem

from harness.attempts import Roll, Tally, breakdown
from harness.contracts import Unreadable
from harness.errors import UserError
from harness.measures import Measure, parse
from harness.measures.attempt import Attempt
from harness.records import Judgement, Problem, Trajectory

PROBLEMS = {p.id: p for p in (problem("a", "search"), problem("b", "search", "cast"))}


def made(found: Attempt) -> float:
    """Number of calls; 0 for an attempt that was never made."""
    return float(len(found.calls))


def length(found: Attempt) -> float:
    """Number of calls; nothing for an attempt that was never made."""
    return nan if found.missing else float(len(found.calls))


MADE, LENGTH = Measure("made", made, "attempt"), Measure("length", length, "attempt")


def tally(*trajectories: Trajectory | Unreadable, trials: int = 1) -> Tally:
    done = Tally(PROBLEMS, (MADE, LENGTH), trials)
    done.add(trajectories)
    return done


def test_a_problem_without_an_attempt_is_left_to_the_measures() -> None:
    values = tally(attempt("a", "search", "cast")).values()
    assert values["made"].tolist() == [2.0, 0.0]
    assert values["length"][0] == 2.0
    assert isnan(values["length"][1])


def test_trials_are_averaged_and_one_that_is_missing_counts() -> None:
    done = tally(attempt("a", "search"), attempt("a", "x", "y", "z", trial=1), attempt("b", "x"))
    assert done.values()["made"].tolist() == [2.0, 0.5]  # (1 + 3) / 2 and (1 + 0) / 2
    assert done.values()["length"].tolist() == [2.0, 1.0]  # what is missing has no length
    assert done.notes == {"attempts not made": 1}


def test_the_setting_may_want_more_trials_than_there_are() -> None:
    assert tally(attempt("a", "search"), trials=4).values()["made"].tolist() == [0.25, 0.0]


def test_the_hash_and_the_judges_of_attempts_are_known_without_their_task() -> None:
    told = Judgement("j", "+")
    made = [
        attempt("b", "x"),
        Trajectory("a", seconds=2.0, judgements=(told,)),
        attempt("a", trial=1),
    ]
    roll = Roll()
    assert all(map(roll.add, made))
    assert not roll.add(attempt("b", "y"))  # a second one of that number, which changes nothing

    done = tally(*reversed(made), trials=2)
    assert roll.fingerprint == done.fingerprint
    assert roll.judges == done.judges == ("j",)
    later = Roll()
    later.add(attempt("b", "y"))
    assert later.fingerprint != roll.fingerprint


def test_deviations_are_over_trials() -> None:
    done = tally(
        *(
            attempt(p, *["x"] * n, trial=t)
            for p, t, n in [("a", 0, 1), ("b", 0, 3), ("a", 1, 3), ("b", 1, 5)]
        )
    )
    # Means of the trials: (1 + 3) / 2 = 2 and (3 + 5) / 2 = 4, a deviation of 1 from their mean.
    assert done.deviations() == {"made": 1.0, "length": 1.0}


def test_deviations_are_over_repeated_judgements() -> None:
    labels = {"a": "++-", "b": "+--"}
    done = Tally(PROBLEMS, (parse_judged(),))
    done.add(
        Trajectory(
            key, judgements=tuple(Judgement("j", sign, repeat=i) for i, sign in enumerate(signs))
        )
        for key, signs in labels.items()
    )
    # Means of the repeats: 1, .5 and 0: deviation sqrt((.5**2 + 0 + .5**2) / 3).
    assert done.deviations()["liked"] == pytest.approx(sqrt(0.5 / 3))


@pytest.mark.parametrize("signs", ["", "+"])
def test_what_is_not_repeated_has_no_deviation(signs: str) -> None:
    done = Tally(PROBLEMS, (parse_judged(),))
    judgements = tuple(Judgement("j", sign) for sign in signs)
    done.add(Trajectory(key, judgements=judgements) for key in PROBLEMS)
    assert done.deviations() == {}


def test_two_judges_of_one_question_are_not_mixed() -> None:
    done = Tally(PROBLEMS, (MADE,))
    done.add(Trajectory(key, judgements=(Judgement(f"judge {key}", "+"),)) for key in PROBLEMS)
    with pytest.raises(UserError, match="judge a and judge b judged the same question, 'solved'"):
        _ = done.judges


def parse_judged() -> Measure:
    def repeats(found: Attempt) -> tuple[float, ...]:
        return tuple(float(j.label == "+") for j in found.trajectory.judgements)

    def liked(found: Attempt) -> float:
        values = repeats(found)
        return sum(values) / len(values) if values else 0.0

    liked.repeats = repeats  # type: ignore[attr-defined]
    return Measure("liked", partial(liked), "attempt")


def test_what_cannot_be_used_is_told_and_counted_and_the_rest_goes_on() -> None:
    told: list[Unreadable | int] = []
    done = Tally(PROBLEMS, (MADE,), tell=told.append)
    done.add(
        [
            Unreadable("line 1", "no JSON"),
            attempt("a", "search"),
            attempt("a", "cast", "cast"),
            attempt("nobody"),
        ]
    )
    assert [found.place for found in told if isinstance(found, Unreadable)] == [
        "line 1",
        "problem a, trial 0",
        "problem nobody, trial 0",
    ]
    assert done.values()["made"].tolist() == [1.0, 0.0]  # the first attempt of a number counts
    assert done.notes["entries that cannot be used"] == 3


def test_the_fingerprint_knows_every_attempt_but_not_their_order() -> None:
    one, two = attempt("a", "search"), attempt("b", "cast")
    assert tally(one, two).fingerprint == tally(two, one).fingerprint
    others = (
        tally(one),
        tally(one, attempt("b", "search")),
        tally(one, attempt("b", "cast", trial=1)),
    )
    assert tally(one, two).fingerprint not in {other.fingerprint for other in others}


def test_results_are_broken_down_by_label() -> None:
    values = tally(attempt("a", "x"), attempt("b", "x", "y", "z")).values()
    assert breakdown(PROBLEMS, values) == {
        "plan length": {"1": {"made": 1.0, "length": 1.0}, "2": {"made": 3.0, "length": 3.0}}
    }


def test_a_break_down_leaves_out_what_says_nothing() -> None:
    assert breakdown(PROBLEMS, tally(attempt("a", "x")).values())["plan length"]["2"] == {
        "made": 0.0
    }


def test_failures_and_unreadable_output_are_told_apart() -> None:
    done = tally(
        Trajectory("a", end="error", detail="429"),
        Trajectory("b", end="malformed", detail="no JSON"),
    )
    assert (done.errors, done.malformed) == ({"a": "429"}, {"b": "no JSON"})


def test_pass_measures_go_by_the_problems_own_success() -> None:
    done = Tally(PROBLEMS, [parse("pass^2"), parse("pass@2"), parse("success")])
    done.add([attempt("a", "search"), attempt("a", "cast", trial=1)])
    done.add([attempt("b", "cast", "search", trial=t) for t in range(2)])
    values = done.values()
    assert values["success"].tolist() == [0.5, 1.0]
    assert values["pass^2"].tolist() == [0.0, 1.0]  # C(1, 2) / C(2, 2) and C(2, 2) / C(2, 2)
    assert values["pass@2"].tolist() == [1.0, 1.0]  # 1 - C(1, 2) / C(2, 2) and 1 - 0


def test_values_that_contradict_each_other_are_told() -> None:
    def exact_match(attempt: Attempt) -> float:
        return 1.0

    def answer_f1(attempt: Attempt) -> float:
        return 0.5

    measures = [Measure(f.__name__, f, "attempt") for f in (exact_match, answer_f1)]
    tally = Tally({"p": Problem("p", ())}, measures)
    tally.add([Trajectory("p", answer="x")])
    assert tally.notes == {"values that cannot be: exact_match is 1, above answer_f1, 0.5": 1}
