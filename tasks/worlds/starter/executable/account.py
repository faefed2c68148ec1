"""What the account holder has when a session begins: bookings, orders, messages, money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from tasks.worlds.draw import Draw
from tasks.worlds.starter.executable.cabin import SEATS, unsold
from tasks.worlds.starter.records import Flight, Offer, Person, Route
from tasks.worlds.starter.world import World

Entry: TypeAlias = Mapping[str, Any]
"""Something that the account holder has, as plain JSON. Never changed, only replaced."""
Table: TypeAlias = Mapping[str, Entry]

REGISTER = 60
"""Numbers of every kind up to here were given out before today, most of them to others."""
PREFIXES = {
    "alerts": "alert",
    "applications": "application",
    "appointments": "appointment",
    "bookings": "booking",
    "cart": "offer",
    "contacts": "contact",
    "messages": "message",
    "orders": "order",
    "payments": "payment",
    "registrations": "registration",
    "reminders": "reminder",
    "reviews": "own-review",
    "tickets": "ticket",
    "transfers": "transfer",
    "watchlist": "watchlist-entry",
}
"""Kinds of entries, and what the ids of each begin with. The cart's are ids of offers."""
MATTERS = (
    "Could you bring back the ladder that you borrowed in {month}?",
    "The meeting of the walking club is moved to {town}.",
    "I found your umbrella; it hangs behind the door of the reading room.",
    "Thank you for the plums. The children ate them all before supper.",
    "Would you look after the hens while I am in {town}?",
    "The choir still wants a second bass. Do you know anybody?",
    "Your parcel went to our house by mistake. It is dry and safe.",
    "We are counting heads for the outing to {town}: are you coming?",
    "The bell in the school yard rings again, since this morning.",
    "I shall be late on Thursday; please keep me a chair by the stove.",
)
"""What the messages in the inbox say."""
ERRANDS = (
    "dentist",
    "chimney sweep",
    "rehearsal",
    "piano lesson",
    "tax office",
    "fitting at the tailor's",
    "lunch with the neighbours",
    "meter reading",
    "allotment meeting",
    "eye test",
)
"""What stands in the diary."""
DUTIES = (
    "water the dahlias",
    "pay the rent",
    "return the atlas",
    "wind the clock",
    "post the form",
)
"""What the reminders ring for."""
RETURN_DAYS = 30
"""Goods go back within so many days after the order."""


@dataclass(frozen=True)
class Account:
    """The account as a session finds it.

    Attributes:
        holder_id: the person of the world whose account it is.
        balance: in crowns.
        tables: entries by kind and id, in the order of their ids.
    """

    holder_id: str
    balance: int
    tables: Mapping[str, Table]


def draw_account(world: World) -> Account:
    """The account of a world: the same for every session in it."""
    draw = Draw(world.seed, "account")
    holder = draw.choice(world.people)
    others = [person for person in world.people if person.id != holder.id]
    tables: dict[str, list[Entry]] = {
        "bookings": _bookings(world, draw),
        "registrations": _registrations(world, draw),
        "tickets": _tickets(world, draw),
        "orders": _orders(world, draw),
        "appointments": _appointments(world, draw),
        "reminders": _reminders(world, draw),
        "contacts": [{"person_id": person.id} for person in draw.sample(others, 8)],
        "messages": _messages(world, draw, others),
        "watchlist": [{"film_id": film.id} for film in draw.sample(world.films, 6)],
        "applications": [
            {"vacancy_id": vacancy.id, "status": "open"}
            for vacancy in draw.sample(world.vacancies, 3)
        ],
        "payments": _payments(world, draw),
    }
    numbered = {kind: _numbered(draw, kind, tables.get(kind, [])) for kind in PREFIXES}
    return Account(holder.id, draw.integer(6000, 9000), numbered)


def _numbered(draw: Draw, kind: str, entries: Sequence[Entry]) -> Table:
    """The entries under numbers that leave gaps."""
    numbers = sorted(draw.sample(range(1, REGISTER + 1), len(entries)))
    prefix = PREFIXES[kind]
    return {f"{prefix}-{n:04d}": entry for n, entry in zip(numbers, entries, strict=True)}


