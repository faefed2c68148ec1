"""The answers that are learned of problems."""

from __future__ import annotations

from harness.records import Problem


def target(problem: Problem) -> str:
    """The answer to learn: the first that is right; "" where none is known."""
    told = problem.gold.details.get("answer")
    return next(iter(problem.gold.answers), told if isinstance(told, str) else "")


def answerable(problem: Problem) -> str:
    """Why no answer of a problem can be learned; "" where one can."""
    return "" if target(problem) else "no right answer is known"
