"""Differences between two models, problem by problem, over seeds of training."""

from __future__ import annotations

from math import nan

import pytest

from examples.methods.paired import Key, corrected, gap
from harness.errors import UserError

KEYS: list[Key] = [("task", str(n)) for n in range(8)]


def run(*values: float) -> dict[Key, float]:
    return dict(zip(KEYS, values, strict=True))


FIRST = {0: run(0, 0, 0, 0, 0, 0, 0, 0), 1: run(1, 0, 0, 0, 0, 0, 0, 0)}
SECOND = {0: run(1, 1, 1, 1, 1, 1, 1, 0), 1: run(1, 1, 1, 1, 1, 1, 0, 0)}


def test_problems_are_averaged_over_seeds_before_they_are_tested() -> None:
    found = gap("exact_match", ("sft", "method"), FIRST, SECOND)
    # Differences of the problems' means: 0.5, 1, 1, 1, 1, 1, 0.5, 0; their mean is 6 / 8.
    assert found.difference[0] == pytest.approx(0.75)
    assert found.means == pytest.approx((1 / 16, 13 / 16))
    # Of the 2^7 signs of the seven that are not 0, all alike are as extreme: two of them.
    assert found.p == pytest.approx(2 / 2**7)
    assert (found.n, found.left_out, found.agreeing) == (8, 0, 2)


def test_a_model_trained_thrice_does_not_count_for_three() -> None:
    once = gap("exact_match", ("a", "b"), {0: FIRST[0]}, {0: SECOND[0]})
    thrice = gap(
        "exact_match",
        ("a", "b"),
        dict.fromkeys(range(3), FIRST[0]),
        dict.fromkeys(range(3), SECOND[0]),
    )
    assert (once.p, once.difference) == (thrice.p, thrice.difference)


def test_means_of_seeds_stand_beside_with_their_intervals() -> None:
    found = gap("exact_match", ("sft", "method"), FIRST, SECOND)
    (first, low, high), (second, _, _) = found.by_seed[1]
    assert (first, second) == (1 / 8, 6 / 8)
    assert 0 <= low <= first <= high <= 1
    low, high = found.difference[1:]
    assert 0.25 < low < 0.75 < high <= 1


def test_seeds_that_go_the_other_way_are_counted() -> None:
    other = {0: SECOND[0], 1: run(0, 0, 0, 0, 0, 0, 0, 0)}
    assert gap("exact_match", ("a", "b"), FIRST, other).agreeing == 1
    same = gap("exact_match", ("a", "b"), FIRST, FIRST)
    assert (same.difference[0], same.p, same.agreeing) == (0.0, 1.0, 2)


def test_problems_of_which_a_measure_says_nothing_are_left_out_everywhere() -> None:
    holed = {0: SECOND[0], 1: run(nan, 1, 1, 1, 1, 1, 0, 0)}
    found = gap("steps", ("a", "b"), FIRST, holed)
    assert (found.n, found.left_out) == (7, 1)
    assert found.difference[0] == pytest.approx(5.5 / 7)
    nothing = {0: dict.fromkeys(KEYS, nan), 1: SECOND[1]}
    with pytest.raises(UserError, match="says nothing of any problem"):
        gap("steps", ("a", "b"), FIRST, nothing)


def test_models_that_were_asked_other_problems_are_not_compared() -> None:
    for other in ({0: SECOND[0]}, {0: SECOND[0], 1: {("other", "0"): 1.0}}):
        with pytest.raises(UserError, match="a and b were not asked the same problems"):
            gap("exact_match", ("a", "b"), FIRST, other)


def test_p_values_are_corrected_for_all_that_are_told() -> None:
    one = gap("exact_match", ("a", "b"), FIRST, SECOND)
    same = gap("answer_f1", ("a", "b"), FIRST, FIRST)
    found = corrected([one, same])
    assert [each.p_holm for each in found] == pytest.approx([2 * 2 / 2**7, 1.0])
