"""From columns of arrays to the numbers that pages show, with their ranks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import repeat, starmap

import numpy as np
from numpy.typing import NDArray

from leaderboard.board.editions import written
from leaderboard.board.grid import Floats, Grid, Ints, Numbers, TaskNumbers, alike
from leaderboard.board.lines import LEVELS, Paper, Result
from leaderboard.board.ranking import competition_ranks
from leaderboard.board.records import Number

Flags = NDArray[np.bool_]
Cells = Mapping[int, Mapping[str, Number]]
"""Position of a line -> measure -> number."""
Ends = Mapping[tuple[str, int], tuple[float, float]]
"""(measure, position of a line) -> ends of its interval."""


def in_ranks(grid: Grid, column: Numbers, values: Floats) -> Flags:
    """Which lines may be ranked by these values of a column.

    References, what was retracted, and what is only self-reported take no rank.
    """
    claimed = column.levels == LEVELS.index("self-reported")
    found: Flags = np.isfinite(values) & ~grid.reference & ~column.retracted & ~claimed
    return found


def ranked(grid: Grid, column: Numbers, measure: str, *, lower: bool) -> Ints:
    """Rank of every line among the numbers of its edition; 0 where it takes part in no rank."""
    values = column.values[measure]
    ranks = np.zeros(len(values), dtype=np.int64)
    counts = in_ranks(grid, column, values)
    for edition in np.unique(column.editions[counts]):
        among = np.flatnonzero(counts & (column.editions == edition))
        ranks[among] = competition_ranks(-values[among] if lower else values[among])
    return ranks


def task_cells(grid: Grid, column: TaskNumbers, lower: Set[str]) -> Cells:
    """The numbers of a task.

    Args:
        grid: every line and task.
        column: the task.
        lower: measures of which less is better.
    """
    ranks = _ranks(grid, column, lower)
    texts = [written(parts) for parts in grid.editions.parts]
    editions = [texts[number] for number in column.editions.tolist()]
    found: dict[int, Mapping[str, Number]] = {}
    for i in column.lines:
        if i not in column.results:
            paper = grid.lines[i].papers[column.task]
            found[i] = dict(_printed(paper, editions[i], {m: r[i] for m, r in ranks.items()}))
    for names, lines in alike(column.results).items():
        those = [column.results[i] for i in lines]
        about = [editions[i] for i in lines]
        places = {name: [ranks[name][i] for i in lines] for name in names}
        found.update(zip(lines, _measured(names, those, about, places), strict=True))
    return {i: found[i] for i in column.lines}


def _measured(
    names: Sequence[str],
    results: Sequence[Result],
    editions: Sequence[str],
    ranks: Mapping[str, Sequence[int | None]],
) -> Iterator[dict[str, Number]]:
    """The numbers of results that have the same measures, made column by column."""
    n = len(results)
    seconds, retracted = [r.entry.seconds for r in results], [r.retracted for r in results]
    levels, nothing = [result.level for result in results], [""] * n
    told: tuple[Sequence[object], ...] = (levels, editions, nothing, nothing)  # nothing printed
    rest: tuple[Sequence[object], ...] = (seconds, retracted)
    _, *parts = zip(*(result.entry.measured for result in results), strict=True)
    by_measure = zip(*(zip(*part, strict=True) for part in parts), strict=True)
    columns = [
        starmap(Number, zip(*stated, *told, ranks[name], *rest, strict=True))
        for name, stated in zip(names, by_measure, strict=True)
    ]
    for cells in zip(*columns, strict=True) if columns else repeat((), n):
        yield dict(zip(names, cells, strict=True))


def aggregate_cells(
    grid: Grid, name: tuple[str, str], column: Numbers, lower: Set[str], ends: Ends
) -> Cells:
    """The numbers of an aggregate.

    Args:
        grid: every line and task.
        name: of the suite and of the aggregate.
        column: the aggregate.
        lower: measures of which less is better.
        ends: intervals, where there are some.
    """
    ranks = _ranks(grid, column, lower)
    values: dict[str, list[float]] = {m: v.tolist() for m, v in column.values.items()}
    editions = [written(parts) for parts in grid.editions.parts]
    found: dict[int, dict[str, Number]] = {}
    for i in column.lines:
        edition = editions[column.editions[i]]
        paper = grid.lines[i].aggregates.get(name)
        cells = found[i] = {}
        if paper is not None:
            cells |= _printed(paper, edition, {m: r[i] for m, r in ranks.items()})
        for measure, value in values.items():
            if value[i] == value[i] and measure not in cells:  # NaN: the line has none
                low, high = ends.get((measure, i), (None, None))
                cells[measure] = Number(
                    value[i],
                    low,
                    high,
                    int(column.sizes[i]) or None,
                    LEVELS[column.levels[i]],
                    edition,
                    rank=ranks[measure][i],
                    retracted=bool(column.retracted[i]),
                )
    return found


def _ranks(grid: Grid, column: Numbers, lower: Set[str]) -> dict[str, list[int | None]]:
    return {
        m: [rank or None for rank in ranked(grid, column, m, lower=m in lower).tolist()]
        for m in column.values
    }


def _printed(
    paper: Paper, edition: str, ranks: Mapping[str, int | None]
) -> Iterator[tuple[str, Number]]:
    for measure, cell in paper.cells.items():
        yield (
            measure,
            Number(
                cell.value,
                edition=edition,
                printed=cell.printed,
                defect=cell.defect,
                rank=ranks[measure],
            ),
        )
