"""The board of a task: everything that was measured on it, and how hard its queries are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

import numpy as np

from harness.contracts import Task
from leaderboard.board.cells import Cells
from leaderboard.board.editions import written
from leaderboard.board.grid import Grid, TaskNumbers
from leaderboard.board.plans import Plan, lower_of, ordered, units_of
from leaderboard.board.records import Row, TaskBoard
from leaderboard.licences import shows_text

DECIMALS = 4
"""Kept of a query's difficulty."""


def task_board(
    grid: Grid,
    column: TaskNumbers,
    cells: Cells,
    rows: Mapping[int, Row],
    *,
    task: Task | None,
    plans: Sequence[Plan],
) -> TaskBoard:
    """The board of one task.

    Args:
        grid: every line and task.
        column: the task.
        cells: its numbers.
        rows: position of a line -> row.
        task: as registered; None where only papers know it.
        plans: the suites that hold it.
    """
    measures = {measure for found in cells.values() for measure in found}
    known = tuple(task.measures) if task is not None else plans[0].measures if plans else ()
    main = task.card.main_measure if task is not None else known[0] if known else column.main
    names = tuple(ordered((main, *(m for m in known if m != main)), measures))
    lower: Set[str] = lower_of(known).union(*(plan.lower for plan in plans))
    order = _order(grid, cells, names[0] if names else "", lower)
    queries = _queries(grid, column)

    def name(edition: int) -> str:
        return written(grid.editions.parts[edition])

    return TaskBoard(
        name=column.task,
        card=None if task is None else task.card,
        suites=tuple(plan.name for plan in plans),
        measures=names,
        rows=tuple(rows[line] for line in order),
        numbers={rows[line].id: cells[line] for line in order},
        queries={name(edition): grid.queries[digest] for edition, digest in queries.items()},
        difficulty={
            name(edition): _difficulty(grid, column, edition, digest)
            for edition, digest in queries.items()
        },
        commands={
            rows[line].id: column.results[line].entry.command
            for line in order
            if line in column.results
        },
        licence_shows_text=task is not None and shows_text(task.card.licence),
        lower_is_better=tuple(sorted(lower & measures)),
        units={
            measure: unit
            for units in (units_of(known), *(plan.units or {} for plan in plans))
            for measure, unit in sorted(units.items())
            if measure in measures
        },
    )


def _order(grid: Grid, cells: Cells, main: str, lower: Set[str]) -> list[int]:
    """Best first; the current edition before the others, and rows without the measure last."""
    sign = 1 if main in lower else -1

    def place(line: int) -> tuple[object, ...]:
        number = cells[line].get(main)
        if number is None:
            return (True, grid.lines[line].id)
        return (
            False,
            number.edition != "",
            number.edition,
            sign * number.value,
            grid.lines[line].id,
        )

    return sorted(cells, key=place)


def _queries(grid: Grid, column: TaskNumbers) -> dict[int, str]:
    """Edition -> digest of the queries that most of its lines were asked; the current one first."""
    found: dict[int, tuple[int, str]] = {}
    for digest, (lines, _) in grid.by_query(column.task).items():
        editions, counts = np.unique(column.editions[lines], return_counts=True)
        for edition, count in zip(editions.tolist(), counts.tolist(), strict=True):
            found[edition] = max(found.get(edition, (0, "")), (count, digest))
    texts = {edition: written(grid.editions.parts[edition]) for edition in found}
    return {edition: found[edition][1] for edition in sorted(found, key=texts.__getitem__)}


def _difficulty(grid: Grid, column: TaskNumbers, edition: int, digest: str) -> tuple[float, ...]:
    """The mean of every query over the edition's lines that count; () without any."""
    lines, values = grid.by_query(column.task)[digest]
    counts = ~grid.reference & ~column.retracted & (column.editions == edition)
    if not counts[lines].any():
        return ()
    means = values[:, counts[lines]].mean(axis=1, dtype=np.float64)
    return tuple(np.round(means, DECIMALS).tolist())
