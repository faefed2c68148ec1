"""Reads the embeddings of texts by their positions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.cache.block import Block
from harness.cache.chunks import cuts
from harness.cache.storage import Positions, Storage, spans
from harness.encoded import Floats


class Reader:
    """The texts of a space, numbered; a position holds as long as the object lives.

    All methods take positions in any order, shape (m,), each at least 0. They raise IndexError for
    a position that is not there, and ValueError where the space is ragged and the method is not,
    or the other way round.
    """

    def __init__(self) -> None:
        self._storage = Storage()

    def __len__(self) -> int:
        """Number of texts, counting those that were appended twice."""
        return len(self._storage)

    @property
    def blocks(self) -> Sequence[Block]:
        """The blocks in the order of positions."""
        return tuple(self._storage.blocks)

    @property
    def dimension(self) -> int | None:
        """That of the vectors; None while there are none."""
        return self._storage.blocks[0].dimension if self._storage.blocks else None

    @property
    def ragged(self) -> bool | None:
        """Whether texts have any number of vectors, not just one; None while there are none."""
        return self._storage.blocks[0].ragged if self._storage.blocks else None

    def vectors(self, positions: Positions) -> Floats:
        """The vector of each text, in the order asked for: a copy of shape (m, d)."""
        order, ascending = self._ordered(positions, ragged=False)
        found = np.empty((len(order), self.dimension or 0), np.float32)
        for part, rows in self._storage.rows(ascending):
            found[order[part]] = rows
        return found

    def ragged_vectors(self, positions: Positions) -> tuple[Floats, NDArray[np.int64]]:
        """The vectors of each text, in the order asked for, as a copy.

        Returns:
            All rows, shape (rows, d), and offsets of shape (m + 1,): text i owns the rows
            offsets[i] to offsets[i + 1].
        """
        order, ascending = self._ordered(positions, ragged=True)
        lengths = np.empty(len(order), np.int64)
        lengths[order] = self._storage.lengths(ascending)
        offsets = _offsets(lengths)
        found = np.empty((offsets[-1], self.dimension or 0), np.float32)
        for part, rows in self._storage.rows(ascending):
            found[spans(offsets[order[part]], lengths[order[part]])] = rows
        return found, offsets

    def chunks(self, positions: Positions, rows: int) -> Iterator[tuple[NDArray[np.intp], Floats]]:
        """The vectors of texts in the order in which they are stored, a part at a time.

        Where a long enough stretch of a block is wanted, its vectors are a read-only view of the
        memory map. Otherwise they are a copy, which is gathered from as many blocks as fit. Who
        loops over chunks holds one while the next is made: reckon with two.

        Args:
            positions: the texts.
            rows: vectors in a chunk at most.

        Yields:
            Indices into `positions`, shape (c,), each index once over all chunks; and the vectors
            of these texts, shape (c, d).
        """
        order, ascending = self._ordered(positions, ragged=False)
        ends = np.arange(len(order) + 1)
        for first, last in cuts(ascending, self._storage.starts, ends, rows):
            yield order[first:last], self._rows(ascending[first:last], last - first)

    def ragged_chunks(
        self, positions: Positions, rows: int
    ) -> Iterator[tuple[NDArray[np.intp], Floats, NDArray[np.int64]]]:
        """As `chunks`, for texts of any number of vectors.

        Args:
            positions: the texts.
            rows: vectors in a chunk at most; a text that has more is a chunk by itself.

        Yields:
            Indices into `positions`, shape (c,); the vectors of these texts, shape (r, d), and
            offsets of shape (c + 1,): text i of the chunk owns the rows offsets[i] to
            offsets[i + 1].
        """
        order, ascending = self._ordered(positions, ragged=True)
        ends = _offsets(self._storage.lengths(ascending))
        for first, last in cuts(ascending, self._storage.starts, ends, rows):
            offsets = ends[first : last + 1] - ends[first]
            yield order[first:last], self._rows(ascending[first:last], offsets[-1]), offsets

    def tokens(self, positions: Positions) -> NDArray[np.uint32]:
        """Length of each text in tokens, shape (m,); 0 where it is unknown."""
        return self._field(positions, "tokens", np.uint32)

    def truncated(self, positions: Positions) -> NDArray[np.bool_]:
        """Whether only the beginning of a text was encoded, shape (m,)."""
        return self._field(positions, "truncated", np.bool_)

    def _field(self, positions: Positions, name: str, dtype: Any) -> NDArray[Any]:
        order, ascending = self._ordered(positions, self.ragged)
        found = np.empty(len(order), dtype)
        found[order] = self._storage.field(ascending, name, dtype)
        return found

    def _rows(self, ascending: Positions, rows: int) -> Floats:
        """The rows of texts, so many in all: a view where they lie together, else a copy."""
        found = np.empty((rows, self.dimension or 0), np.float32)  # no memory until it is filled
        filled = 0
        for _, piece in self._storage.rows(ascending):
            if len(piece) == rows:
                return piece
            found[filled : filled + len(piece)] = piece
            filled += len(piece)
        return found

    def _ordered(
        self, positions: Positions, ragged: bool | None
    ) -> tuple[NDArray[np.intp], Positions]:
        """The order in which texts are stored, and their positions in that order."""
        if self.ragged not in (ragged, None):
            raise ValueError(
                f"the texts have {'any number of vectors' if self.ragged else 'one vector each'}"
            )
        positions = np.asarray(positions, np.int64)
        order = np.argsort(positions, kind="stable")
        ascending = positions[order]
        if len(order) and not 0 <= ascending[0] <= ascending[-1] < len(self):
            raise IndexError(f"positions {ascending[0]} to {ascending[-1]} of {len(self)} texts")
        return order, ascending


def _offsets(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths)], dtype=np.int64)
