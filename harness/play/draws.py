"""Draws by name: chance that comes out the same in every process and on every platform."""

from __future__ import annotations

import json
from hashlib import sha256

_BITS = 53
"""As many as a float holds exactly, so that a fraction is never rounded up to 1."""


def fraction(*key: int | str) -> float:
    """The number in [0, 1) that belongs to a key, from SHA-256 over it.

    A draw hangs on its key alone, and so on no other draw nor on how many came before it. What is
    sorted by the fractions of its names is in random order, and keeps it when more is added.
    """
    digest = sha256(json.dumps(key).encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> (64 - _BITS)) / (1 << _BITS)
