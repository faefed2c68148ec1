"""Path measures: which tools were called, compared with the path that an annotator wrote down.

Five numbers go by the name of "correct path rate" in the literature; here each has its own. With G
the gold path and P the calls of an attempt in order, both as names of tools, repeats kept; a call
that reaches no tool stays in P under its own name (how a request is matched with a tool:
`harness.measures.endpoints`). Every measure says nothing (NaN) about a problem without a gold path.

The option `failed` says whether calls that failed belong to P: they "count" by default, as every
request is counted in ATC's released code, or are "skip"ped. A call failed when the answer to it
says so, or when its arguments could not be read.

DeepAgent's evaluation (evaluate_restbench.py of github.com/RUC-NLPIR/DeepAgent) prints yet another
rate, the distinct gold tools used divided by the length of G with its repeats. Whatever is done, it
stays below 1 where G has repeats, so it is not offered: `path_recall` is it without that flaw.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from math import nan
from typing import Literal

from harness.measures.attempt import Attempt, Effort
from harness.measures.endpoints import called

Failed = Literal["count", "skip"]


def path_subsequence(attempt: Attempt, *, failed: Literal["count", "skip"] = "count") -> float:
    """1 where the gold path is a subsequence of the calls, not necessarily an unbroken one.

    Source: "Correct Path Rate" (CP%) of RestGPT (arXiv 2306.06624). Whether failed
    calls belong to the path is not stated there.
    """
    gold = _gold(attempt)
    if not gold:
        return nan
    rest = iter(_path(attempt, failed))
    return float(all(tool in rest for tool in gold))


def path_set_all(attempt: Attempt, *, failed: Literal["count", "skip"] = "count") -> float:
    """1 where every gold tool was called, in whatever order and however often.

    Source: "Correct Path Rate" as DRAFT computes it (arXiv 2410.08197; Cal_path_rate.py of
    github.com/quchangle1/DRAFT), although its paper defines CP% as RestGPT does. There all calls
    count, failed or not.
    """
    gold = set(_gold(attempt))
    return float(gold.issubset(_path(attempt, failed))) if gold else nan


def path_recall(
    attempt: Attempt,
    *,
    over: Literal["tools", "calls"] = "tools",
    failed: Literal["count", "skip"] = "count",
) -> float:
    """Share of the gold tools that were called.

    Source: "Path%" or "Correct Path Rate" of ConAgents (arXiv 2403.03031), ATC (arXiv 2405.16533)
    and AutoTools (its version 2): the proportion of ground-truth tools among those called, averaged
    over problems. Neither says whether repeats count: `over="tools"` takes distinct tools, which is
    inferred; `over="calls"` wants each tool as often as the gold path has it.
    """
    gold, path = Counter(_gold(attempt)), Counter(_path(attempt, failed))
    if over == "tools":
        gold, path = Counter(set(gold)), Counter(set(path))
    return (gold & path).total() / gold.total() if gold else nan


def call_precision(attempt: Attempt, *, failed: Literal["count", "skip"] = "count") -> float:
    """Share of the calls that are of a gold tool; 0 where nothing was called.

    Source: "Prec%", Correct Tool (or Path) Precision of ATC (arXiv 2405.16533) and AutoTools. That
    it is a share of calls, repeats included, is inferred from their remark that a tree search,
    which calls wrong tools again and again, lowers it; what it is without calls is our choice.
    """
    gold, path = set(_gold(attempt)), _path(attempt, failed)
    if not gold:
        return nan
    return sum(tool in gold for tool in path) / len(path) if path else 0.0


def delta_solution_length(
    attempt: Attempt, *, failed: Literal["count", "skip"] = "count"
) -> Effort:
    """How many calls more than the gold path has, of successes alone (NaN of anything else).

    Below 0 where fewer were enough. Source: "ΔSolution Len." of RestGPT (arXiv 2306.06624), a mean
    over the successes. There people told them; here the measure does that the problem names as its
    success.
    """
    gold = _gold(attempt)
    if not gold or not _succeeded(attempt):
        return nan
    return float(len(_path(attempt, failed)) - len(gold))


def _gold(attempt: Attempt) -> list[str]:
    """The gold path; labels are matched with tools as calls are, blanks and all."""
    return [called(attempt.problem, tool) for tool in attempt.problem.gold.path]


def _path(attempt: Attempt, failed: Failed) -> list[str]:
    """The tools called, in order."""
    if failed == "count":
        return [called(attempt.problem, call) for call in attempt.calls]
    pairs = zip(attempt.calls, _failures(attempt), strict=True)
    return [called(attempt.problem, call) for call, is_failed in pairs if not is_failed]


def _failures(attempt: Attempt) -> list[bool]:
    """Of each call, whether it is known to have failed.

    An answer belongs to the earliest call with its id that has none yet; likewise without ids.
    """
    failures: list[bool] = []
    waiting: defaultdict[str, deque[int]] = defaultdict(deque)
    for message in attempt.trajectory.messages:
        for call in message.calls:
            waiting[call.id].append(len(failures))
            failures.append(bool(call.problem))
        if message.role == "tool" and (asked := waiting[message.call_id]):
            failures[asked.popleft()] |= message.failed is True
    return failures


def _succeeded(attempt: Attempt) -> bool:
    from harness.measures.tools.outcome import success  # which asks the measures here in turn

    decided = bool(attempt.problem.gold.success) and not attempt.missing
    return decided and success(attempt) == 1
