"""Approximate indexes of faiss, by name. Their answers are labelled so, with a measured recall.

They are as repeatable as faiss allows: seeds are fixed, and vectors are added in batches of one
size, whatever the chunks they come in. HNSW comes out the same with any number of threads since
faiss 1.15.1; before that only with one, with which it is built there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.encoded import Floats
from harness.errors import MissingExtra, UserError, unknown
from harness.vectors.best import Best
from harness.vectors.chunks import Chunks, batches
from harness.vectors.exact import score_pools
from harness.vectors.pools import POOL_MEMORY

Fetch = Callable[[NDArray[np.intp]], Floats]
"""Gives the vectors of rows, shape (m, d)."""

LINKS, CONSTRUCTION, SEARCH = 32, 200, 128
"""HNSW: links of a vector, and how many candidates are kept while building and, at least, while
searching (M, efConstruction and ef of Malkov and Yashunin 2018, arXiv:1603.09320)."""
WIDTH, BITS = 8, 8
"""IVF-PQ: how many numbers a code stands for, at least, and its bits (Jegou et al. 2011)."""
POINTS = 39
"""Vectors that a centroid should be trained on at least, by faiss's own warning."""
FEWEST = POINTS << BITS
"""Vectors without which codes cannot be trained."""
RESCORED = 4
"""IVF-PQ finds so many times the rows asked for, and the best of them are picked exactly."""
BATCH = 1 << 15
"""Vectors added at a time."""
CANDIDATE = 256
"""Bytes that a candidate may take while the best are picked."""
SEED = 0


@dataclass(frozen=True)
class Approximate:
    """An index that finds most of the best rows.

    Attributes:
        name: "hnsw" or "ivfpq".
        index: faiss's index.
        rows: the row of each vector in it, shape (n,).
        fetch: gives the vectors of rows, for exact scores.
    """

    name: str
    index: Any
    rows: NDArray[np.intp]
    fetch: Fetch

    def search(
        self, queries: Floats, k: int, ranks: NDArray[np.int64], *, memory: int
    ) -> tuple[NDArray[np.int64], Floats]:
        """About the best `k` rows of each query, in their exact order: by score, then by rank.

        Args:
            queries: shape (q, d).
            k: at least 1.
            ranks: of equal scores the higher rank comes first: distinct, shape (rows,).
            memory: bytes to allocate at most, besides the index and the answer.

        Returns:
            Rows and their exact scores, best first, shape (q, k); rows -1 and scores minus infinity
            fill up a list that is short.
        """
        if self.name == "hnsw":
            self.index.hnsw.efSearch = max(SEARCH, 2 * k)
        best = Best(len(queries), k, ranks)
        depth = min(k * (RESCORED if self.name == "ivfpq" else 1), len(self.rows))
        step = max(1, memory // 2 // (CANDIDATE * depth))
        held = min(POOL_MEMORY, memory // 2)
        for first in range(0, len(queries), step):
            part = queries[first : first + step]
            scores, places = self.index.search(part, depth)
            there = places >= 0
            rows, counts = self.rows[places[there]], there.sum(axis=1)
            near = scores[there]
            if self.name == "ivfpq":
                pools = np.split(rows, np.cumsum(counts)[:-1])
                near = np.concatenate(score_pools(part, pools, self.fetch, memory=held))
            best.take(np.arange(first, first + len(part)), counts, rows, near)
        return best.result()


def build(
    name: str, chunks: Chunks, rows: int, d: int, fetch: Fetch, *, memory: int
) -> Approximate:
    """An index by inner product, which is the cosine where vectors are of length 1.

    "hnsw" is a graph that holds all vectors and about 280 bytes more for each in memory. "ivfpq"
    holds some d/8 bytes a vector, looks at the nearest of about 4 sqrt(rows) clusters, and has the
    best scored exactly.

    Args:
        name: "hnsw" or "ivfpq".
        chunks: the vectors of all rows.
        rows: how many there are.
        d: dimension.
        fetch: gives the vectors of rows.
        memory: bytes that the vectors codes are trained on may take.

    Raises:
        UserError: the name is unknown, or there are too few vectors to train codes on.
        MissingExtra: faiss is not installed.
    """
    builders = {"hnsw": _hnsw, "ivfpq": _ivfpq}
    if name not in builders:
        raise unknown("approximate index", name, builders, f"There is: {', '.join(builders)}")
    if not find_spec("faiss"):
        raise MissingExtra(f"the approximate index '{name}'", "faiss")
    index = builders[name](chunks, rows, d, memory)
    added = [np.zeros(0, np.intp)]
    with _repeatable():
        for some, vectors in batches(chunks(), BATCH):
            index.add(vectors)
            added.append(some)
    return Approximate(name, index, np.concatenate(added), fetch)


def recall(approximate: NDArray[np.int64], exact: NDArray[np.int64]) -> tuple[int, int]:
    """How many of the rows that the exact search found the approximate one found, and of how many.

    Args:
        approximate: rows, shape (q, any); -1 where there is none.
        exact: rows for the same queries, shape (q, k).
    """
    wanted = exact >= 0
    span = max(int(exact.max(initial=0)), int(approximate.max(initial=0))) + 1
    lines = np.arange(len(exact))[:, None] * span
    found = np.isin((exact + lines)[wanted], (approximate + lines)[approximate >= 0])
    return int(found.sum()), int(wanted.sum())


def _hnsw(chunks: Chunks, rows: int, d: int, memory: int) -> Any:
    import faiss

    index = faiss.IndexHNSWFlat(d, LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = CONSTRUCTION
    return index


def _ivfpq(chunks: Chunks, rows: int, d: int, memory: int) -> Any:
    import faiss

    if rows < FEWEST:
        raise UserError(
            f"the approximate index 'ivfpq' needs {FEWEST:,} distinct texts to be trained on, and "
            f"there are {rows:,}: use the exact search, which is fast for so few"
        )
    affordable = min(rows, max(FEWEST, memory // (4 * d)))
    clusters = min(4 * isqrt(rows), affordable // POINTS)
    width = next(width for width in range(min(WIDTH, d), d + 1) if d % width == 0)
    index = faiss.IndexIVFPQ(
        faiss.IndexFlatIP(d), d, clusters, d // width, BITS, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.seed = index.pq.cp.seed = SEED
    index.nprobe = 4 * isqrt(clusters)
    index.train(_sample(chunks, rows, d, max(FEWEST, POINTS * clusters)))
    return index


def _sample(chunks: Chunks, rows: int, d: int, size: int) -> Floats:
    """Vectors drawn without replacement, the same for the same number of rows."""
    drawn = np.sort(np.random.default_rng(SEED).choice(rows, size, replace=False))
    sample = np.empty((size, d), np.float32)
    seen = 0
    for _, vectors in chunks():
        first, last = np.searchsorted(drawn, [seen, seen + len(vectors)])
        sample[first:last] = vectors[drawn[first:last] - seen]
        seen += len(vectors)
    return sample


@contextmanager
def _repeatable() -> Iterator[None]:
    """One thread, where more would race."""
    import faiss

    threads = faiss.omp_get_max_threads()
    version = [int(number) for number in re.findall(r"\d+", faiss.__version__)[:3]]
    if version < [1, 15, 1]:
        faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)
