"""The models that are registered, as far as they load here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.errors import UserError
from harness.loading import contracts_of, load_model
from harness.registry import models


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model as a person looks it up.

    Attributes:
        name: its canonical expression.
        problem: why it does not load here, such as a missing extra; empty when it does.
        card: its model card.
        stands_for: the expression behind a preset.
        contracts: what it can be asked for.
        parameters: the values that change its answers, as JSON.
        fingerprint: SHA-256 of its identity.
    """

    name: str
    problem: str = ""
    card: Mapping[str, Any] = field(default_factory=dict)
    stands_for: str = ""
    contracts: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""

    @property
    def ready(self) -> bool:
        """True when it loads."""
        return not self.problem

    @property
    def title(self) -> str:
        """What its card calls it."""
        return str(self.card.get("title", ""))


def inventory() -> Iterator[ModelEntry]:
    """Every registered model; one that does not load says why."""
    for name in models:
        if name.isidentifier() or name.replace("-", "_").isidentifier():  # the others are operators
            try:
                yield look_up(name)
            except UserError as error:
                yield ModelEntry(name, problem=str(error), stands_for=_behind(name))


def look_up(expression: str) -> ModelEntry:
    """The model that an expression names. Raises `UserError` when it does not load."""
    loaded = load_model(expression)
    parameters = loaded.identity.get("parameters") or {}
    return ModelEntry(
        name=loaded.name,
        card=loaded.card or {},
        stands_for=_behind(expression),
        contracts=contracts_of(loaded.model),
        parameters={name: json.dumps(value) for name, value in parameters.items()},
        fingerprint=loaded.fingerprint,
    )


def _behind(name: str) -> str:
    target = models.table.get(name)
    return target if isinstance(target, str) and "(" in target else ""
