"""Functions about flights: what flies when, what it costs, who sits where."""

# ruff: noqa: D103 - what a function does stands in the catalogue; its details, on the shelf

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from tasks.worlds.starter.executable.cabin import SEATS
from tasks.worlds.starter.executable.desk import Desk
from tasks.worlds.starter.executable.functions.rows import clock, review_rows
from tasks.worlds.starter.executable.refusal import Refusal
from tasks.worlds.starter.executable.shelf import Row, Shelf
from tasks.worlds.starter.records import Firm, Flight, Route, Town
from tasks.worlds.starter.vocabulary import WEEKDAYS

flights = Shelf("flights")

CHANGE_MINUTES = 30
"""Shortest time between two flights."""


def departs(desk: Desk, flight: Flight) -> datetime:
    """When a flight leaves by its timetable."""
    return datetime.combine(flight.day, desk.route(flight).departs)


def arrives(desk: Desk, flight: Flight) -> datetime:
    """When a flight lands by its timetable."""
    return departs(desk, flight) + timedelta(minutes=desk.route(flight).minutes)


def _between(desk: Desk, origin: Town, destination: Town) -> list[Route]:
    routes = desk.world.where(Route, "origin_id", origin.id)
    return [route for route in routes if route.destination_id == destination.id]


def _flying(desk: Desk, routes: list[Route], day: date) -> list[Flight]:
    """The flights of routes on a day that are not cancelled, the earliest first."""
    found = [
        flight
        for route in routes
        for flight in desk.world.where(Flight, "route_id", route.id)
        if flight.day == day and flight.status != "cancelled"
    ]
    return sorted(found, key=lambda flight: (departs(desk, flight), flight.id))


def _leg(desk: Desk, flight: Flight) -> Row:
    route = desk.route(flight)
    return {
        "flight_id": flight.id,
        "number": route.name,
        "departs": clock(route.departs),
        "arrives": clock(arrives(desk, flight).time()),
        "fare": route.fare,
    }


@flights("list", "The earliest comes first; cancelled flights are left out.")
def search(desk: Desk, origin: Town, destination: Town, day: date) -> list[Row]:
    found = _flying(desk, _between(desk, origin, destination), day)
    return [{**_leg(desk, f), "seats": len(desk.free_seats(f))} for f in found]


@flights("list")
def timetable(desk: Desk, origin: Town, destination: Town) -> list[Row]:
    return [
        {
            "number": route.name,
            "weekdays": [WEEKDAYS[day] for day in route.weekdays],
            "departs": clock(route.departs),
            "minutes": route.minutes,
        }
        for route in _between(desk, origin, destination)
    ]


@flights("pages", "The earliest comes first; cancelled flights are listed too.")
def departures(desk: Desk, town: Town, day: date) -> list[Row]:
    routes = desk.world.where(Route, "origin_id", town.id)
    return [
        {
            "flight_id": flight.id,
            "number": desk.route(flight).name,
            "destination": desk.world[desk.route(flight).destination_id].label,
            "departs": clock(desk.route(flight).departs),
        }
        for flight in sorted(_on(desk, routes, day), key=lambda f: (departs(desk, f), f.id))
    ]


@flights(
    "pages",
    "The earliest comes first; cancelled flights are listed too. The day is that of departure.",
)
def arrivals(desk: Desk, town: Town, day: date) -> list[Row]:
    routes = desk.world.where(Route, "destination_id", town.id)
    return [
        {
            "flight_id": flight.id,
            "number": desk.route(flight).name,
            "origin": desk.world[desk.route(flight).origin_id].label,
            "arrives": clock(arrives(desk, flight).time()),
        }
        for flight in sorted(_on(desk, routes, day), key=lambda f: (arrives(desk, f), f.id))
    ]


def _on(desk: Desk, routes: tuple[Route, ...], day: date) -> Iterator[Flight]:
    for route in routes:
        yield from (f for f in desk.world.where(Flight, "route_id", route.id) if f.day == day)


@flights(
    "one",
    "The delay is in minutes, 0 where there is none; the cause is empty where nothing happened.",
)
def status(desk: Desk, number: str, day: date) -> Row:
    route = next(iter(desk.world.where(Route, "name", number.strip().upper())), None)
    if route is None:
        raise Refusal(404, "there is no flight of that number", "number")
    for flight in _on(desk, (route,), day):
        return {"status": flight.status, "delay": flight.delay, "cause": flight.cause}
    raise Refusal(404, "that flight does not leave that day, or the day is out of reach", "day")


@flights(
    "one",
    "Looks from tomorrow on, as far as flights are on sale; the earliest of several such days.",
)
def cheapest_day(desk: Desk, origin: Town, destination: Town, month: str) -> Row:
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
        raise Refusal(400, "a month is expected, YYYY-MM", "month")
    offered = [
        (route.fare, flight.day)
        for route in _between(desk, origin, destination)
        for flight in desk.world.where(Flight, "route_id", route.id)
        if flight.day > desk.world.today
        and flight.day.isoformat().startswith(month)
        and flight.status != "cancelled"
    ]
    if not offered:
        raise Refusal(404, "no flight is on sale in that month", "month")
    fare, day = min(offered)
    return {"day": day.isoformat(), "fare": fare}


@flights(
    "list",
    "Gives the two legs of each journey, one after the other, the earliest arrival first. "
    "There are 30 minutes or more to change. Refused where there is a direct line.",
)
def connections(desk: Desk, origin: Town, destination: Town, day: date) -> list[Row]:
    if _between(desk, origin, destination):
        raise Refusal(409, "there is a direct line between these towns", "destination")
    firsts = _flying(desk, list(desk.world.where(Route, "origin_id", origin.id)), day)
    journeys = []
    for first in firsts:
        ready = arrives(desk, first) + timedelta(minutes=CHANGE_MINUTES)
        middle = desk.world.get(Town, desk.route(first).destination_id)
        for second in _flying(desk, _between(desk, middle, destination), day):
            if departs(desk, second) >= ready:
                journeys.append((arrives(desk, second), first.id, second.id, first, second))
    return [_leg(desk, flight) for journey in sorted(journeys) for flight in journey[3:]]


@flights("list", "Each seat is free or taken.")
def seat_map(desk: Desk, flight: Flight) -> list[Row]:
    free = set(desk.free_seats(flight))
    return [{"seat": seat, "status": "free" if seat in free else "taken"} for seat in SEATS]


@flights("list")
def operators(desk: Desk, origin: Town, destination: Town) -> list[Row]:
    firms = {route.operator_id: None for route in _between(desk, origin, destination)}
    return [{"operator_id": id, "name": desk.world.get(Firm, id).name} for id in firms]


@flights("pages")
def reviews(desk: Desk, origin: Town, destination: Town) -> list[Row]:
    routes = _between(desk, origin, destination)
    return [row for route in routes for row in review_rows(desk, route.id)]
