"""The three forms of a text's vectors, and how each is searched: one vector, many, or weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Protocol

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


class Form(Protocol):
    """How texts in one form are searched. Rows are places in the `texts` that are given."""

    def search(
        self, space: Space, queries: Positions, texts: Positions, k: int, ranks: Ranks
    ) -> Best:
        """The best `k` of the texts for each query; of equal scores the higher rank wins."""
        ...

    def score(
        self, space: Space, queries: Positions, texts: Positions, pools: Sequence[NDArray[np.intp]]
    ) -> list[Floats]:
        """The scores of each query's own rows."""
        ...


class Single:
    """One vector a text, compared by inner product."""

    def search(
        self, space: Space, queries: Positions, texts: Positions, k: int, ranks: Ranks
    ) -> Best:
        """See `Form`."""
        from harness.vectors import exact

        here = workspace()
        return exact.search(
            space.vectors(queries),
            lambda: space.chunks(texts, chunk_rows(space, here.memory)),
            k,
            ranks,
            memory=here.memory,
            device=here.device,
        )

    def score(
        self, space: Space, queries: Positions, texts: Positions, pools: Sequence[NDArray[np.intp]]
    ) -> list[Floats]:
        """See `Form`."""
        from harness.vectors import exact

        return exact.score_pools(
            space.vectors(queries), pools, lambda rows: space.vectors(texts[rows])
        )


class Multi:
    """A vector for each token, compared by the sum of the best match of every query token."""

    def search(
        self, space: Space, queries: Positions, texts: Positions, k: int, ranks: Ranks
    ) -> Best:
        """See `Form`."""
        from harness.vectors import maxsim

        here = workspace()
        return maxsim.search(
            _separate(space, queries),
            lambda: space.ragged_chunks(texts, chunk_rows(space, here.memory)),
            k,
            ranks,
            memory=here.memory,
            device=here.device,
        )

    def score(
        self, space: Space, queries: Positions, texts: Positions, pools: Sequence[NDArray[np.intp]]
    ) -> list[Floats]:
        """See `Form`."""
        from harness.vectors import maxsim

        return maxsim.score_pools(
            _separate(space, queries), pools, lambda rows: space.ragged_vectors(texts[rows])
        )


class Sparse:
    """Weights of the dimensions that are not zero, compared by inner product."""

    def search(
        self, space: Space, queries: Positions, texts: Positions, k: int, ranks: Ranks
    ) -> Best:
        """See `Form`."""
        from harness.vectors import inverted

        here = workspace()
        return inverted.search(
            space.ragged_vectors(queries),
            lambda: space.ragged_chunks(texts, chunk_rows(space, here.memory)),
            k,
            ranks,
            memory=here.memory,
        )

    def score(
        self, space: Space, queries: Positions, texts: Positions, pools: Sequence[NDArray[np.intp]]
    ) -> list[Floats]:
        """See `Form`."""
        from harness.vectors import inverted

        return inverted.score_pools(
            space.ragged_vectors(queries), pools, lambda rows: space.ragged_vectors(texts[rows])
        )


FORMS: dict[str, Callable[[], Form]] = {"single": Single, "multi": Multi, "sparse": Sparse}


def form_of(name: str, model: str) -> Form:
    """The form of that name. Raises `UserError` for an unknown one, naming the model."""
    if name not in FORMS:
        raise UserError(f"{model}: form is '{name}', and must be one of {', '.join(FORMS)}")
    return FORMS[name]()


def chunk_rows(space: Space, memory: int) -> int:
    """How many vectors a chunk may hold."""
    return max(1, memory // SHARE // (4 * (space.dimension or 1)))


def _separate(space: Space, positions: Positions) -> list[Floats]:
    vectors, offsets = space.ragged_vectors(positions)
    return [vectors[a:b] for a, b in pairwise(offsets.tolist())]
