"""Right calls, right abstentions, and how far a wrong call is from a right one.

The verdict that these measures read is by the rules that the problem names, `Gold.rules`. An
attempt that was not made counts as failed.
"""

from __future__ import annotations

import math
from collections import Counter

from harness.measures.attempt import Attempt
from harness.measures.faults import SEVERITY


def ast(attempt: Attempt) -> float:
    """1 where the calls are the expected ones, else 0.

    Says nothing about problems that know neither calls nor whether there should be one.
    Printed as: "AST" accuracy, BFCL (Patil et al., ICML 2025) and its leaderboard.
    """
    return math.nan if _wanted(attempt) is None else float(attempt.verdict.valid)


def no_call(attempt: Attempt) -> float:
    """1 where no call was wanted and none could be read, else 0; output that is broken will do.

    Says nothing about problems that want a call. Printed as: "Irrelevance Detection", BFCL.
    `abstained` tells a broken call from an abstention.
    """
    if _wanted(attempt) is not False:
        return math.nan
    return float(_attempted(attempt) and not _readable_call(attempt))


def abstained(attempt: Attempt) -> float:
    """1 where no call was wanted and the agent, in output that can be read, made none; else 0.

    Says nothing about problems that want a call. Ours: `no_call` without credit for broken calls
    and for attempts that were cut off.
    """
    if _wanted(attempt) is not False:
        return math.nan
    return float(attempt.trajectory.end in ("finished", "gave up") and not attempt.calls)


def called(attempt: Attempt) -> float:
    """1 where a call was wanted and calls were made that can be read, whichever they are; else 0.

    Says nothing about problems that want no call. Printed as: "Relevance Detection", BFCL, on its
    set of such problems.
    """
    if _wanted(attempt) is not True:
        return math.nan
    return float(_attempted(attempt) and _readable_call(attempt))


def error_score(attempt: Attempt) -> float:
    """1 less the severity of everything wrong with the calls, for each expected call; not below 0.

    The sum over errors of `harness.measures.faults.SEVERITY`, divided by the number of expected
    calls, at least 1. Says nothing where `ast` says nothing. A reconstruction of the error-oriented
    scoring mechanism (ESM) of TTPA (Huang et al., Findings of EMNLP 2025), whose classes and
    weights are not published: not comparable with that paper.
    """
    if _wanted(attempt) is None:
        return math.nan
    verdict = attempt.verdict
    severity = sum(SEVERITY[error.fault] for error in verdict.errors)
    return max(0.0, 1 - severity / max(verdict.calls, 1))


def tool_choice(attempt: Attempt) -> float:
    """1 where the tools called are the expected ones, each as often; else 0.

    Whatever the order and the arguments. Says nothing about problems whose calls are not known.
    Printed as: tool (or API) selection accuracy, in several papers, with differing rules.
    """
    expected = attempt.problem.gold.calls
    if expected is None:
        return math.nan
    same = Counter(call.name for call in attempt.calls) == Counter(call.name for call in expected)
    return float(_attempted(attempt) and same)


def _wanted(attempt: Attempt) -> bool | None:
    """Whether a call is wanted; None where nobody knows."""
    gold = attempt.problem.gold
    return gold.wants_call if gold.calls is None else bool(gold.calls)


def _attempted(attempt: Attempt) -> bool:
    return attempt.trajectory.end not in ("missing", "error")


def _readable_call(attempt: Attempt) -> bool:
    """Whether there are calls and all of them could be read: output is read as a whole."""
    broken = attempt.trajectory.end == "malformed" or any(call.problem for call in attempt.calls)
    return bool(attempt.calls) and not broken
