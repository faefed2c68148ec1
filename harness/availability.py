"""Which data of a task is here, and which is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from harness.contracts import Task
from harness.sources import Source


@dataclass(frozen=True, slots=True)
class Need:
    """A split of a dataset that a task reads."""

    dataset: str
    config: str
    split: str
    here: bool
    """True in the mirror folder or in the hub's local cache."""


@dataclass(frozen=True, slots=True)
class Availability:
    """What a task reads. A task that says nothing about its data brings it along."""

    task: str
    needs: tuple[Need, ...]

    @property
    def here(self) -> bool:
        """True when nothing is missing."""
        return not self.missing

    @property
    def missing(self) -> tuple[Need, ...]:
        """What is neither in the mirror folder nor in the hub's local cache."""
        return tuple(need for need in self.needs if not need.here)


def availability(tasks: Iterable[Task], source: Source) -> list[Availability]:
    """Looks for the data of every task. Asks no network, and reads no row."""

    @cache
    def need(dataset: str, config: str, split: str) -> Need:
        return Need(dataset, config, split, source.has(dataset, config, split))

    return [
        Availability(task.card.name, tuple(need(*read) for read in _reads(task))) for task in tasks
    ]


def _reads(task: Task) -> Iterable[tuple[str, str, str]]:
    """Dataset, config and split of everything that a task reads by default."""
    requires: Callable[[], Iterable[tuple[str, str, str]]] | None = getattr(task, "requires", None)
    return requires() if requires else ()
