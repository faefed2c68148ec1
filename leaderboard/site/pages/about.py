"""The about page: how numbers come about, what changed, and whom to cite."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leaderboard.board.records import Board, Event, Source
from leaderboard.site import links
from leaderboard.site.lines import TRAINING
from leaderboard.site.rendering import Renderer


def pages(board: Board, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """The page."""
    yield renderer.page(
        links.ABOUT,
        "about.html.j2",
        suites=board.suites,
        events=[(event, _page(event, board)) for event in board.events],
        citations=_citations(board),
        sources=_sources(board),
        versions=_versions(board),
        training=TRAINING,
    )


def _page(event: Event, board: Board) -> str:
    """The page that a line of the changelog is about; "" where there is none."""
    if event.link in board.systems:
        return links.model_page(event.link)
    return (
        links.suite_page(event.link)
        if any(suite.name == event.link for suite in board.suites)
        else ""
    )


def _citations(board: Board) -> list[dict[str, Any]]:
    """Every BibTeX entry of a task once, with the benchmarks whose tasks it is of."""
    found: dict[str, dict[str, int]] = {}
    for name, task in sorted(board.tasks.items()):
        if task.card and task.card.citation.strip():
            counts = found.setdefault(task.card.citation.strip(), {})
            benchmark = name.partition("/")[0]
            counts[benchmark] = counts.get(benchmark, 0) + 1
    return [
        {"bibtex": text, "of": sorted(counts.items())}
        for text, counts in sorted(found.items(), key=lambda item: (sorted(item[1]), item[0]))
    ]


def _sources(board: Board) -> list[Source]:
    """Every place that printed numbers were taken from, by title."""
    found = {row.source for row in board.rows.values() if row.source}
    found |= {claim.source for claim in board.claims}
    found |= {source for system in board.systems.values() for source in system.sources}
    return sorted(found, key=lambda source: (source.title, source.where, source.url, source.table))


def _versions(board: Board) -> list[tuple[str, str, list[str]]]:
    """(task, current version, other states that numbers are about), where there are any."""
    lines = []
    for name, task in sorted(board.tasks.items()):
        editions = {n.edition for cells in task.numbers.values() for n in cells.values()} - {""}
        if editions:
            lines.append((name, task.card.version if task.card else "–", sorted(editions)))
    return lines
