"""The page of a model: its card, everything it was measured on, and what is known against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from html import escape
from operator import attrgetter
from typing import Any, NamedTuple

from markupsafe import Markup

from harness.records import Setting
from harness.store.schema import setting_to_json
from leaderboard.board.records import Board, Number, Row, SuiteBoard, System
from leaderboard.checked import Rerun
from leaderboard.site import links, results
from leaderboard.site.cells import axis, axis_text, present
from leaderboard.site.downloads import to_json
from leaderboard.site.formats import letters
from leaderboard.site.listings import Listing
from leaderboard.site.rendering import Renderer

_ROW = 20
"""What a number costs, roughly and in microseconds."""


def pages(board: Board, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """Every system's page and its downloads."""
    rows = Counter(row for task in board.tasks.values() for row in task.numbers)
    cost = {system.id: sum(rows[row] for row in system.rows) for system in board.systems.values()}
    for system in renderer.share(board.systems.values(), lambda s: cost[s.id] * _ROW):
        found = _by_suite(board, [board.rows[row] for row in system.rows])
        context = _context(board, system, found)
        yield renderer.page(links.model_page(system.id), "model.html.j2", **context)
        listing = _listing(found)
        for suffix in ("csv", "json"):
            yield data_path(system.id, suffix), listing.encode(suffix)
        if system.card is not None and system.card.lineage is not None:
            yield links.lineage_data(system.id), to_json(system.card.lineage.model_dump())


def data_path(system: str, suffix: str) -> str:
    """All results of a system, as "csv" or "json"."""
    return f"data/models/{links.slug(system)}.{suffix}"


def _context(
    board: Board, system: System, found: list[tuple[SuiteBoard, list[_Result]]]
) -> dict[str, Any]:
    rows = [board.rows[row] for row in system.rows]
    return {
        "system": system,
        "card": system.card,
        "lineage": system.card.lineage if system.card else None,
        "parent": board.systems.get(system.parent or ""),
        "rows": rows,
        "summary": _summary(board, rows),
        "tables": [_table(board, suite, here) for suite, here in found],
        "levels": present(
            [row.level for row in rows] + [r.number.level for _, here in found for r in here]
        ),
        "overlap": _overlap(board, rows),
        "reruns": _reruns(board, system),
        "retractions": [r for r in board.retractions if r.submission in system.submissions],
        "unchecked": {s: board.unchecked[s] for s in system.submissions if s in board.unchecked},
        "compare": links.compare_page(_comparable(board, system)),
        "csv": data_path(system.id, "csv"),
        "json": data_path(system.id, "json"),
    }


def _comparable(board: Board, system: System) -> list[str]:
    """The system's first rows to open the comparison with; those with values of queries first."""
    return sorted(system.rows, key=lambda row: row not in board.per_query)[:2]


def _summary(board: Board, rows: list[Row]) -> Markup:
    """A line for each suite and setting: the aggregate that the suite is ranked by."""
    lines = []
    for suite in board.suites:
        if not suite.columns or not suite.measures:
            continue
        tasks = sum(column.kind == "task" for column in suite.columns)
        for row in rows:
            if row.id not in suite.coverage:
                continue
            main = suite.measures[0]
            number = suite.numbers.get((row.id, suite.columns[0].id), {}).get(main)
            lines.append(
                f'<tr><th scope="row"><a href="../{links.suite_page(suite.name)}">'
                f"{escape(suite.title)}</a>{results.chips(row)}{_origin(row, number)}</th>"
                f"<td>{escape(suite.columns[0].title)}, {escape(main)}</td>"
                f"{results.value(number, suite.units.get(main, ''))}{_rank(suite, row, number)}"
                f'<td class="num" data-order="{suite.coverage[row.id]}">'
                f"{suite.coverage[row.id]} of {tasks}</td>{results.level(row.level)}</tr>"
            )
    return _made("\n".join(lines))


def _origin(row: Row, number: Number | None) -> str:
    """Where a row was printed, and which data its number is about where that is not the current."""
    parts = [f"{row.source.title}, {row.source.where}"] if row.source else []
    parts += [f"‡ {number.edition}"] if number and number.edition else []
    return "".join(f'<span class="sub">{escape(part)}</span>' for part in parts)


def _rank(suite: SuiteBoard, row: Row, number: Number | None) -> str:
    found = suite.ranks.get(row.id)
    if found is None and number is not None and number.rank and not number.edition:
        return f'<td class="num" data-order="{number.rank}">{number.rank}</td><td>–</td>'
    if found is None:
        return '<td class="num" data-order=""><span class="none">–</span></td><td>–</td>'
    interval = f'<span class="ci">{found.low}–{found.high}</span>'
    return (
        f'<td class="num" data-order="{found.rank}"><span class="v">{found.rank}</span>{interval}'
        f"</td><td>{letters(found.group)}</td>"
    )


