"""What an attempt answered, and what would have been right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import nan
from typing import Literal

from harness.measures.attempt import Attempt
from harness.measures.qa.trail import without_sources

ABSTENTIONS = ("", "noanswer", "no answer", "unanswerable")
"""What answers a question that cannot be answered. SQuAD 2.0 takes the first alone."""

Of = Literal["all", "answerable"]
"""Which questions count."""


def answerable(attempt: Attempt) -> bool:
    """Whether the question can be answered: unless `Gold.details["answerable"]` is false."""
    return attempt.problem.gold.details.get("answerable") is not False


def accepted(attempt: Attempt) -> Sequence[str] | None:
    """The accepted answers; abstentions where there is none to a question without an answer.

    None of a question that can be answered and has none: nothing can be said of it.
    """
    if right := attempt.problem.gold.answers:
        return right
    return None if answerable(attempt) else ABSTENTIONS


def said(attempt: Attempt) -> str | None:
    """The final answer, "" where there is none; None where no attempt counts."""
    trajectory = attempt.trajectory
    if trajectory.end in ("missing", "error", "malformed"):
        return None
    return without_sources(trajectory.answer or "")


def compared(
    attempt: Attempt, compare: Callable[[str, Sequence[str]], float], of: Of = "all"
) -> float:
    """What a comparison of the answer with the accepted ones gives; 0 where no attempt counts.

    NaN where the question does not, or has no accepted answer. A blank answer to a question that
    cannot be answered is compared as "noanswer": to some scripts a blank is never right.
    """
    right, answer = accepted(attempt), said(attempt)
    if right is None or (of == "answerable" and not answerable(attempt)):
        return nan
    if answer is None:
        return 0.0
    abstained = right is ABSTENTIONS and not answer.strip()
    return compare("noanswer" if abstained else answer, right)
