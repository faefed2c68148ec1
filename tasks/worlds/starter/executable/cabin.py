"""The seats of an aircraft, and which of them strangers sit in."""

from __future__ import annotations

from functools import lru_cache

from tasks.worlds.draw import Draw

SEATS = tuple(f"{row}{letter}" for row in range(1, 13) for letter in "ABCD")
"""Every cabin is the same: twelve rows of four."""


@lru_cache(maxsize=4096)
def unsold(seed: int, flight_id: str, seats: int) -> tuple[str, ...]:
    """The `seats` places that nobody had bought when the world began, in the cabin's order."""
    free = set(Draw(seed, "cabin", flight_id).sample(SEATS, seats))
    return tuple(seat for seat in SEATS if seat in free)