class _Result(NamedTuple):
    """A number of the system, by the suite's first measure that there is."""

    task: str
    row: Row
    measure: str
    number: Number


def _by_suite(board: Board, rows: list[Row]) -> list[tuple[SuiteBoard, list[_Result]]]:
    """Results in the order of suites; a task that several share stands under the first of them."""
    found = []
    told: set[str] = set()
    for suite in board.suites:
        present = [row for row in rows if row.id in suite.coverage]
        if present and suite.measures and (here := list(_results(suite, present, told))):
            told |= {result.task for result in here}
            found.append((suite, here))
    return found


def _results(suite: SuiteBoard, rows: list[Row], told: set[str]) -> Iterator[_Result]:
    main = suite.measures[0]
    for column in suite.columns:
        if column.kind != "task" or column.id in told:
            continue
        for row in rows:
            if numbers := suite.numbers.get((row.id, column.id)):
                measure = main
                if main not in numbers:
                    measure = next(name for name in suite.measures if name in numbers)
                yield _Result(column.id, row, measure, numbers[measure])


def _table(board: Board, suite: SuiteBoard, found: list[_Result]) -> dict[str, Any]:
    """Results on the tasks of a suite, as lines."""
    main = suite.measures[0]
    ends = axis(result.number for result in found if result.measure == main)
    chips = {id: results.chips(row) for id, row in {r.row.id: r.row for r in found}.items()}
    lines = [_line(board, suite, result, chips[result.row.id], ends) for result in found]
    return {
        "suite": suite,
        "main": main,
        "ends": axis_text(ends, suite.units.get(main, "")),
        "count": len(found),
        "lines": _made("\n".join(lines)),
    }


@cache
def _task_link(task: str) -> str:
    return f'<a href="../{links.task_page(task)}">{escape(task)}</a>'


def _line(
    board: Board, suite: SuiteBoard, result: _Result, chips: str, ends: tuple[float, float]
) -> str:
    task, row, measure, number = result
    name = _task_link(task) if task in board.tasks else escape(task)
    rank = "–" if number.rank is None else number.rank
    drawn: Number | None = number
    if measure != suite.measures[0]:
        chips += f'<span class="chip">{escape(measure)}</span>'
        drawn = None
    edition = f'<span class="sub">‡ {escape(number.edition)}</span>' if number.edition else ""
    return (
        f"<tr{' class=retracted' if number.retracted else ''}>"
        f'<th scope="row">{name}{chips}{edition}</th>'
        f"{results.value(number, suite.units.get(measure, ''))}{results.bar(drawn, ends)}"
        f'<td class="num">{rank}</td><td class="num">{number.n or "–"}</td>'
        f"{results.level(number.level)}{results.seconds(number.seconds)}"
        f"{results.origin(suite.commands.get((row.id, task)), row.source)}</tr>"
    )


def _overlap(board: Board, rows: list[Row]) -> list[tuple[str, str, list[str]]]:
    """(suite, verdict in words, data sets) for every suite that a row took part in."""
    found = []
    for suite in board.suites:
        told = [row.overlap[suite.name] for row in rows if suite.name in row.overlap]
        if not told or not any(row.id in suite.coverage for row in rows):
            continue
        sets = sorted({name for names in told if names for name in names})
        words = "no overlap declared" if any(names is not None for names in told) else "undisclosed"
        found.append((suite.title, "trained on" if sets else words, sets))
    return found


def _reruns(board: Board, system: System) -> list[tuple[Rerun, list[str], str]]:
    """A maintainer's reruns, what of their settings differs from the defaults, and their units."""
    defaults = setting_to_json(Setting())
    return [
        (
            cell,
            [f"{k} {v}" for k, v in sorted(cell.setting.items()) if v != defaults.get(k)],
            board.tasks[cell.task].units.get(cell.main_measure, "")
            if cell.task in board.tasks
            else "",
        )
        for cell in (system.reproduced.cells if system.reproduced else ())
    ]


COLUMNS = (
    *("row", "task", "measure", "value", "low", "high", "queries", "rank"),
    *("level", "edition", "printed", "defect", "retracted", "command"),
)
"""Of the downloads."""


_KNOWN = attrgetter(
    *("value", "low", "high", "n", "rank", "level", "edition", "printed", "defect", "retracted")
)


def _listing(found: list[tuple[SuiteBoard, list[_Result]]]) -> Listing:
    """All results of a system, a line for each."""
    lines = [
        (row.id, task, measure, *_KNOWN(number), suite.commands.get((row.id, task), ""))
        for suite, here in found
        for task, row, measure, number in here
    ]
    return Listing(COLUMNS, lines)


def _made(lines: str) -> Markup:
    return Markup(lines)  # escaped where it is made
