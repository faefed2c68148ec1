"""The plainest search there is, in float64, to hold the fast ones against."""

from __future__ import annotations

import numpy as np


def best_of(scores, k, ranks):
    """Rows and scores of the best, by score and then by rank; -inf stands for no answer."""
    rows = np.full((len(scores), k), -1)
    best = np.full((len(scores), k), -np.inf)
    for i, line in enumerate(np.asarray(scores, dtype=np.float64)):
        order = sorted(range(len(line)), key=lambda row: (-line[row], -ranks[row]))
        order = [row for row in order if line[row] > -np.inf][:k]
        rows[i, : len(order)] = order
        best[i, : len(order)] = line[order]
    return rows, best


def cut(order, sizes):
    """Rows in this order, cut into parts of these sizes and the rest."""
    return np.split(np.asarray(order, dtype=np.intp), np.cumsum(sizes))


def agree(answer, expected):
    """Whether an answer is the expected one, to the last bit."""
    assert answer[0].dtype == np.int64
    assert answer[1].dtype == np.float32
    np.testing.assert_array_equal(answer[0], expected[0])
    np.testing.assert_array_equal(answer[1], expected[1])
