"""pass@k and pass^k, worked by hand."""

from __future__ import annotations

from itertools import combinations
from math import isnan, nan
from statistics import mean

import pytest

from harness.errors import UserError
from harness.measures.tools.repeated import pass_at, pass_hat

# One success in four trials, c = 1 and n = 4.
ONE = [0.0, 1.0, 0.0, 0.0]
# pass@2 = 1 - C(3, 2) / C(4, 2) = 1 - 3/6; pass@3 = 1 - C(3, 3) / C(4, 3) = 1 - 1/4
ONE_AT = [1 / 4, 1 / 2, 3 / 4, 1.0]
# pass^k = C(1, k) / C(4, k), which is 1/4 and then nothing
ONE_HAT = [1 / 4, 0.0, 0.0, 0.0]
# Three successes: pass@2 = 1 - C(1, 2) / C(4, 2) = 1; pass^2 = C(3, 2) / C(4, 2) = 3/6,
# pass^3 = C(3, 3) / C(4, 3) = 1/4
THREE = [1.0, 1.0, 0.0, 1.0]
THREE_AT = [3 / 4, 1.0, 1.0, 1.0]
THREE_HAT = [3 / 4, 1 / 2, 1 / 4, 0.0]


@pytest.mark.parametrize(
    ("successes", "at", "hat"),
    [
        (ONE, ONE_AT, ONE_HAT),
        (THREE, THREE_AT, THREE_HAT),
        ([0.0] * 4, [0.0] * 4, [0.0] * 4),
        ([1.0] * 4, [1.0] * 4, [1.0] * 4),
    ],
)
def test_four_trials(successes: list[float], at: list[float], hat: list[float]) -> None:
    assert [pass_at(successes, k) for k in (1, 2, 3, 4)] == pytest.approx(at)
    assert [pass_hat(successes, k) for k in (1, 2, 3, 4)] == pytest.approx(hat)


@pytest.mark.parametrize("n", [1, 2, 5, 7])
def test_they_are_the_mean_over_all_choices_of_k_trials(n: int) -> None:
    for c in range(n + 1):
        successes = [1.0] * c + [0.0] * (n - c)
        for k in range(1, n + 1):
            chosen = list(combinations(successes, k))
            assert pass_at(successes, k) == pytest.approx(mean(max(some) for some in chosen))
            assert pass_hat(successes, k) == pytest.approx(mean(min(some) for some in chosen))


def test_only_a_whole_success_counts() -> None:
    assert pass_at([0.5, 0.99, 1.0], 1) == pytest.approx(1 / 3)
    assert pass_hat([0.5, 0.99, 1.0], 1) == pytest.approx(1 / 3)


def test_a_trial_of_which_nothing_is_known_is_left_out() -> None:
    assert pass_at([nan, 1.0, 0.0], 1) == 1 / 2
    assert isnan(pass_at([nan, nan], 1))
    assert isnan(pass_hat([nan], 3))


@pytest.mark.parametrize("measure", [pass_at, pass_hat])
def test_too_few_trials_say_how_many_there_are(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(UserError, match=r"needs 3 trials of every problem, and one has 2: ask for"):
        measure([1.0, 0.0], 3)
    with pytest.raises(UserError, match="one has 2"):
        measure([1.0, 0.0, nan], 3)
    with pytest.raises(UserError, match="one has 0"):
        measure([], 1)
    with pytest.raises(UserError, match="at least 1"):
        measure([1.0], 0)


def test_many_trials_do_not_overflow() -> None:
    # 1 - C(500, 500) / C(1000, 500) is 1 to the last digit; pass^500 is 1 / C(1000, 500).
    successes = [1.0, 0.0] * 500
    assert pass_at(successes, 500) == 1.0
    assert 0 < pass_hat(successes, 500) < 1e-298
