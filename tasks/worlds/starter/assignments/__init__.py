"""What agents are asked to do in the starter world, by errand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.errors import UserError
from harness.records import Problem
from tasks.worlds.starter.assignments import (
    films,
    flights,
    outings,
    people,
    shopping,
    towns,
    weather,
    work,
)
from tasks.worlds.starter.assignments.compose import make_problems
from tasks.worlds.starter.assignments.wish import Maker
from tasks.worlds.starter.executable.environment import shared

ERRANDS: Mapping[str, Sequence[Maker]] = {
    "flights": flights.MAKERS,
    "weather": weather.MAKERS,
    "outings": outings.MAKERS,
    "shopping": shopping.MAKERS,
    "work": work.MAKERS,
    "films": films.MAKERS,
    "people": people.MAKERS,
    "towns": towns.MAKERS,
}
"""The makers of the wishes of every errand, in the order of the suite's tasks."""

SMALLEST = 12
"""Towns that a world needs, so that every kind of wish finds something in it."""


def assign(seed: int, size: int, errand: str, n: int) -> tuple[Problem, ...]:
    """Problems of an errand in the world of a seed; see `make_problems`.

    Raises:
        UserError: the world is too small for so many, or for errands at all.
    """
    if size < SMALLEST:
        raise UserError(f"errands need a starter world of {SMALLEST} towns or more, not {size}")
    world, account, tools = shared(seed, size)
    catalogue = tuple(tools.values())
    return tuple(make_problems(world, account, catalogue, errand, ERRANDS[errand], n))


__all__ = ["ERRANDS", "SMALLEST", "assign"]
