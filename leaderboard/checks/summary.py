"""Many outcomes in few lines: one for each check, or for each thing that it found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leaderboard.checks.outcomes import Outcome, Status

NAMED = 4
"""Tasks that one line names."""
MARKS: Mapping[Status, str] = {"passed": "✓", "failed": "✗", "flagged": "!", "skipped": "–"}
"""A mark for each status; the word always stands beside it."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a check says of one or several results at once."""

    check: str
    status: Status
    message: str


def condensed(outcomes: Iterable[Outcome]) -> list[Line]:
    """Few lines, in order of check.

    What passed is one line a check, what did not one for each different thing, and checks that were
    skipped for one reason share a line.
    """
    groups: dict[tuple[str, Status, str], list[Outcome]] = {}
    order: dict[str, int] = {}
    for outcome in outcomes:
        order.setdefault(outcome.check, len(order))
        check = "" if outcome.status == "skipped" else outcome.check
        message = "" if outcome.status == "passed" else outcome.message
        groups.setdefault((check, outcome.status, message), []).append(outcome)
    ranked = sorted(groups.values(), key=lambda found: order[found[0].check])
    return [_line(found) for found in ranked]


def established(
    *, acceptable: bool, rescored: int, self_reported: Mapping[str, Sequence[str]], flags: int
) -> str:
    """What the checks established, in one sentence."""
    if not acceptable:
        return "Refused: see what failed."
    parts = [f"{_results(rescored)} re-scored from the predictions"]
    for why, tasks in sorted(self_reported.items()):
        parts.append(f"{len(tasks)} self-reported ({why})")
    if flags:
        parts.append(f"{flags} {'thing' if flags == 1 else 'things'} for a maintainer to look at")
    return f"Accepted: {'; '.join(parts)}."


def _line(found: Sequence[Outcome]) -> Line:
    """One line for several outcomes."""
    first = found[0]
    checks = list(dict.fromkeys(outcome.check for outcome in found))
    if len(checks) > 1:
        return Line(f"{len(checks)} checks", first.status, f"{first.message}: {', '.join(checks)}")
    if first.task is None:
        return Line(first.check, first.status, first.message)
    if first.status == "passed" and len(found) > 1:
        return Line(first.check, first.status, _results(len(found)))
    names = list(dict.fromkeys(outcome.task or "" for outcome in found))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    about = f"{', '.join(names[:NAMED])}{more}"
    return Line(first.check, first.status, f"{about}: {first.message}")


def _results(n: int) -> str:
    return f"{n:,} {'result' if n == 1 else 'results'}"
