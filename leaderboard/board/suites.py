"""The board of a suite: numbers of every column, ranks, and the order of the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from leaderboard.board.aggregates import Peers, aggregate_numbers, peers
from leaderboard.board.cells import Cells, aggregate_cells
from leaderboard.board.editions import written
from leaderboard.board.grid import Grid, Ints, Numbers
from leaderboard.board.leading import Leading
from leaderboard.board.plans import Plan, ordered
from leaderboard.board.records import Number, Row, SuiteBoard
from leaderboard.board.resampling import Resampled
from leaderboard.board.uncertainty import Uncertainty, intervals


class SuiteDraft:
    """A suite whose means are known, and which waits for what is resampled.

    Args:
        plan: its columns.
        grid: every line and task.
        uncertainty: where to ask for replicates.
        sources: what its printed tables say of themselves.
    """

    def __init__(
        self, plan: Plan, grid: Grid, uncertainty: Uncertainty, sources: Sequence[str] = ()
    ) -> None:
        self.plan, self._grid, self._sources = plan, grid, sources
        self._means: dict[str, Numbers] = {}
        self._own: dict[str, list[tuple[Ints, Resampled]]] = {}
        self._leading: Leading | None = None
        for name, aggregate in plan.aggregates.items():
            classes = peers(grid, aggregate) if aggregate is not None else []
            means = aggregate_numbers(grid, plan.name, name, aggregate, classes)
            self._means[name] = means
            self._own[name] = [
                (lines, uncertainty.wish(aggregate, group.sizes, plan.main, lines, tasks=False))
                for group in classes
                if aggregate is not None and (lines := self._by_query(group, aggregate.tasks)).size
            ]
            if name == plan.columns[0].id and aggregate is not None:
                lower = plan.main in plan.lower
                self._leading = Leading(
                    grid, aggregate, means, classes, plan.main, lower=lower, uncertainty=uncertainty
                )

    def board(self, tasks: Mapping[str, Cells], rows: Mapping[int, Row]) -> SuiteBoard:
        """The whole suite, once everything is resampled.

        Args:
            tasks: the numbers of every task.
            rows: position of a line -> row.
        """
        cells = {name: self._aggregate(name) for name in self.plan.aggregates}
        cells |= {task: tasks[task] for task in self.plan.tasks if task in tasks}
        there = sorted({line for column in cells.values() for line in column})
        numbers: dict[tuple[str, str], Mapping[str, Number]] = {}
        for column, lines in cells.items():
            keys = self._keys(column, lines)
            numbers.update((keys[line], found) for line, found in lines.items())
        means = [self._grid.tasks[t] for t in self.plan.tasks if t in cells]
        measures = {m for column in (*means, *self._means.values()) for m in column.values}
        ranks = self._leading.ranks() if self._leading is not None else {}
        coverage = Counter(line for t in self.plan.tasks for line in cells.get(t, ()))
        order = self._order(there, cells.get(self.plan.columns[0].id, {}), coverage)
        return SuiteBoard(
            name=self.plan.name,
            title=self.plan.title,
            description=self.plan.description,
            measures=tuple(ordered(self.plan.measures, measures)),
            columns=tuple(column for column in self.plan.columns if cells.get(column.id)),
            rows=tuple(rows[line] for line in order),
            numbers=numbers,
            ranks={rows[line].id: ranks[line] for line in order if line in ranks},
            coverage={rows[line].id: coverage[line] for line in order},
            commands={
                known.keys[line]: result.entry.command
                for task in self.plan.tasks
                if (known := self._grid.tasks.get(task)) is not None
                for line, result in known.results.items()
            },
            seconds=self._seconds(order, rows),
            groups=tuple(self._notes(order)),
            lower_is_better=tuple(sorted(self.plan.lower & measures)),
            units={m: u for m, u in sorted((self.plan.units or {}).items()) if m in measures},
        )

    def _keys(self, column: str, cells: Cells) -> Mapping[int, tuple[str, str]]:
        """Position of a line -> (its row's id, the column)."""
        task = self._grid.tasks.get(column)
        return {i: (self._grid.lines[i].id, column) for i in cells} if task is None else task.keys

    def _by_query(self, group: Peers, tasks: Sequence[str]) -> Ints:
        """The peers whose values by query are known on every task."""
        known = [self._grid.known_by_query(task, self.plan.main)[group.lines] for task in tasks]
        return group.lines[np.all(known, axis=0)]

    def _aggregate(self, name: str) -> Cells:
        ends = {
            (self.plan.main, line): (low, high)
            for lines, resampled in self._own[name]
            for line, (low, high) in zip(
                lines.tolist(), intervals(resampled.replicates()).tolist(), strict=True
            )
        }
        means = self._means[name]
        return aggregate_cells(self._grid, (self.plan.name, name), means, self.plan.lower, ends)

    def _order(self, there: Sequence[int], leading: Cells, coverage: Counter[int]) -> list[int]:
        """Best first; the current edition before the others; then who has most tasks."""
        main = self.plan.main
        sign = 1 if main in self.plan.lower else -1
        first = {line: cells[main] for line, cells in leading.items() if main in cells}
        usual = Counter(number.edition for number in first.values())

        def place(line: int) -> tuple[object, ...]:
            name = self._grid.lines[line].id
            number: Number | None = first.get(line)
            if number is None:
                return (True, -coverage[line], name)
            edition = (number.edition != "", -usual[number.edition], number.edition)
            return (False, edition, sign * number.value, name)

        return sorted(there, key=place)

    def _seconds(self, order: Sequence[int], rows: Mapping[int, Row]) -> dict[str, float]:
        """Wall time over all tasks, of the rows of which it is known."""
        columns = [self._grid.tasks[task] for task in self.plan.tasks if task in self._grid.tasks]
        if not columns or len(columns) < len(self.plan.tasks):
            return {}
        found = {}
        for line in set(columns[0].results).intersection(*(c.results for c in columns)):
            times = [column.results[line].entry.seconds for column in columns]
            known = [time for time in times if time is not None]
            if len(known) == len(times):
                found[line] = round(sum(known), 3)
        return {rows[line].id: found[line] for line in order if line in found}

    def _notes(self, order: Sequence[int]) -> list[str]:
        """What a reader of the suite must know."""
        notes = [] if self._leading is None else [self._leading.note()]
        first = self._means.get(self.plan.columns[0].id)
        editions = Counter(
            written(self._grid.editions.parts[first.editions[line]])
            for line in (order if first is not None else ())
            if first is not None and first.editions[line] > 0
        )
        notes += [
            f"{count} {'row is' if count == 1 else 'rows are'} of another edition ({edition}) and "
            "ranked apart."
            for edition, count in sorted(editions.items())
        ]
        return [note for note in (*notes, *self._sources) if note]
