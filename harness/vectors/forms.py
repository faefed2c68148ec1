"""The three forms of a text's vectors, and how each is searched: one vector, many, or weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.cache import Space
from harness.encoded import Floats
from harness.errors import UserError
from harness.workspace import workspace

Positions = NDArray[np.int64]
Ranks = NDArray[np.int64]
Best = tuple[NDArray[np.int64], Floats]
"""Rows of the best texts and their scores, shape (q, k); row -1 where there are fewer."""

SHARE = 4
"""The part of the memory that one chunk of vectors may take: a quarter."""


@dataclass(frozen=True)
class Form:
    """How texts in one form are searched. Rows are places in the `texts` that are given.

    Attributes:
        engine: the module that searches, imported when there is something to search.
        queries: vectors of queries as the engine takes them.
        chunks: vectors of texts a chunk at a time: space, positions, vectors in a chunk.
        fetch: vectors of some texts.
    """

    engine: str
    queries: Callable[[Space, Positions], Any]
    chunks: Callable[[Space, Positions, int], Any]
    fetch: Callable[[Space, Positions], Any]

    def search(
        self, space: Space, queries: Positions, texts: Positions, k: int, ranks: Ranks
    ) -> Best:
        """The best `k` of the texts for each query; of equal scores the higher rank wins."""
        here = workspace()
        found: Best = import_module(self.engine).search(
            self.queries(space, queries),
            lambda: self.chunks(space, texts, chunk_rows(space, here.memory)),
            k,
            ranks,
            memory=here.memory,
            device=here.device,
        )
        return found

    def score(
        self, space: Space, queries: Positions, texts: Positions, pools: Sequence[NDArray[np.intp]]
    ) -> list[Floats]:
        """The scores of each query's own rows."""
        found: list[Floats] = import_module(self.engine).score_pools(
            self.queries(space, queries), pools, lambda rows: self.fetch(space, texts[rows])
        )
        return found


def _separate(space: Space, positions: Positions) -> list[Floats]:
    vectors, offsets = space.ragged_vectors(positions)
    return [vectors[a:b] for a, b in pairwise(offsets.tolist())]


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        # One vector a text, compared by inner product.
        "single": Form("harness.vectors.exact", Space.vectors, Space.chunks, Space.vectors),
        # A vector for each token, compared by the best match of every token of the query.
        "multi": Form(
            "harness.vectors.maxsim", _separate, Space.ragged_chunks, Space.ragged_vectors
        ),
        # Weights of the dimensions that are not zero, compared by inner product.
        "sparse": Form(
            "harness.vectors.inverted",
            Space.ragged_vectors,
            Space.ragged_chunks,
            Space.ragged_vectors,
        ),
    }
)


def form_of(name: str, model: str) -> Form:
    """The form of that name. Raises `UserError` for an unknown one, naming the model."""
    if name not in FORMS:
        raise UserError(f"{model}: form is '{name}', and must be one of {', '.join(FORMS)}")
    return FORMS[name]


def chunk_rows(space: Space, memory: int) -> int:
    """How many vectors a chunk may hold."""
    return max(1, memory // SHARE // (4 * (space.dimension or 1)))
