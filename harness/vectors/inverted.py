"""Exact search among learned sparse vectors: sparse documents times dense queries.

A text is a list of dimensions and their weights; a dimension that occurs twice has the sum of its
weights. A row whose score is 0 is not returned: like an inverted index, the search finds what
shares a dimension with the query.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.encoded import Floats
from harness.vectors.best import CELL, ENTRY, RANK, Best
from harness.vectors.chunks import Ragged, RaggedChunks, spans
from harness.vectors.engines import score_block
from harness.vectors.pools import POOL_MEMORY, Pairs

PRODUCT = 16
"""Bytes of a score until it is offered."""
WEIGHT = 40
"""Bytes that a weight of a document takes on its way into a matrix."""


def search(
    queries: Ragged,
    chunks: RaggedChunks,
    k: int,
    ranks: NDArray[np.int64],
    *,
    memory: int,
    device: str | None = None,
) -> tuple[NDArray[np.int64], Floats]:
    """The best `k` rows of each query by float32 inner product, then by rank.

    Args:
        queries: dimensions and weights of all queries end to end, shape (total, 2), and offsets,
            (q + 1,).
        chunks: those of the documents.
        k: at least 1.
        ranks: of equal scores the higher rank comes first: distinct, shape (rows,).
        memory: bytes to allocate at most, besides the answer, what `chunks` allocates, and a copy
            of the queries.
        device: any; the processor does the work.

    Returns:
        Rows and scores, best first, shape (q, k); rows -1 and scores minus infinity fill up a list
        that is short.
    """
    asked = Vocabulary(queries)
    count = asked.queries.shape[0]
    found = np.full((count, k), -1, dtype=np.int64)
    scores = np.full((count, k), -np.inf, dtype=np.float32)
    share = max(1, (memory - RANK * len(ranks)) // 4)
    step = max(1, share // (ENTRY * k))
    for first in range(0, count, step):
        part = asked.queries[first : first + step]
        best = Best(part.shape[0], k, ranks)
        for rows, values, offsets in chunks():
            for start, stop in spans(offsets, share // WEIGHT):
                some = values[offsets[start] : offsets[stop]]
                documents = asked.matrix(some, offsets[start : stop + 1] - offsets[start])
                _offer(best, part, rows[start:stop], documents, 2 * share)
        found[first : first + step], scores[first : first + step] = best.result()
    return found, scores


def score_pools(
    queries: Ragged,
    pools: Sequence[NDArray[np.intp]],
    fetch: Callable[[NDArray[np.intp]], Ragged],
    *,
    memory: int = POOL_MEMORY,
) -> list[Floats]:
    """The inner products of each query with rows of its own.

    Args:
        queries: dimensions and weights of all queries end to end, and offsets.
        pools: the rows of each query, in any order.
        fetch: gives those of rows; it is handed the rows in ascending order, each once.
        memory: bytes that the fetched dimensions and weights should take at most.

    Returns:
        Scores in the order of each pool, float32.
    """
    asked = Vocabulary(queries)
    pairs = Pairs(pools)
    scores = np.empty(pairs.total, np.float32)
    for block, values, offsets in pairs.ragged(fetch, memory):
        documents = asked.matrix(values, offsets)
        for query, wanted, columns in block.by_query():
            scores[wanted] = documents[columns] @ asked.queries[[query]].toarray()[0]
    return pairs.apart(scores)


class Vocabulary:
    """The dimensions that occur in some queries; no other matters to them.

    Args:
        queries: dimensions and weights of all queries end to end, shape (total, 2), and offsets.

    Attributes:
        queries: a sparse matrix, shape (q, dimensions that occur).
    """

    def __init__(self, queries: Ragged) -> None:
        values, offsets = queries
        dimensions = np.unique(values[:, 0].astype(np.int64))
        self._size = len(dimensions)
        self._columns = np.full(int(dimensions.max(initial=-1)) + 2, -1, np.int32)
        self._columns[dimensions] = np.arange(self._size, dtype=np.int32)
        self.queries = self.matrix(values, offsets)

    def matrix(self, values: Floats, offsets: NDArray[np.int64]) -> Any:
        """Dimensions and weights of texts as a sparse matrix; what no query has is left out.

        Args:
            values: shape (total, 2).
            offsets: shape (m + 1,).
        """
        from scipy.sparse import csr_array

        unknown = len(self._columns) - 1
        columns = self._columns[np.minimum(values[:, 0].astype(np.int64), unknown)]
        known = columns >= 0
        ends = np.concatenate([[0], np.cumsum(known)])[offsets]
        shape = (len(offsets) - 1, self._size)
        return csr_array((values[known, 1], columns[known], ends), shape=shape)


def _offer(best: Best, queries: Any, rows: NDArray[np.intp], documents: Any, memory: int) -> None:
    """Offers the scores of some documents, a block of them and of queries at a time."""
    fitting = memory // 2 * CELL // (CELL + PRODUCT)
    step, _ = score_block(queries.shape[0], best.k, fitting)
    step = max(1, min(step, memory // 2 // (8 * max(1, queries.shape[1]))))
    _, width = score_block(step, best.k, fitting)
    for first in range(0, queries.shape[0], step):
        part = queries[first : first + step]
        used = np.unique(part.indices)
        asked = np.ascontiguousarray(part[:, used].toarray().T)
        narrow = documents[:, used]
        for start in range(0, len(rows), width):
            scores = np.ascontiguousarray((narrow[start : start + width] @ asked).T)
            scores[scores == 0] = -np.inf
            which = np.arange(first, first + len(scores))
            best.offer(which, rows[start : start + width], scores)
