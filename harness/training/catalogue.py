"""What can be trained, looked up by name."""

from __future__ import annotations

import inspect
import re
from typing import Any

from harness.errors import UserError
from harness.loading.factory import Factory
from harness.loading.identity import spoken
from harness.registry import producers
from harness.spec import value_text
from harness.training.configuration import definition

_FIELD = re.compile(r"^ {4}(\w+): (.*)$")


def find_producers(name: str | None = None) -> list[dict[str, Any]]:
    """Every producer, or the one of that name, as rows of plain JSON.

    A row has "name", "summary", "description", "problem" (why it does not load here; empty when it
    does), and "parameters": each with "name", "default", "description".

    Raises:
        UserError: there is no producer of that name.
    """
    return [_row(each) for each in producers] if name is None else [_row(name)]


def _row(name: str) -> dict[str, Any]:
    row = {"name": name, "summary": "", "description": "", "problem": "", "parameters": []}
    try:
        make, shown, _ = definition(name)
    except ImportError as error:
        return {**row, "problem": f"it does not load: {error}"}
    description, _, fields = inspect.cleandoc(make.__doc__ or "").partition("Attributes:\n")
    parents = getattr(make, "__mro__", ())[1:]
    inherited = [inspect.cleandoc(parent.__doc__ or "") for parent in parents]
    told = {
        name: text
        for each in (*(doc.partition("Attributes:\n")[2] for doc in reversed(inherited)), fields)
        for name, text in _told(each).items()
    }
    factory = Factory(make, shown)
    defaults = factory.defaults
    return {
        **row,
        "name": shown,
        "summary": description.partition("\n")[0],
        "description": "\n\n".join(
            " ".join(part.split()) for part in description.strip().split("\n\n")
        ),
        "parameters": [
            {
                "name": each,
                "default": _written(defaults[each]) if each in defaults else "",
                "description": told.get(each, ""),
                "changes": each not in factory.runtime,
            }
            for each in factory.parameters
        ],
    }


def _told(fields: str) -> dict[str, str]:
    """What a docstring says of each attribute, in one line."""
    found: dict[str, str] = {}
    name = ""
    for line in fields.splitlines():
        if line and not line.startswith(" "):
            break
        if match := _FIELD.match(line):
            name = match[1]
            found[name] = match[2]
        elif name:
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found


def _written(value: object) -> str:
    try:
        return value_text(spoken(value))
    except (TypeError, UserError):
        return str(value)
