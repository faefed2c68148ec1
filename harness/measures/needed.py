"""Which tools a problem needs, as far as what is right about it says so."""

from __future__ import annotations

from harness.measures.endpoints import called
from harness.records import Problem


def needed(problem: Problem) -> tuple[str, ...] | None:
    """Names of the tools of the gold path, the expected calls and the gold program, each once.

    Empty where it is right to call nothing; None where nothing of it is known. Labels of a path are
    matched with the problem's tools as calls are (`harness.measures.endpoints`).
    """
    gold = problem.gold
    known = gold.path or gold.program or gold.calls is not None or gold.wants_call is False
    if not known:
        return None
    path = (called(problem, label) for label in gold.path)
    expected = (call.name for call in gold.calls or ())
    program = (call.name for call in gold.program)
    return tuple(dict.fromkeys((*path, *expected, *program)))
