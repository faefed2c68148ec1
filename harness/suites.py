"""Suites: which tasks belong together, and how their values become one number.

Every aggregate here is a linear combination of task means, so its bootstrap interval is the same
combination of the tasks' resampled means (tasks fixed, queries resampled).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from harness.contracts import Task
from harness.errors import unknown


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A named mean over tasks.

    Attributes:
        name: what the number is called, unique within its suite.
        groups: tasks by group. `macro` is the mean over groups of the mean over each group's
            tasks; `micro` weights every task by its number of queries, groups ignored; `fixed`
            takes the weights in `shares`.
        weighting: "macro", "micro" or "fixed".
        description: one line that says what is averaged over what.
        shares: (task, weight) for every task of a `fixed` mean; the weights sum to 1.
    """

    name: str
    groups: tuple[tuple[str, ...], ...]
    weighting: Literal["macro", "micro", "fixed"] = "macro"
    description: str = ""
    shares: tuple[tuple[str, float], ...] = ()

    @property
    def tasks(self) -> tuple[str, ...]:
        """Every task that counts, in order."""
        return tuple(task for group in self.groups for task in group)

    def weights(self, sizes: Mapping[str, int]) -> dict[str, float]:
        """The weight of each present task, summing to 1.

        Args:
            sizes: number of queries of every task that has a value. A task that is absent is left
                out, and so is a group of which nothing is present: the caller marks that partial.
        """
        if self.weighting != "macro":
            own = dict(self.shares) if self.weighting == "fixed" else sizes
            present = [task for task in self.tasks if task in sizes]
            total = sum(own[task] for task in present)
            return {task: own[task] / total for task in present} if total else {}
        groups = [[task for task in group if task in sizes] for group in self.groups]
        groups = [group for group in groups if group]
        return {task: 1 / (len(groups) * len(group)) for group in groups for task in group}

    def value(self, values: Mapping[str, float], sizes: Mapping[str, int]) -> float | None:
        """The aggregate of task values, or None where no task of it has one."""
        weights = self.weights({task: sizes[task] for task in values if task in sizes})
        return sum(w * values[task] for task, w in weights.items()) if weights else None


@dataclass(frozen=True, slots=True)
class Suite:
    """Tasks that are run together, and the aggregates reported over them."""

    name: str
    title: str
    tasks: tuple[str, ...]
    aggregates: tuple[Aggregate, ...]
    description: str = ""

    def aggregate(
        self, values: Mapping[str, float], sizes: Mapping[str, int]
    ) -> dict[str, float | None]:
        """Every aggregate by name, from one value and one query count a task."""
        return {a.name: a.value(values, sizes) for a in self.aggregates}


@dataclass(frozen=True)
class Benchmark:
    """What a file in `tasks/` provides: tasks by full name ("toolret/apibank") and suites."""

    name: str
    tasks: Mapping[str, Task]
    suites: tuple[Suite, ...] = ()

    def task(self, name: str) -> Task:
        """The task of that full name. Raises `UserError` with the closest names."""
        try:
            return self.tasks[name]
        except KeyError:
            raise unknown("task", name, self.tasks, f"See: assay tasks {self.name}") from None
