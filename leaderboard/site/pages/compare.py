"""The compare page, and the data that it loads: values by query, queries, and what was found.

data/compare.js            every row that can be chosen, and the tasks of every suite
data/rows/<row>.js         a row's number on each task, with its values by query where known
data/queries/<digest>.js   ids, clusters and weights of the queries that values belong to
data/samples/<name>.js     what a submission found for some queries
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from leaderboard.board.records import Board, Number, PerQuery, Row, TaskBoard
from leaderboard.checked import Queries, Sample, Samples
from leaderboard.site import links, results
from leaderboard.site.rendering import Renderer
from leaderboard.site.scripts import script

INDEX = "data/compare.js"
_ROW, _RESULT, _SAMPLE = 50, 10, 1500
"""What a row, one of its results and a submission's samples cost, roughly and in microseconds."""


def pages(board: Board, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """The page and the scripts of every row, of all queries and of all samples."""
    if renderer.share([INDEX], lambda path: len(board.rows) * _ROW):
        yield renderer.page(links.COMPARE, "compare.html.j2", index=INDEX)
        yield INDEX, script(INDEX, _index(board))
    yield from _rows(board, renderer)
    queries = _queries(board)
    for digest in renderer.share(sorted(queries), lambda digest: len(queries[digest].ids)):
        path = links.queries_data(digest)
        yield path, script(path, _query_data(board, queries[digest]))
    for name in renderer.share(sorted(board.samples), lambda name: _SAMPLE):
        path = links.samples_data(name)
        yield path, script(path, _sample_data(board, board.samples[name]))


def _index(board: Board) -> dict[str, Any]:
    """What there is to choose from. Rows: [id, name, what tells it apart, kind, level, suites]."""
    numbers = {suite.name: i for i, suite in enumerate(board.suites)}
    rows = [
        [
            row.id,
            row.name,
            _told_apart(row),
            row.kind,
            row.level,
            [i for name, i in numbers.items() if row.id in board.suites[i].coverage],
        ]
        for row in sorted(board.rows.values(), key=lambda row: (row.name.lower(), row.id))
    ]
    suites = [
        [suite.name, suite.title, [c.id for c in suite.columns if c.kind == "task"]]
        for suite in board.suites
    ]
    return {"rows": rows, "suites": suites}


def _told_apart(row: Row) -> str:
    printed = [f"printed in {row.source.title}, {row.source.where}"] if row.source else []
    return ", ".join((*results.told_apart(row), *printed))


def _rows(board: Board, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    shared = renderer.share(
        sorted(board.rows), lambda row: _ROW + len(board.per_query.get(row, ())) * _RESULT
    )
    wanted = frozenset(shared)
    numbers: dict[str, dict[str, tuple[TaskBoard, Number]]] = {row: {} for row in shared}
    for name, task in sorted(board.tasks.items()):
        for row in wanted.intersection(task.numbers):
            if main := task.numbers[row].get(task.measures[0]):
                numbers[row][name] = (task, main)
    for row, tasks in numbers.items():
        path = links.row_data(row)
        yield path, script(path, _row_data(board, row, tasks))


def _row_data(
    board: Board, row: str, tasks: Mapping[str, tuple[TaskBoard, Number]]
) -> dict[str, Any]:
    """A row: its name, and on each task what it reached and, where known, for which query."""
    known = {values.task: values for values in board.per_query.get(row, ())}
    found = board.rows[row]
    return {
        "id": row,
        "name": found.name,
        "setting": _told_apart(found),
        "level": found.level,
        "page": links.model_page(found.system),
        "tasks": {
            name: _result(task, number, known.get(name), board.sample_cells.get((row, name)))
            for name, (task, number) in tasks.items()
        },
    }


def _result(
    task: TaskBoard, number: Number, known: PerQuery | None, sample: tuple[str, int] | None
) -> dict[str, Any]:
    measure = task.measures[0]
    told: dict[str, Any] = {"measure": measure, "value": number.value}
    if measure in task.units:
        told["unit"] = task.units[measure]
    if measure in task.lower_is_better:
        told["lower"] = True
    if number.edition:
        told["edition"] = number.edition
    if number.retracted:
        told["retracted"] = True
    if known:
        told["queries"] = _queries_path(known.queries)
        told["values"] = known.values
    if sample:
        told["sample"] = [_samples_path(sample[0]), sample[1]]
    return told


_queries_path = cache(links.queries_data)
_samples_path = lru_cache(links.samples_data)


def _queries(board: Board) -> dict[str, Queries]:
    """Digest that values name -> the queries of the task in the state that they are about."""
    found: dict[str, Queries] = {}
    for row, tasks in board.per_query.items():
        for values in tasks:
            if values.queries in found or values.task not in board.tasks:
                continue
            task = board.tasks[values.task]
            number = next(iter(task.numbers.get(row, {}).values()), None)
            edition = number.edition if number else ""
            if edition in task.queries:
                found[values.queries] = task.queries[edition]
    return found


def _query_data(board: Board, queries: Queries) -> dict[str, Any]:
    """Queries as the page needs them; what says nothing (all weights 1) is left out."""
    told: dict[str, Any] = {"task": queries.task, "ids": queries.ids}
    if len(set(queries.splits)) > 1:
        told["splits"] = queries.splits
    if len(set(queries.clusters)) < len(queries.clusters):
        told["clusters"] = queries.clusters
    if set(queries.weights) != {1.0}:
        told["weights"] = queries.weights
    if queries.texts is not None and _shows_text(board, queries.task):
        told["texts"] = queries.texts
    return told


def _sample_data(board: Board, samples: Samples) -> dict[str, Any]:
    """What was found, and the texts of tasks whose licence allows them to be shown."""
    return {
        "cells": [cell and _cell_data(cell) for cell in samples.cells],
        "texts": {
            task: dict(sorted(texts.items()))
            for task, texts in sorted(samples.texts.items())
            if _shows_text(board, task)
        },
    }


def _cell_data(cell: Sample) -> dict[str, Any]:
    said = {"said": cell.said} if cell.said else {}
    return {"rows": cell.rows, "found": cell.found, **said}


def _shows_text(board: Board, task: str) -> bool:
    return task in board.tasks and board.tasks[task].licence_shows_text
