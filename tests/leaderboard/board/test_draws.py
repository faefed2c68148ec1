"""Draws are those of the harness, and counts are what they say."""

from __future__ import annotations

import numpy as np

from harness.measures.statistics import resample
from leaderboard.board.draws import draws, query_shares


def test_a_share_times_a_value_is_the_mean_that_the_harness_resamples() -> None:
    rng = np.random.default_rng(1)
    values, weights = rng.random((9, 2)), rng.random(9) + 0.5
    clusters = [4, 1, 1, 0, 4, 2, 3, 3, 9]
    shares = query_shares("0/a/task", clusters=clusters, weights=weights, resamples=200)
    wanted = resample(values, clusters=clusters, weights=weights, resamples=200, seed="0/a/task")
    np.testing.assert_allclose(shares @ values, wanted, atol=1e-6)


def test_large_tasks_are_drawn_in_parts_and_still_like_the_harness() -> None:
    n = 1 << 18  # so that a part holds two resamples
    values = np.arange(n, dtype=np.float64)[:, None] / n
    shares = query_shares("x", clusters=np.arange(n), weights=np.ones(n), resamples=3)
    wanted = resample(values, resamples=3, seed="x")
    np.testing.assert_allclose(shares @ values, wanted, rtol=1e-4)


def test_shares_of_a_resample_sum_to_one_and_clusters_stay_together() -> None:
    shares = query_shares("s", clusters=[0, 0, 1, 2], weights=[1, 1, 1, 1], resamples=50)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-6)
    assert (shares[:, 0] == shares[:, 1]).all()


def test_fewer_are_drawn_where_that_is_asked_for() -> None:
    counts = draws("s", n=7, resamples=500, size=3)
    assert counts.shape == (500, 7)
    assert (counts.sum(axis=1) == 3).all()
    # each of 1,500 draws takes a given thing with probability 1/7: 214.3, standard deviation 13.6
    assert (np.abs(counts.sum(axis=0) - 1500 / 7) < 5 * 13.6).all()


def test_every_resample_draws_as_many_as_there_are() -> None:
    counts = draws("s", n=7, resamples=500)
    assert (counts.sum(axis=1) == 7).all()
    assert (counts >= 0).all()
    # each of 3,500 draws takes a given thing with probability 1/7: 500, standard deviation 20.7
    assert (np.abs(counts.sum(axis=0) - 500) < 5 * 20.7).all()
