"""A report of everything that lies in a folder of results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness.errors import UserError
from harness.loading.catalogue import all_suites
from harness.report import Report, aggregates
from harness.store import RESULT, RUN_INFO, Result, find_results, read_result
from harness.store.checkpoint import find_checkpoints


def read_report(path: str | Path) -> Report:
    """Every result under a folder, with the aggregates of all suites that have a task there.

    Args:
        path: an `--out` folder, any folder within it, or one result.

    Returns:
        The report; `unfinished` names tasks with answers but no result yet.

    Raises:
        UserError: there is no result, or one is damaged.
    """
    root = Path(path)
    root = root.parent if root.name == RESULT else root
    found = [(read_result(folder.path), folder.scores()) for folder in find_results(root)]
    owed = [
        head["plan"]["task"] for file, head in find_checkpoints(root) if not _finished(file.parent)
    ]
    if not found and not owed:
        raise UserError(f"no result under {path}: give a folder that `assay run --out` has written")
    tasks = {result.task for result, _ in found}
    suites = [suite for suite in all_suites() if tasks.intersection(suite.tasks)]
    return Report(
        results=tuple(result for result, _ in found),
        aggregates=tuple(value for suite in suites for value in aggregates(suite, found)),
        unfinished=tuple(dict.fromkeys(owed)),
    )


def read_single(path: str | Path) -> tuple[Result, dict[str, Any]] | None:
    """The one result at a path with its `run_info.json`, or None where many may lie below it.

    Raises:
        UserError: the result is damaged.
    """
    marker = Path(path) if Path(path).name == RESULT else Path(path) / RESULT
    if not marker.is_file():
        return None
    try:
        run_info = json.loads((marker.parent / RUN_INFO).read_bytes())
    except (OSError, ValueError):
        run_info = {}
    return read_result(marker), run_info


def _finished(folder: Path) -> bool:
    return (folder / RESULT).exists()
