"""Exact search by inner product: every query meets every vector, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from harness.encoded import Floats
from harness.vectors.best import ENTRY, RANK, Best
from harness.vectors.chunks import Chunks, gathered
from harness.vectors.engines import SCORES, Engine, choose
from harness.vectors.pools import POOL_MEMORY, Block, Pairs

GATHERED = 1 << 16
"""Vectors that are searched together at best: small chunks would each be picked over anew."""
DENSE = 32
"""A product of matrices computes so many scores in the time of one that is computed alone."""


def search(
    queries: Floats,
    chunks: Chunks,
    k: int,
    ranks: NDArray[np.int64],
    *,
    memory: int,
    device: str | None = None,
    engine: Engine | None = None,
) -> tuple[NDArray[np.int64], Floats]:
    """The best `k` rows of each query by float32 inner product, then by rank.

    What is found depends neither on how the vectors are cut into chunks nor on the memory, except
    where rounding of the last bit tells two scores apart.

    Args:
        queries: shape (q, d).
        chunks: the vectors of all rows.
        k: at least 1.
        ranks: of equal scores the higher rank comes first: distinct, shape (rows,).
        memory: bytes to allocate at most, besides the answer and what `chunks` allocates, unless
            not even the smallest piece of the work fits. Where the lists of the best take too much
            of it, the vectors are read once for each part of the queries.
        device: see `harness.vectors.engines.choose`.
        engine: what to search with; None chooses what is fastest.

    Returns:
        Rows and scores, best first, shape (q, k); rows -1 and scores minus infinity fill up a list
        that is short.

    Raises:
        UserError: nothing that is installed can use the device.
    """
    found = np.full((len(queries), k), -1, dtype=np.int64)
    scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
    share = max(1, (memory - RANK * len(ranks)) // 4)
    step = max(1, share // (ENTRY * k))
    vectors = min(GATHERED, share // (4 * max(1, queries.shape[1])))
    engine = engine or choose(device, min(step, len(queries)), queries.shape[1], k, 2 * share)
    for first in range(0, len(queries), step):
        part = slice(first, first + step)
        best = Best(len(queries[part]), k, ranks)
        every = np.arange(len(queries[part]))
        for chunk in gathered(chunks(), vectors):
            engine(best, every, queries[part], chunk, 2 * share)
        found[part], scores[part] = best.result()
    return found, scores


def score_pools(
    queries: Floats,
    pools: Sequence[NDArray[np.intp]],
    fetch: Callable[[NDArray[np.intp]], Floats],
    *,
    memory: int = POOL_MEMORY,
) -> list[Floats]:
    """The inner products of each query with rows of its own.

    Args:
        queries: shape (q, d).
        pools: the rows of each query, in any order.
        fetch: gives the vectors of rows, which it is handed in ascending order, each once.
        memory: bytes that the fetched vectors may take; each pair takes some 60 more.

    Returns:
        Scores in the order of each pool, float32.
    """
    pairs = Pairs(pools)
    scores = np.empty(pairs.total, np.float32)
    step = max(1, memory // (4 * max(1, queries.shape[1])))
    for first in range(0, len(pairs.rows), step):
        block = pairs.block(first, first + step)
        _score(queries, block, fetch(block.rows), scores)
    return pairs.apart(scores)


def _score(queries: Floats, block: Block, vectors: Floats, scores: Floats) -> None:
    """Fills in the scores of a block's pairs: all at once where many of them are wanted."""
    asked, line = np.unique(block.queries, return_inverse=True)
    if len(asked) * len(vectors) > DENSE * len(block.pairs):
        for query, pairs, columns in block.by_query():
            scores[pairs] = vectors[columns] @ queries[query]
        return
    step = max(1, SCORES // len(vectors))
    for first in range(0, len(asked), step):
        products = queries[asked[first : first + step]] @ vectors.T
        start, stop = np.searchsorted(line, [first, first + step])
        scores[block.pairs[start:stop]] = products[
            line[start:stop] - first, block.columns[start:stop]
        ]
