"""The home page: the suites, what came last, what changed, and a search over everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import Markup

from leaderboard.board.records import Board, Event, SuiteBoard
from leaderboard.site import links
from leaderboard.site.lines import best_lines, lines
from leaderboard.site.rendering import Renderer, sha256_source
from leaderboard.site.scripts import script

SEARCH = "data/search.js"
_LATEST, _CHANGES = 8, 30
_STYLE = (
    ":root{color-scheme:light dark}body{max-width:40rem;margin:12vh auto;padding:0 1.25rem;"
    "font:1.0625rem/1.6 system-ui,sans-serif}h1{line-height:1.2}"
    "html{background:light-dark(#fff,#11161a);color:light-dark(#17212a,#e6ebee)}"
    "a{color:light-dark(#0b6570,#62c9d4)}"
)
_TO_ROOT = (
    "var m=location.pathname.match(/^(.*\\/)(?:suites|tasks|models|docs|data|assets)\\//);"
    "if(m)document.getElementById('home').href=m[1]+'index.html'"
)


def pages(board: Board, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """The home page, the page for addresses that lead nowhere, and the index of the search."""
    submitted = [event for event in board.events if event.kind == "submitted"]
    yield renderer.page(
        links.HOME,
        "home.html.j2",
        suites=[_card(board, suite, parts) for suite, parts in _families(board.suites)],
        latest=[(event, _target(board, event)) for event in submitted[:_LATEST]],
        events=[(event, _target(board, event)) for event in board.events[:_CHANGES]],
    )
    yield renderer.page("404.html", "404.html.j2", **_inline())
    yield SEARCH, script(SEARCH, _index(board))


def _inline() -> dict[str, Markup]:
    """What the page for lost addresses holds itself, and a policy that allows nothing else.

    Such a page is shown at any depth, so that nothing beside it can be found by a relative path.
    Below a folder of the site its script finds the way to the start page.
    """
    return {
        "style": Markup(_STYLE),
        "script": Markup(_TO_ROOT),
        "own_policy": Markup(
            f"default-src 'none'; style-src '{sha256_source(_STYLE)}'; "
            f"script-src '{sha256_source(_TO_ROOT)}'; base-uri 'none'; form-action 'none'"
        ),
    }


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
    """A suite in one card: its best number of the current data, and how many lead with it."""
    leading = best_lines(lines(board, suite))
    best = leading[0] if leading else None
    return {
        "suite": suite,
        "parts": parts,
        "measure": suite.measures[0] if suite.measures else "",
        "best": best,
        "unit": suite.units.get(suite.measures[0], "") if suite.measures else "",
        "tied": len(leading) - 1,
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
