"""Passages about flights: timetables, fares, disruptions, travellers' notes."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.worlds.starter.prose import Page
from tasks.worlds.starter.records import Flight, Review, Route
from tasks.worlds.starter.world import World

NOTEWORTHY = 60
"""Shortest delay, in minutes, that anybody writes about."""


def travel_pages(world: World) -> Iterator[Page]:
    """Two passages a route, one a serious disruption, one a review."""
    for route in world.routes:
        yield timetable(world, route)
        yield tariff(world, route)
        for flight in world.where(Flight, "route_id", route.id):
            if flight.status == "cancelled" or flight.delay >= NOTEWORTHY:
                yield disruption(world, flight)
        for review in world.where(Review, "subject_id", route.id):
            yield travellers_notes(world, review)


def timetable(world: World, route: Route) -> Page:
    """When a flight leaves, and how long it takes."""
    page = Page(
        world,
        "timetable",
        route,
        "{r}: {r.origin} to {r.destination}",
        "Timetable",
        "Departures from {r.origin}",
        "Flying to {r.destination}",
        r=route,
    )
    page.say(
        "Flight {r} leaves {r.origin} for {r.destination} at {r.departs} on {r.weekdays:weekdays}.",
        "{r.origin} to {r.destination} ({r}): {r.weekdays:weekdays}, {r.departs}.",
        "On {r.weekdays:weekdays} the {r} takes off from {r.origin} at {r.departs}, "
        "bound for {r.destination}.",
    )
    return page.say(
        "{r.operator} needs {r.minutes:duration} for it.",
        "The crossing takes {r.minutes:duration}; {r.operator} flies it.",
        "Time in the air is {r.minutes:duration}.",
    )


def tariff(world: World, route: Route) -> Page:
    """What a seat costs."""
    page = Page(
        world,
        "tariff",
        route,
        "Fares",
        "{r.operator}: what it costs",
        "Tariff",
        "From {r.origin}, by air",
        r=route,
    )
    page.say(
        "{r.operator} carries you from {r.origin} to {r.destination} for {r.fare:crowns}.",
        "The single fare from {r.origin} to {r.destination} is {r.fare:crowns} with {r.operator}.",
        "A seat from {r.origin} to {r.destination} costs {r.fare:crowns}.",
    )
    return page.say(
        "One bag is free, the second is not.",
        "Children under six pay nothing.",
        "Tickets cannot be passed on.",
        "Musicians may bring one instrument aboard.",
    )


def disruption(world: World, flight: Flight) -> Page:
    """A flight that did not go as planned."""
    page = Page(
        world,
        "disruption",
        flight,
        "Service notice",
        "Delays and cancellations",
        "To all passengers",
        "Airfield of {f.route.origin}",
        f=flight,
    )
    if flight.status == "cancelled":
        page.say(
            "The flight from {f.route.origin} to {f.route.destination} on {f.day:day} is "
            "{f.status} because of {f.cause}.",
            "Owing to {f.cause}, {f.route} ({f.route.origin} to {f.route.destination}) is "
            "{f.status} on {f.day:day}.",
        )
    else:
        page.say(
            "The flight from {f.route.origin} to {f.route.destination} on {f.day:day} is "
            "{f.status} by {f.delay:duration} because of {f.cause}.",
            "Owing to {f.cause}, {f.route} ({f.route.origin} to {f.route.destination}) is "
            "{f.status} by {f.delay:duration} on {f.day:day}.",
        )
    return page.say(
        "Vouchers for soup are handed out at the gate.",
        "{f.route.operator} asks for patience.",
        "Passengers are asked to stay near the loudspeakers.",
        "Claims are settled in writing.",
    )


def travellers_notes(world: World, review: Review) -> Page:
    """One passenger's opinion."""
    page = Page(
        world,
        "traveller's notes",
        review,
        "A traveller's notes",
        "In the air",
        "From our readers",
        "With {r.subject.operator} to {r.subject.destination}",
        r=review,
    )
    page.say(
        "I flew from {r.subject.origin} to {r.subject.destination} with {r.subject.operator}.",
        "{r.subject.operator} took us from {r.subject.origin} to {r.subject.destination}.",
        "Between {r.subject.origin} and {r.subject.destination}, where I was headed, "
        "there is time to think.",
    )
    page.say(
        "I would go again for {r.praised}.",
        "The best of it was {r.praised}.",
        "{r.praised:cap} surprised me.",
    )
    page.say(
        "The worst of it was {r.faulted}.",
        "Nobody warns you of {r.faulted}.",
        "{r.faulted:cap} I could have spared.",
    )
    page.say(
        "All in all {r.stars:stars} of five.",
        "My mark: {r.stars:stars} out of five.",
        "I counted, and came to {r.stars:stars} of five.",
    )
    return page.maybe(60, "{r.author}, row 9.", "({r.author})")
