"""The best rows of each query, kept while scores stream by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from harness.encoded import Floats

Rows = NDArray[np.integer]
Keys = NDArray[np.uint64]

LOWEST = np.finfo(np.float32).min
RANK = 24
"""Bytes that a `Best` needs for each rank at most, while it puts them in order."""
ENTRY = 24
"""Bytes that a `Best` needs for each entry of its lists, in making an answer of it."""
CELL = 128
"""Bytes that `Best.offer` may need for each score at worst, which is when all of them tie."""


class Best:
    """The best `k` rows of each query among all that were offered.

    A score and the rank of its row are packed into one integer that orders as the pair does, so
    that a tie is never left to chance and the best are found by selecting among integers.

    Args:
        queries: how many there are.
        k: rows kept for each, at least 1.
        ranks: of equal scores the higher rank is better: distinct integers, shape (rows,).

    Attributes:
        floor: no lower score can still be among the best of a query, shape (queries,).
    """

    def __init__(self, queries: int, k: int, ranks: NDArray[np.int64]) -> None:
        self.k = k
        self.floor = np.full(queries, LOWEST, np.float32)
        self._keys: Keys = np.zeros((queries, k), np.uint64)  # 0: nothing yet; no score packs to 0
        self._ascending = np.argsort(ranks).astype(np.uint32)
        self._places = np.empty(len(ranks), np.uint32)
        self._places[self._ascending] = np.arange(len(ranks), dtype=np.uint32)

    def offer(self, queries: Rows, rows: Rows, scores: Floats) -> None:
        """Takes what is good enough of a block of scores.

        Args:
            queries: the queries, shape (b,).
            rows: the rows, shape (m,), none of which was offered to these queries before.
            scores: shape (b, m); minus infinity stands for a row that is not to be returned.
        """
        b, m = scores.shape
        floor = self.floor[queries, None]
        passing = scores >= floor
        if m > self.k and np.count_nonzero(passing) > 2 * self.k * b:
            kth = np.partition(scores, m - self.k, axis=1)[:, m - self.k, None]
            passing = scores >= np.maximum(floor, kth)
        counts = np.count_nonzero(passing, axis=1)
        cells = np.flatnonzero(passing)
        columns = cells - np.repeat(np.arange(b) * m, counts)
        self.take(queries, counts, rows[columns], scores.reshape(-1)[cells])

    def take(self, queries: Rows, counts: Rows, rows: Rows, scores: Floats) -> None:
        """Merges single scores into the lists.

        Args:
            queries: the queries, shape (b,).
            counts: how many of the scores are each query's, shape (b,); they lie end to end.
            rows: shape (n,), none of which was offered to its query before.
            scores: shape (n,), finite.
        """
        gaining = np.flatnonzero(counts)
        if not gaining.size:
            return
        queries, counts = queries[gaining], counts[gaining]
        width = int(counts.max())
        merged = np.zeros((len(queries), width + self.k), np.uint64)
        merged[:, width:] = self._keys[queries]
        ends = np.cumsum(counts)
        starts = np.arange(len(queries)) * merged.shape[1]
        cells = np.arange(ends[-1]) + np.repeat(starts - (ends - counts), counts)
        merged.reshape(-1)[cells] = _packed(scores, self._places[rows])
        merged.partition(width, axis=1)
        self._keys[queries] = merged[:, width:]
        kth = merged[:, width]
        self.floor[queries] = np.where(kth > 0, _unpacked(kth)[0], LOWEST)

    def result(self) -> tuple[NDArray[np.int64], Floats]:
        """Rows and scores, best first, shape (queries, k); -1 and minus infinity fill the rest."""
        self._keys.sort(axis=1)
        keys = self._keys[:, ::-1]
        scores, places = _unpacked(keys)
        if not self._ascending.size:
            return np.full(keys.shape, -1), np.full(keys.shape, -np.inf, np.float32)
        rows = self._ascending[places].astype(np.int64)
        rows[keys == 0] = -1
        scores[keys == 0] = -np.inf
        return rows, scores


_SIGN = np.uint32(1 << 31)
_HALF = np.uint64(32)


def _packed(scores: Floats, places: NDArray[np.uint32]) -> Keys:
    """One integer for each score and place, ordered by score, then by place.

    Floats order as their bits do, once those of negatives are flipped and the sign of the others
    is set.
    """
    bits = (scores + np.float32(0)).view(np.uint32)  # -0 becomes 0, with which it ties
    bits = np.where(bits & _SIGN, ~bits, bits | _SIGN)
    return (bits.astype(np.uint64) << _HALF) | places


def _unpacked(keys: Keys) -> tuple[Floats, NDArray[np.uint32]]:
    bits = (keys >> _HALF).astype(np.uint32)
    bits = np.where(bits & _SIGN, bits & ~_SIGN, ~bits)
    return bits.view(np.float32), keys.astype(np.uint32)
