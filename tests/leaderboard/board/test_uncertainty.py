"""Ends of intervals."""

from __future__ import annotations

import numpy as np

from leaderboard.board.uncertainty import intervals


def test_ends_are_those_of_numpy_quantile() -> None:
    replicates = np.random.default_rng(0).normal(0.5, 0.1, (1000, 7)).astype(np.float32)
    wanted = np.quantile(replicates.astype(np.float64), [0.025, 0.975], axis=0).T
    np.testing.assert_allclose(intervals(replicates), wanted, atol=1e-6)
