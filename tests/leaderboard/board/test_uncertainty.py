"""Ends of intervals."""

from __future__ import annotations

import numpy as np

from leaderboard.board.uncertainty import intervals


def test_ends_are_those_of_numpy_quantile() -> None:
    replicates = np.random.default_rng(0).normal(0.5, 0.1, (1000, 7)).astype(np.float32)
    wanted = np.quantile(replicates.astype(np.float64), [0.025, 0.975], axis=0).T
    np.testing.assert_allclose(intervals(replicates), wanted, atol=5.1e-6)


def test_what_never_varies_has_no_width() -> None:
    """Ones summed over 16 tasks of single precision: 0.999999 and 1.000001 in turn."""
    replicates = np.array([[0.999999, 1.000001]] * 40, dtype=np.float32)
    assert intervals(replicates).tolist() == [[1, 1], [1, 1]]
