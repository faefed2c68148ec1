"""What there is to run, looked up by name: tasks, suites and models, as objects and as rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from harness.contracts import Task
from harness.errors import UserError
from harness.loading import contracts_of, load_model
from harness.loading.catalogue import all_suites, all_tasks, load_suite, load_task
from harness.registry import models
from harness.suites import Suite


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model as a person looks it up.

    Attributes:
        name: its canonical expression.
        problem: why it does not load here, such as a missing extra; empty when it does.
        card: its model card.
        stands_for: the expression behind a preset.
        contracts: what it can be asked for.
        parameters: the values that change its answers.
        fingerprint: SHA-256 of its identity.
    """

    name: str
    problem: str = ""
    card: Mapping[str, Any] = field(default_factory=dict)
    stands_for: str = ""
    contracts: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""

    @property
    def title(self) -> str:
        """What its card calls it."""
        return str(self.card.get("title", ""))


def find_tasks(name: str | None = None) -> list[Task]:
    """Every task, those of a benchmark, or one by its name. Raises `UserError` for no task."""
    every = [] if name and name.startswith((".", "/", "~")) else list(all_tasks())
    if name is None:
        return every
    found = [task for task in every if task.card.name.startswith(f"{name}/")]
    return found or [load_task(name)]


def find_suites(name: str | None = None) -> list[Suite]:
    """Every suite, or one by its name. Raises `UserError` for an unknown one."""
    return [load_suite(name)] if name is not None else list(all_suites())


def find_models(expression: str | None = None) -> list[ModelEntry]:
    """Every registered model, or the one that an expression names.

    A registered model that does not load says why.

    Raises:
        UserError: the expression names no model, or one that does not load.
    """
    if expression is not None:
        return [_entry(expression)]
    return [_tried(name) for name in models if re.match(r"\w", name)]  # the others are operators


def task_row(task: Task) -> dict[str, Any]:
    """A task's card and measures as JSON."""
    return asdict(task.card) | {"measures": list(task.measures)}


def suite_row(suite: Suite) -> dict[str, Any]:
    """A suite as JSON."""
    return asdict(suite)


def model_row(model: ModelEntry) -> dict[str, Any]:
    """A model as JSON."""
    return asdict(model)


def _tried(name: str) -> ModelEntry:
    try:
        return _entry(name)
    except UserError as error:
        return ModelEntry(name, problem=str(error), stands_for=_behind(name))


def _entry(expression: str) -> ModelEntry:
    loaded = load_model(expression)
    return ModelEntry(
        name=loaded.name,
        card=loaded.card or {},
        stands_for=_behind(expression),
        contracts=contracts_of(loaded.model),
        parameters=loaded.identity.get("parameters") or {},
        fingerprint=loaded.fingerprint,
    )


def _behind(name: str) -> str:
    target = models.table.get(name)
    return target if isinstance(target, str) and "(" in target else ""
