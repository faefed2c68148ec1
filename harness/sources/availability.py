"""Which data of a task is here, and which is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from harness.contracts import Task
from harness.loading.catalogue import all_suites, load_suite, load_task
from harness.loading.lookup import find_tasks
from harness.sources import Source
from harness.sources.folder import Folder, Requirement, Requirements


@dataclass(frozen=True, slots=True)
class Need:
    """A split of a dataset that a task reads, or with no split a folder of the mirror."""

    dataset: str
    config: str
    split: str
    here: bool
    """True in the mirror folder or in the hub's local cache."""
    folder: Folder | None = None
    """What the folder holds, where it is one."""

    @property
    def hub(self) -> bool:
        """Whether the hub has it: a folder is to be had from a mirror only."""
        return bool(self.split)


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


@dataclass(frozen=True, slots=True)
class Survey:
    """The tasks of a suite, with what they read."""

    name: str
    tasks: tuple[Availability, ...]


def survey(name: str | None, source: Source) -> list[Survey]:
    """What is here of every suite, or of one suite, benchmark or task.

    Raises:
        UserError: nothing has that name.
    """
    if name is None:
        chosen = [(suite.name, list(map(load_task, suite.tasks))) for suite in all_suites()]
    elif name in {suite.name for suite in all_suites()}:
        chosen = [(name, list(map(load_task, load_suite(name).tasks)))]
    else:
        chosen = [(name, find_tasks(name))]
    return [Survey(title, tuple(availability(tasks, source))) for title, tasks in chosen]


def survey_row(found: Survey) -> dict[str, Any]:
    """A survey as JSON."""
    tasks = [asdict(task) | {"here": task.here} for task in found.tasks]
    return {"name": found.name, "here": all(t.here for t in found.tasks), "tasks": tasks}


def availability(tasks: Iterable[Task], source: Source) -> list[Availability]:
    """Looks for the data of every task. Asks no network, and reads no row."""

    @cache
    def need(read: Requirement) -> Need:
        if isinstance(read, Folder):
            return Need(read.path, "", "", source.path(read.path) is not None, read)
        return Need(*read, source.has(*read))

    return [
        Availability(task.card.name, tuple(need(read) for read in requirements(task)))
        for task in tasks
    ]


def requirements(task: Task) -> tuple[Requirement, ...]:
    """Everything that a task reads by default; nothing where it does not say."""
    requires: Callable[[], Requirements] | None = getattr(task, "requires", None)
    return tuple(map(_folder, requires())) if requires else ()


def _folder(read: Requirement) -> Requirement:
    """A folder given by its path alone as a `Folder`."""
    return read if isinstance(read, Folder) or read[2] else Folder(read[0])
