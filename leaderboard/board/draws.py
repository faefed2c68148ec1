"""Bootstrap draws of queries and of tasks, as the share that each of them has in a mean.

A resampled mean is a linear combination of the observed values. Its coefficients depend on the
draw alone, so one matrix of coefficients serves all rows, and rows are compared on the same draws.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import numpy as np
from numpy.typing import ArrayLike, NDArray

Counts = NDArray[np.int64]
Shares = NDArray[np.float32]

_CELLS = 1 << 16
"""Random numbers drawn at a time: so few that they stay in the processor's cache."""


def query_shares(seed: str, *, clusters: ArrayLike, weights: ArrayLike, resamples: int) -> Shares:
    """The weight of every query in the mean of each resample.

    The draws are those of `harness.measures.statistics.resample` under the same seed: with a
    result's `"0/<task>"` they give the intervals that `assay run` prints.

    Args:
        seed: the same seed gives the same draws.
        clusters: a number a query, shape (n,); queries of one number are drawn together.
        weights: a positive number a query, shape (n,).
        resamples: how many to draw.

    Returns:
        Shape (resamples, n); every row sums to 1.
    """
    weight = np.asarray(weights, dtype=np.float64)
    _, first, label = np.unique(np.asarray(clusters), return_index=True, return_inverse=True)
    label = np.argsort(np.argsort(first))[label]  # clusters are numbered as they first appear
    size = np.bincount(label, weight)
    shares = np.empty((resamples, len(weight)), dtype=np.float32)
    for block, counts in _blocks(seed, resamples, len(size)):
        shares[block] = (counts / (counts @ size)[:, None])[:, label] * weight
    return shares


def draws(seed: str, *, n: int, resamples: int, size: int | None = None) -> Counts:
    """How often each of n things is drawn with replacement, shape (resamples, n).

    Args:
        seed: the same seed gives the same draws.
        n: how many things there are.
        resamples: how often is drawn.
        size: how many are drawn each time; default n.
    """
    return np.concatenate([counts for _, counts in _blocks(seed, resamples, n, size)])


def _blocks(
    seed: str, resamples: int, n: int, size: int | None = None
) -> Iterator[tuple[slice, Counts]]:
    """The draws in order, some resamples at a time."""
    size = n if size is None else size
    bits = np.random.PCG64(int.from_bytes(sha256(seed.encode()).digest()))
    step = max(1, _CELLS // n)
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        words = bits.random_raw(rows * ((size + 1) // 2)).view(np.uint32)
        # Lemire's multiply-shift: the high half of a 32-bit number times n is uniform over n.
        drawn = words.reshape(rows, -1)[:, :size].astype(np.uint64)
        drawn *= np.uint64(n)
        drawn >>= np.uint64(32)
        cells = drawn.view(np.int64) + n * np.arange(rows)[:, None]
        counts = np.bincount(cells.ravel(), minlength=rows * n)
        yield slice(start, start + rows), counts.reshape(rows, n)
