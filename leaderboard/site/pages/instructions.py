"""The instruction page: what instructions do to each model, and who is good at tools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from leaderboard.board.records import Board, Effect, Savvy
from leaderboard.site import charts, links
from leaderboard.site.formats import shown, signed
from leaderboard.site.listings import Listing
from leaderboard.site.rendering import Renderer

DATA = "data/instructions"


def pages(board: Board, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """The page and its downloads."""
    yield renderer.page(
        links.INSTRUCTIONS,
        "instructions.html.j2",
        suites=list(_suites(board)),
        savvy=[_savvy(found) for found in board.savvy],
        csv=f"{DATA}.csv",
        json=f"{DATA}.json",
    )
    for suffix in ("csv", "json"):
        yield f"{DATA}.{suffix}", _listing(board).encode(suffix)


def _suites(board: Board) -> Iterator[dict[str, Any]]:
    """Every suite that knows a model with and without instructions, in the board's order."""
    titles = {suite.name: suite.title for suite in board.suites}
    order = list(titles)
    names = {effect.suite for effect in board.effects}
    for name in sorted(names, key=lambda n: (order.index(n) if n in titles else len(order), n)):
        effects = [effect for effect in board.effects if effect.suite == name]
        effects.sort(key=lambda e: (-e.mean, e.name, e.system))
        most = max(max(effect.improved, effect.worsened) for effect in effects)
        yield {
            "name": name,
            "title": titles.get(name, name),
            "page": links.suite_page(name) if name in titles else "",
            "lines": [_line(effect, most, board) for effect in effects],
        }


def _line(effect: Effect, most: int, board: Board) -> dict[str, Any]:
    interval = ""
    if effect.low is not None and effect.high is not None:
        interval = (
            f"{signed(effect.low, digits=1)} to {signed(effect.high, digits=1)}, {effect.resampled}"
        )
    return {
        "effect": effect,
        "page": links.model_page(effect.system) if effect.system in board.systems else "",
        "bars": charts.diverging(effect.worsened, effect.improved, most),
        "mean": signed(effect.mean),
        "interval": interval,
        "extremes": _extremes(effect),
    }


def _extremes(effect: Effect) -> Sequence[tuple[str, str, str]]:
    """The tasks that gain and lose most: (words, task, signed difference)."""
    if not effect.by_task:
        return ()
    order = sorted(effect.by_task.items(), key=lambda item: (item[1], item[0]))
    (worst, loss), (best, gain) = order[0], order[-1]
    found = [("gains most", best, gain)] if gain > 0 else []
    found += [("loses most", worst, loss)] if loss < 0 else []
    return tuple((words, task, signed(value)) for words, task, value in found)


def _savvy(found: Savvy) -> dict[str, Any]:
    points = sorted(found.points, key=lambda point: (-point[2], point[0]))
    return {
        "savvy": found,
        "title": found.tools.partition(":")[0],
        "chart": charts.scatter(found.points, across="conventional", up="tools"),
        "points": [(name, shown(x), shown(y)) for name, x, y in points],
        "pearson": f"{found.pearson:.2f}",
        "spearman": f"{found.spearman:.2f}",
        "interval": f"{found.low:.2f} to {found.high:.2f}",
    }


def _listing(board: Board) -> Listing:
    """The difference that instructions make on each task."""
    lines = [
        (effect.suite, effect.system, effect.level, task, round(effect.by_task[task], 6))
        for effect in board.effects
        for task in sorted(effect.by_task)
    ]
    return Listing(("suite", "system", "level", "task", "difference"), lines)
