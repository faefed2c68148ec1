"""Queries that each look at rows of their own, turned into work on rows that is done once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.encoded import Floats
from harness.vectors.chunks import Ragged

Places = NDArray[np.int64]
POOL_MEMORY = 64 << 20
"""Bytes of vectors that are fetched together."""
FIRST = 64
"""Texts fetched at first, while it is not known how long they are."""


@dataclass(frozen=True)
class Block:
    """Some rows, and all pairs of a query and one of them.

    Attributes:
        rows: the rows, ascending, shape (m,).
        pairs: places of the pairs among those of all pools, end to end; ascending, shape (n,).
        queries: the query of each pair, ascending, shape (n,).
        columns: the place of each pair's row in `rows`, shape (n,).
    """

    rows: Places
    pairs: Places
    queries: Places
    columns: Places

    def by_query(self) -> Iterator[tuple[int, Places, Places]]:
        """Each query that has pairs here, with its `pairs` and `columns`."""
        queries, starts = np.unique(self.queries, return_index=True)
        ends = [*starts.tolist()[1:], len(self.pairs)]
        for query, start, end in zip(queries.tolist(), starts.tolist(), ends, strict=True):
            yield query, self.pairs[start:end], self.columns[start:end]


class Pairs:
    """The pairs of queries and rows that some pools consist of.

    Args:
        pools: the rows of each query, in any order.

    Attributes:
        rows: those that occur, ascending, so that they are read in the order in which they lie.
        total: number of pairs.
    """

    def __init__(self, pools: Sequence[NDArray[np.intp]]) -> None:
        sizes = [len(pool) for pool in pools]
        self.total = sum(sizes)
        self._rows = np.concatenate([np.zeros(0, np.int64), *pools])
        self._queries = np.repeat(np.arange(len(pools)), sizes)
        self._ends = np.cumsum(sizes, dtype=np.int64)
        self._order = np.argsort(self._rows, kind="stable")
        self.rows, starts = np.unique(self._rows[self._order], return_index=True)
        self._bounds = np.append(starts, self.total)

    def block(self, first: int, last: int) -> Block:
        """The rows `first` to `last` and the pairs that they occur in."""
        rows = self.rows[first:last]
        pairs = np.sort(self._order[self._bounds[first] : self._bounds[first + len(rows)]])
        columns = np.searchsorted(rows, self._rows[pairs])
        return Block(rows, pairs, self._queries[pairs], columns)

    def apart(self, scores: Floats) -> list[Floats]:
        """Scores of all pairs, shape (total,), as one array a pool."""
        return np.split(scores, self._ends[:-1]) if self._ends.size else []

    def ragged(
        self, fetch: Callable[[NDArray[np.intp]], Ragged], memory: int
    ) -> Iterator[tuple[Block, Floats, NDArray[np.int64]]]:
        """All blocks with what belongs to their rows, as much at a time as may be expected to fit.

        Args:
            fetch: gives the arrays of some rows end to end, and their offsets.
            memory: bytes that the arrays of a block should not exceed; the longest texts seen so
                far tell how many that is.
        """
        first, step, longest = 0, FIRST, 1
        while first < len(self.rows):
            block = self.block(first, first + step)
            values, offsets = fetch(block.rows)
            yield block, values, offsets
            first += len(block.rows)
            longest = max(longest, int(np.diff(offsets).max()) * values.itemsize * values.shape[1])
            step = max(1, min(memory // longest, 4 * step))
