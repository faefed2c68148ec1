"""Published numbers beside ours: the lines of the reproduction page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.commands import command
from harness.records import Setting
from harness.settings import setting_of
from leaderboard.board.lines import LEVELS, Line, way_of
from leaderboard.board.records import Claim, Number, SuiteBoard
from leaderboard.printed import verdict
from leaderboard.printed.records import PublishedClaim

VOUCHED = ("re-scored", "reproduced")
"""Levels of the numbers that count as ours."""


def replayed(
    published: Sequence[PublishedClaim],
    suites: Mapping[str, SuiteBoard],
    lines: Sequence[Line],
) -> Iterator[Claim]:
    """Every published number with what a run of ours got, in the papers' order.

    A number over other data than the paper's is shown, and decides nothing.

    Args:
        published: what is claimed.
        suites: by name; a claim is about a task of one, or an aggregate.
        lines: all lines of the board.
    """
    by_model: dict[str, list[Line]] = {}
    for line in lines:
        if line.model is not None:
            by_model.setdefault(line.model, []).append(line)
    for claim in published:
        setting = setting_of(claim.setting)
        ours = _best(claim, setting, suites.get(claim.suite), by_model.get(claim.model, ()))
        counts = ours is not None and not ours.edition and not claim.unreachable
        yield Claim(
            what=claim.what,
            task=claim.task,
            measure=claim.measure,
            paper=claim.paper,
            printed=claim.printed,
            source=claim.source,
            ours=None if ours is None else ours.value,
            command=_command(claim, setting),
            verdict=verdict(claim, ours.value if ours is not None and counts else None),
            why=_why(claim, ours),
        )


def _best(
    claim: PublishedClaim, setting: Setting, suite: SuiteBoard | None, lines: Sequence[Line]
) -> Number | None:
    """What those lines have for the claim that somebody here vouches for, the surest first."""
    if suite is None:
        return None
    found = [
        number
        for line in lines
        if line.way == way_of(setting)
        and (number := suite.numbers.get((line.id, claim.task), {}).get(claim.measure))
        and number.level in VOUCHED
        and not number.retracted
    ]
    return min(found, key=lambda n: (n.edition, -LEVELS.index(n.level)), default=None)


def _command(claim: PublishedClaim, setting: Setting) -> str:
    """What to type; "" where nothing of ours is that system."""
    if not claim.model:
        return ""
    aggregate = "/" not in claim.task
    asked = claim.suite if aggregate else claim.task
    return command(claim.model, asked, setting, suite=aggregate)


def _why(claim: PublishedClaim, ours: Number | None) -> str:
    """What a reader must know of the verdict."""
    if claim.unreachable:
        return claim.unreachable
    if ours is None:
        return "No checked submission has this number."
    if ours.edition:
        return f"Ours is of another edition: {ours.edition}."
    return claim.reason
