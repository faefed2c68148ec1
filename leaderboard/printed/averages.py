"""Aggregates that a source does not print and that follow from what it prints of every task."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from harness.errors import UserError
from harness.suites import Aggregate
from leaderboard.printed.records import PrintedCell, PrintedRow


def with_averages(rows: Sequence[PrintedRow], suite: str, names: Sequence[str]) -> list[PrintedRow]:
    """Rows with these aggregates of a suite of ours, for every measure that all tasks of one have.

    Args:
        rows: of a printed table.
        suite: name of the suite.
        names: aggregates that weight tasks equally, or groups of them.

    Raises:
        UserError: the suite lacks one of them, or it weights tasks by queries, which a printed
            table does not tell.
    """
    if not names:
        return list(rows)
    from harness.loading import load_suite

    aggregates = {own.name: own for own in load_suite(suite).aggregates}
    for name in names:
        if name not in aggregates or aggregates[name].weighting != "macro":
            raise UserError(f"'{name}' is no mean over tasks of the suite {suite}")
    return [
        replace(row, cells=(*_averages(row, [aggregates[name] for name in names]), *row.cells))
        for row in rows
    ]


def _averages(row: PrintedRow, aggregates: Sequence[Aggregate]) -> Iterator[PrintedCell]:
    for measure in dict.fromkeys(cell.measure for cell in row.cells):
        values = {cell.column: cell.value for cell in row.cells if cell.measure == measure}
        for aggregate in aggregates:
            weights = aggregate.weights(dict.fromkeys(aggregate.tasks, 1))
            if weights.keys() <= values.keys():
                mean = math.fsum(weight * values[task] for task, weight in weights.items())
                yield PrintedCell(aggregate.name, measure, mean, printed="")
