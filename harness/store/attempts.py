"""Single attempts of a result or of a file of trajectories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.contracts import Unreadable
from harness.errors import UserError, unknown
from harness.formats.trajectories import read_trajectories
from harness.records import Trajectory
from harness.store.results import RESULT, TRAJECTORIES, ResultFolder

_NAMED = 1_000
"""Problems that are kept to be suggested."""


def find_attempts(path: str | Path, problem: str) -> list[tuple[Trajectory, dict[str, float]]]:
    """The attempts at a problem, with the values of the problem where a result has them.

    Args:
        path: the folder of a result, or a JSONL file of trajectories.
        problem: its id, as the file has it.

    Raises:
        UserError: there are no attempts, or none at such a problem.
    """
    place = Path(path)
    folder = place.parent if place.name == RESULT else place
    file = folder / TRAJECTORIES if folder.is_dir() else folder
    if folder.is_dir() and not file.exists():
        several = next(folder.rglob(TRAJECTORIES), None)
        if several is not None:
            raise UserError(
                f"{folder} holds several results: name the folder of one, {several.parent}"
            )
        raise UserError(f"{folder} holds no {TRAJECTORIES}: attempts are what tool use has")
    values = _values(folder, problem) if folder.is_dir() else {}
    seen: dict[str, None] = {}
    found = []
    for attempt in _readable(file):
        if attempt.problem == problem:
            found.append((attempt, values))
        elif len(seen) < _NAMED:
            seen[attempt.problem] = None
    if not found:
        raise unknown(
            "problem", problem, list(seen), f"{file} has {', '.join(list(seen)[:3])}, ..."
        )
    return found


def _values(folder: Path, problem: str) -> dict[str, float]:
    scores = ResultFolder(folder).scores()
    if problem not in scores.keys:
        return {}
    row = scores.keys.index(problem)
    return {name: float(column[row]) for name, column in scores.values.items()}


def _readable(file: Path) -> Iterator[Trajectory]:
    for found in read_trajectories(file):
        if not isinstance(found, Unreadable):
            yield found
