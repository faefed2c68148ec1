"""Sums of many small matrix products, which is what resampled aggregates are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leaderboard.board.draws import Shares

Replicates = NDArray[np.float32]
"""Resampled aggregates, shape (resamples, rows)."""

_COLUMNS = 1024
"""Queries multiplied at a time: what is pending stays small, and the product is a large one."""


class Products:
    """Adds matrix products to a sum, many small ones as one, in memory that is touched once.

    Args:
        total: shape (resamples, rows).
    """

    def __init__(self, total: Replicates) -> None:
        resamples, rows = total.shape
        self._total = total
        self._coefficients = np.empty((resamples, _COLUMNS), dtype=np.float32)
        self._values = np.empty((_COLUMNS, rows), dtype=np.float32)
        self._product = np.empty_like(total)
        self._filled = 0

    def add(self, coefficients: Shares, values: NDArray[np.float32]) -> None:
        """Adds the product of shapes (resamples, n) and (n, rows)."""
        start, n = 0, len(values)
        while start < n:
            if self._filled == _COLUMNS:
                self.flush()
            size = min(n - start, _COLUMNS - self._filled)
            there, here = slice(self._filled, self._filled + size), slice(start, start + size)
            self._coefficients[:, there] = coefficients[:, here]
            self._values[there] = values[here]
            self._filled, start = there.stop, here.stop

    def flush(self) -> None:
        """Multiplies what waits."""
        if self._filled:
            n = self._filled
            np.matmul(self._coefficients[:, :n], self._values[:n], out=self._product)
            self._total += self._product
            self._filled = 0
