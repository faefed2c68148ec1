"""A suite: its ranking, its tasks, its categories, and quality against size, speed and date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from leaderboard.board.records import Board, Column, SuiteBoard
from leaderboard.site import links
from leaderboard.site.cells import LEVELS, axis_text
from leaderboard.site.grid import Grid
from leaderboard.site.lines import (
    SIZES,
    TRAINING,
    YES_NO,
    Line,
    best_lines,
    by_task,
    lines,
    misprints,
    scale,
    split_columns,
)
from leaderboard.site.rendering import Renderer
from leaderboard.site.scripts import in_script
from leaderboard.site.states import pairs, reasons, states
from leaderboard.site.suite_downloads import suite_csv, suite_json
from leaderboard.site.suite_scripts import details_scripts, measure_script

_CELL, _DETAILS = 20, 6
"""What a column of a row costs, roughly and in microseconds: in a suite's files, in its details."""


def pages(board: Board, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """The page of every suite, its downloads, and the scripts that the page loads on demand."""
    for suite in renderer.share(board.suites, _cost):
        yield renderer.page(links.suite_page(suite.name), "suite.html.j2", **_context(board, suite))
        grid = Grid.of(suite)
        yield links.suite_data(suite.name, "csv"), suite_csv(grid)
        yield links.suite_data(suite.name, "json"), suite_json(board, grid)
        for measure in suite.measures:
            yield links.suite_measure(suite.name, measure), measure_script(grid, measure)
    columns = Counter(row for suite in board.suites for row, _ in suite.numbers)
    rows = list({row.id: row for suite in board.suites for row in suite.rows}.values())
    yield from details_scripts(board, renderer.share(rows, lambda row: columns[row.id] * _DETAILS))


def _cost(suite: SuiteBoard) -> float:
    return len(suite.numbers) * _CELL


def _context(board: Board, suite: SuiteBoard) -> dict[str, Any]:
    found = lines(board, suite)
    whole, parts, tasks = split_columns(suite)
    main = suite.measures[0]
    ends = scale(suite, whole, main)
    leading = best_lines(found)
    unit = suite.units.get(main, "")
    return {
        "suite": suite,
        "main": main,
        "current": found.current,
        "other": found.other,
        "other_columns": _present(suite, whole, found.other),
        "by_task": {
            line.row.id: told for line in found.other if (told := by_task(suite, line.row.id))
        },
        "whole": whole,
        "parts": parts,
        "tasks": tasks,
        "scale": ends,
        "scale_text": axis_text(ends, unit),
        "unit": unit,
        "lower": main in suite.lower_is_better,
        "states": states(board, suite),
        "pairs": pairs(board, [column.id for column in tasks]),
        "reasons": reasons(board, [column.id for column in tasks]),
        "misprints": misprints(suite),
        "TRAINING": TRAINING,
        "facets": _facets(found.current + found.other),
        "yes_no": YES_NO,
        "resampled": next((rank.resampled for rank in suite.ranks.values()), ""),
        "unsure": any(line.place and not line.rank for line in found.current),
        "leading": leading,
        "names": list(dict.fromkeys(line.row.name for line in leading)),
        "about": in_script(_about(board, suite)),
    }


def _present(
    suite: SuiteBoard, columns: Sequence[Column], found: Sequence[Line]
) -> tuple[Column, ...]:
    """Columns in which some line has a number."""
    rows = {line.row.id for line in found}
    held = {column for row, column in suite.numbers if row in rows}
    return tuple(column for column in columns if column.id in held)


def _facets(found: tuple[Line, ...]) -> list[tuple[str, str, list[str]]]:
    """Facets with the options that some row has, in a sensible order."""
    sizes = [name for name, _ in SIZES] + ["none", "unknown"]
    answers = list(YES_NO.values())

    def present(order: list[str], values: set[str]) -> list[str]:
        return [value for value in order if value in values]

    return [
        ("kind", "Kind", sorted({line.row.kind for line in found})),
        ("size", "Size", present(sizes, {line.size for line in found})),
        ("open", "Open weights", present(answers, {YES_NO[x.row.open_weights] for x in found})),
        (
            "instruction",
            "Instructions",
            present(answers, {YES_NO[x.row.instruction] for x in found}),
        ),
        ("level", "Level", present(list(LEVELS), {line.row.level for line in found})),
        ("training", "Training data", present(list(TRAINING), {line.training for line in found})),
    ]


def _about(board: Board, suite: SuiteBoard) -> dict[str, Any]:
    """What the page's scripts know of the suite before they load anything."""
    return {
        "name": suite.name,
        "title": suite.title,
        "measures": [
            {
                "name": measure,
                "path": links.suite_measure(suite.name, measure),
                **({"unit": suite.units[measure]} if measure in suite.units else {}),
                **({"lower": True} if measure in suite.lower_is_better else {}),
            }
            for measure in suite.measures
        ],
        "columns": [
            {
                "id": column.id,
                "title": column.title,
                "kind": column.kind,
                **({"tasks": column.tasks} if column.kind == "aggregate" else {}),
                **({"page": links.task_page(column.id)} if column.id in board.tasks else {}),
            }
            for column in suite.columns
        ],
    }
