"""The suites that printed tables declare themselves.

No benchmark of ours provides them, or one does and papers print other measures and columns of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.errors import UserError
from leaderboard.board.records import Column
from leaderboard.printed.description import SuiteText, read_description
from leaderboard.printed.records import PrintedMeasure, PrintedSuite


def read_suites(path: Path) -> Iterator[PrintedSuite]:
    """The suites that the description of a table declares.

    Raises:
        UserError: the description is broken.
    """
    for board in read_description(path.with_suffix(".yaml")).suites:
        if board.declares:
            yield _suite(board.suite, board.declares, f"{path.stem}.yaml")


def _suite(name: str, text: SuiteText, file: str) -> PrintedSuite:
    columns = tuple(
        Column(
            id=id,
            title=column.title,
            kind="task" if "/" in id else "aggregate",
            description=column.description,
            tasks=tuple(column.tasks),
        )
        for id, column in text.columns.items()
    )
    kinds = [column.kind for column in columns]
    if kinds != sorted(kinds):
        raise UserError(f"{file}: in the columns of {name} aggregates come before tasks")
    for id in {*text.columns, *(task for column in columns for task in column.tasks)}:
        if "/" in id and not (id in text.columns and id.startswith(f"{name}/")):
            raise UserError(f"{file}: {id} is no task among the columns of {name}")
    measures = tuple(
        PrintedMeasure(measure, own.description, own.unit, own.lower_is_better)
        for measure, own in text.measures.items()
    )
    return PrintedSuite(name, text.title, text.description, measures, columns)


def shares_of(suite: PrintedSuite | None) -> Mapping[str, bool] | None:
    """Measure -> whether it is a share of 1; None for a suite of ours, where all are."""
    if suite is None:
        return None
    return {measure.name: measure.unit == "share" for measure in suite.measures}
