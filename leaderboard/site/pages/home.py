"""The home page: the suites, what came last, what changed, and a search over everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from leaderboard.board.records import Board, Event, SuiteBoard
from leaderboard.site import links
from leaderboard.site.lines import lines, main_number
from leaderboard.site.rendering import Renderer
from leaderboard.site.scripts import script

SEARCH = "data/search.js"
_LATEST, _CHANGES = 8, 30


def pages(board: Board, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """The home page, the page for addresses that lead nowhere, and the index of the search."""
    submitted = [event for event in board.events if event.kind == "submitted"]
    if renderer.mine(links.HOME):
        yield renderer.page(
            links.HOME,
            "home.html.j2",
            suites=[_card(board, suite, parts) for suite, parts in _families(board.suites)],
            latest=[(event, _target(board, event)) for event in submitted[:_LATEST]],
            events=[(event, _target(board, event)) for event in board.events[:_CHANGES]],
        )
    yield renderer.page("404.html", "404.html.j2")
    if renderer.mine(SEARCH):
        yield SEARCH, script(SEARCH, _index(board))


def _families(suites: Sequence[SuiteBoard]) -> list[tuple[SuiteBoard, list[SuiteBoard]]]:
    """Suites with those that are a part of them: whose tasks are some of theirs."""
    tasks = {
        suite.name: {column.id for column in suite.columns if column.kind == "task"}
        for suite in suites
    }

    def part(small: SuiteBoard, large: SuiteBoard) -> bool:
        return bool(tasks[small.name]) and tasks[small.name] < tasks[large.name]

    whole = [suite for suite in suites if not any(part(suite, other) for other in suites)]
    return [(suite, [other for other in suites if part(other, suite)]) for suite in whole]


def _card(board: Board, suite: SuiteBoard, parts: Sequence[SuiteBoard]) -> dict[str, Any]:
    """A suite in one card: its best system that is no reference, and how many lead with it."""
    found = [line for line in lines(board, suite).current if line.place]
    best = min(found, key=lambda line: line.place or 0, default=None)
    tied = [line for line in found if best and best.group and line.group == best.group]
    return {
        "suite": suite,
        "parts": parts,
        "measure": suite.measures[0] if suite.measures else "",
        "best": best,
        "number": main_number(suite, best.row.id, suite.columns[0].id) if best else None,
        "tied": len(tied) - 1,
        "systems": len({row.system for row in suite.rows}),
        "tasks": sum(column.kind == "task" for column in suite.columns),
    }


def _target(board: Board, event: Event) -> str | None:
    """The page that an event is about."""
    if event.link in board.systems:
        return links.model_page(event.link)
    if any(suite.name == event.link for suite in board.suites):
        return links.suite_page(event.link)
    return None


def _index(board: Board) -> list[list[str]]:
    """[what, name, more to be found by, page] of everything that has a page."""
    return [
        *(["suite", s.title, s.name, links.suite_page(s.name)] for s in board.suites),
        *(
            ["system", s.name, f"{s.kind} {s.expression or ''}".strip(), links.model_page(s.id)]
            for s in board.systems.values()
        ),
        *(
            ["task", task.card.title if task.card else task.name, task.name, links.task_page(name)]
            for name, task in board.tasks.items()
        ),
    ]
