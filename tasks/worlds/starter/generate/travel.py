"""Flight routes between the towns, and their departures around today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from math import isqrt
from typing import Literal

from tasks.worlds.draw import Draw
from tasks.worlds.starter.generate.ids import ids
from tasks.worlds.starter.records import Firm, Flight, Route, Town
from tasks.worlds.starter.vocabulary import AIRLINES, CAUSES

DAYS_BACK, DAYS_AHEAD = 7, 14
CRUISE_KMH = 420

Status = Literal["landed", "scheduled", "delayed", "cancelled"]


def distance_km(a: Town, b: Town) -> int:
    """Whole kilometres between two towns, as the crow flies."""
    return isqrt((a.x_km - b.x_km) ** 2 + (a.y_km - b.y_km) ** 2)


def draw_routes(draw: Draw, towns: Sequence[Town], firms: Sequence[Firm]) -> tuple[Route, ...]:
    """About three routes a town: a ring flown both ways, so that all are connected, and others."""
    airlines = [firm for firm in firms if firm.sector == AIRLINES]
    routes = []
    for i, (origin, destination) in enumerate(_pairs(draw, towns)):
        operator = draw.choice(airlines)
        distance = distance_km(origin, destination)
        routes.append(
            Route(
                id=f"route-{i + 1:04d}",
                name=f"{operator.name[:2].upper()}{101 + i}",
                operator_id=operator.id,
                origin_id=origin.id,
                destination_id=destination.id,
                weekdays=tuple(sorted(draw.sample(range(7), draw.integer(2, 5)))),
                departs=time(draw.integer(6, 21), 5 * draw.below(12)),
                minutes=25 + 60 * distance // CRUISE_KMH,
                fare=18 + distance // 4 + draw.below(30),
            )
        )
    return tuple(routes)


def _pairs(draw: Draw, towns: Sequence[Town]) -> list[tuple[Town, Town]]:
    ring = draw.shuffled(towns)
    pairs = dict.fromkeys(zip(ring, [*ring[1:], ring[0]], strict=True))
    pairs |= dict.fromkeys((b, a) for a, b in list(pairs))
    wanted = min(3 * len(towns), len(towns) * (len(towns) - 1))
    while len(pairs) < wanted:
        origin, destination = draw.sample(towns, 2)
        pairs[origin, destination] = None
    return list(pairs)


def draw_flights(draw: Draw, routes: Sequence[Route], today: date) -> tuple[Flight, ...]:
    """Every departure from a week ago to two weeks ahead, with what became of it."""
    days = [today + timedelta(days=d) for d in range(-DAYS_BACK, DAYS_AHEAD + 1)]
    departures = [
        (route, day) for route in routes for day in days if day.weekday() in route.weekdays
    ]
    return tuple(
        _flight(draw, id, route, day, today)
        for id, (route, day) in zip(ids("flight", len(departures)), departures, strict=True)
    )


def _flight(draw: Draw, id: str, route: Route, day: date, today: date) -> Flight:
    status: Status = "landed" if day < today else "scheduled"
    delay, cause = 0, ""
    if draw.chance(15):
        status = draw.choice(("delayed", "delayed", "cancelled"))
        delay = 5 * draw.integer(6, 48) if status == "delayed" else 0
        cause = draw.choice(CAUSES)
    return Flight(id, route.id, day, status, delay, cause, seats=draw.below(48))
