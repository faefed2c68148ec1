from __future__ import annotations

from math import isnan
from typing import Any

import pytest

from harness.measures.attempt import Attempt
from harness.measures.notation import attempt_measures, parse
from harness.measures.tools import supports
from harness.records import Gold, Message, Problem, Trajectory

DETAILS = {
    "supports": [["Silver Star", 0], ["Charles L. Johnson", 1]],
    "triples": [
        ["Silver Star", "composer", ["Charles L. Johnson", "C. L. Johnson"]],
        ["Charles L. Johnson", "place of birth", "Kansas City"],
    ],
    "passages": ["1", "2"],
}
SAID = {
    "supports": [["silver star", 0], ["Charles L. Johnson", 1]],
    "triples": [["silver star", "composer", "c l johnson"]],
    "passages": ["1", "3", "2"],
}


def attempt(
    answer: str | None = "Kansas City", state: Any = SAID, details: Any = DETAILS, **made: Any
) -> Attempt:
    gold = Gold("exact_match", answers=("Kansas City, Kansas",), details=details)
    problem = Problem("q", ((Message("user", "?"),),), gold=gold)
    return Attempt(problem, Trajectory("q", answer=answer, state=state, **made))


@pytest.mark.parametrize(
    ("notation", "value"),
    [
        # Supports as written: one of two given, one of two gold. In lower case: both.
        ("support_exact_match", 0),
        ("support_f1", 1 / 2),
        ("support_precision", 1 / 2),
        ("support_recall", 1 / 2),
        ("support_exact_match(by='2wiki')", 1),
        ("support_f1(by='2wiki')", 1),
        # Triples: the one given is right, of two gold ones.
        ("triple_exact_match", 0),
        ("triple_f1", 2 / 3),
        ("triple_precision", 1),
        ("triple_recall", 1 / 2),
        # Answer: kansas city | kansas city kansas: P = 1, R = 2/3.
        ("joint_exact_match", 0),
        ("joint_precision", 1 / 2),  # 1 * 1/2
        ("joint_recall", 1 / 3),  # 2/3 * 1/2
        ("joint_f1", 2 / 5),  # 2 * 1/6 / (5/6)
        ("joint_precision(by='2wiki')", 1),  # 1 * 1 * 1
        ("joint_recall(by='2wiki')", 1 / 3),  # 2/3 * 1 * 1/2
        ("joint_f1(by='2wiki')", 1 / 2),  # 2 * 1/3 / (4/3)
        # Pages: of {1, 2} the first two have one; the set is complete at the third page, and 3
        # stands before it.
        ("r_precision", 1 / 2),
        ("provenance_recall@1", 0),
        ("provenance_recall@2", 1),
        ("kilt_strict_match", 0),
        ("kilt_exact_match", 0),
        ("kilt_f1", 0),
        ("kilt_rouge_l", 0),
    ],
)
def test_values_worked_out_by_hand(notation: str, value: float) -> None:
    assert parse(notation).compute(attempt()) == pytest.approx(value)


def test_kilt_counts_an_answer_whose_pages_are_right() -> None:
    made = attempt(state={"passages": ["2", "1"]})
    # kansas city | kansas city kansas: 2 shared of 2 and 3.
    assert supports.kilt_f1(made) == pytest.approx(4 / 5)
    assert supports.kilt_exact_match(attempt("Kansas City Kansas", {"passages": [1, 2]})) == 1
    assert supports.kilt_strict_match(attempt("Kansas City, Kansas", {"passages": [1, 2]})) == 1
    assert supports.kilt_strict_match(attempt("Kansas City Kansas", {"passages": [1, 2]})) == 0
    # Rouge: sets of words {Kansas, City} and {Kansas, City,, Kansas}: "City," is another word.
    assert supports.kilt_rouge_l(attempt("Kansas", {"passages": ["1", "2"]})) > 0


def test_kilts_own_fixture() -> None:
    """gold1.out and guess1_1.out of its tests/test_data; means of tests/test_eval_downstream.py."""
    page = "10287141"
    made = []
    for answer, given, gold in [
        ("suicide", page, "suicide"),
        ("a suicide", "999", "suicide"),
        ("suicide", "999", "it was suicide"),
    ]:
        problem = Problem("q", (), gold=Gold(answers=(gold,), details={"provenance": [[page]]}))
        state = {"passages": [given]}
        made.append(Attempt(problem, Trajectory("q", answer=answer, state=state)))

    def mean(notation: str) -> float:
        return sum(map(parse(notation).compute, made)) / 3

    assert mean("kilt_strict_match") == mean("kilt_exact_match") == mean("kilt_f1") == 1 / 3
    assert mean("kilt_rouge_l") == pytest.approx(0.3333333316666667, abs=1e-15)
    assert mean("exact_match") == 2 / 3
    assert mean("answer_f1(by=kilt)") == pytest.approx(0.8333333333333334)
    assert mean("answer_rouge_l") == pytest.approx(0.7222222178240741, abs=1e-15)
    assert mean("r_precision") == mean("provenance_recall@5") == 1 / 3


def test_supports_of_questions_that_cannot_be_answered_can_be_left_out() -> None:
    """As MuSiQue's evaluate_v1.0.py does, which counts them in its group scores alone."""
    made = attempt(state={"supports": [3]}, details={"supports": [3], "answerable": False})
    assert supports.support_f1(made) == 1
    assert isnan(supports.support_f1(made, of="answerable"))
    answered = attempt(state={"supports": [3]}, details={"supports": [3, 7]})
    assert supports.support_f1(answered, of="answerable") == 2 / 3


def test_numbers_of_paragraphs_are_supports_too() -> None:
    made = attempt(state={"supports": [3, 9]}, details={"supports": [3, 7]})
    assert supports.support_f1(made) == 1 / 2


@pytest.mark.parametrize("state", [None, {}, [], "x", {"supports": "x", "triples": 3}])
def test_predicting_nothing_is_wrong(state: Any) -> None:
    assert supports.support_f1(attempt(state=state)) == 0
    assert supports.triple_f1(attempt(state=state)) == 0
    assert supports.joint_f1(attempt(state=state)) == 0
    assert supports.r_precision(attempt(state=state)) == 0


NAMES = [
    *("support_exact_match", "support_f1", "support_precision", "support_recall"),
    *("triple_exact_match", "triple_f1", "joint_exact_match", "joint_f1", "joint_precision"),
    *("triple_precision", "triple_recall", "kilt_strict_match"),
    *("joint_recall", "kilt_exact_match", "kilt_f1", "kilt_rouge_l", "r_precision"),
]


@pytest.mark.parametrize("name", NAMES)
def test_without_gold_they_say_nothing_and_an_attempt_never_made_gets_0(name: str) -> None:
    measure = attempt_measures()[name]
    assert isnan(measure(attempt(details={})))
    assert measure(attempt(None, None, end="missing")) == 0
    assert measure(attempt(None, SAID, end="malformed")) == 0
