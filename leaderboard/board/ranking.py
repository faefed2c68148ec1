"""Ranks with their uncertainty, and which rows cannot be told apart.

From the rows' values and their paired bootstrap replicates (see `leaderboard.board.resampling`):

- The rank of a row is one more than the number of rows that are better; ties share it.
- Its 95 % interval holds the ranks that it has in the middle 95 % of the resamples (percentile
  interval: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13; for ranks:
  Hall and Miller, Annals of Statistics 37(6B), 2009), and always the rank itself.
- Groups: the best row that is in none leads the next one. Every row below it that is in none joins,
  unless its difference to the leader is more than chance: a two-sided test of the paired
  difference over its bootstrap standard error against Student's t distribution, corrected by Holm
  over all rows compared with that leader, with p < 0.05. (Percentiles of 1,000 resamples are too
  coarse for many comparisons.) Its degrees of freedom are those of the resampled tasks: of 126
  tasks it is the normal distribution, of a few tasks it asks for much. A group is therefore read
  against its leader: two followers of one group may well differ, and a row may join past another
  that did not, where its difference to the leader varies more from task to task. What every group
  says of a row: the leaders of all groups before its own are better by more than chance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from harness.measures.statistics import holm
from leaderboard.board.products import Replicates

LEVEL = 0.95
_DECIMALS = 5
"""Of replicates when they are ranked: closer values are a tie, so rounding errors order nothing."""
_RESAMPLES = 50
"""Ranked at a time: so few that they stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a row stands: its rank, the interval of the rank, and its group."""

    rank: int
    low: int
    high: int
    group: int


def standings(
    values: NDArray[np.float64],
    replicates: Replicates,
    names: Sequence[str],
    *,
    freedom: float = math.inf,
    known: NDArray[np.bool_] | None = None,
) -> list[Standing | None]:
    """The standing of every row, in the given order.

    Args:
        values: shape (rows,); higher is better.
        replicates: shape (resamples, rows); rows are paired by resample.
        names: unique names of the rows; of two leaders of equal value the first by name leads.
        freedom: degrees of freedom of a difference; infinite where no tasks are drawn.
        known: which rows could be resampled; None for all. The others stay where they are in every
            resample: ranks count them, and none of them has a standing or shares a group.
    """
    if not len(values):
        return []
    known = np.ones(len(values), dtype=bool) if known is None else known
    place = competition_ranks(values)
    low, high = rank_intervals(np.where(known, replicates, values.astype(np.float32)))
    group = groups(values, replicates, names, known, freedom)
    return [
        Standing(rank, min(a, rank), max(b, rank), number) if sure else None
        for sure, rank, a, b, number in zip(
            known, place.tolist(), low.tolist(), high.tolist(), group, strict=True
        )
    ]


def competition_ranks(values: NDArray[np.floating]) -> NDArray[np.int64]:
    """One more than how many values are greater, shape (rows,)."""
    return 1 + len(values) - np.searchsorted(np.sort(values), values, side="right")


def rank_intervals(replicates: Replicates) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The least and the greatest rank in the middle 95 % of resamples, each of shape (rows,)."""
    ranks = np.empty(replicates.shape[::-1], dtype=np.int32)
    for start in range(0, len(replicates), _RESAMPLES):
        part = slice(start, start + _RESAMPLES)
        ranks[:, part] = _ranks_by_resample(np.round(replicates[part], _DECIMALS)).T
    ranks.sort(axis=1)
    last, tail = len(replicates) - 1, (1 - LEVEL) / 2
    low, high = math.floor(tail * last), math.ceil((1 - tail) * last)
    return ranks[:, low].astype(np.int64), ranks[:, high].astype(np.int64)


def _ranks_by_resample(values: Replicates) -> NDArray[np.int32]:
    """`competition_ranks` of every row of a table."""
    order = np.argsort(-values, axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    place = np.tile(np.arange(values.shape[1], dtype=np.int32), (len(values), 1))
    place[:, 1:][ordered[:, 1:] == ordered[:, :-1]] = 0
    ranks = np.empty_like(place)
    np.put_along_axis(ranks, order, 1 + np.maximum.accumulate(place, axis=1), axis=1)
    return ranks


def groups(
    values: NDArray[np.float64],
    replicates: Replicates,
    names: Sequence[str],
    known: NDArray[np.bool_],
    freedom: float,
) -> list[int]:
    """The group of every row, numbered from the best; see the module for what a group is.

    A row that is not known is a group by itself, so that no other leads in its place.
    """
    centred = replicates.astype(np.float64) - replicates.mean(axis=0, dtype=np.float64)
    covariance = centred.T @ centred / max(1, len(replicates) - 1)
    spread = np.diag(covariance)
    left = np.array(sorted(range(len(values)), key=lambda row: (-values[row], names[row])))
    number = np.zeros(len(values), dtype=np.int64)
    while left.size:
        leader, rest = left[0], left[1:]
        rest = rest[known[rest] & known[leader]]
        variance = spread[leader] + spread[rest] - 2 * covariance[leader, rest]
        p = _p_values(values[leader] - values[rest], variance, freedom)
        same = holm(p.tolist()) >= 1 - LEVEL
        number[leader] = number[rest[same]] = number.max() + 1
        left = left[number[left] == 0]
    return [int(n) for n in number]


def _p_values(
    gaps: NDArray[np.float64], variance: NDArray[np.float64], freedom: float
) -> NDArray[np.float64]:
    """Of differences that vary so much; one that never varies is chance only if it is none."""
    error = np.sqrt(np.maximum(variance, 0))
    steady = error < 10.0**-_DECIMALS
    t = gaps / np.where(steady, 1, error)
    return np.where(steady, np.abs(gaps) < 10.0**-_DECIMALS, 2 * stdtr(freedom, -np.abs(t)))
