"""How sure a mean is, and whether a difference is more than chance.

Everything is drawn from the raw stream of PCG64, whose values NumPy guarantees never to change
(NEP 19), so that intervals and p-values can be recomputed anywhere.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]

_CELLS = 1 << 17
"""Random numbers drawn at a time; as float64 they fit a core's cache."""


def resample(
    values: ArrayLike,
    *,
    clusters: Sequence[Hashable] | None = None,
    weights: ArrayLike | None = None,
    resamples: int = 1000,
    seed: int | str,
) -> Values:
    """Weighted means of bootstrap resamples of the queries.

    Queries of one cluster are drawn together, and as many clusters are drawn as there are (Efron
    and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 6 and 8). All measures share
    the draws.

    Args:
        values: shape (n, m): n queries, m measures. NaN leaves a query out of that measure; a
            resample in which nothing is left is NaN.
        clusters: a label a query; None: every query by itself.
        weights: a positive number a query; None: all the same.
        resamples: how many to draw.
        seed: the same seed gives the same draws.

    Returns:
        float64, shape (resamples, m).

    Raises:
        ValueError: there is no query, or the shapes or weights do not fit.
    """
    table = np.asarray(values, dtype=np.float64)
    n = len(table)
    weight = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    if table.ndim != 2 or not n or weight.shape != (n,) or not (weight > 0).all():
        raise ValueError("values of shape (n, m) with n > 0 and n positive weights are wanted")
    known = ~np.isnan(table)
    if known.all():
        sums = _by_cluster(np.column_stack([table * weight[:, None], weight]), clusters)
    else:
        shares = known * weight[:, None]
        sums = _by_cluster(np.hstack([np.where(known, table, 0.0) * shares, shares]), clusters)
    drawn = np.empty((resamples, sums.shape[1]))
    bits = _bits(seed)
    step = max(1, _CELLS // len(sums))
    for start in range(0, resamples, step):
        block = slice(start, min(start + step, resamples))
        drawn[block] = _draws(bits, block.stop - start, len(sums)) @ sums
    totals = drawn[:, table.shape[1] :]
    with np.errstate(invalid="ignore"):
        ratios: Values = drawn[:, : table.shape[1]] / totals
    return ratios


def interval(replicates: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """The percentile interval of bootstrap replicates, shape (resamples,); NaN ones left out."""
    tail = (1 - level) / 2
    drawn = np.asarray(replicates, dtype=np.float64)
    low, high = np.quantile(drawn[~np.isnan(drawn)], [tail, 1 - tail])
    return float(low), float(high)


def paired_randomization(
    a: ArrayLike,
    b: ArrayLike,
    *,
    clusters: Sequence[Hashable] | None = None,
    permutations: int = 10_000,
    seed: int | str,
) -> float:
    """Two-sided p-value that two systems do not differ in their mean.

    Under that hypothesis a query's difference is as likely with either sign (Fisher's
    randomisation test; Smucker, Allan and Carterette, CIKM 2007). Queries of one cluster change
    sign together. All sign patterns are enumerated where there are no more than `permutations`;
    else so many are drawn and the observed pattern is counted with them (Phipson and Smyth, 2010).

    Args:
        a: values of one system, shape (n,).
        b: values of the other, for the same queries in the same order.
        clusters: a label a query; None: every query by itself.
        permutations: how many patterns to draw.
        seed: the same seed gives the same draws.
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError("two arrays of the same shape (n,) are wanted")
    gaps = _by_cluster((first - second)[:, None], clusters)[:, 0]
    gaps = gaps[gaps != 0]  # their sign changes nothing
    # A sum's rounding depends on the signs: patterns within it count as equal to the observed one.
    bound = abs(gaps.sum()) - 1e-12 * np.abs(gaps).sum()
    if 2 ** len(gaps) <= permutations:
        patterns = np.arange(2 ** len(gaps))[:, None] >> np.arange(len(gaps)) & 1
        return float(np.mean(_extreme(patterns, gaps, bound)))
    bits = _bits(seed)
    step = max(1, _CELLS // len(gaps))
    extreme = sum(
        int(_extreme(_signs(bits, min(step, permutations - start), len(gaps)), gaps, bound).sum())
        for start in range(0, permutations, step)
    )
    return (extreme + 1) / (permutations + 1)


def holm(p_values: Sequence[float]) -> Values:
    """P-values adjusted for many comparisons by Holm's step-down method, in the given order.

    Source: Holm, Scandinavian Journal of Statistics 6(2), 1979: the i-th smallest of m is
    multiplied by m - i + 1, and none is less than a smaller one's.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)), 1)
    return adjusted


def _by_cluster(rows: Values, clusters: Sequence[Hashable] | None) -> Values:
    """Rows summed by cluster, clusters in order of first appearance."""
    if clusters is None:
        return rows
    if len(clusters) != len(rows):
        raise ValueError(f"{len(clusters)} cluster labels for {len(rows)} queries")
    numbers: dict[Hashable, int] = {}
    label = np.array([numbers.setdefault(c, len(numbers)) for c in clusters], dtype=np.int64)
    return np.column_stack([np.bincount(label, column) for column in rows.T])


def _bits(seed: int | str) -> np.random.PCG64:
    """The stream of a seed; a string's is the same in every process."""
    number = int.from_bytes(sha256(seed.encode()).digest()) if isinstance(seed, str) else seed
    return np.random.PCG64(number)


def _draws(bits: np.random.PCG64, resamples: int, n: int) -> Values:
    """How often each of n items is drawn in n draws with replacement, shape (resamples, n)."""
    words = bits.random_raw(resamples * ((n + 1) // 2)).view(np.uint32)
    # Lemire's multiply-shift: the high half of a 32-bit number times n is uniform over n items.
    items = words.reshape(resamples, -1)[:, :n].astype(np.uint64)
    items *= np.uint64(n)
    items >>= np.uint64(32)
    counts = np.empty((resamples, n))
    for row, drawn in zip(counts, items.view(np.int64), strict=True):
        row[:] = np.bincount(drawn, minlength=n)
    return counts


def _signs(bits: np.random.PCG64, patterns: int, n: int) -> NDArray[np.uint8]:
    """Fair bits, shape (patterns, n)."""
    words = bits.random_raw(patterns * ((n + 63) // 64)).view(np.uint8)
    return np.unpackbits(words.reshape(patterns, -1), axis=1, count=n)


def _extreme(flip: NDArray[np.integer], gaps: Values, bound: float) -> NDArray[np.bool_]:
    """Which sign patterns (1 keeps, 0 flips) give a sum at least as far from 0 as the bound."""
    sums: Values = 2 * (flip @ gaps) - gaps.sum()
    return np.abs(sums) >= bound
