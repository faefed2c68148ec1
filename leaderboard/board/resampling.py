"""Resampled aggregates of all rows at once: queries alone, or tasks and queries.

Two levels, as for any nested sample (Davison and Hinkley, Bootstrap Methods and their Application,
1997, section 3.8): tasks are drawn with replacement within each group of the aggregate, which
keeps the weight of its groups, and within each drawn task its queries are drawn with replacement,
by cluster, anew for each copy of the task.

Of n tasks n - 1 are drawn: the mean of n draws varies by (n - 1) / n too little, which is half of
it for a group of two, and the mean of n - 1 draws by just as much as the mean of n tasks (Rao and
Wu, Journal of the American Statistical Association 83(401), 1988). The only task of a group is
drawn every time. Drawing queries as well counts their noise a second time, since the observed task
means carry it already: what is resampled at both levels errs on the wide side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.scoring import RESAMPLES
from harness.suites import Aggregate
from leaderboard.board.aside import shared_zeros
from leaderboard.board.draws import Shares, draws, query_shares
from leaderboard.board.products import Products, Replicates

SEED = 0
_STRIDE = 61
"""Copies of a task in one resample take its query draws this many resamples apart."""


@dataclass(frozen=True)
class Block:
    """Rows that answered the same queries of a task.

    Attributes:
        rows: positions of the rows, shape (k,).
        values: shape (n, k).
        shares: coefficients of the queries in each resample, shape (resamples, n).
    """

    rows: NDArray[np.int64]
    values: NDArray[np.float32]
    shares: Shares


@dataclass(frozen=True)
class TaskValues:
    """What is known of one task.

    Attributes:
        task: its name.
        means: of every row, shape (rows,); NaN where a row has none.
        blocks: values by query, where they are known; a row is in one block at most.
    """

    task: str
    means: NDArray[np.float64]
    blocks: tuple[Block, ...] = ()


def block(
    task: str,
    rows: NDArray[np.int64],
    values: NDArray[np.float32],
    *,
    clusters: Sequence[int],
    weights: Sequence[float],
) -> Block:
    """The rows' values, shape (n, rows), with the draws of the task's queries."""
    shares = query_shares(f"{SEED}/{task}", clusters=clusters, weights=weights, resamples=RESAMPLES)
    return Block(rows, values, shares)


class Resampled:
    """Adds up the replicates of one aggregate, a task at a time.

    Args:
        aggregate: what is averaged over what.
        sizes: number of queries of every task of it.
        rows: positions of the rows that take part, all of which have all its tasks.
        tasks: whether tasks are drawn too; else they are fixed, and the replicates are those of
            `harness.scoring.aggregate`.
    """

    def __init__(
        self, aggregate: Aggregate, sizes: Mapping[str, int], rows: Sequence[int], *, tasks: bool
    ) -> None:
        self.aggregate = aggregate
        self._rows = np.asarray(rows, dtype=np.int64)
        self._copies, self._weights = (
            _drawn(aggregate, sizes) if tasks else _fixed(aggregate, sizes)
        )
        self._left = len(aggregate.tasks)
        self._sum = shared_zeros(RESAMPLES, len(rows))
        self._products: Products | None = None

    def add(self, values: TaskValues) -> None:
        """Adds a task of the aggregate; each of them once."""
        if self._products is None:
            self._products = Products(self._sum)
        copies, weights = self._copies[values.task], self._weights[values.task]
        known = np.zeros(len(self._rows), dtype=bool)
        for found in values.blocks:
            columns = _places(self._rows, found.rows)
            here = columns >= 0
            if here.any():
                known |= here
                coefficients = _spread(found.shares, copies, weights)
                self._products.add(coefficients, _chosen(found.values, columns, here))
        if not known.all():
            means = np.where(known, 0, values.means[self._rows]).astype(np.float32)
            self._products.add((copies * weights)[:, None].astype(np.float32), means[None])
        self._left -= 1
        if not self._left:
            self._finish()

    def replicates(self) -> Replicates:
        """The resampled aggregates of the rows, in the order that they were given in."""
        self._finish()
        return self._sum

    def _finish(self) -> None:
        if self._products is not None:
            self._products.flush()
            self._products = None  # its memory serves the next aggregate


def _fixed(
    aggregate: Aggregate, sizes: Mapping[str, int]
) -> tuple[dict[str, NDArray[np.int64]], dict[str, NDArray[np.float64]]]:
    """Every task once in each resample, with its weight in the aggregate."""
    once = np.ones(RESAMPLES, dtype=np.int64)
    weights = aggregate.weights({task: sizes[task] for task in aggregate.tasks})
    return dict.fromkeys(weights, once), {
        task: np.full(RESAMPLES, w) for task, w in weights.items()
    }


def _drawn(
    aggregate: Aggregate, sizes: Mapping[str, int]
) -> tuple[dict[str, NDArray[np.int64]], dict[str, NDArray[np.float64]]]:
    """How often each task is drawn in each resample, and the weight of one copy of it."""
    micro = aggregate.weighting == "micro"
    groups = (aggregate.tasks,) if micro else aggregate.groups
    copies: dict[str, NDArray[np.int64]] = {}
    weights: dict[str, NDArray[np.float64]] = {}
    for group in groups:
        seed = f"{SEED}/tasks/{' '.join(group)}"
        counts = draws(seed, n=len(group), resamples=RESAMPLES, size=max(1, len(group) - 1))
        size = np.array([sizes[task] if micro else 1 for task in group], dtype=np.float64)
        copy = size / (counts @ size)[:, None] / len(groups)
        copies |= dict(zip(group, counts.T, strict=True))
        weights |= dict(zip(group, copy.T, strict=True))
    return copies, weights


def _spread(shares: Shares, copies: NDArray[np.int64], weights: NDArray[np.float64]) -> Shares:
    """The queries' coefficients in the aggregate: each copy of a task has its own query draws."""
    if copies.min(initial=1) == copies.max(initial=1) == 1:
        return shares * weights[:, None].astype(np.float32)
    total = np.zeros_like(shares)
    for copy in range(int(copies.max(initial=0))):
        resample = np.flatnonzero(copies > copy)
        other = (resample + copy * _STRIDE) % len(shares)
        total[resample] += weights[resample, None].astype(np.float32) * shares[other]
    return total


def _chosen(
    values: NDArray[np.float32], columns: NDArray[np.int64], here: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """The wanted columns in order; zeros for those that are not here."""
    if np.array_equal(columns, np.arange(values.shape[1])):
        return values
    table = np.zeros((len(values), len(columns)), dtype=np.float32)
    table[:, here] = values[:, columns[here]]
    return table


def _places(wanted: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each wanted row is among the rows; -1 where it is not."""
    order = np.argsort(rows)
    at = np.minimum(np.searchsorted(rows, wanted, sorter=order), len(rows) - 1)
    found = order[at]
    return np.where(rows[found] == wanted, found, -1)
