"""Whom to cite, and under which licence, for the tasks and models of some results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from harness import spec
from harness.errors import UserError
from harness.loading import load_model
from harness.store import Result


@dataclass(frozen=True, slots=True)
class Credit:
    """What a task or a model says of its origin; empty where nothing is known."""

    kind: Literal["task", "model"]
    name: str
    licence: str = ""
    citation: str = ""
    """BibTeX."""
    homepage: str = ""


def credits_of(results: Iterable[Result]) -> list[Credit]:
    """The credits of every task and every model, each once: tasks first, in order."""
    known = list(results)
    tasks = {result.task: result.task_card for result in known}
    models = {name: card for result in known for name, card in _cards(result)}
    return [_credit("task", *item) for item in tasks.items()] + [
        _credit("model", *item) for item in models.items()
    ]


def _credit(kind: Literal["task", "model"], name: str, card: Mapping[str, Any]) -> Credit:
    return Credit(
        kind,
        name,
        *(str(card.get(field) or "") for field in ("licence", "citation", "homepage")),
    )


def _cards(result: Result) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The card of a result's model, or those of the registered models that it is made of."""
    card = result.model_card or {}
    if card.keys() - {"lineage"}:  # which a pipeline has from the checkpoint within it
        yield result.model, card
        return
    parts = [node for node in _nodes(result.model) if isinstance(node, spec.Call)]
    for part in parts:
        try:
            yield part.name, load_model(part.name).card or {}
        except UserError:
            yield part.name, {}
    if not parts:
        yield result.model, {}


def _nodes(expression: str) -> Iterator[spec.Value]:
    try:
        yield from _within(spec.parse(expression))
    except UserError:  # predictions from elsewhere are called by their file name
        return


def _within(node: spec.Value) -> Iterator[spec.Value]:
    match node:
        case spec.Cut(model):
            yield from _within(model)
        case spec.Pipe(first, second):
            yield from _within(first)
            yield from _within(second)
        case spec.Call(_, args, kwargs):
            yield node
            for value in (*args, *(value for _, value in kwargs)):
                yield from _within(value)
        case tuple():
            for value in node:
                yield from _within(value)
