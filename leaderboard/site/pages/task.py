"""The page of a task: what it is, how hard its queries are, and every system on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape
from operator import attrgetter
from typing import Any, NamedTuple

from markupsafe import Markup

from leaderboard.board.records import Board, Number, Row, TaskBoard
from leaderboard.site import charts, links, results
from leaderboard.site.cells import axis, axis_text, present
from leaderboard.site.formats import shown, size
from leaderboard.site.listings import Listing
from leaderboard.site.rendering import Renderer
from leaderboard.site.scripts import script
from leaderboard.site.states import meaning, pairs, reasons

LISTED = 10
"""Hardest and easiest queries that the page lists; a script shows all on demand."""
FEWEST = 5
"""Systems from which on a picture of how they are spread says something."""
LONGEST = 300
"""Characters of a query's text that the page shows."""
_ROW = 25
"""What a row of a task costs, roughly and in microseconds."""


def pages(board: Board, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """Every task's page and the files that hold what it shows."""
    shared: dict[str, _Fixed] = {}
    for name in renderer.share(
        sorted(board.tasks), lambda name: len(board.tasks[name].rows) * _ROW
    ):
        task = board.tasks[name]
        yield renderer.page(links.task_page(name), "task.html.j2", **_context(board, task, shared))
        listing = _listing(task)
        for suffix in ("csv", "json"):
            yield links.task_data(name, suffix), listing.encode(suffix)
        if task.difficulty:
            path = links.task_data(name, "js")
            yield path, script(path, _every_query(task))


def editions(task: TaskBoard) -> list[str]:
    """States of the task that some number is about: the current one first, then by name."""
    main = task.measures[0] if task.measures else ""
    found = {_leading(cells, main).edition for cells in task.numbers.values() if cells}
    return sorted(found)  # "" sorts first


def _context(board: Board, task: TaskBoard, shared: dict[str, _Fixed]) -> dict[str, Any]:
    main = task.measures[0] if task.measures else ""
    known = [edition for edition in sorted(task.difficulty) if edition in task.queries]
    leading = [_leading(cells, main) for cells in task.numbers.values() if cells]
    return {
        "task": task,
        "card": task.card,
        "defects": [_with_code(text) for text in (task.card.defects if task.card else ())],
        "main": main,
        "title": task.card.title if task.card else task.name,
        "suites": [suite for suite in board.suites if suite.name in task.suites],
        "unit": task.units.get(main, ""),
        "tables": [_table(board, task, edition, main, shared) for edition in editions(task)],
        "pairs": pairs(board, [task.name]),
        "reasons": reasons(board, [task.name]),
        "misprints": _misprints(task),
        "difficulty": [_difficulty(task, edition, main) for edition in known],
        "data": sorted(task.queries.items()),
        "facets_of": _facets(task),
        "levels": present(number.level for number in leading),
        "queries_data": links.task_data(task.name, "js") if task.difficulty else "",
        "csv": links.task_data(task.name, "csv"),
        "json": links.task_data(task.name, "json"),
    }


def _with_code(text: str) -> Markup:
    """A sentence in which what stands between backticks is code."""
    parts = (
        f"<code>{escape(part)}</code>" if i % 2 else escape(part)
        for i, part in enumerate(re.split(r"`([^`]+)`", text))
    )
    return Markup("".join(parts))  # escaped part by part


def _facets(task: TaskBoard) -> list[tuple[str, str, list[Any]]]:
    given = {_given(row) for row in task.rows} - {""}
    return [
        ("kind", "Type", sorted({row.kind for row in task.rows})),
        ("level", "Level", sorted({row.level for row in task.rows})),
        ("instruction", "Instructions", sorted(given)),
    ]


def _given(row: Row) -> str:
    return {True: "with", False: "without", None: ""}[row.instruction]


def _misprints(task: TaskBoard) -> list[tuple[Row, str]]:
    """Rows with a printing error that is known of one of their numbers here, and the error."""
    found = {
        (row.id, number.defect): row
        for row in task.rows
        for number in task.numbers[row.id].values()
        if number.defect
    }
    return [(row, text) for (_, text), row in found.items()]


def _table(
    board: Board, task: TaskBoard, edition: str, main: str, shared: dict[str, _Fixed]
) -> dict[str, Any]:
    """Systems on one state of the task, best first, and how their values are spread."""
    rows = [
        (row, _unmarked(cells) if edition else cells)
        for row in task.rows
        if _leading(cells := task.numbers[row.id], main).edition == edition
    ]
    numbers = [cells[main] for row, cells in rows if main in cells and row.kind != "reference"]
    unit = task.units.get(main, "")
    ends = axis(numbers, unit)
    held = {measure for _, cells in rows for measure in cells} | {main}
    measures = [measure for measure in task.measures if measure in held]
    known = [(cells[main].value, row) for row, cells in rows if main in cells]
    marks = [(value, row.name) for value, row in known if row.kind == "reference"]
    systems = [value for value, row in known if row.kind != "reference"]
    figure = charts.histogram(systems, measure=main, what="system", unit=unit, marks=marks)
    for row, _ in rows:
        if row.id not in shared:
            shared[row.id] = _fixed(row, bool(board.per_query.get(row.id)))
    lines = "\n".join(
        _line(
            shared[row.id],
            cells,
            measures,
            task.units,
            ends,
            results.origin(task.commands.get(row.id), row.source),
        )
        for row, cells in rows
    )
    return {
        "edition": edition,
        "meaning": meaning(edition) if edition else "",
        "ends": axis_text(ends, unit),
        "systems": len(rows),
        "measures": measures[1:],
        "intervals": any(number.low is not None for number in numbers),
        "lines": Markup(lines),  # escaped where it is made
        "figure": figure if len(systems) >= FEWEST else None,
    }


def _leading(cells: Mapping[str, Number], main: str) -> Number:
    """The number that says where a row belongs: by the first measure, or by one that it has."""
    return cells.get(main) or next(iter(cells.values()))


def _unmarked(cells: Mapping[str, Number]) -> Mapping[str, Number]:
    """Numbers of a table that says itself which state they are about."""
    return {measure: replace(number, edition="") for measure, number in cells.items()}


class _Fixed(NamedTuple):
    """What the lines of a row on all tasks have in common, as HTML."""

    attributes: str
    heading: str
    end: str


def _fixed(row: Row, comparable: bool) -> _Fixed:
    parameters = "" if row.parameters is None else row.parameters
    return _Fixed(
        attributes=(
            f'data-row="{escape(row.id)}" data-kind="{escape(row.kind)}" '
            f'data-instruction="{_given(row)}"{" data-comparable" * comparable}'
            f"{' class=reference' * (row.kind == 'reference')}"
        ),
        heading=(
            f'<th scope="row"><a href="../{links.model_page(row.system)}">{escape(row.name)}</a>'
            f"{results.chips(row)}</th>"
        ),
        end=(
            f"<td>{escape(row.kind)}</td>"
            f'<td class="num" data-order="{parameters}">{size(row.parameters)}</td>'
        ),
    )


def _line(
    fixed: _Fixed,
    cells: Mapping[str, Number],
    measures: Sequence[str],
    units: Mapping[str, str],
    ends: tuple[float, float],
    origin: str,
) -> str:
    main, *rest = measures
    number, leading = cells.get(main), _leading(cells, main)
    others = "".join([results.plain(cells.get(m), units.get(m, "")) for m in rest])
    rank = "–" if number is None or number.rank is None else number.rank
    return (
        f'<tr {fixed.attributes} data-level="{leading.level}">{fixed.heading}'
        f'<td class="num">{rank}</td>'
        f"{results.value(number, units.get(main, ''))}{results.bar(number, ends)}"
        f"{results.level(leading.level)}{fixed.end}"
        f"{results.seconds(leading.seconds)}{origin}{others}</tr>"
    )


def _difficulty(task: TaskBoard, edition: str, main: str) -> dict[str, Any]:
    """How hard the queries of one state of the task are."""
    values = task.difficulty[edition]
    order = sorted(range(len(values)), key=lambda i: (values[i], i))
    return {
        "edition": edition,
        "count": len(values),
        "splits": len(set(task.queries[edition].splits)) > 1,
        "figure": charts.histogram(
            values, measure=main, what="query", unit=task.units.get(main, "")
        ),
        "unsolved": sum(value == 0 for value in values),
        "hardest": [_query(task, edition, i, main) for i in order[:LISTED]],
        "easiest": [_query(task, edition, i, main) for i in reversed(order[LISTED:][-LISTED:])],
    }


def _query(task: TaskBoard, edition: str, index: int, main: str) -> dict[str, str]:
    queries = task.queries[edition]
    shows = task.licence_shows_text and queries.texts is not None
    text = queries.texts[index] if shows and queries.texts else ""
    return {
        "id": queries.ids[index],
        "split": queries.splits[index],
        "text": text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…",
        "value": shown(task.difficulty[edition][index], task.units.get(main, "")),
    }


def _every_query(task: TaskBoard) -> dict[str, Any]:
    """Difficulty of every query by state of the task, for the list that opens on demand."""
    shows = task.licence_shows_text
    return {
        edition: {
            "ids": queries.ids,
            "splits": queries.splits if len(set(queries.splits)) > 1 else None,
            "texts": queries.texts if shows else None,
            "values": [round(value, 4) for value in task.difficulty[edition]],
        }
        for edition, queries in sorted(task.queries.items())
        if edition in task.difficulty
    }


_ABOUT = attrgetter("id", "name", "kind", "parameters", "instruction")
_STATE = attrgetter("level", "edition", "rank", "n", "seconds", "retracted")


def _listing(task: TaskBoard) -> Listing:
    """What the page's tables show, a line for each system; intervals of the first measure."""
    main, *others = task.measures or ("",)
    columns = (
        *("row", "system", "kind", "parameters", "instruction", "level", "edition", "rank"),
        *("queries", "seconds", "retracted", main, "low", "high", *others, "command"),
    )
    lines = []
    for row in task.rows:
        cells = task.numbers[row.id]
        first = _leading(cells, main)
        known = first.value if main in cells else None
        values = [number.value if (number := cells.get(other)) else None for other in others]
        lines.append(
            (
                *_ABOUT(row),
                *_STATE(first),
                *(known, first.low, first.high, *values, task.commands.get(row.id, "")),
            )
        )
    return Listing(columns, lines)
