"""Vectors that come a chunk at a time, put together to sizes that suit those who use them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from harness.encoded import Floats

Chunk = tuple[NDArray[np.intp], Floats]
"""Rows, shape (m,), and their vectors, shape (m, d)."""
Chunks = Callable[[], Iterator[Chunk]]
"""Gives the vectors of all rows, a chunk at a time, anew each time it is called; every row once. A
chunk stays as it is when the next is asked for."""
Ragged = tuple[Floats, NDArray[np.int64]]
"""Arrays of several texts end to end, shape (total, d), and offsets, (m + 1,): text i owns the
entries offsets[i] to offsets[i + 1]."""
RaggedChunks = Callable[[], Iterator[tuple[NDArray[np.intp], Floats, NDArray[np.int64]]]]
"""As `Chunks`: rows, the arrays of their texts end to end, and offsets."""


def gathered(chunks: Iterable[Chunk], vectors: int) -> Iterator[Chunk]:
    """The same vectors, with small chunks put together to so many vectors at most."""
    pending: list[Chunk] = []
    held = 0
    for chunk in chunks:
        if pending and held + len(chunk[0]) > vectors:
            whole, pending, held = _joined(pending), [], 0
            yield whole
        if len(chunk[0]):
            pending.append(chunk)
            held += len(chunk[0])
    if pending:
        yield _joined(pending)


def batches(chunks: Iterable[Chunk], vectors: int) -> Iterator[Chunk]:
    """The same vectors, so many in each chunk but the last."""
    pending: list[Chunk] = []
    missing = vectors
    for rows, block in chunks:
        done = 0
        while len(rows) - done >= missing:
            part = slice(done, done + missing)
            whole = _joined([*pending, (rows[part], block[part])])
            done, pending, missing = done + missing, [], vectors
            yield whole
        if done < len(rows):
            pending.append((rows[done:], block[done:]))
            missing -= len(rows) - done
    if pending:
        yield _joined(pending)


def spans(offsets: NDArray[np.integer], limit: int) -> Iterator[tuple[int, int]]:
    """Runs of texts, from the first to before the last, that have so many entries at most.

    Args:
        offsets: text i owns the entries offsets[i] to offsets[i + 1], shape (m + 1,).
        limit: entries of a run; a text that has more is a run by itself.
    """
    first = 0
    while first < len(offsets) - 1:
        fitting = int(np.searchsorted(offsets, offsets[first] + limit, side="right")) - 1
        last = max(first + 1, fitting)
        yield first, last
        first = last


def _joined(chunks: Sequence[Chunk]) -> Chunk:
    if len(chunks) == 1:
        return chunks[0]
    return np.concatenate([rows for rows, _ in chunks]), np.concatenate([v for _, v in chunks])
