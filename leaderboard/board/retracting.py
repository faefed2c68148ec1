"""`retractions.yaml`, which maintainers write: what no longer counts, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from harness.errors import UserError
from leaderboard.checked import RETRACTIONS, Retraction
from leaderboard.submission.reading import problems
from leaderboard.submission.refusal import shown

EXAMPLE = "- {submission: NAME, on: 2026-01-31, reason: WHY}"


def retractions(path: Path) -> tuple[Retraction, ...]:
    """All of them, the oldest first; none where there is no file.

    Raises:
        UserError: what is there is no list of retractions. It names the entry and the field.
    """
    if not path.is_file():
        return ()
    try:
        # Every word stays a word: YAML's own rules would make `on` the key True.
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) or []
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise _broken(path, f"no YAML{line}: {error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError, OSError) as error:
        raise _broken(path, str(error)) from None
    if not isinstance(found, list):
        raise _broken(path, "it is no list")
    read = [_retraction(path, number, entry) for number, entry in enumerate(found, start=1)]
    return tuple(sorted(read, key=lambda r: (r.on, r.submission, r.tasks)))


def require_all(
    found: Sequence[Retraction], there: Set[str], tasks: Mapping[str, Set[str]]
) -> None:
    """Raises `UserError` for a retraction of nothing: a slip would let the numbers stand.

    Args:
        found: the retractions.
        there: names of all submissions.
        tasks: submission -> its tasks, of those that are shown.
    """
    for retraction in found:
        name = retraction.submission
        if name not in there:
            raise UserError(f"{RETRACTIONS}: there is no submission {name}")
        for task in sorted(set(retraction.tasks) - tasks.get(name, set(retraction.tasks))):
            raise UserError(f"{RETRACTIONS}: {name} has no result on {shown(task)}")


def _retraction(path: Path, number: int, entry: Any) -> Retraction:
    if not isinstance(entry, dict):
        raise _broken(path, f"entry {number} is no mapping")
    try:
        return Retraction.model_validate(entry)
    except ValidationError as error:
        raise _broken(path, f"entry {number}: {problems(error)[0]}") from None


def _broken(path: Path, what: str) -> UserError:
    line = shown(" ".join(what.split()).rstrip("."), 300)
    return UserError(f"{path.name} is broken: {line}. Write each entry as {EXAMPLE}")
