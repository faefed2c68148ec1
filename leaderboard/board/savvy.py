"""Is a good retriever good at finding tools? Correlation over models, with its interval."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from harness.scoring import RESAMPLES
from leaderboard.board.draws import draws
from leaderboard.board.records import Savvy
from leaderboard.board.resampling import SEED
from leaderboard.printed.records import PrintedRow, PrintedTable

SUITE, COLUMN, MEASURE = "toolret", "average", "nDCG@10"
FEWEST = 4
"""Models; fewer say nothing about a correlation."""
_DIGITS = 6

Floats = NDArray[np.float64]


def printed_savvy(
    tables: Sequence[PrintedTable], conventional: Mapping[str, float], basis: str
) -> Iterator[Savvy]:
    """ToolRet's printed averages against conventional retrieval: a plot for each table of it.

    Args:
        tables: printed tables.
        conventional: system -> how good it is at conventional retrieval.
        basis: what that number is.
    """
    for table in tables:
        if table.suite != SUITE or table.edition:
            continue
        for told in (False, True):
            rows = [row for row in table.rows if row.instruction is told]
            points = sorted(_points(rows, conventional))
            if len(points) >= FEWEST:
                asked = "with" if told else "without"
                source = f"{table.source.title}, {table.source.where}"
                tools = f"Average {MEASURE} of ToolRet {asked} instructions: {source}."
                yield correlated(points, basis, tools)


def correlated(points: Sequence[tuple[str, float, float]], conventional: str, tools: str) -> Savvy:
    """The correlations of the two numbers of each model.

    Pearson's r with a percentile bootstrap interval over models, pairs drawn together (Efron and
    Tibshirani, An Introduction to the Bootstrap, 1993, section 6.3); resamples in which a number
    does not vary are left out. Spearman's rho is Pearson's r of the ranks, ties at their mean.

    Args:
        points: (model, conventional, tools).
        conventional: what the first number is.
        tools: what the second number is.
    """
    x, y = (np.array([point[i] for point in points], dtype=np.float64) for i in (1, 2))
    ones = np.ones((1, len(points)))
    counts = draws(f"{SEED}/savvy", n=len(points), resamples=RESAMPLES).astype(np.float64)
    low, high = np.nanquantile(_pearson(x, y, counts), [0.025, 0.975])
    return Savvy(
        points=tuple(points),
        conventional=conventional,
        tools=tools,
        pearson=round(float(_pearson(x, y, ones)[0]), _DIGITS),
        spearman=round(float(_pearson(_ranks(x), _ranks(y), ones)[0]), _DIGITS),
        low=round(float(low), _DIGITS),
        high=round(float(high), _DIGITS),
    )


def _points(
    rows: Sequence[PrintedRow], conventional: Mapping[str, float]
) -> Iterator[tuple[str, float, float]]:
    for row in rows:
        cell = row.cell(COLUMN, MEASURE)
        if cell is not None and not cell.defect and row.system in conventional:
            yield row.system, conventional[row.system], cell.value


def _pearson(x: Floats, y: Floats, counts: Floats) -> Floats:
    """Pearson's r where each model counts so often, shape (resamples,); NaN where none exists."""
    n = counts.sum(axis=1)
    mean_x, mean_y = counts @ x / n, counts @ y / n
    covariance = counts @ (x * y) / n - mean_x * mean_y
    variances = (counts @ x**2 / n - mean_x**2) * (counts @ y**2 / n - mean_y**2)
    scale = np.sqrt(np.where(variances > math.ulp(1.0), variances, np.nan))
    found: Floats = np.clip(covariance / scale, -1, 1)
    return found


def _ranks(values: Floats) -> Floats:
    """Ascending ranks, ties at their mean."""
    order = np.sort(values)
    first, last = np.searchsorted(order, values), np.searchsorted(order, values, side="right")
    found: Floats = (first + 1 + last) / 2
    return found
