"""What is appended at once, made ready for a block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.cache.index import Keys, as_keys
from harness.encoded import Floats


@dataclass(frozen=True)
class Batch:
    """The vectors of n texts with their keys.

    Attributes:
        keys: shape (n, 2).
        offsets: text i owns the rows offsets[i] to offsets[i+1], shape (n + 1,); None where each
            text has one row.
        tokens: shape (n,), 0 where unknown.
        truncated: shape (n,), 0 or 1.
        rows: arrays of shape (any, dimension); one below the other they are all the rows.
    """

    keys: Keys
    offsets: NDArray[np.int64] | None
    tokens: NDArray[np.uint32]
    truncated: NDArray[np.uint8]
    rows: Sequence[Floats]
    dimension: int

    @property
    def ragged(self) -> bool:
        """Whether a text may have any number of rows."""
        return self.offsets is not None

    @classmethod
    def of(
        cls,
        keys: NDArray[Any],
        values: Floats | Sequence[Floats],
        tokens: Sequence[int] | None,
        truncated: Sequence[bool] | None,
    ) -> Batch:
        """The batch. Raises ValueError where lengths or shapes disagree."""
        given = as_keys(keys)
        offsets: NDArray[np.int64] | None = None
        if isinstance(values, np.ndarray) and values.ndim == 2:
            rows = [np.ascontiguousarray(values, "<f4")]
        else:
            rows = [np.ascontiguousarray(value, "<f4") for value in values]
            offsets = np.cumsum([0, *map(len, rows)], dtype="<i8")
        for told in (values, tokens, truncated):
            if told is not None and len(told) != len(given):
                raise ValueError(f"{len(given)} keys, but {len(told)} values, lengths or flags")
        shapes = {row.shape[1:] for row in rows} or {(0,)}
        if len(shapes) > 1 or any(len(shape) != 1 for shape in shapes):
            raise ValueError(f"the rows of all texts are of one length, not {sorted(shapes)}")
        return cls(
            keys=given,
            offsets=offsets,
            tokens=np.zeros(len(given), "<u4") if tokens is None else np.array(tokens, "<u4"),
            truncated=np.zeros(len(given), "u1") if truncated is None else _flags(truncated),
            rows=rows,
            dimension=shapes.pop()[0],
        )


def _flags(values: Sequence[bool]) -> NDArray[np.uint8]:
    return np.array(values, np.bool_).view(np.uint8)
