"""The trainer's checkpoints in a stage's folder, of which only whole ones count.

The trainer writes one file after the other. A mark is set when all are there, and taken away before
the first is deleted, so that a kill at any byte leaves no half of one that looks like a whole.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from harness.files import replacing

MARK = "whole"
KEPT = 2


def whole(folder: Path) -> list[Path]:
    """The whole checkpoints, from the oldest to the newest."""
    found = (path for path in folder.glob("checkpoint-*") if (path / MARK).exists())
    return sorted(found, key=_step)


def mark(checkpoint: Path) -> None:
    """Declares a checkpoint whole, and deletes all but the last few."""
    with replacing(checkpoint / MARK):
        pass
    for old in whole(checkpoint.parent)[:-KEPT]:
        _delete(old)


def delete_torn(folder: Path) -> None:
    """Deletes what a kill left half written."""
    for path in folder.glob("checkpoint-*"):
        if not (path / MARK).exists():
            _delete(path)


def delete_all(folder: Path) -> None:
    """Deletes every checkpoint: nothing is left to go on from."""
    for path in folder.glob("checkpoint-*"):
        _delete(path)


def _delete(path: Path) -> None:
    (path / MARK).unlink(missing_ok=True)
    shutil.rmtree(path)


def _step(path: Path) -> int:
    return int(path.name.rpartition("-")[2])
