"""Intervals and p-values against closed forms."""

from __future__ import annotations

import os
import subprocess
import sys
from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.measures.statistics import holm, interval, paired_randomization, resample


def beta(n, m=1, seed=0):
    return np.random.default_rng(seed).beta(0.5, 1, (n, m))


def test_resampled_means_scatter_by_the_standard_error_around_the_mean():
    values = beta(400)
    means = resample(values, resamples=4000, seed=1)[:, 0]
    error = values.std() / sqrt(400)
    # The standard deviation of 4,000 draws is itself known to 1 / sqrt(8,000), about 1.1 %.
    assert means.std() == pytest.approx(error, rel=0.05)
    assert means.mean() == pytest.approx(values.mean(), abs=4 * error / sqrt(4000))


def test_all_measures_share_the_draws():
    values = beta(50, 2)
    both = resample(values, seed="s")
    for column in range(2):
        alone = resample(values[:, [column]], seed="s")[:, 0]
        np.testing.assert_allclose(both[:, column], alone, rtol=1e-12)
    assert both.shape == (1000, 2)


def test_a_query_that_a_measure_says_nothing_of_is_left_out_of_its_means():
    values = beta(60, 2)
    values[:20, 1] = np.nan
    both = resample(values, seed="s", clusters=[i % 30 for i in range(60)])
    np.testing.assert_array_equal(
        both[:, 0], resample(values[:, :1], seed="s", clusters=[i % 30 for i in range(60)])[:, 0]
    )
    # The ratio of two sums, of the values and of the queries that have one, under the same draws.
    known = ~np.isnan(values[:, 1])
    sums = np.column_stack([np.where(known, values[:, 1], 0), known.astype(float)])
    drawn = resample(sums, seed="s", clusters=[i % 30 for i in range(60)])
    np.testing.assert_allclose(both[:, 1], drawn[:, 0] / drawn[:, 1], rtol=1e-12)


def test_a_resample_in_which_nothing_is_left_has_no_mean_and_no_part_in_the_interval():
    values = np.array([[1.0], [np.nan], [np.nan]])
    drawn = resample(values, seed=0)
    assert set(drawn[~np.isnan(drawn)].tolist()) == {1.0}
    # Each of three draws misses the one query with chance 2/3: 8/27 of all resamples.
    assert np.isnan(drawn).mean() == pytest.approx(8 / 27, abs=0.05)
    assert interval(drawn[:, 0]) == (1.0, 1.0)


def test_queries_that_are_all_different_are_an_ordinary_bootstrap():
    values = beta(30, 2)
    distinct = resample(values, clusters=[f"text {i}" for i in range(30)], seed=3)
    assert np.array_equal(distinct, resample(values, seed=3))


def test_queries_asked_twice_are_no_more_certain_than_once():
    once = beta(200)
    twice, texts = np.repeat(once, 2, axis=0), np.repeat(np.arange(200), 2).tolist()
    np.testing.assert_allclose(
        resample(twice, clusters=texts, seed=5), resample(once, seed=5), rtol=1e-12
    )
    naive = resample(twice, seed=5).std()
    assert resample(twice, clusters=texts, seed=5).std() > 1.3 * naive  # sqrt(2) in the limit


def test_a_weight_of_two_is_a_query_that_counts_twice():
    values = beta(40)
    weights = np.where(np.arange(40) < 10, 2.0, 1.0)
    repeated = np.repeat(np.arange(40), weights.astype(int))
    np.testing.assert_allclose(
        resample(values, weights=weights, seed=9),
        resample(values[repeated], clusters=repeated.tolist(), seed=9),
        rtol=1e-12,
    )


def test_clusters_of_different_sizes_are_weighted_by_their_queries():
    # Two clusters, {1, 1, 1} and {0}. Drawn twice with replacement: one of each has the mean 3 / 4.
    means = resample([[1], [1], [1], [0]], clusters=list("aaab"), resamples=2000, seed=0)[:, 0]
    assert set(means.tolist()) == {0.0, 0.75, 1.0}
    assert np.mean(means == 0.75) == pytest.approx(0.5, abs=4 * sqrt(0.25 / 2000))


def test_every_query_is_drawn_equally_often():
    shares = resample(np.eye(7), resamples=3000, seed=2).mean(axis=0)
    error = sqrt(1 / 7 * 6 / 7 / (7 * 3000))
    np.testing.assert_allclose(shares, 1 / 7, atol=4.5 * error)


def test_one_query_has_no_spread():
    assert np.array_equal(resample([[0.25]], resamples=3, seed=0), [[0.25]] * 3)


def test_intervals_cover_the_true_mean_about_as_often_as_they_say():
    rng = np.random.default_rng(4)
    covered = 0
    for trial in range(300):
        low, high = interval(resample(rng.uniform(size=(40, 1)), resamples=400, seed=trial)[:, 0])
        covered += low <= 0.5 <= high
    # 95 %, a little less at n = 40; 300 trials know it to 1.3 %.
    assert 0.90 <= covered / 300 <= 0.98


def test_the_interval_is_made_of_percentiles():
    assert interval(np.arange(1001.0)) == pytest.approx((25, 975))
    assert interval(np.arange(1001.0), level=0.9) == pytest.approx((50, 950))


