"""From per-query values to means, intervals and suite aggregates.

Intervals are percentile bootstrap over queries, queries of identical text as one cluster. A
task's resamples depend on the seed and the task alone, so that models are resampled alike and an
aggregate's interval is the same combination of its tasks' resamples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import isnan

import numpy as np
from numpy.typing import NDArray

from harness.measures import statistics
from harness.suites import Aggregate

RESAMPLES = 1000
DIGITS = 10
"""Decimals kept of a mean, so that the order of a sum on another machine cannot show."""


@dataclass(frozen=True)
class Scores:
    """Per-query values of one result.

    Attributes:
        keys: the queries, shape (n,).
        splits: the split of each query; the queries of a split are adjacent.
        clusters: queries of the same number are resampled together, shape (n,).
        weights: each query's weight in the task's mean, shape (n,).
        values: measure name -> values of shape (n,); NaN where a measure says nothing of a query,
            which leaves the query out of its mean.
    """

    keys: tuple[str, ...]
    splits: tuple[str, ...]
    clusters: NDArray[np.int64]
    weights: NDArray[np.float64]
    values: Mapping[str, NDArray[np.float64]]
    _resampled: dict[str, NDArray[np.float64]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def replicates(self, seed: str) -> NDArray[np.float64]:
        """Resampled task means, shape (resamples, number of measures); computed once a seed."""
        if seed not in self._resampled:
            self._resampled[seed] = statistics.resample(
                self.matrix(),
                clusters=self.clusters.tolist(),
                weights=self.weights,
                resamples=RESAMPLES,
                seed=seed,
            )
        return self._resampled[seed]

    def matrix(self) -> NDArray[np.float64]:
        """All values, shape (n, number of measures)."""
        return np.column_stack(list(self.values.values()))

    def known(self, name: str) -> int:
        """Number of queries that a measure says something of."""
        return int(np.count_nonzero(~np.isnan(self.values[name])))

    def split_spans(self) -> dict[str, slice]:
        """Where each split's queries lie."""
        spans: dict[str, slice] = {}
        start = 0
        for split, members in groupby(self.splits):
            stop = start + sum(1 for _ in members)
            spans[split] = slice(start, stop)
            start = stop
        return spans


@dataclass(frozen=True)
class Estimate:
    """A mean with its interval. `n` is the number of queries behind it."""

    value: float
    ci_low: float
    ci_high: float
    n: int


def means(scores: Scores, *, rounding: int | None = None) -> dict[str, float]:
    """The task's value of every measure: the weighted mean over queries.

    Args:
        scores: per-query values.
        rounding: decimals to which every split's mean is rounded before splits are averaged.
    """
    matrix, weights = scores.matrix(), scores.weights
    if rounding is None:
        columns = _mean(matrix, weights)
    else:
        spans = scores.split_spans().values()
        totals = np.array([weights[span].sum() for span in spans])
        parts = [_mean(matrix[span], weights[span]) for span in spans]
        columns = totals @ np.round(np.array(parts), rounding) / totals.sum()
    return _rounded(scores, columns)


def split_means(scores: Scores) -> dict[str, dict[str, float]]:
    """The mean of every measure within each split."""
    matrix, ones = scores.matrix(), np.ones(len(scores.keys))
    return {
        split: _rounded(scores, _mean(matrix[span], ones[span]))
        for split, span in scores.split_spans().items()
    }


def _mean(matrix: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weighted mean of every column over what is not NaN in it; NaN where nothing is."""
    known = ~np.isnan(matrix)
    if known.all():
        return np.asarray(weights @ matrix / weights.sum())
    with np.errstate(invalid="ignore"):
        return np.asarray(weights @ np.where(known, matrix, 0.0) / (weights @ known))


def _rounded(scores: Scores, columns: NDArray[np.float64]) -> dict[str, float]:
    """The columns by measure, without those that say nothing of any query."""
    named = zip(scores.values, columns.tolist(), strict=True)
    return {name: round(value, DIGITS) for name, value in named if not isnan(value)}


def estimates(
    scores: Scores, *, task: str, seed: int, rounding: int | None = None
) -> dict[str, Estimate]:
    """Every measure's mean and 95 % interval."""
    resampled = scores.replicates(f"{seed}/{task}")
    values = means(scores, rounding=rounding)
    columns = {name: column for column, name in enumerate(scores.values)}
    return {
        name: _estimate(value, resampled[:, columns[name]], scores.known(name))
        for name, value in values.items()
    }


def aggregate(
    definition: Aggregate,
    measure: str,
    values: Mapping[str, float],
    scores: Mapping[str, Scores],
    *,
    seed: int,
) -> Estimate | None:
    """A suite's aggregate of one measure; None where no task of it has the measure.

    Args:
        definition: what is averaged over what.
        measure: name of the measure.
        values: task -> its mean of that measure.
        scores: task -> its per-query values.
        seed: the seed the tasks were bootstrapped with.
    """
    present = [
        task for task in definition.tasks if task in values and measure in scores[task].values
    ]
    sizes = {task: scores[task].known(measure) for task in present}
    weights = definition.weights(sizes)
    if not weights:
        return None
    value = sum(weights[task] * values[task] for task in present)
    resampled = np.zeros(RESAMPLES)
    for task in present:
        column = list(scores[task].values).index(measure)
        resampled += weights[task] * scores[task].replicates(f"{seed}/{task}")[:, column]
    return _estimate(round(value, DIGITS), resampled, sum(sizes.values()))


def cluster_numbers(texts: Sequence[str]) -> NDArray[np.int64]:
    """Numbers that are equal where the texts are."""
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(text, len(seen)) for text in texts], dtype=np.int64)


def _estimate(value: float, resampled: NDArray[np.float64], n: int) -> Estimate:
    low, high = statistics.interval(resampled)
    return Estimate(value, round(float(low), DIGITS), round(float(high), DIGITS), n)
