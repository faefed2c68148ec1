"""The two means that most suites have: over their tasks, and over everything in them."""

from __future__ import annotations

from collections.abc import Iterable

from harness.suites import Aggregate


def means(tasks: Iterable[str], over: str, every: str) -> tuple[Aggregate, Aggregate]:
    """The mean of the tasks' means, and the mean over all that is asked.

    Args:
        tasks: their names.
        over: what the tasks are, "the two services".
        every: what is asked in them, "queries".
    """
    groups = (tuple(tasks),)
    return (
        Aggregate("mean", groups, description=f"mean over {over}"),
        Aggregate("micro", groups, "micro", f"mean over all {every}"),
    )
