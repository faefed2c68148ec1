"""Files and folders that settings mention in expressions: of tasks, of models that help."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness import spec
from harness.errors import UserError
from harness.workspace import workspace


def mentioned(value: object) -> Iterator[Path]:
    """What a setting's texts name and lies on this machine, each once.

    Args:
        value: of a setting: 'questions("people.json")', ("my_tasks.py:Mine(seed=3)", ...).

    Raises:
        UserError: an expression carries a secret.
    """
    seen: set[Path] = set()
    for text in _expressions(value):
        for name in _texts(_parsed(text)):
            path = workspace().path(name)
            if path not in seen and (path.is_file() or (path.is_absolute() and path.is_dir())):
                seen.add(path)
                yield path


def _expressions(value: object) -> Iterator[str]:
    """Texts that may be expressions; a registered name mentions nothing."""
    if isinstance(value, str):
        if "(" in value or ".py" in value or value.endswith("/"):
            yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _expressions(one)


def _parsed(text: str) -> spec.Value:
    """The expression; None where it is none, as a description with brackets is not."""
    try:
        return spec.parse(text)
    except UserError:
        if any(f"{name}=" in text.replace(" ", "") for name in spec.SECRETS):
            raise
        return None


def _texts(node: spec.Value) -> Iterator[str]:
    """Everything in an expression that may be a path."""
    match node:
        case str():
            yield node
        case tuple():
            for one in node:
                yield from _texts(one)
        case spec.Folder():
            yield node.path
        case spec.Cut():
            yield from _texts(node.model)
        case spec.Pipe():
            yield from _texts((node.first, node.second))
        case spec.Call() | spec.File():
            if isinstance(node, spec.File):
                yield node.path
            yield from _texts(node.args)
            yield from _texts(tuple(value for _, value in node.kwargs))
        case _:
            pass
