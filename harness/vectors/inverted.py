"""Exact search among learned sparse vectors, by products of sparse matrices.

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
from harness.vectors.chunks import Ragged, RaggedChunks
from harness.vectors.engines import score_block
from harness.vectors.pools import POOL_MEMORY, Pairs

PRODUCT = 16
"""Bytes of a score in a product of sparse matrices and in the dense one made of it."""


def search(
    queries: Ragged,
    chunks: RaggedChunks,
    k: int,
    ranks: NDArray[np.int64],
    *,
    memory: int,
) -> tuple[NDArray[np.int64], Floats]:
    """The best `k` rows of each query by float32 inner product, then by rank.

    Args:
        queries: dimensions and weights of all queries end to end, shape (total, 2), and offsets,
            (q + 1,).
        chunks: those of the documents.
        k: at least 1.
        ranks: of equal scores the higher rank comes first: distinct, shape (rows,).
        memory: bytes to allocate at most, besides the answer, what `chunks` allocates, and copies
            of the queries and of one chunk.

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
            _offer(best, part, rows, asked.matrix(values, offsets), 3 * share)
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
    """Offers the scores of a chunk, some documents and some queries at a time."""
    step, width = score_block(queries.shape[0], best.k, memory * CELL // (CELL + PRODUCT))
    for start in range(0, documents.shape[0], width):
        block = documents[start : start + width].T.tocsr()
        for first in range(0, queries.shape[0], step):
            scores = (queries[first : first + step] @ block).toarray()
            scores[scores == 0] = -np.inf
            which = np.arange(first, first + len(scores))
            best.offer(which, rows[start : start + width], scores)
