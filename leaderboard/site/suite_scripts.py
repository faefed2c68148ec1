"""The data that a suite's page loads when a reader asks for it."""

from __future__ import annotations

from typing import Any

from leaderboard.board.records import Number, Row, SuiteBoard
from leaderboard.site import links
from leaderboard.site.downloads import remarks
from leaderboard.site.formats import number_text, shown
from leaderboard.site.scripts import script


def measure_script(suite: SuiteBoard, measure: str) -> bytes:
    """One measure of a suite, for the heat table and for switching the summary to it.

    rows: ids, in the suite's order. columns: ids. values: for each row a text for each column, as
    shown, with its marks (see `marked`), or null. intervals: for each row [low, high] for each
    aggregate, as shown, or null.
    """
    aggregates = [column for column in suite.columns if column.kind == "aggregate"]
    unit = suite.units.get(measure, "")
    values, intervals = [], []
    for row in suite.rows:
        found = [suite.numbers.get((row.id, c.id), {}).get(measure) for c in suite.columns]
        values.append([n and marked(n, unit) for n in found])
        intervals.append([n and _interval(n, unit) for n in found[: len(aggregates)]])
    return script(
        links.suite_measure(suite.name, measure),
        {
            "rows": [row.id for row in suite.rows],
            "columns": [column.id for column in suite.columns],
            "values": values,
            "intervals": intervals,
        },
    )


def marked(number: Number, unit: str = "") -> str:
    """A number with † for a known misprint, ‡ for other data or versions, × for retracted."""
    text = number_text(number, unit)
    for mark, holds in (("†", number.defect), ("‡", number.edition), ("×", number.retracted)):
        if holds:
            text += mark
    return text


def _interval(number: Number, unit: str) -> list[str] | None:
    if number.low is None or number.high is None:
        return None
    return [shown(number.low, unit), shown(number.high, unit)]


def details_script(suite: SuiteBoard, row: Row) -> bytes:
    """All that is known of a row's numbers: what the dialog behind each of them says.

    measures: names. numbers: column -> measure's position -> [text, low, high, queries, rank,
    seconds, what else is to be said]. commands: task -> what to type. Where there are any: units of
    measures, source as [title, place in it, address], and a defect of the printed row itself.
    """
    numbers: dict[str, dict[int, list[Any]]] = {}
    commands: dict[str, str] = {}
    for column in suite.columns:
        found = suite.numbers.get((row.id, column.id))
        if found:
            numbers[column.id] = {
                suite.measures.index(measure): _details(n, suite.units.get(measure, ""), row)
                for measure, n in found.items()
            }
        if command := suite.commands.get((row.id, column.id)):
            commands[column.id] = command
    value: dict[str, Any] = {
        "measures": suite.measures,
        "numbers": numbers,
        "commands": commands,
    }
    if suite.units:
        value["units"] = dict(suite.units)
    if row.source is not None:
        source = row.source
        value["source"] = [source.title, f", {source.where} ({source.year})", source.url]
    if row.defect:
        value["defect"] = row.defect
    return script(links.row_details(suite.name, row.id), value)


def _details(number: Number, unit: str, row: Row) -> list[Any]:
    low, high = _interval(number, unit) or (None, None)
    known = [number_text(number, unit), low, high, number.n, number.rank, number.seconds]
    more = remarks(number, row)
    return [*known, more] if more else known
