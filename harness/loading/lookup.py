"""What there is to run, looked up by name: tasks, suites and models, as objects and as rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from harness.cards import UNPINNED
from harness.contracts import Task
from harness.errors import UserError
from harness.loading import contracts_of, load_model
from harness.loading.catalogue import all_suites, all_tasks, load_suite, load_task
from harness.loading.factory import Factory
from harness.loading.identity import described
from harness.play.ways import way
from harness.registry import models
from harness.suites import Suite


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model as a person looks it up.

    Attributes:
        name: its canonical expression; of an adapter that needs values, its name and theirs.
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

    @property
    def kind(self) -> str:
        """What kind of model its card says that it is."""
        return str(self.card.get("kind", ""))


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
        return [_adapter(expression) or _entry(expression)]
    return [_tried(name) for name in models if re.match(r"\w", name)]  # the others are operators


def task_row(task: Task) -> dict[str, Any]:
    """A task's card and measures as JSON; of tool use with how an agent attempts it, in words."""
    row = asdict(task.card) | {"measures": list(task.measures)}
    return row | ({"attempts": said} if (said := way(task.card)) else {})


def suite_row(suite: Suite) -> dict[str, Any]:
    """A suite as JSON."""
    return asdict(suite)


def model_row(model: ModelEntry) -> dict[str, Any]:
    """A model as JSON."""
    return asdict(model)


def _tried(name: str) -> ModelEntry:
    card = models.cards.get(name, {})
    if UNPINNED in card:  # to load it would ask the hub
        return ModelEntry(name, stands_for=_behind(name), card=card)
    try:
        return _adapter(name) or _entry(name)
    except UserError as error:
        return ModelEntry(name, problem=str(error), stands_for=_behind(name), card=card)


def _adapter(name: str) -> ModelEntry | None:
    """An adapter that is no model before it is given some values; None for everything else."""
    if not isinstance(models.table.get(name), str) or _behind(name):
        return None
    try:
        factory = Factory(cast("Callable[..., object]", models.get(name)), name)
    except ImportError as error:
        raise UserError(f"the model '{name}' does not load: {error}") from error
    wanted = [p for p in factory.parameters.values() if p.default is p.empty]
    wanted = [p for p in wanted if p.kind is not p.VAR_KEYWORD]
    if not wanted:
        return None
    shown = ", ".join(f"{p.name}, ..." if p.kind is p.VAR_POSITIONAL else p.name for p in wanted)
    defaults = {n: described(v) for n, v in factory.lasting(factory.defaults).items() if v != ()}
    return ModelEntry(f"{name}({shown})", card=models.cards.get(name, {}), parameters=defaults)


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
