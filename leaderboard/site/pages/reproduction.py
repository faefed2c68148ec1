"""The reproduction page: every published number that can be replayed, beside what came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from leaderboard.board.records import Board, Claim
from leaderboard.site import links, results
from leaderboard.site.listings import Listing
from leaderboard.site.rendering import Renderer

DATA = "data/reproduction"
VERDICTS: Mapping[str, str] = {
    "exact": "equal to every digit that is printed",
    "within": "inside the tolerance that is stated beside it",
    "off": "outside of it; the reason is stated where it is known",
    "unreachable": "cannot be replayed with what the paper used; the reason stands beside it",
}
"""What each verdict says, in the order in which they are counted."""


def pages(board: Board, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """The page and its downloads."""
    counts: Counter[str] = Counter(claim.verdict for claim in board.claims)
    sources = sorted({source_name(claim) for claim in board.claims})
    yield renderer.page(
        links.REPRODUCTION,
        "reproduction.html.j2",
        claims=[_line(claim, board) for claim in board.claims],
        counts=[(verdict, counts[verdict], meaning) for verdict, meaning in VERDICTS.items()],
        elsewhere=sum(
            claim.ours is not None and claim.verdict == "unreachable" for claim in board.claims
        ),
        replayed=sum(claim.ours is not None for claim in board.claims),
        sources=sources,
        csv=f"{DATA}.csv",
        json=f"{DATA}.json",
    )
    for suffix in ("csv", "json"):
        yield f"{DATA}.{suffix}", _listing(board).encode(suffix)


def source_name(claim: Claim) -> str:
    """The paper and the table that a claim stands in."""
    return f"{claim.source.title}, {claim.source.where}"


def _as_printed(value: float, claim: Claim) -> str:
    """A value in the unit that the paper prints, with one digit more than it has there."""
    digits = claim.printed.strip().rstrip("% ")
    scale = 1 if abs(float(digits) - claim.paper) < abs(float(digits) - 100 * claim.paper) else 100
    text = f"{value * scale:.{len(digits.partition('.')[2]) + 1}f}"
    return text.removeprefix("-") if not text.strip("-0.") else text


def _gap(claim: Claim) -> str:
    """Ours minus the paper's, signed, in the unit that the paper prints; "" where there is none."""
    if claim.ours is None:
        return ""
    text = _as_printed(claim.ours - claim.paper, claim)
    return text if text.startswith("-") or not text.strip("0.") else f"+{text}"


def _line(claim: Claim, board: Board) -> dict[str, Any]:
    """A claim as the table shows it."""
    return {
        "claim": claim,
        "task": links.task_page(claim.task) if claim.task in board.tasks else "",
        "ours": "" if claim.ours is None else _as_printed(claim.ours, claim),
        "gap": _gap(claim).replace("-", "\N{MINUS SIGN}"),
        "order": "" if claim.ours is None else abs(claim.ours - claim.paper),
        "command": Markup(results.origin(claim.command, None)),  # escaped where it is made
        "source": source_name(claim),
    }


def _listing(board: Board) -> Listing:
    """Every claim as the downloads hold it."""
    columns = (
        *("claim", "task", "measure", "printed", "paper", "ours", "difference", "verdict", "why"),
        *("command", "source", "where", "url"),
    )
    lines = []
    for claim in board.claims:
        difference = None if claim.ours is None else round(claim.ours - claim.paper, 6)
        said = (claim.what, claim.task, claim.measure, claim.printed, claim.paper)
        found = (claim.ours, difference, claim.verdict, claim.why, claim.command)
        lines.append((*said, *found, claim.source.title, claim.source.where, claim.source.url))
    return Listing(columns, lines)
