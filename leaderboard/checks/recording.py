"""Writes what a check established, beside the submissions: what the site is built from."""

from __future__ import annotations

from pathlib import Path

from harness.errors import UserError
from leaderboard.checked import CHECKED
from leaderboard.checks.verdict import Verdict
from leaderboard.checks.writing import write

QUERIES, SAMPLES = "queries", "samples"


def record(verdict: Verdict, submissions: Path | None = None) -> Path:
    """Writes the records of a submission that passed.

    Args:
        verdict: of `check`.
        submissions: the folder of all submissions; default the one that the submission lies in.

    Returns:
        The file of the record, `_checked/<name>.json`. It is written last, so that what it names
        is there.

    Raises:
        UserError: the submission is refused, or the disk does not take the files.
    """
    if verdict.records is None:
        raise UserError(f"{verdict.submission} is refused, so there is nothing to record")
    home = (submissions or verdict.folder.resolve().parent) / CHECKED
    for digest, queries in sorted(verdict.records.queries.items()):
        write(home / QUERIES / f"{digest}.json", queries)
    write(home / SAMPLES / f"{verdict.submission}.json", verdict.records.samples)
    path = home / f"{verdict.submission}.json"
    write(path, verdict.records.checked)
    return path
