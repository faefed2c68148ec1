"""A verdict as text that a person reads."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from harness.render.words import BAD, GOOD, QUIET, STRONG, WARNING, command, grid
from leaderboard.checks.outcomes import Status
from leaderboard.checks.summary import MARKS, condensed, established
from leaderboard.checks.verdict import Verdict

STYLES: dict[Status, str] = {
    "passed": GOOD,
    "failed": BAD,
    "flagged": WARNING,
    "skipped": QUIET,
}
NOT_PACKED = {"folder", "elsewhere", "unchanged"}
"""Checks that fail for what lies around a submission, which packing again does not mend."""


def report(verdict: Verdict) -> Iterator[RenderableType]:
    """Each check with what came of it, then what was established in all."""
    yield Text(verdict.submission, STRONG)
    table = grid("", "check", "")
    for line in condensed(verdict.outcomes):
        quiet = line.status in ("passed", "skipped")
        table.add_row(
            Text(f"{MARKS[line.status]} {line.status}", STYLES[line.status]),
            Text(line.check),
            Text(line.message, QUIET if quiet else ""),
        )
    yield table
    yield ""
    yield Text(_sentence(verdict), GOOD if verdict.acceptable else BAD)
    if {outcome.check for outcome in verdict.outcomes if outcome.status == "failed"} - NOT_PACKED:
        yield command("pack it again", "assay submit RESULT... --card model.yaml --out DIR")


def _sentence(verdict: Verdict) -> str:
    return established(
        acceptable=verdict.acceptable,
        rescored=verdict.rescored,
        self_reported=verdict.self_reported,
        flags=sum(outcome.status == "flagged" for outcome in verdict.outcomes),
    )
