"""The models that a setting names beside the one that is evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harness.errors import UserError
from harness.loading import load_model
from harness.play.toolsets import parse_tools
from harness.records import Setting


def named(setting: Setting) -> dict[str, str]:
    """The expressions of a setting's models by field; empty where it names none.

    Raises:
        UserError: what it says of tools cannot be read.
    """
    return {
        "tools": parse_tools(setting.tools).model,
        "search": setting.search,
        "simulator": setting.simulator,
        "judge": setting.judge,
    }


def helped(setting: Setting) -> tuple[Setting, Mapping[str, Any]]:
    """A setting as results have it, and the identities of the models in it by field.

    Who finds tools, simulates or judges changes answers as the agent does: by its parameters, the
    code of its file, its weights. Where it is asked (`base_url`, a device) does not, and is left
    out of the expressions.

    Raises:
        UserError: a model cannot be loaded.
    """
    choice = parse_tools(setting.tools)
    asked = named(setting)
    if not is_model(setting.search):
        asked["search"] = ""
    names: dict[str, str] = {}
    identities: dict[str, Any] = {}
    for field, expression in asked.items():
        if expression:
            try:
                loaded = load_model(expression)
            except UserError as error:
                raise UserError(f"{field}={getattr(setting, field)}: {error}") from error
            names[field], identities[field] = loaded.name, dict(loaded.identity)
    lasting = replace(
        setting,
        tools=str(replace(choice, model=names.get("tools", ""))),
        search=names.get("search", setting.search),
        simulator=names.get("simulator", ""),
        judge=names.get("judge", ""),
    )
    return lasting, identities


def is_model(search: str) -> bool:
    """Whether a search goes to another retriever than the usual one; a server has no identity."""
    server = search.startswith(("http://", "https://", "search("))
    return search != Setting().search and not server
