"""What a result keeps on disk, by the kind of its task: the one place that tells kinds apart here.

How a check recomputes each kind is told in `leaderboard.checks.predicted`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from harness.attempts import Roll
from harness.contracts import Unreadable
from harness.errors import UserError
from harness.formats.trajectories import read_trajectories
from harness.records import Trajectory
from harness.run import Run
from harness.store import PER_QUERY, RESULT, RUN, RUN_INFO, TRAJECTORIES
from harness.store.predictions import read_run
from leaderboard.submission import limits
from leaderboard.submission.files import gunzip
from leaderboard.submission.refusal import Refused, shown


class Kind(NamedTuple):
    """The results of one kind of task.

    Attributes:
        predictions: name of the file of their predictions.
        fingerprint: folder of a result -> what `predictions_hash` must be, from the predictions
            alone; raises `UserError` where they cannot be read.
        asked: what is asked, in the plural.
    """

    predictions: str
    fingerprint: Callable[[Path], str]
    asked: str

    @property
    def files(self) -> tuple[str, ...]:
        """Every file of such a result."""
        return (RESULT, PER_QUERY, self.predictions, RUN_INFO)


def kind_of(task: str) -> Kind:
    """The kind of results that tasks of a kind (`TaskCard.kind`) give.

    Raises:
        Refused: the board takes no such results.
    """
    if task not in KINDS:
        raise Refused(f"the board takes no results of the kind '{shown(task)}'")
    return KINDS[task]


def read_predictions(folder: Path, name: str) -> bytes:
    """A file of predictions as text, within its limit. Raises `Refused`."""
    return gunzip(folder / name, limits.RUN_INFLATED)


def read_attempts(folder: Path) -> Iterator[Trajectory]:
    """The attempts of a result, one in memory at a time, each within its limits.

    Raises:
        Refused: a line is no attempt, or larger than allowed; the first one is named.
    """
    read_predictions(folder, TRAJECTORIES)  # what follows reads whatever there is
    for found in read_trajectories(folder / TRAJECTORIES):
        if isinstance(found, Unreadable):
            raise Refused(f"{TRAJECTORIES} {found.place}: {shown(found.reason, limits.MESSAGE)}")
        if problem := _beyond(found):
            about = f"trial {found.trial} of problem {shown(found.problem)}"
            raise Refused(f"{TRAJECTORIES}: {about} {problem}")
        yield found


def _beyond(found: Trajectory) -> str:
    """How an attempt is larger than any that is meant; empty where it is not."""
    if len(found.answer or "") > limits.TEXT:
        return f"answers {len(found.answer or ''):,} characters: at most {limits.TEXT:,}"
    if len(found.messages) > limits.MESSAGES:
        return f"has {len(found.messages):,} messages: at most {limits.MESSAGES:,}"
    if len(found.calls) > limits.MESSAGES:
        return f"makes {len(found.calls):,} calls: at most {limits.MESSAGES:,}"
    return ""


def read_rankings(folder: Path) -> Run:
    """The rankings of a result under the ids that the file holds, percent signs decoded.

    Raises:
        Refused: the file is larger than allowed, or no TREC run.
        UserError: a line of it is none.
    """
    start = read_predictions(folder, RUN)[:1]
    if not start or start in b"{[":
        raise Refused(f"{RUN} is no TREC run: query Q0 document rank score tag")
    return read_run(folder / RUN, _Anything(), encoded=True)


def _of_run(folder: Path) -> str:
    return read_rankings(folder).fingerprint


def _of_attempts(folder: Path) -> str:
    roll = Roll()
    for found in read_attempts(folder):
        if not roll.add(found):
            raise UserError(f"{TRAJECTORIES} holds an attempt twice")
    return roll.fingerprint


class _Anything:
    """Stands for a task whose data is not here: every id may be one of its own."""

    def check(self, run: Run) -> Run:
        """The run as it is: which ids a task has is for the check to say."""
        return run

    def knows(self, id: str) -> bool:
        """True: no id is decoded that was not written encoded."""
        return True


KINDS = {
    "retrieval": Kind(RUN, _of_run, "queries"),
    "tool_use": Kind(TRAJECTORIES, _of_attempts, "problems"),
}
"""Kind of task (`TaskCard.kind`) -> its results."""
FILES = tuple(dict.fromkeys(file for kind in KINDS.values() for file in kind.files))
"""Every file that some result has."""
