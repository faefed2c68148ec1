"""What a check says: passed, failed, flagged or skipped, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Literal, NamedTuple, TypeVar

T = TypeVar("T")

Status = Literal["passed", "failed", "flagged", "skipped"]
"""Failed refuses the submission; flagged is for a maintainer to look at; skipped says why."""


class Finding(NamedTuple):
    """One thing that a check found."""

    status: Status
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finding, under the name of its check.

    Attributes:
        check: name of the check.
        status: how it went.
        message: one line: what was established, or what is wrong and what to do.
        task: the task that it is about; None for the submission as a whole.
        result: folder of the result below the submission, "results/default/starter_tools".
    """

    check: str
    status: Status
    message: str
    task: str | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Check(Generic[T]):
    """A check by name.

    Attributes:
        name: what it is printed as.
        run: yields findings; what it raises as `UserError` is a failure with that reason.
        needs: checks that must have passed before, else this one is skipped.
        of_board: whether its flags are about what else is on the board that day. These are told
            and not recorded, so that a record does not depend on the order of recording.
        only: the kind of task that it is about; "" for every kind.
    """

    name: str
    run: Callable[[T], Iterable[Finding]]
    needs: tuple[str, ...] = ()
    of_board: bool = False
    only: str = ""


def passed(message: str) -> Finding:
    """It is as it should be."""
    return Finding("passed", message)


def failed(message: str) -> Finding:
    """It is not, and the submission is refused."""
    return Finding("failed", message)


def flagged(message: str) -> Finding:
    """A maintainer should look at it."""
    return Finding("flagged", message)


def skipped(message: str) -> Finding:
    """It could not be told, which is no fault of the submission."""
    return Finding("skipped", message)
