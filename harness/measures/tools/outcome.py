"""How an attempt came out."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan, nan

from harness.errors import UserError, unknown
from harness.measures.attempt import Attempt

_ROUNDING = 1e-6
"""Within which a value is 1, as in tau-bench (run.py, `display_metrics`)."""


def success(attempt: Attempt) -> float:
    """1 where the measure that the problem's `Gold.success` names is 1, else 0.

    NaN where that measure says nothing of the attempt; 0 for one that was never made. Which papers
    print it under which title is that measure's to say: "Success %" of RestBench, the accuracy of
    BFCL, "Pass Rate" of ToolBench, tau-bench's pass^1 are all this, by other rules.

    Raises:
        UserError: the problem names no measure, or none that there is.
    """
    decides = _deciding(attempt)
    if attempt.missing:
        return 0.0
    value = decides(attempt)
    return nan if isnan(value) else float(abs(value - 1) <= _ROUNDING)


def finished(attempt: Attempt) -> float:
    """1 where the attempt came to an end of its own, else 0: stopped, malformed, given up."""
    return float(attempt.trajectory.end == "finished")


def gave_up(attempt: Attempt) -> float:
    """1 where the agent gave up, else 0; NaN where no attempt was made.

    Source: ToolBench's agents do so by `Finish` with "give_up_and_restart".
    """
    unmade = attempt.trajectory.end in ("missing", "error")
    return nan if unmade else float(attempt.trajectory.end == "gave up")


def reward(attempt: Attempt) -> float:
    """What the benchmark's own environment gave; 0 where it gave nothing.

    An attempt without a reward counts as one without success, or leaving out what failed would
    pay. Source: the "Average reward" of tau-bench (run.py, arXiv 2406.12045) and of tau2-bench.
    """
    given = attempt.trajectory.reward
    return 0.0 if given is None else given


def _deciding(attempt: Attempt) -> Callable[..., float]:
    """The measure that decides about the problem."""
    from harness.measures.notation import attempt_measures  # it looks through this module too

    name = attempt.problem.gold.success
    if not name:
        raise UserError(
            f"problem '{attempt.problem.id}' does not say what success is: choose measures of the "
            "task with -M, or give the problem a Gold.success"
        )
    known = {n: measure for n, measure in attempt_measures().items() if n != success.__name__}
    if name not in known:
        hint = f"Problem '{attempt.problem.id}' names it in Gold.success"
        raise unknown("measure of tool use", name, known, hint)
    return known[name]
