"""The checks of a submission, in the order in which they are printed.

A new check is one function: of a `Case` (the folder as a whole) or of a `Claim` (one result),
yielding `passed`, `failed`, `flagged` or `skipped`. It goes into the file of its theme, and its
line into one of the three tables below. `needs` names the checks that must have passed before.
"""

from __future__ import annotations

from pathlib import Path

from leaderboard.checks import (
    card,
    claims,
    files,
    history,
    lineage,
    plausibility,
    predictions,
    scores,
)
from leaderboard.checks.case import Case, Claim
from leaderboard.checks.outcomes import Check, Outcome
from leaderboard.checks.recording import record
from leaderboard.checks.running import Examination, Tell
from leaderboard.checks.verdict import Verdict

__all__ = [
    "BESIDE_OTHERS",
    "OF_FOLDER",
    "OF_RESULT",
    "Outcome",
    "Verdict",
    "check",
    "record",
]

OF_FOLDER: tuple[Check[Case], ...] = (
    Check("folder", files.folder),
    Check("files", files.known, needs=("folder",)),
    Check("manifest", files.manifest, needs=("files",)),
    Check("hashes", files.hashes, needs=("manifest",)),
    Check("keys", files.secrets, needs=("files",)),
    Check("card", card.card, needs=("files",)),
    Check("environment", card.environment, needs=("files",)),
    Check("expression", card.expression, needs=("manifest",)),
    Check("kind", card.kind, needs=("card", "expression")),
    Check("elsewhere", history.elsewhere, needs=("folder",)),
    Check("unchanged", history.unchanged, needs=("folder",)),
)
"""Of the folder as a whole."""

OF_RESULT: tuple[Check[Claim], ...] = (
    Check("schema", claims.schema, needs=("hashes",)),
    Check("entry", claims.entry, needs=("schema",)),
    Check("task", claims.task, needs=("schema",)),
    Check("setting", claims.setting, needs=("task",)),
    Check("status", claims.status, needs=("schema",)),
    Check("measures", claims.claimed_measures, needs=("task",)),
    Check("cost", predictions.run_info, needs=("schema",)),
    Check("predictions", predictions.readable, needs=("schema",)),
    Check("per query", scores.per_query, needs=("measures",)),
    Check("data", scores.data, needs=("entry", "setting")),
    Check("ids", predictions.ids, needs=("predictions", "data")),
    Check("depth", predictions.depth, needs=("measures", "ids"), only="retrieval"),
    Check("scores", scores.recomputed, needs=("measures", "ids")),
    Check("values", scores.values, needs=("per query", "scores")),
    Check("counts", scores.counts, needs=("scores",)),
    Check("same predictions", plausibility.same_predictions, needs=("predictions",), of_board=True),
    Check("other predictions", plausibility.other_predictions, needs=("entry",), of_board=True),
    Check("ties", plausibility.ties, needs=("predictions", "measures"), only="retrieval"),
    Check("jump", plausibility.jump, needs=("scores",), of_board=True),
    Check("copy of gold", plausibility.gold, needs=("ids",)),
)
"""Of each result. Where `data` is skipped, what needs it is skipped too: self-reported."""

BESIDE_OTHERS: tuple[Check[Case], ...] = (
    Check("lineage", lineage.lineage, needs=("hashes", "card")),
    Check("same files", plausibility.same_files, needs=("hashes",), of_board=True),
)
"""Of the folder, once its results are known."""


def check(
    folder: str | Path,
    *,
    data: str | Path | None = None,
    base: str | None = None,
    tell: Tell = lambda outcome: None,
) -> Verdict:
    """Checks a submission: reads it safely, and recomputes every number that it claims.

    Nothing of the submission is executed, and no file outside of it is opened by a name in it.

    Args:
        folder: the submission. What lies beside it is what it is compared with.
        data: folder that mirrors the tasks' data; default the environment variable ASSAY_DATA. A
            task whose data is not to be had leaves its results self-reported.
        base: git revision that the submission is to be added to; with it, nothing but the new
            folder may differ.
        tell: called with every outcome as soon as it is there.

    Returns:
        Every outcome, and what `record` writes down. A folder that is no submission,
        whatever it holds, is refused with a reason.

    Raises:
        UserError: `data` is no folder.
    """
    case = Case(Path(folder), data=data, base=base)
    case.source  # noqa: B018  a wrong --data is no fault of the submission
    return Examination(case, tell).run(OF_FOLDER, OF_RESULT, BESIDE_OTHERS)
