"""The page of a model: its card, everything it was measured on, and what is known against it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Any

from markupsafe import Markup

from harness.records import Setting
from harness.store.schema import setting_to_json
from leaderboard.board.records import Board, Number, Row, SuiteBoard, System
from leaderboard.checked import Rerun
from leaderboard.site import links, results
from leaderboard.site.cells import axis, axis_text
from leaderboard.site.formats import letters
from leaderboard.site.listings import Listing
from leaderboard.site.rendering import Renderer


def pages(board: Board, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """Every system's page and its downloads."""
    for system in board.systems.values():
        if renderer.mine(path := links.model_page(system.id)):
            yield renderer.page(path, "model.html.j2", **_context(board, system))
        for suffix in ("csv", "json"):
            if renderer.mine(path := data_path(system.id, suffix)):
                yield path, _listing(board, system).encode(suffix)


def data_path(system: str, suffix: str) -> str:
    """All results of a system, as "csv" or "json"."""
    return f"data/models/{links.slug(system)}.{suffix}"


def _context(board: Board, system: System) -> dict[str, Any]:
    rows = [board.rows[row] for row in system.rows]
    return {
        "system": system,
        "card": system.card,
        "rows": rows,
        "summary": _summary(board, rows),
        "tables": list(_tables(board, rows)),
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


def _tables(board: Board, rows: list[Row]) -> Iterator[dict[str, Any]]:
    """Results by suite; a task that several suites share stands under the first of them."""
    shown: set[str] = set()
    for suite in board.suites:
        present = [row for row in rows if row.id in suite.coverage]
        if not present or not suite.measures:
            continue
        found = _results(suite, present, shown)
        shown |= {task for task, _, _, _ in found}
        if found:
            ends = axis(number for _, _, measure, number in found if measure == suite.measures[0])
            chips = {row.id: results.chips(row) for row in present}
            lines = [
                _line(board, suite, task, row, chips[row.id], measure, number, ends)
                for task, row, measure, number in found
            ]
            yield {
                "suite": suite,
                "main": suite.measures[0],
                "ends": axis_text(ends, suite.units.get(suite.measures[0], "")),
                "count": len(found),
                "lines": _made("\n".join(lines)),
            }


def _results(
    suite: SuiteBoard, rows: list[Row], shown: set[str]
) -> list[tuple[str, Row, str, Number]]:
    """(task, row, measure, number), in the suite's order of tasks; the first measure there is."""
    found = []
    for column in suite.columns:
        if column.kind != "task" or column.id in shown:
            continue
        for row in rows:
            cells = suite.numbers.get((row.id, column.id), {})
            measure = next((name for name in suite.measures if name in cells), None)
            if measure is not None:
                found.append((column.id, row, measure, cells[measure]))
    return found


@cache
def _task_link(task: str) -> str:
    return f'<a href="../{links.task_page(task)}">{escape(task)}</a>'


def _line(
    board: Board,
    suite: SuiteBoard,
    task: str,
    row: Row,
    chips: str,
    measure: str,
    number: Number,
    ends: tuple[float, float],
) -> str:
    name = _task_link(task) if task in board.tasks else escape(task)
    rank = "–" if number.rank is None else number.rank
    if measure != suite.measures[0]:
        chips += f'<span class="chip">{escape(measure)}</span>'
    edition = f'<span class="sub">‡ {escape(number.edition)}</span>' if number.edition else ""
    return (
        f"<tr{' class=retracted' if number.retracted else ''}>"
        f'<th scope="row">{name}{chips}{edition}</th>'
        f"{results.value(number, suite.units.get(measure, ''))}"
        f"{results.bar(number if measure == suite.measures[0] else None, ends)}"
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


def _listing(board: Board, system: System) -> Listing:
    """All results of a system, a line for each."""
    lines: dict[tuple[str, str], tuple[Any, ...]] = {}
    for suite in board.suites:
        present = [board.rows[row] for row in system.rows if row in suite.coverage]
        for task, row, measure, n in _results(suite, present, set()):
            told = (n.value, n.low, n.high, n.n, n.rank, n.level, n.edition, n.printed, n.defect)
            command = suite.commands.get((row.id, task), "")
            line = (row.id, task, measure, *told, n.retracted, command)
            lines.setdefault((row.id, task), line)
    return Listing(COLUMNS, list(lines.values()))


def _made(lines: str) -> Markup:
    return Markup(lines)  # escaped where it is made
