"""What people want to know about flights."""

from __future__ import annotations

from tasks.worlds.starter.needs.need import Ask, Aspect, Theme, each, told
from tasks.worlds.starter.records import Flight, Review

SCHEDULE = Aspect(
    "schedule",
    (
        "Find on which weekdays and at what time there is a flight in this direction.",
        "Given two towns, retrieve timetables of flights from the first to the second.",
        "I want to plan the journey: find the hours of departure.",
    ),
    lambda world, route: [told(route, "departs", "weekdays")],
    lambda world, route: [told(route, "minutes")],
)
FARE = Aspect(
    "fare",
    (
        "Find what a seat costs in this direction.",
        "Given two towns, retrieve the fare for flying from the first to the second.",
        "I must hand in an estimate of my expenses: find the price of the flight.",
    ),
    lambda world, route: [told(route, "fare")],
)
TROUBLE = Aspect(
    "trouble",
    (
        "Find notices of flights in this direction that are late or do not leave at all.",
        "Given two towns, retrieve disruptions of flights from the first to the second.",
        "Somebody is waiting at the airfield. Find whether anything has gone wrong, and why.",
    ),
    lambda world, route: each(world.where(Flight, "route_id", route.id), "route_id", "status"),
)
COMFORT = Aspect(
    "comfort",
    (
        "Find how passengers liked the flight in this direction.",
        "Given two towns, retrieve opinions of travellers who flew from the first to the second.",
        "I am a nervous flyer: find what it was like for others, good and bad.",
    ),
    lambda world, route: each(world.where(Review, "subject_id", route.id), "subject_id", "stars"),
)

FLIGHTS = Theme(
    "flights",
    "Flights: hours, fares, disruptions, comfort",
    (
        Ask(
            lambda world: world.routes,
            (
                "{s.origin} to {s.destination}",
                "flying from {s.origin} to {s.destination}",
                "by air from {s.origin} to {s.destination}",
                "going to {s.destination}, starting in {s.origin}",
                "{s.origin} - {s.destination} with {s.operator}",
            ),
            (SCHEDULE, FARE, TROUBLE, COMFORT),
        ),
    ),
)
