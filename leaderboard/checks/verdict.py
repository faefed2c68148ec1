"""What all checks together say of a submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from leaderboard.checked import Checked, Queries, Samples
from leaderboard.checks.outcomes import Outcome


@dataclass(frozen=True)
class Records:
    """What is written down of a submission that passed.

    Attributes:
        checked: its numbers, card and environment.
        queries: by digest, the queries that they are about.
        samples: what was found for some of them.
    """

    checked: Checked
    queries: Mapping[str, Queries]
    samples: Samples


@dataclass(frozen=True)
class Verdict:
    """Every outcome, in the order in which it was established.

    Attributes:
        folder: the submission's.
        submission: its name.
        outcomes: of every check, at least one.
        records: what `record` writes; None for a submission that is refused.
    """

    folder: Path
    submission: str
    outcomes: tuple[Outcome, ...]
    records: Records | None = field(default=None, repr=False)

    @property
    def acceptable(self) -> bool:
        """True where no check failed."""
        return all(outcome.status != "failed" for outcome in self.outcomes)

    @property
    def rescored(self) -> int:
        """How many results were recomputed from their predictions."""
        cells = self.records.checked.cells if self.records else []
        return sum(cell.level == "re-scored" for cell in cells)

    @property
    def self_reported(self) -> dict[str, list[str]]:
        """Why some results could not be recomputed -> their tasks."""
        reasons: dict[str, list[str]] = {}
        for cell in self.records.checked.cells if self.records else []:
            if cell.level == "self-reported":
                reasons.setdefault(cell.why, []).append(cell.task)
        return reasons

    def to_json(self) -> dict[str, Any]:
        """The verdict as plain JSON, without where the folder lies."""
        return {
            "schema_version": 1,
            "submission": self.submission,
            "acceptable": self.acceptable,
            "rescored": self.rescored,
            "self_reported": self.self_reported,
            "outcomes": [asdict(outcome) for outcome in self.outcomes],
        }
