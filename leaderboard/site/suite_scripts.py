"""The data that a suite's page loads when a reader asks for it: numbers as they are.

Assets print them (numbers.js); what carries a mark, or the decimals of its paper, comes as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from leaderboard.board.records import Board, Number, Row, SuiteBoard
from leaderboard.site import links
from leaderboard.site.downloads import remarks
from leaderboard.site.formats import digits_of, number_text
from leaderboard.site.grid import Grid, by_row, remarkable
from leaderboard.site.scripts import script

_MEAN = attrgetter("value", "rank", "n", "seconds")
_MEASURED = attrgetter("value", "rank", "n", "seconds", "low", "high")


def measure_script(grid: Grid, measure: str) -> bytes:
    """One measure of a suite, for the heat table and for switching the summary to it.

    rows: ids, in the suite's order. columns: ids. values: for each row, for each column a number, a
    text where it is shown otherwise than with two decimals and no mark (see `marked`), or null.
    intervals: for each row [low, high] for each aggregate, or null.
    """
    suite = grid.suite
    unit = suite.units.get(measure, "")
    values: list[Sequence[float | str | None]] = []
    intervals = []
    for line in grid.lines:
        found = line.numbers[measure]
        if line.plain:
            values.append(line.lists[measure]["value"])
        else:
            values.append([None if n is None else _value(n, unit) for n in found])
        intervals.append([n and _interval(n) for n in found[: grid.aggregates]])
    return script(
        links.suite_measure(suite.name, measure),
        {
            "rows": [row.id for row in suite.rows],
            "columns": [column.id for column in suite.columns],
            "values": values,
            "intervals": intervals,
        },
    )


def _value(number: Number, unit: str) -> float | str:
    odd = number.edition or number.printed or number.defect or number.retracted
    return marked(number, unit) if odd else number.value


def marked(number: Number, unit: str = "") -> str:
    """A number with † for a known misprint, ‡ for other data or versions, × for retracted."""
    text = number_text(number, unit)
    for mark, holds in (("†", number.defect), ("‡", number.edition), ("×", number.retracted)):
        if holds:
            text += mark
    return text


def _interval(number: Number) -> list[float] | None:
    if number.low is None or number.high is None:
        return None
    return [number.low, number.high]


def details_scripts(board: Board, rows: Iterable[Row]) -> Iterator[tuple[str, bytes]]:
    """All that is known of rows' numbers, a script for each: what the dialog behind them says.

    tasks: task -> measure -> [value, rank, queries, seconds], then, where they are known, low and
    high, then what else is to be said. suites: suite -> the same for its aggregates; a task is the
    same in every suite. commands: task -> what to type. Where there are any: source as [title,
    place in it, address], and a defect of the printed row itself.
    """
    suites = [_Columns(suite) for suite in board.suites]
    for row in rows:
        path = links.row_details(row.id)
        there = [columns for columns in suites if row.id in columns.rows]
        yield path, script(path, _details(row, there))


class _Columns:
    """A suite with what is asked of it for every row."""

    def __init__(self, suite: SuiteBoard) -> None:
        self.suite = suite
        self.rows = {row.id for row in suite.rows}
        self.numbers, self.commands = by_row(suite.numbers), by_row(suite.commands)
        self.aggregates = [column.id for column in suite.columns if column.kind == "aggregate"]
        self.tasks = [column.id for column in suite.columns if column.kind == "task"]


def _details(row: Row, suites: Sequence[_Columns]) -> dict[str, Any]:
    tasks: dict[str, Any] = {}
    aggregates: dict[str, dict[str, Any]] = {}
    commands: dict[str, str] = {}
    for columns in suites:
        suite = columns.suite
        numbers, typed = columns.numbers.get(row.id, {}), columns.commands.get(row.id, {})
        aggregates[suite.name] = {
            name: _packed(row, found, suite.units)
            for name in columns.aggregates
            if (found := numbers.get(name))
        }
        for task in columns.tasks:
            if task not in tasks and (found := numbers.get(task)):
                tasks[task] = _packed(row, found, suite.units)
                if command := typed.get(task):
                    commands[task] = command
    return {"tasks": tasks, "suites": aggregates, "commands": commands, **_origin(row)}


def _packed(
    row: Row, found: Mapping[str, Number], units: Mapping[str, str]
) -> dict[str, Sequence[Any]]:
    """What is known of one column, by measure."""
    return {
        measure: (*_MEASURED(number), _more(number, row, units.get(measure, "")))
        if remarkable(number, row)
        else (_MEAN(number) if number.low is None else _MEASURED(number))
        for measure, number in found.items()
    }


def _more(number: Number, row: Row, unit: str) -> dict[str, Any]:
    digits = digits_of(number, unit)
    return remarks(number, row) | ({} if digits == 2 else {"digits": digits})


def _origin(row: Row) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if row.source is not None:
        source = row.source
        told["source"] = [source.title, f", {source.where} ({source.year})", source.url]
    if row.defect:
        told["defect"] = row.defect
    return told
