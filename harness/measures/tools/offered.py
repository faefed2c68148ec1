"""What an agent was offered: whether the tools that it needed were among its tools.

The tools offered are those that the trajectory names, else the problem's own. The tools needed are
those of the gold path, the expected calls and the gold program, each once. Nothing is said (NaN) of
problems that need no tool or do not tell which, and of attempts that were not made: what they would
have been offered stands nowhere.

ToolRet (arXiv 2503.01763, section 7) hands agents the tools that a retriever found in place of the
annotated ones and sets their pass rate against the quality of retrieval; it prints no measure of
what was handed over, and not how many tools that were. Over the problems `offered_complete` is its
Completeness@K, and `success_offered` the pass rate on either side of it.
"""

from __future__ import annotations

from math import nan
from typing import Literal

from harness.measures.attempt import Amount, Attempt
from harness.measures.needed import needed


def offered_recall(attempt: Attempt) -> float:
    """Share of the tools needed that the agent was offered; NaN where none is known to be.

    Ours: the recall that matters downstream, in the manner of ToolRet (arXiv 2503.01763).
    """
    wanted = needed(attempt.problem)
    if not wanted or _unmade(attempt):
        return nan
    return len(set(wanted).intersection(_offered(attempt))) / len(wanted)


def offered_complete(attempt: Attempt) -> float:
    """1 where the agent was offered every tool that it needed, else 0; NaN as `offered_recall`.

    Source: Completeness@K of ToolRet (arXiv 2503.01763) and COLT's COMP@K, of the tools offered.
    """
    recall = offered_recall(attempt)
    return recall if recall != recall else float(recall == 1)


def offered_count(attempt: Attempt) -> Amount:
    """How many tools the agent was offered; NaN where no attempt was made. Ours."""
    return nan if _unmade(attempt) else float(len(_offered(attempt)))


def success_offered(
    attempt: Attempt, *, of: Literal["complete", "incomplete"] = "complete"
) -> float:
    """`success` of the attempts whose offer was complete, or of those whose was not.

    NaN of all others, and of attempts that were not made. Ours: the downstream experiment of
    ToolRet (arXiv 2503.01763), taken apart by what was handed over.

    Raises:
        UserError: the problem names no measure of success.
    """
    from harness.measures.tools.outcome import success  # which looks through this module too

    complete = offered_complete(attempt)
    return success(attempt) if complete == float(of == "complete") else nan


def _offered(attempt: Attempt) -> tuple[str, ...]:
    named = attempt.trajectory.offered
    return tuple(tool.name for tool in attempt.problem.tools) if named is None else named


def _unmade(attempt: Attempt) -> bool:
    return attempt.trajectory.end in ("missing", "error")
