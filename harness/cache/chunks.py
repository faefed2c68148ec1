"""How positions are cut into chunks that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

WHOLE = 4
"""A stretch of one block that makes at least one WHOLEth of a chunk is a chunk of its own, since
then it needs no copy; a smaller one is gathered with its neighbours."""


def cuts(
    positions: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    rows: int,
) -> Iterator[tuple[int, int]]:
    """Cuts positions into chunks: the first of each, and the one after its last.

    Args:
        positions: in ascending order, shape (m,).
        starts: the first position of each block, and the end of the last one.
        ends: how many rows lie before each of the positions, and behind the last, shape (m + 1,).
        rows: rows in a chunk at most; a text that has more is a chunk by itself.
    """
    first = 0
    for begin, end in _pieces(positions, starts, ends, rows):
        alone = WHOLE * (ends[end] - ends[begin]) >= rows and consecutive(positions[begin:end])
        if first < begin and (alone or ends[end] - ends[first] > rows):
            yield first, begin
            first = begin
        if alone:
            yield begin, end
            first = end
    if first < len(positions):
        yield first, len(positions)


def consecutive(positions: NDArray[Any]) -> bool:
    """True where each position follows the one before it."""
    return bool((np.diff(positions) == 1).all())


def _pieces(
    positions: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    rows: int,
) -> Iterator[tuple[int, int]]:
    """Positions that lie in one block and fit into a chunk."""
    edges = np.searchsorted(positions, starts)
    for block in np.flatnonzero(np.diff(edges)):
        begin, last = int(edges[block]), int(edges[block + 1])
        while begin < last:
            fitting = int(np.searchsorted(ends, ends[begin] + rows, side="right")) - 1
            end = min(max(fitting, begin + 1), last)
            yield begin, end
            begin = end
