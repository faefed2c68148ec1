"""Ids of records: the kind and a number, known before the records are made."""

from __future__ import annotations


def ids(kind: str, n: int) -> list[str]:
    """The first `n` ids of a kind, "town-0001" and on."""
    return [f"{kind}-{i:04d}" for i in range(1, n + 1)]
