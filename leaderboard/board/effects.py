"""What instructions do: the same system asked with them and without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.measures import statistics
from harness.scoring import DIGITS
from harness.suites import Aggregate
from leaderboard.board.grid import Grid
from leaderboard.board.lines import LEVELS, Line
from leaderboard.board.plans import Plan
from leaderboard.board.records import Effect
from leaderboard.board.resampling import SEED, Resampled
from leaderboard.board.uncertainty import DECIMALS, Uncertainty

_EQUAL = 1e-9
"""Differences below it are none: tables print far fewer digits."""


@dataclass(frozen=True)
class _Pair:
    """Two lines that differ in the instruction alone, and the tasks that both have."""

    given: int
    without: int
    tasks: tuple[str, ...]
    by_query: bool


class EffectDrafts:
    """The effects on the systems of a suite: means at once, intervals once they are resampled.

    Args:
        plan: the suite.
        grid: every line and task.
        uncertainty: where to ask for replicates.
    """

    def __init__(self, plan: Plan, grid: Grid, uncertainty: Uncertainty) -> None:
        self._plan, self._grid = plan, grid
        self._pairs = [pair for found in _partners(grid.lines) if (pair := self._pair(*found))]
        self._drawn: dict[tuple[str, ...], tuple[list[int], Resampled]] = {}
        for tasks in sorted({pair.tasks for pair in self._pairs if pair.by_query}):
            alike = [pair for pair in self._pairs if pair.by_query and pair.tasks == tasks]
            lines = sorted({line for pair in alike for line in (pair.given, pair.without)})
            mean = Aggregate("mean", (tasks,))
            sizes = dict.fromkeys(tasks, 1)
            where = np.array(lines, dtype=np.int64)
            wish = uncertainty.wish(mean, sizes, plan.main, where, tasks=False)
            self._drawn[tasks] = (lines, wish)

    def effects(self) -> Iterator[Effect]:
        """One for each system and origin, by name."""
        for pair in self._pairs:
            given, without = self._grid.lines[pair.given], self._grid.lines[pair.without]
            gaps = self._gaps(pair)
            low, high = self._interval(pair, gaps)
            yield Effect(
                suite=self._plan.name,
                system=given.row.system,
                name=given.row.name,
                level=min(given.row.level, without.row.level, key=LEVELS.index),
                improved=sum(gap > _EQUAL for gap in gaps.values()),
                worsened=sum(gap < -_EQUAL for gap in gaps.values()),
                unchanged=sum(abs(gap) <= _EQUAL for gap in gaps.values()),
                mean=round(sum(gaps.values()) / len(gaps), DIGITS),
                low=low,
                high=high,
                by_task=gaps,
                resampled="queries" if pair.by_query else "tasks",
            )

    def _pair(self, given: int, without: int) -> _Pair | None:
        tasks = tuple(task for task in self._plan.tasks if self._comparable(task, given, without))
        if not tasks:
            return None
        lines = [given, without]
        known = [self._grid.known_by_query(task, self._plan.main)[lines].all() for task in tasks]
        return _Pair(given, without, tasks, all(known))

    def _comparable(self, task: str, given: int, without: int) -> bool:
        column = self._grid.tasks.get(task)
        values = None if column is None else column.values.get(self._plan.main)
        if column is None or values is None:
            return False
        both = [given, without]
        same = column.editions[given] == column.editions[without]
        return bool(same and np.isfinite(values[both]).all() and not column.retracted[both].any())

    def _gaps(self, pair: _Pair) -> Mapping[str, float]:
        values = {task: self._grid.tasks[task].values[self._plan.main] for task in pair.tasks}
        return {
            task: round(float(found[pair.given] - found[pair.without]), DIGITS)
            for task, found in values.items()
        }

    def _interval(
        self, pair: _Pair, gaps: Mapping[str, float]
    ) -> tuple[float | None, float | None]:
        if pair.by_query:
            lines, resampled = self._drawn[pair.tasks]
            drawn = resampled.replicates().astype(np.float64)
            difference = drawn[:, lines.index(pair.given)] - drawn[:, lines.index(pair.without)]
        elif len(gaps) > 1:
            table = np.array(list(gaps.values()))[:, None]
            difference = statistics.resample(table, seed=f"{SEED}/{self._plan.name}")[:, 0]
        else:
            return None, None
        low, high = statistics.interval(difference)
        return round(low, DECIMALS), round(high, DECIMALS)


def _partners(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Lines of one origin, one with instructions and one without; by id."""
    origins: dict[tuple[object, ...], dict[bool, int]] = {}
    for position, line in enumerate(lines):
        told = line.row.instruction
        if told is not None and "instruction" not in line.row.setting:
            origins.setdefault(line.origin, {}).setdefault(told, position)
    for found in origins.values():
        if len(found) == 2:
            yield found[True], found[False]
