"""What samples weigh, worked out by hand."""

from __future__ import annotations

import math

import pytest

from models.training.em.weights import (
    effective_size,
    exponential,
    normalised,
    proportional,
    shuffled,
    uniform,
    variance,
)

INF, NAN = math.inf, math.nan


def test_weights_are_in_proportion_to_the_likelihood_of_the_answer() -> None:
    # p = 1/2, 1/4, 1/4 of a question: they sum to 1 as they are.
    assert normalised([math.log(1 / 2), math.log(1 / 4), math.log(1 / 4)]) == pytest.approx(
        [1 / 2, 1 / 4, 1 / 4]
    )
    # p = 0.03 and 0.01: three to one.
    assert normalised([math.log(0.03), math.log(0.01)]) == pytest.approx([0.75, 0.25])


def test_temperature_evens_out_and_sharpens() -> None:
    # p = 0.9, 0.1: square roots are 3 : 1, squares 81 : 1.
    logs = [math.log(0.9), math.log(0.1)]
    assert normalised(logs, 2.0) == pytest.approx([3 / 4, 1 / 4])
    assert normalised(logs, 0.5) == pytest.approx([81 / 82, 1 / 82])


@pytest.mark.parametrize("shift", [1.0, -700.0, 1e6, -1e6])
def test_a_constant_shift_changes_nothing(shift: float) -> None:
    logs = [-0.5, -3.25, 0.0, -17.75]  # exact in binary, and so are their sums with the shifts
    assert normalised([value + shift for value in logs]) == normalised(logs)
    assert normalised([value + shift for value in logs], 0.7) == normalised(logs, 0.7)


def test_answers_that_are_unlikely_beyond_the_range_of_numbers_are_compared_all_the_same() -> None:
    assert normalised([-1e5, -1e5 + math.log(3)]) == pytest.approx([1 / 4, 3 / 4])
    assert normalised([-1e308, 0.0, -INF]) == [0.0, 1.0, 0.0]


def test_a_sample_that_makes_the_answer_impossible_weighs_nothing() -> None:
    assert normalised([-INF, -2.0, -2.0]) == [0.0, 0.5, 0.5]


def test_a_question_of_which_no_sample_makes_the_answer_possible_is_not_learned_from() -> None:
    assert normalised([-INF, -INF]) == [0.0, 0.0]
    assert proportional([0.0, 0.0]) == [0.0, 0.0]
    assert effective_size([0.0, 0.0]) == 0.0


def test_exponential_weights_are_four_times_the_likelihood() -> None:
    assert exponential([0.0, math.log(0.5), -INF]) == pytest.approx([4.0, 2.0, 0.0])
    assert exponential([math.log(0.5)], scale=1.0) == pytest.approx([0.5])


def test_weights_by_a_measure_are_in_proportion_to_it() -> None:
    assert proportional([1.0, 0.5, 0.0, 0.5]) == [0.5, 0.25, 0.0, 0.25]
    assert proportional([1e-320, 1e-320]) == [0.5, 0.5]  # a sum may be below what has an inverse
    assert proportional([1.7e308, 1.7e308]) == [0.5, 0.5]  # and beyond the largest number


def test_uniform_weights_sum_to_one() -> None:
    assert uniform(4) == [0.25] * 4
    assert uniform(0) == []


def test_shuffled_weights_are_the_same_ones_dealt_out_otherwise() -> None:
    weights = [0.1, 0.2, 0.3, 0.4]
    dealt = {tuple(shuffled(weights, f"1 question {seed}")) for seed in range(200)}
    assert all(sorted(one) == weights for one in dealt)
    assert len(dealt) == 24  # every order of four comes up in 200 deals, but with p < .005
    assert shuffled(weights, "a") == shuffled(weights, "a")
    assert weights == [0.1, 0.2, 0.3, 0.4]


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([1.0, 0.0, 0.0], 1.0),
        ([0.25] * 4, 4.0),
        ([3.0] * 7, 7.0),
        ([0.5, 0.25, 0.25], 1 / 0.375),  # 1 / (1/4 + 1/16 + 1/16)
        ([2.0, 1.0], 9 / 5),
        ([1e-200, 1e-200], 2.0),  # squares would be 0
        ([1e200, 1e200], 2.0),  # and infinite
        ([], 0.0),
    ],
)
def test_effective_size(weights: list[float], expected: float) -> None:
    assert effective_size(weights) == pytest.approx(expected)


def test_variance_is_that_of_the_likelihood_and_not_of_its_logarithm() -> None:
    # 0.2, 0.4 and 0.6: mean 0.4, squared distances 0.04, 0, 0.04.
    assert variance([math.log(0.2), math.log(0.4), math.log(0.6)]) == pytest.approx(0.08 / 3)
    assert variance([-INF, 0.0]) == pytest.approx(0.25)  # 0 and 1
    assert variance([-3.0]) == 0.0
    assert variance([]) == 0.0


@pytest.mark.parametrize("wrong", [NAN, INF])
def test_what_is_no_log_likelihood_is_refused(wrong: float) -> None:
    for function in (normalised, exponential, variance):
        with pytest.raises(ValueError, match="none"):
            function([-1.0, wrong])


@pytest.mark.parametrize("temperature", [0.0, -1.0, NAN, INF])
def test_a_temperature_is_above_zero(temperature: float) -> None:
    with pytest.raises(ValueError, match="temperature"):
        normalised([0.0], temperature)


@pytest.mark.parametrize("wrong", [-0.1, NAN, INF])
def test_a_measure_that_is_no_weight_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        proportional([1.0, wrong])


def test_an_exponential_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match=r"log-likelihood of 1000\.0"):
        exponential([1000.0])
