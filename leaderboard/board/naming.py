"""Ids of rows and systems: readable, safe in a path and a URL, unique, and stable."""

from __future__ import annotations

import re
from hashlib import sha256

_LONGEST = 60


def slug(text: str) -> str:
    """Small letters, digits, ".", "_" and "-" for any text.

    A text that loses letters (another script) or its end gets the beginning of its hash.
    """
    safe = re.sub(r"[^a-z0-9._]+", "-", text.lower()).strip("-._")
    if len(safe) <= _LONGEST and safe and not re.search(r"[^\W_a-z0-9]", text.lower()):
        return safe
    return f"{safe[:_LONGEST]}-{sha256(text.encode()).hexdigest()[:8]}".lstrip("-._")


class Ids:
    """Gives out every id once; whoever comes later gets "-2"."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def new(self, wanted: str) -> str:
        """The wanted id, or the first free one with a number."""
        found, number = wanted, 1
        while found in self._taken:
            number += 1
            found = f"{wanted}-{number}"
        self._taken.add(found)
        return found
