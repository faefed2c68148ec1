"""What is reported of samples, worked out by hand."""

from __future__ import annotations

import math

import pytest

from models.training.em.stability import Stability


def logs(*likelihoods: float) -> list[float]:
    return [math.log(one) if one else -math.inf for one in likelihoods]


def test_variance_and_effective_size_are_told_for_the_first_one_two_and_more_samples() -> None:
    told = Stability()
    told.add(logs(0.2, 0.6, 0.4))
    # Variances of (0.2), (0.2, 0.6) and all: 0, 0.04 and 0.08 / 3.
    # Effective sizes: 1; 0.8^2 / (0.04 + 0.36) = 1.6; 1.2^2 / (0.04 + 0.36 + 0.16) = 18 / 7.
    assert [point["variance"] for point in told.curve()] == pytest.approx([0, 0.04, 0.08 / 3])
    sizes = [point["effective_samples"] for point in told.curve()]
    assert sizes == pytest.approx([1, 1.6, 18 / 7])


def test_figures_are_means_over_questions() -> None:
    told = Stability()
    told.add(logs(0.5, 0.5))
    told.add(logs(0.0, 1.0))
    first, second = told.curve()
    # Of the second question: variance 1/4; its first sample came to nothing, so no one counts.
    assert second == pytest.approx({"variance": 0.125, "effective_samples": (2 + 1) / 2})
    assert first == pytest.approx({"variance": 0.0, "effective_samples": (1 + 0) / 2})
    summary = told.summary()
    assert summary["variance of the likelihood"] == pytest.approx(0.125)
    assert summary["effective samples"] == pytest.approx(1.5)
    # The mean likelihood is 1/2 for both; of the samples that came to something: 1/2, 1/2 and 1.
    assert summary["log of the mean likelihood"] == pytest.approx(math.log(0.5))
    assert summary["mean log-likelihood"] == pytest.approx(2 * math.log(0.5) / 3)


def test_temperature_is_that_of_the_weights() -> None:
    told = Stability(temperature=2.0)
    told.add(logs(0.09, 0.01))  # square roots are 3 : 1
    assert told.curve()[-1]["effective_samples"] == pytest.approx(16 / 10)


def test_likelihoods_beyond_the_range_of_numbers_are_no_trouble() -> None:
    told = Stability()
    told.add([-2000.0, -2000.0])
    assert told.summary()["log of the mean likelihood"] == pytest.approx(-2000.0)
    assert told.summary()["effective samples"] == pytest.approx(2)


def test_without_questions_there_is_nothing_to_tell() -> None:
    assert Stability().summary() == {}
    assert Stability().curve() == []