def test_the_same_seed_gives_the_same_draws_in_every_process():
    code = (
        "from harness.measures.statistics import resample;"
        "print(resample([[0], [1], [5]], resamples=20, seed='0/task').ravel().tolist())"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7"}
    printed = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout
    here = resample([[0], [1], [5]], resamples=20, seed="0/task").ravel().tolist()
    assert printed.strip() == str(here)
    assert resample([[0], [1], [5]], resamples=20, seed="1/task").ravel().tolist() != here


@pytest.mark.parametrize(
    ("values", "options"),
    [
        (np.zeros((0, 1)), {}),
        ([1.0, 2.0], {}),
        ([[1.0]], {"weights": [0.0]}),
        ([[1.0]], {"weights": [1.0, 1.0]}),
        ([[1.0]], {"clusters": ["a", "b"]}),
    ],
)
def test_shapes_that_do_not_fit_are_refused(values, options):
    with pytest.raises(ValueError):
        resample(values, seed=0, **options)


def sign_test(wins, n):
    """Two-sided: at least as many of n fair coins on one side as were seen on the fuller one."""
    return min(1.0, 2 * sum(comb(n, k) for k in range(max(wins, n - wins), n + 1)) / 2**n)


@pytest.mark.parametrize(("wins", "n"), [(5, 5), (0, 5), (8, 10), (6, 13), (1, 1), (13, 13)])
def test_equal_differences_give_the_exact_binomial_tail(wins, n):
    a = np.where(np.arange(n) < wins, 0.75, 0.5)
    b = np.where(np.arange(n) < wins, 0.5, 0.75)
    p = paired_randomization(a, b, seed=0)
    assert p == pytest.approx(sign_test(wins, n), abs=1e-15)
    assert paired_randomization(b, a, seed=0) == p


def test_many_equal_differences_come_close_to_the_binomial_tail():
    a, b = np.array([1.0] * 26 + [0.0] * 14), np.array([0.0] * 26 + [1.0] * 14)
    expected = sign_test(26, 40)  # 0.081
    p = paired_randomization(a, b, permutations=20_000, seed=1)
    assert p == pytest.approx(expected, abs=4 * sqrt(expected * (1 - expected) / 20_000))


def test_differences_of_unequal_size_are_enumerated():
    # +-1 +-2 +-3: of 8 sums, 6 and -6 are as extreme as 6; all are as extreme as 1 + 2 - 3 = 0;
    # 6, 4, -4 and -6 are as extreme as -1 + 2 + 3 = 4.
    assert paired_randomization([1, 2, 3], [0, 0, 0], seed=0) == 2 / 8
    assert paired_randomization([1, 2, 0], [0, 0, 3], seed=0) == 1
    assert paired_randomization([0, 2, 3], [1, 0, 0], seed=0) == 4 / 8


def test_sums_that_differ_by_rounding_alone_are_equally_extreme():
    # 0.1 + 0.2 - 0.3 is 5.6e-17 and 0.1 - 0.2 - 0.3 + 0.4 is not exactly 0 either.
    assert paired_randomization([0.1, 0.2, 0], [0, 0, 0.3], seed=0) == 1
    assert paired_randomization([0.1, 0, 0, 0.4], [0, 0.2, 0.3, 0], seed=0) == 1


def test_queries_without_a_difference_change_nothing():
    a, b = [1.0, 1, 1, 0.5, 0.5], [0.0, 0, 0, 0.5, 0.5]
    assert paired_randomization(a, b, seed=0) == 2 / 8
    assert paired_randomization([0.5] * 9, [0.5] * 9, seed=0) == 1


def test_queries_of_one_cluster_change_sign_together():
    a, b = [1.0] * 6, [0.0] * 6
    assert paired_randomization(a, b, clusters=list("aabbcc"), seed=0) == 2 / 8


def test_the_observed_pattern_is_counted_with_the_drawn_ones():
    # A sum as large as that of 60 wins is never drawn: 1 of 1 + 99 patterns remains.
    assert paired_randomization([1] * 60, [0] * 60, permutations=99, seed=0) == 1 / 100


def test_p_values_are_uniform_where_there_is_no_difference():
    rng = np.random.default_rng(8)
    p = [
        paired_randomization(*rng.uniform(size=(2, 25)), permutations=199, seed=i)
        for i in range(400)
    ]
    for level in 0.1, 0.5:
        assert np.mean(np.array(p) <= level) == pytest.approx(
            level, abs=4 * sqrt(level * (1 - level) / 400)
        )


def test_pairs_of_different_length_are_refused():
    with pytest.raises(ValueError, match="same shape"):
        paired_randomization([1.0], [1.0, 2.0], seed=0)


def test_holm_multiplies_by_the_number_of_hypotheses_left():
    # .005 x 4, .01 x 3, .03 x 2, and .04 x 1 which may not fall below .06.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == pytest.approx([1, 1])
    assert holm([]).shape == (0,)


@given(st.lists(st.floats(0, 1), min_size=1))
def test_holm_keeps_the_order_and_lies_between_p_and_bonferroni(p):
    adjusted = holm(p)
    order = np.argsort(p, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()
    assert (adjusted >= np.array(p)).all()
    assert (adjusted <= np.minimum(1, np.array(p) * len(p))).all()
