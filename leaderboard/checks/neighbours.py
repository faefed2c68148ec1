"""What is on the board already, for checks that compare a submission with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from harness.records import Setting
from harness.settings import setting_of
from leaderboard.checked import CHECKED, Checked
from leaderboard.records import MANIFEST, Manifest
from leaderboard.submission import limits
from leaderboard.submission.files import read_bytes
from leaderboard.submission.reading import read_manifest
from leaderboard.submission.refusal import Refused


@dataclass(frozen=True, slots=True)
class Known:
    """A result that was checked earlier."""

    submission: str
    task: str
    task_version: str
    data_hash: str
    setting: Setting
    measure: str
    value: float
    kind: str
    """Of the model, by its card."""


def manifests(submissions: Path, *, besides: str) -> Iterator[Manifest]:
    """The manifests of the other submissions, by name; a broken one is another's concern."""
    for path in sorted(submissions.glob(f"*/{MANIFEST}")):
        if path.parent.name not in (besides, CHECKED):
            with suppress(Refused):
                yield read_manifest(path.parent)


def recorded(submissions: Path, *, besides: str) -> Iterator[Known]:
    """The results of the other submissions' records, by name."""
    for path in sorted((submissions / CHECKED).glob("*.json")):
        if path.stem != besides:
            with suppress(Refused, ValidationError):
                yield from _of(Checked.model_validate_json(read_bytes(path, limits.FILE_BYTES)))


def _of(record: Checked) -> Iterator[Known]:
    for cell in record.cells:
        main = cell.measures.get(cell.main_measure)
        if main is not None:
            yield Known(
                record.submission,
                cell.task,
                cell.task_version,
                cell.data_hash,
                setting_of(cell.setting),
                cell.main_measure,
                main.value,
                record.card.kind,
            )
