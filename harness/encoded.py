"""What an embedder gives back: vectors, and what became of the texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Encoded:
    """The vectors of some texts.

    An embedder that has nothing to say of its texts may return the bare array instead.

    Attributes:
        values: one vector a text, shape (n, d). An embedder whose `form` is "multi" gives a list
            of n arrays of shape (tokens, d); one whose `form` is "sparse" a list of n arrays of
            shape (nonzeros, 2), each row a dimension and its weight.
        tokens: length of each text in tokens, before anything was cut off.
        truncated: whether the model saw only the beginning of a text.
        notes: counts worth showing, such as {"batches halved for lack of memory": 1}.
    """

    values: Floats | Sequence[Floats]
    tokens: Sequence[int] | None = None
    truncated: Sequence[bool] | None = None
    notes: Mapping[str, int] = field(default_factory=dict)