def _bookings(world: World, draw: Draw) -> list[Entry]:
    """Seats in planes of the coming days, one booking a flight."""

    def good(flight: Flight) -> bool:
        return flight.day > world.today and flight.status != "cancelled" and flight.seats <= 40

    entries: list[Entry] = []
    for flight in draw.sample([flight for flight in world.flights if good(flight)], 8):
        free = set(unsold(world.seed, flight.id, flight.seats))
        passengers = draw.integer(1, 3)
        seats = [seat for seat in SEATS if seat not in free][:passengers]
        fare = world.get(Route, flight.route_id).fare
        entries.append(
            {
                "flight_id": flight.id,
                "passengers": passengers,
                "seats": seats,
                "pieces": 0,
                "total": fare * passengers,
                "status": "active",
            }
        )
    return entries


def _registrations(world: World, draw: Draw) -> list[Entry]:
    coming = [event for event in world.events if event.day > world.today]
    return [
        {"event_id": event.id, "quantity": n, "total": n * event.fee, "status": "active"}
        for event in draw.sample(coming, 4)
        for n in (draw.integer(1, 4),)
    ]


def _tickets(world: World, draw: Draw) -> list[Entry]:
    return [
        {"showing_id": show.id, "seats": n, "total": n * show.price, "status": "active"}
        for show in draw.sample(world.screenings, 5)
        for n in (draw.integer(1, 4),)
    ]


def _orders(world: World, draw: Draw) -> list[Entry]:
    """Old and new orders: some to be stopped, some to be sent back, some too late for either."""
    old = (("delivered", 45), ("delivered", 38), ("delivered", 12), ("delivered", 9))
    recent = (
        ("delivered", 6),
        ("sent", 3),
        ("sent", 2),
        ("placed", 1),
        ("placed", 1),
        ("placed", 0),
    )
    entries: list[Entry] = []
    for status, age in (*old, *recent):
        items = {o.id: draw.integer(1, 3) for o in draw.sample(world.offers, draw.integer(1, 3))}
        total = sum(world.get(Offer, id).price * n for id, n in items.items())
        day = world.today - timedelta(days=age)
        entries.append({"items": items, "total": total, "day": day.isoformat(), "status": status})
    return entries


def _appointments(world: World, draw: Draw) -> list[Entry]:
    days = [world.today + timedelta(days=d) for d in draw.sample(range(10), 6)]
    return [
        {"title": title, "day": day.isoformat(), "time": f"{draw.integer(8, 18):02d}:30"}
        for title, day in zip(draw.sample(ERRANDS, 6), sorted(days), strict=True)
    ]


def _reminders(world: World, draw: Draw) -> list[Entry]:
    return [
        {
            "title": title,
            "day": (world.today + timedelta(days=draw.integer(1, 12))).isoformat(),
            "time": f"{draw.integer(7, 20):02d}:00",
        }
        for title in draw.sample(DUTIES, 4)
    ]


def _messages(world: World, draw: Draw, others: Sequence[Person]) -> list[Entry]:
    """The inbox, the oldest first: one message a person, more than one page of them."""
    senders = draw.sample(others, 24)
    days = sorted(world.today - timedelta(days=draw.integer(0, 40)) for _ in senders)
    months = ("spring", "summer", "autumn", "winter")
    return [
        {
            "person_id": sender.id,
            "body": draw.choice(MATTERS).format(
                month=draw.choice(months), town=draw.choice(world.towns).name
            ),
            "day": day.isoformat(),
            "sent": False,
        }
        for sender, day in zip(senders, days, strict=True)
    ]


def _payments(world: World, draw: Draw) -> list[Entry]:
    notes = ("rent", "wages", "coal", "choir dues", "library fine", "prize in the raffle")
    days = sorted(world.today - timedelta(days=draw.integer(1, 60)) for _ in range(14))
    return [
        {
            "day": day.isoformat(),
            "amount": draw.integer(5, 400) * draw.choice((1, -1)),
            "note": note,
        }
        for day in days
        for note in (draw.choice(notes),)
    ]
