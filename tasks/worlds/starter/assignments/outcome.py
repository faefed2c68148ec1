"""The state that wishes leave behind, worked out from their effects and not by any function."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tasks.worlds.starter.assignments.wish import Effect, Wish
from tasks.worlds.starter.executable.account import Account


def outcome(account: Account, wishes: Iterable[Wish]) -> dict[str, Any]:
    """What differs from the account's beginning once all wishes are fulfilled, else nothing.

    By kind of entry: "changed" entries by id, ids of those "gone", and a sorted list of "new" ones
    without ids; the wallet's balance where it is another.
    """
    wishes = list(wishes)
    state: dict[str, Any] = {}
    for effect in (effect for wish in wishes for effect in wish.effects):
        _add(state.setdefault(effect.kind, {}), effect)
    for parts in state.values():
        if "new" in parts:
            parts["new"].sort(key=lambda entry: json.dumps(entry, sort_keys=True))
        if "gone" in parts:
            parts["gone"].sort()
    if cost := sum(wish.cost for wish in wishes):
        state["wallet"] = {"balance": account.balance - cost}
    return state


def _add(parts: dict[str, Any], effect: Effect) -> None:
    if effect.entry is None:
        parts.setdefault("gone", []).append(effect.id)
    elif effect.id:
        parts.setdefault("changed", {})[effect.id] = dict(effect.entry)
    else:
        parts.setdefault("new", []).append(dict(effect.entry))
