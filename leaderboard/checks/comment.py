"""python -m leaderboard.checks.comment REPORT.json COMMENT.md: what a workflow posts.

The report was made by a job that ran for a pull request, so it is read like a submission.
"""

from __future__ import annotations

import sys
from pathlib import Path

from leaderboard.checks.markdown import REPORT_BYTES, comment
from leaderboard.submission.files import read_bytes
from leaderboard.submission.refusal import Refused


def main(report: str, out: str) -> None:
    """Writes the comment for a report.

    Args:
        report: file of `assay check --json`; one that is missing or no report gives a comment too.
        out: file to write.
    """
    try:
        data = read_bytes(Path(report), REPORT_BYTES)
    except Refused as error:
        data = str(error).encode()
    Path(out).write_text(comment(data), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:3])
