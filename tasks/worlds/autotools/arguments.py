"""Arguments as the services take them: checked against the documentation of the tool."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.records import ToolSpec
from tasks.worlds.autotools.answers import Refusal

LONGEST = 500
"""Characters that a text may have."""
_CHOICES = re.compile(r"[Oo]ne of these:\s*([\w, ]+)")
_INTEGER = re.compile(r"[+-]?\d{1,15}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?", re.ASCII)


def check(spec: ToolSpec, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments in the documented types; those that are null are left out.

    A query string carries texts only: "5" does for an integer, and 5 for a text.

    Raises:
        Refusal: one is missing, unknown, of another type, or not among the documented choices.
    """
    known: Mapping[str, Any] = spec.parameters.get("properties") or {}
    given = {name: value for name, value in arguments.items() if value is not None}
    for name in given:
        if name not in known:
            told = ", ".join(known) or "none"
            raise Refusal(400, f"there is no parameter {name[:80]!a}; there are: {told}")
    for name in spec.parameters.get("required") or ():
        if name not in given:
            raise Refusal(400, f"the parameter '{name}' is missing")
    checked = {name: _typed(name, known[name], value) for name, value in given.items()}
    for name, value in checked.items():
        _chosen(name, known[name].get("description") or "", value)
    return checked


def _typed(name: str, documented: Mapping[str, Any], value: Any) -> Any:
    kind = str(documented.get("type", "")).lower()
    if kind == "integer" or (not kind and isinstance(value, int | float)):
        return _integer(name, value)
    if kind in ("float", "number"):
        return _number(name, value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    elif isinstance(value, float) and abs(value) < 1e15:
        value = repr(value)
    if not isinstance(value, str):
        raise Refusal(400, f"'{name}' is to be a text")
    if not value.strip() or len(value) > LONGEST:
        raise Refusal(400, f"'{name}' is to be a text of 1 to {LONGEST} characters")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Refusal(400, f"'{name}' holds what is no character")
    return value.strip()


def _integer(name: str, value: Any) -> int:
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, float) and abs(value) < 1e15 and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 10**15:
        raise Refusal(400, f"'{name}' is to be an integer")
    return value


def _number(name: str, value: Any) -> float:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return float(value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not abs(value) < 1e15:
        raise Refusal(400, f"'{name}' is to be a number")
    return float(value)


def _chosen(name: str, description: str, value: Any) -> None:
    """Choices are documented in words: "One of these:day,week,month,all_time"."""
    found = _CHOICES.search(description)
    choices = [choice.strip() for choice in found[1].split(",")] if found else []
    if choices and value not in choices:
        raise Refusal(400, f"'{name}' is to be one of {', '.join(choices)}")
