"""Everything that is resampled for a board, in one pass over its tasks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from harness.suites import Aggregate
from leaderboard.board.grid import Grid, Ints
from leaderboard.board.products import Replicates
from leaderboard.board.resampling import Resampled

DECIMALS = 5
"""Kept of an interval's ends. Sums of single precision over many tasks are off by some 1e-6, so
that more of them would put the ends of what never varies beside its value."""


class Uncertainty:
    """Takes wishes, and answers them after `run`.

    Equal wishes, such as those of a suite and of its part, are computed once.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._wishes: dict[object, tuple[Resampled, str, Ints]] = {}

    def wish(
        self,
        aggregate: Aggregate,
        sizes: Mapping[str, int],
        measure: str,
        lines: Ints,
        *,
        tasks: bool,
    ) -> Resampled:
        """Replicates of these lines, which have all tasks of the aggregate.

        Args:
            aggregate: what is averaged over what.
            sizes: queries of every task.
            measure: which values.
            lines: positions of the lines.
            tasks: whether tasks are drawn too.
        """
        key = (aggregate.groups, aggregate.weighting, measure, lines.tobytes(), tasks)
        if key not in self._wishes:
            found = Resampled(aggregate, sizes, lines.tolist(), tasks=tasks)
            self._wishes[key] = (found, measure, lines)
        return self._wishes[key][0]

    def run(self) -> None:
        """Goes through the tasks once, so that one task's values and draws are held at a time."""
        wanted: dict[tuple[str, str], list[tuple[Resampled, Ints]]] = {}
        last: dict[tuple[str, str], int] = {}
        for number, (resampled, measure, lines) in enumerate(self._wishes.values()):
            for task in resampled.aggregate.tasks:
                wanted.setdefault((task, measure), []).append((resampled, lines))
                last[task, measure] = number
        # What the same aggregates ask for comes together, so that few are under way at a time.
        for task, measure in sorted(wanted, key=lambda key: (last[key], key)):
            wishes = wanted[task, measure]
            lines = np.unique(np.concatenate([lines for _, lines in wishes]))
            values = self._grid.task_values(task, measure, lines)
            for resampled, _ in wishes:
                resampled.add(values)


def intervals(replicates: Replicates) -> NDArray[np.float64]:
    """The percentile 95 % interval of every row, shape (rows, 2)."""
    # As numpy.quantile with linear interpolation, but one sort of each row: ten times as fast.
    ordered = np.sort(np.ascontiguousarray(replicates.T), axis=1).astype(np.float64)
    places = np.array([0.025, 0.975]) * (len(replicates) - 1)
    below, part = places.astype(np.int64), places % 1
    ends = ordered[:, below] * (1 - part) + ordered[:, below + 1] * part
    return np.asarray(np.round(ends, DECIMALS))
