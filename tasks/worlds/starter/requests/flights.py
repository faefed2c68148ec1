"""Requests of passengers: finding, paying for and changing a seat."""

from __future__ import annotations

from datetime import timedelta

from tasks.worlds.draw import Draw
from tasks.worlds.starter.prose import Slots
from tasks.worlds.starter.records import (
    Route,
    Town,
)
from tasks.worlds.starter.requests.request import Errand, clause
from tasks.worlds.starter.world import World


def _scene(world: World, draw: Draw) -> Slots:
    flight = draw.choice([flight for flight in world.flights if flight.day > world.today])
    route = world.get(Route, flight.route_id)
    return {
        "a": world.get(Town, route.origin_id),
        "b": world.get(Town, route.destination_id),
        "day": flight.day,
        "later": flight.day + timedelta(days=draw.integer(2, 6)),
        "other": draw.choice([flight for flight in world.flights if flight.day >= world.today]),
        "n": draw.integer(2, 4),
    }


FLIGHTS = Errand(
    "flights",
    "Planes: finding, paying for and changing a seat",
    "travel",
    ("air travel", "flight planning", "trip booking", "passenger service"),
    _scene,
    (
        "I have to be in {b} on {day:full}, coming from {a}.",
        "My aunt in {b} turns eighty on {day:full}, and I live in {a}.",
        "On {day:full} I must get from {a} to {b}.",
        "I am leaving {a} for {b} on {day:full}.",
    ),
    (
        clause(
            "flights.search",
            "find flights between two towns on a given day",
            "Which flights are there, at what fare?",
            "Which planes could I take, and what would they charge?",
            "What goes there by air, and how full is it?",
            "Show me what is in the sky that day for people like me.",
        ),
        clause(
            "flights.search bookings.create",
            "find flights and reserve seats on one",
            "Book a seat on the earliest flight.",
            "Get me onto the earliest plane.",
            "Buy {n:word} places on whatever is cheapest.",
            "I want to sit in the last plane of the evening; pay for it right away.",
        ),
        clause(
            "flights.status",
            "report whether a flight is on time",
            "What is the status of flight {other.route} on {other.day:full}?",
            "A friend will sit in {other.route} on {other.day:full}: will she be late?",
            "Has {other.route} of {other.day:full} been called off, and what is the reason?",
        ),
        clause(
            "flights.cheapest_day",
            "find the day with the lowest fare",
            "On which day of that month is the fare lowest?",
            "If I were free to choose, when in that month would it cost least?",
            "I could go at another time of the month if that spared me money.",
        ),
        clause(
            "flights.timetable",
            "show regular departures by weekday",
            "Show me the timetable of flights between the two towns.",
            "Does anybody go that way every week, and on which mornings or nights?",
            "I shall be doing this often, so tell me how the week looks on that line.",
        ),
        clause(
            "flights.search flights.seat_map",
            "find flights and show free places in the cabin",
            "Find a flight and show me which seats in the cabin are free.",
            "Is there still a window on the morning plane?",
            "Tell me whether {n:word} of us could sit in one row on the first plane.",
        ),
        clause(
            "flights.connections",
            "plan journeys with a change",
            "Which connections are there with one change on the way?",
            "Should nothing go straight there, where could I change?",
            "Work out a way with a stop in between.",
        ),
        clause(
            "flights.operators",
            "name the companies on a line",
            "Which companies fly between the two towns?",
            "Who flies that line at all?",
            "Which airlines could I choose from?",
        ),
        clause(
            "flights.reviews",
            "return passengers' opinions",
            "Show me reviews that passengers wrote about flights on that route.",
            "What do others say who have sat in those planes?",
            "I am afraid of flying and would like to read how it was for others.",
        ),
        clause(
            "flights.departures",
            "list what leaves a town on a day",
            "List all departures from {a} that day.",
            "While I wait at the gate: what else takes off from {a} that day?",
            "Read me the board at {a} for {day:full}, whatever the goal.",
        ),
        clause(
            "flights.arrivals",
            "list what lands in a town on a day",
            "List all arrivals in {a} that day.",
            "I also have to pick somebody up: what lands in {a} that day?",
            "When do planes come down in {b} on {day:full}, from anywhere?",
        ),
        clause(
            "bookings.list bookings.get",
            "look up bookings and show the details of one",
            "Show me the details of my booking for {later:full}.",
            "What exactly have I paid for on {later:full}?",
        ),
        clause(
            "bookings.list bookings.add_bag",
            "look up existing bookings and add luggage",
            "Add a bag to my existing booking.",
            "I hold a ticket already, but I want to bring {n:word} more suitcases.",
            "My seat is paid for; only the trunk with the books is missing.",
        ),
        clause(
            "bookings.list bookings.cancel",
            "look up bookings and cancel one",
            "Cancel my booking for {later:full}.",
            "And give back the ticket I bought for {later:full}.",
            "The trip I had planned for {later:full} is off; I want that money back.",
        ),
        clause(
            "bookings.list bookings.choose_seat",
            "look up bookings and assign a place on board",
            "Choose a seat at the front for my existing booking.",
            "My ticket for {later:full} says 22B, and I would rather sit in front.",
            "Put me by the aisle on the journey I have paid for already.",
        ),
        clause(
            "bookings.list bookings.check_in",
            "look up bookings and issue a boarding pass",
            "Check me in for my booking of {later:full} and give me the boarding pass.",
            "Give me the slip for the gate for the ticket I hold.",
            "I have a ticket for {later:full} and want to be through the counter beforehand.",
        ),
        clause(
            "bookings.list flights.search bookings.change",
            "look up bookings and move them to another flight",
            "Change my booking for {later:full} to a flight on {day:full}.",
            "The ticket I hold is for {later:full}: swap it for one on {day:full}.",
            "I bought a seat for the wrong date, {later:full}; put it right.",
        ),
        clause(
            "weather.on",
            "tell the weather of a town on a day",
            "What will the weather be like in {b} that day?",
            "Shall I need a coat there when I land?",
            "Will it be wet in {b} that day?",
        ),
        clause(
            "diary.add",
            "enter appointments in a diary",
            "Add the journey to my diary.",
            "Keep the whole day free for me.",
            "Write it into my book so that nobody else claims that day.",
        ),
        clause(
            "wallet.balance",
            "tell how much money is in the account",
            "What is the balance of my account?",
            "Can I afford anything at all just now?",
            "How much have I got left?",
        ),
    ),
)
