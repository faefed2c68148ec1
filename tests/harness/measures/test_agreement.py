from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from random import Random

import pytest

from harness.errors import UserError
from harness.measures.agreement import (
    calibrate,
    cohen_kappa,
    compare,
    fleiss_kappa,
    ratings,
    raw_agreement,
    unanimity,
)
from harness.records import Judgement, Trajectory


def test_two_raters_worked_by_hand() -> None:
    # Cohen's classic layout: of 50, both yes 20, both no 15, yes/no 5, no/yes 10. Observed 35/50;
    # by chance yes 25/50 * 30/50 = .3, no 25/50 * 20/50 = .2; kappa = (.7 - .5) / (1 - .5) = .4.
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    found = compare(first, second)
    assert found.items == 50
    assert found.raw == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)
    assert found.confusion == {
        ("yes", "yes"): 20,
        ("yes", "no"): 5,
        ("no", "yes"): 10,
        ("no", "no"): 15,
    }


def test_agreeing_less_than_by_chance_is_negative() -> None:
    # Observed 0; by chance .5 * .5 + .5 * .5 = .5; kappa = -.5 / .5.
    assert cohen_kappa(["a", "b"], ["b", "a"]) == pytest.approx(-1.0)


def test_full_agreement_is_one_and_one_label_throughout_is_undefined() -> None:
    assert cohen_kappa(["a", "b", "a"], ["a", "b", "a"]) == pytest.approx(1.0)
    assert isnan(cohen_kappa(["a", "a"], ["a", "a"]))
    # One rater is constant, the other is not: observed .5, by chance .5, kappa 0.
    assert cohen_kappa(["a", "a"], ["a", "b"]) == 0.0


def test_labels_that_only_one_rater_uses_count() -> None:
    # Observed 1/3; by chance a: 1/3 * 1/3, others share nothing: 1/9; kappa = (2/9) / (8/9).
    assert cohen_kappa(["a", "b", "b"], ["a", "c", "c"]) == pytest.approx(0.25)


def test_repeats_worked_by_hand_after_fleiss() -> None:
    # The worked table of Fleiss' kappa that Wikipedia carries: 10 items, 14 raters, 5 categories;
    # observed .378, expected .213, kappa .210.
    table = [
        (0, 0, 0, 0, 14),
        (0, 2, 6, 4, 2),
        (0, 0, 3, 5, 6),
        (0, 3, 9, 2, 0),
        (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0),
        (3, 2, 6, 3, 0),
        (2, 5, 3, 2, 2),
        (6, 5, 2, 1, 0),
        (0, 2, 2, 3, 7),
    ]
    items = [[c for c, times in enumerate(row) for _ in range(times)] for row in table]
    assert fleiss_kappa(items) == pytest.approx(0.210, abs=5e-4)


def test_three_repeats_worked_by_hand() -> None:
    # Alike pairs of 3: 3/3, 1/3, 3/3, 1/3: observed 2/3. Of 12 ratings S 6, U 6: expected 1/2.
    items = ["SSS", "SSU", "UUU", "UUS"]
    assert fleiss_kappa(items) == pytest.approx((2 / 3 - 1 / 2) / (1 / 2))
    assert unanimity(items) == 0.5


def test_one_label_throughout_is_undefined_for_repeats_too() -> None:
    assert isnan(fleiss_kappa(["SS", "SS"]))


@pytest.mark.parametrize("items", [[], ["S"], ["SS", "SSS"], ["", ""]])
def test_items_that_are_not_rated_alike_often_are_refused(items: list[str]) -> None:
    with pytest.raises(UserError, match="equally often"):
        fleiss_kappa(items)


def test_raters_of_different_items_are_refused() -> None:
    with pytest.raises(UserError, match="these have 1 and 2"):
        raw_agreement(["a"], ["a", "b"])
    with pytest.raises(UserError, match="these have 0 and 0"):
        compare([], [])
    with pytest.raises(UserError, match="no items"):
        unanimity([])


def test_kappa_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    draw = Random(7)
    for labels in ("ab", "abc", "abcdefgh"):
        first = draw.choices(labels, k=200)
        second = [draw.choice((a, draw.choice(labels))) for a in first]
        assert cohen_kappa(first, second) == pytest.approx(metrics.cohen_kappa_score(first, second))


def said(judge: str, labels: Sequence[str], question: str = "solved") -> tuple[Judgement, ...]:
    return tuple(Judgement(judge, label, question, n) for n, label in enumerate(labels))


class TestCalibration:
    def test_every_repeat_of_one_judge_is_compared_with_every_one_of_the_other(self) -> None:
        # p: S with S, S -> 2 alike of 2; q: N with S, N -> 1 alike of 2. Raw 3/4. The one says S
        # 2 and N 2 of 4, the other S 3 and N 1: by chance (2*3 + 2*1)/16 = 1/2; kappa 1/2.
        attempts = [
            Trajectory("p", judgements=said("a", "S") + said("b", "SS")),
            Trajectory("q", judgements=said("a", "N") + said("b", "SN")),
            Trajectory("r", judgements=said("a", "N")),
            Trajectory("s", judgements=said("a", "N", "process") + said("b", "S", "process")),
        ]
        found = calibrate(attempts, "a", "b")
        assert (found.items, found.raw, found.kappa) == (4, 0.75, 0.5)
        assert found.confusion == {("S", "S"): 2, ("N", "S"): 1, ("N", "N"): 1}

    def test_judges_that_share_no_attempt_cannot_be_compared(self) -> None:
        with pytest.raises(UserError, match="'a' and 'b' have judged no attempt both"):
            calibrate([Trajectory("p", judgements=said("a", "S"))], "a", "b")

    def test_what_a_judge_said_comes_in_the_order_of_its_repeats(self) -> None:
        attempts = [
            Trajectory("p", judgements=tuple(reversed(said("a", "SUN")))),
            Trajectory("q", judgements=said("b", "S")),
        ]
        assert ratings(attempts, "a") == [("S", "U", "N")]
