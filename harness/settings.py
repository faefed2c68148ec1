"""Settings from what a person wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harness import spec
from harness.errors import UserError
from harness.play.faulty import parse_faults
from harness.play.toolsets import parse_tools
from harness.records import Setting

_HOST = re.compile(r"""https?://([^\s"'/?#)]*)""", re.IGNORECASE)


def expand(fields: dict[str, Any]) -> list[Setting]:
    """The settings that a call's fields mean: instruction "both" is two."""
    setting = setting_of(fields)
    if setting.instruction == "both":
        return [replace(setting, instruction=mode) for mode in ("no", "yes")]
    return [setting]


def setting_of(fields: Mapping[str, Any]) -> Setting:
    """The setting with these fields and the defaults of the others.

    Notations are brought to one spelling, so that two spellings of a setting are the same one.

    Raises:
        UserError: there is no field of that name, or a notation does not parse.
    """
    known = Setting.__dataclass_fields__
    for name in fields:
        if name not in known:
            raise UserError(f"unknown setting '{name}': there are {', '.join(known)}")
    compat = tuple(sorted(several(fields.get("compat", ()))))
    setting = Setting(**{**fields, "compat": compat})
    faults = parse_faults(setting.faults)
    return replace(
        setting,
        tools=str(parse_tools(setting.tools)),
        faults=str(faults) if faults and faults.share else "",
        search=_spelled("search", _as_model(setting.search)),
        simulator=_spelled("simulator", setting.simulator),
        judge=_spelled("judge", setting.judge),
    )


def _spelled(name: str, expression: str) -> str:
    """A model's expression as it is written everywhere; "" where there is none.

    Raises:
        UserError: it does not parse, or holds an address with a name and a password.
    """
    if any("@" in host for host in _HOST.findall(expression)):
        raise UserError(
            f"{name}: an address holds no name or password, as it would stand in results"
        )
    try:
        return str(spec.parse(expression)) if expression.strip() else ""
    except UserError as error:
        if "//" in expression:  # an address may hold a password, which is not repeated
            raise UserError(
                f'{name} cannot be read: write an address as search("http://HOST:PORT/PATH")'
            ) from None
        raise UserError(f"{name}={expression}: {error}") from error


def _as_model(search: str) -> str:
    """An address of a search server as an expression."""
    named = search.lower().startswith(("http://", "https://"))
    return f"search({json.dumps(search)})" if named else search


def several(value: object) -> list[Any]:
    """One thing or several, as a list."""
    if isinstance(value, list | tuple):
        return list(value)
    return [value]
