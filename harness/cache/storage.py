"""The blocks of a space as one long array of texts, wherever they lie."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.cache.block import Block, Contents
from harness.cache.chunks import consecutive
from harness.encoded import Floats

Positions: TypeAlias = NDArray[np.int64]
Chosen: TypeAlias = "slice | NDArray[np.int64]"
"""Texts of one block; a slice where they follow one another, which takes no copy."""

MAPPED = 128
"""Blocks that are mapped at a time: each takes a file descriptor."""


class Storage:
    """Numbers the texts of blocks in the order in which the blocks were added.

    All positions that methods take are in ascending order.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._starts = [0]
        self._contents = lru_cache(maxsize=MAPPED)(Block.contents)

    def __len__(self) -> int:
        """Number of texts."""
        return self._starts[-1]

    @property
    def starts(self) -> Positions:
        """The first position of each block, and the end of the last one."""
        return np.array(self._starts, np.int64)

    def add(self, block: Block) -> None:
        """Appends a block."""
        self.blocks.append(block)
        self._starts.append(self._starts[-1] + block.texts)

    def parts(self, positions: Positions) -> Iterator[tuple[slice, Contents, Chosen]]:
        """For each block: which of the positions lie there, the block, and the texts in it."""
        edges = np.searchsorted(positions, self.starts)
        for number in np.flatnonzero(np.diff(edges)):
            part = slice(int(edges[number]), int(edges[number + 1]))
            inside = positions[part] - self._starts[number]
            if consecutive(inside):
                chosen: Chosen = slice(int(inside[0]), int(inside[-1]) + 1)
            else:
                chosen = inside
            yield part, self._contents(self.blocks[number]), chosen

    def field(self, positions: Positions, name: str, dtype: Any) -> NDArray[Any]:
        """A field of `Contents` that has one value for each text, shape (m,)."""
        found = np.empty(len(positions), dtype)
        for part, contents, chosen in self.parts(positions):
            found[part] = getattr(contents, name)[chosen]
        return found

    def lengths(self, positions: Positions) -> NDArray[np.int64]:
        """Number of rows of ragged texts, shape (m,)."""
        found = np.empty(len(positions), np.int64)
        for part, contents, chosen in self.parts(positions):
            offsets = _offsets(contents)
            found[part] = offsets[1:][chosen] - offsets[:-1][chosen]
        return found

    def rows(self, positions: Positions) -> Iterator[tuple[slice, Floats]]:
        """For each block, which of the positions lie there, and all their rows in order."""
        for part, contents, chosen in self.parts(positions):
            if contents.offsets is None:
                yield part, contents.vectors[chosen]
            elif isinstance(chosen, slice):
                first, last = contents.offsets[[chosen.start, chosen.stop]]
                yield part, contents.vectors[first:last]
            else:
                starts, ends = contents.offsets[chosen], contents.offsets[chosen + 1]
                yield part, contents.vectors[spans(starts, ends - starts)]


def spans(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of all rows of texts that start at these rows and have so many."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())


def _offsets(contents: Contents) -> NDArray[np.int64]:
    if contents.offsets is None:
        raise ValueError("each text of this space has one row: it is not ragged")
    return contents.offsets
