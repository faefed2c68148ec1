"""Aggregates of all lines: their values, and which of them are about the same thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from harness.scoring import DIGITS
from harness.suites import Aggregate
from leaderboard.board.editions import aggregate_edition
from leaderboard.board.grid import Filling, Floats, Grid, Ints, Numbers


@dataclass(frozen=True)
class Peers:
    """Lines that have every task of an aggregate, each in the same edition.

    Attributes:
        lines: their positions.
        edition: number of the aggregate's edition.
        sizes: queries of every task; 1 where nobody knows, which a mean over tasks does not ask.
    """

    lines: Ints
    edition: int
    sizes: Mapping[str, int]


def peers(grid: Grid, aggregate: Aggregate) -> list[Peers]:
    """The lines that cover an aggregate, put together by what their numbers are about."""
    columns = [grid.tasks.get(task) for task in aggregate.tasks]
    found = [column for column in columns if column is not None]
    if not found or len(found) < len(columns):
        return []
    editions = np.stack([column.editions for column in found], axis=1)
    whole = np.flatnonzero((editions >= 0).all(axis=1))
    if not whole.size:
        return []
    kinds, label = np.unique(editions[whole], axis=0, return_inverse=True)
    groups = [whole[label.ravel() == i] for i in range(len(kinds))]
    return [
        Peers(lines, _edition(grid, aggregate, kind.tolist()), _sizes(grid, aggregate, lines))
        for kind, lines in zip(kinds, groups, strict=True)
    ]


def aggregate_numbers(
    grid: Grid, suite: str, name: str, aggregate: Aggregate | None, classes: Iterable[Peers]
) -> Numbers:
    """The column of an aggregate: as a paper prints it, else from the line's tasks.

    Args:
        grid: every line and task.
        suite: name of the suite.
        name: of the aggregate.
        aggregate: what it averages; None where only papers know.
        classes: its peers.
    """
    found = Filling.empty(len(grid.lines))
    if aggregate is not None:
        for group in classes:
            _from_tasks(grid, aggregate, group, found)
    for position, line in enumerate(grid.lines):
        paper = line.aggregates.get((suite, name))
        if paper is not None:
            found.editions[position] = grid.editions.number(paper.edition)
            for measure, cell in paper.cells.items():
                found.array(measure)[position] = cell.value
    known = [np.isfinite(array) for array in found.values.values()]
    found.editions[~np.any(known, axis=0) if known else slice(None)] = -1
    return found.numbers()


def _from_tasks(grid: Grid, aggregate: Aggregate, group: Peers, found: Filling) -> None:
    lines, columns = group.lines, [grid.tasks[task] for task in aggregate.tasks]
    for measure, means in _means(grid, aggregate, group):
        found.array(measure)[lines] = means
    sizes = np.stack([column.sizes[lines] for column in columns])
    found.sizes[lines] = np.where((sizes > 0).all(axis=0), sizes.sum(axis=0), 0)
    found.editions[lines] = group.edition
    found.levels[lines] = np.min([column.levels[lines] for column in columns], axis=0)
    found.retracted[lines] = np.any([column.retracted[lines] for column in columns], axis=0)


def _means(grid: Grid, aggregate: Aggregate, group: Peers) -> Iterator[tuple[str, Floats]]:
    """Every measure that all tasks have; NaN for lines of which a weight or a value is unknown."""
    columns = [grid.tasks[task] for task in aggregate.tasks]
    shared = set(columns[0].values).intersection(*(column.values for column in columns))
    weights = aggregate.weights(group.sizes)
    weight = np.array([weights[task] for task in aggregate.tasks])
    sizes = np.stack([column.sizes[group.lines] for column in columns])
    unknown = (sizes == 0).any(axis=0) & (aggregate.weighting == "micro")
    for measure in sorted(shared):
        table = np.stack([column.values[measure][group.lines] for column in columns])
        yield measure, np.where(unknown, np.nan, np.round(weight @ table, DIGITS))


def _edition(grid: Grid, aggregate: Aggregate, kinds: list[int]) -> int:
    parts = {t: grid.editions.parts[kind] for t, kind in zip(aggregate.tasks, kinds, strict=True)}
    return grid.editions.number(aggregate_edition(parts))


def _sizes(grid: Grid, aggregate: Aggregate, lines: Ints) -> dict[str, int]:
    return {task: max(1, int(grid.tasks[task].sizes[lines].max())) for task in aggregate.tasks}
