from __future__ import annotations

from math import isnan
from typing import Any

import pytest

from harness.errors import UserError
from harness.measures.attempt import Attempt
from harness.measures.tools.ratings import rating
from harness.records import Judgement, Problem, Trajectory


def rated(*labels: str, judge: str = "j", question: str = "rating", **more: Any) -> Attempt:
    said = tuple(Judgement(judge, label, question, n) for n, label in enumerate(labels))
    return Attempt(Problem("p", ()), Trajectory("p", judgements=said, **more))


def test_marks_are_a_share_of_the_highest_there_are() -> None:
    assert rating(rated("83/100")) == 0.83
    assert rating(rated("70/140")) == 0.5
    assert rating(rated("0/100")) == 0


def test_repeats_are_averaged() -> None:
    assert rating(rated("80/100", "85/100", "90/100")) == pytest.approx(0.85)
    assert rating.repeats(rated("80/100", "90/100")) == (0.8, 0.9)  # type: ignore[attr-defined]


def test_no_answer_needs_no_judge_and_an_answer_does() -> None:
    for end in ("stopped", "gave up", "malformed", "missing", "error"):
        assert rating(rated(end=end)) == 0
    assert isnan(rating(rated(answer="A plan.")))


def test_what_other_judges_were_asked_does_not_count() -> None:
    assert isnan(rating(rated("Solved", question="solved")))


@pytest.mark.parametrize(
    "label", ["83", "101/100", "-3/100", "5/0", "83.5/100", "nan/1", "٨/١٠", "", "9" * 400 + "/1"]
)
def test_any_other_label_is_refused(label: str) -> None:
    with pytest.raises(UserError, match="is no rating"):
        rating(rated(label))


def test_two_judges_are_not_mixed() -> None:
    said = (Judgement("a", "1/20", "rating"), Judgement("b", "2/20", "rating"))
    with pytest.raises(UserError, match="2 judges"):
        rating(Attempt(Problem("p", ()), Trajectory("p", judgements=said)))


def test_a_repeat_judged_twice_is_refused() -> None:
    said = (Judgement("a", "1/20", "rating"), Judgement("a", "2/20", "rating"))
    with pytest.raises(UserError, match="judged twice"):
        rating(Attempt(Problem("p", ()), Trajectory("p", judgements=said)))
