"""Arguments as functions take them: checked against the documentation, ids and names looked up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from tasks.worlds.starter.executable.desk import Desk
from tasks.worlds.starter.executable.refusal import Refusal
from tasks.worlds.starter.records import (
    Event,
    Film,
    Firm,
    Flight,
    Named,
    Offer,
    Person,
    Product,
    Record,
    Region,
    Screening,
    Shop,
    Town,
    Vacancy,
)
from tasks.worlds.starter.tools import Tool
from tasks.worlds.starter.tools.fields import Field

LONGEST = 2000
"""Characters that a text may have."""
RANGES = {
    "amount": (1, 1_000_000),
    "days": (1, 7),
    "limit": (1, 20),
    "min_population": (0, 1_000_000_000),
    "min_salary": (0, 1_000_000_000),
    "page": (1, 10_000),
    "passengers": (1, 9),
    "pieces": (1, 5),
    "quantity": (1, 20),
    "seats": (1, 10),
    "stars": (1, 5),
    "year": (1, 9999),
}
"""Smallest and largest value of every integer parameter."""
RECORDS: Mapping[str, type[Record]] = {
    "event_id": Event,
    "film_id": Film,
    "firm_id": Firm,
    "flight_id": Flight,
    "offer_id": Offer,
    "person_id": Person,
    "product_id": Product,
    "shop_id": Shop,
    "showing_id": Screening,
    "vacancy_id": Vacancy,
}
"""Parameters that name something of the world by its id."""
ENTRIES = {
    "application_id": "applications",
    "appointment_id": "appointments",
    "booking_id": "bookings",
    "contact_id": "contacts",
    "message_id": "messages",
    "order_id": "orders",
    "registration_id": "registrations",
    "reminder_id": "reminders",
    "ticket_id": "tickets",
    "watchlist_entry_id": "watchlist",
}
"""Parameters that name something of the account by its id."""
PLACES: Mapping[str, type[Town | Region]] = {
    "destination": Town,
    "origin": Town,
    "other_town": Town,
    "region": Region,
    "town": Town,
}
"""Parameters that name a place by its name; case makes no difference."""
DAYS = frozenset({"day", "first_day", "last_day"})


def check(tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, of the documented types. An optional one may be left out or null.

    Raises:
        Refusal: one is missing, unknown, of the wrong type or out of range (400).
    """
    known = {field.name: field for field, _ in tool.parameters}
    for name in arguments:
        if name not in known:
            raise Refusal(
                400, f"unknown parameter; known: {', '.join(known) or 'none'}", str(name)[:80]
            )
    for field, needed in tool.parameters:
        if needed and arguments.get(field.name) is None:
            raise Refusal(400, "this parameter is missing", field.name)
    given = {name: value for name, value in arguments.items() if value is not None}
    return {name: _typed(known[name], value) for name, value in given.items()}


def look_up(desk: Desk, checked: Mapping[str, Any]) -> dict[str, Any]:
    """Checked arguments as functions take them: ids and names of places as what they stand for.

    A parameter "flight_id" becomes the argument `flight`.

    Raises:
        Refusal: there is no such thing (404), it is another account's (403), or a date or time is
            none (400).
    """
    return {name.removesuffix("_id"): _meant(desk, name, value) for name, value in checked.items()}


def _typed(field: Field, value: Any) -> Any:
    if field.type == "integer":
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e12:
            value = int(value)  # JSON knows no difference
        if not isinstance(value, int) or isinstance(value, bool):
            raise Refusal(400, "an integer is expected", field.name)
        low, high = RANGES.get(field.name, (-(10**12), 10**12))
        if not low <= value <= high:
            raise Refusal(400, f"a value from {low} to {high} is expected", field.name)
        return value
    if not isinstance(value, str):
        raise Refusal(400, "a string is expected", field.name)
    if not value.strip() or len(value) > LONGEST:
        raise Refusal(400, f"a text of 1 to {LONGEST} characters is expected", field.name)
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Refusal(400, "the text holds what is no character", field.name)
    return value


def _meant(desk: Desk, name: str, value: Any) -> Any:
    if name in RECORDS:
        try:
            return desk.world.get(RECORDS[name], value)
        except KeyError:
            noun = name.removesuffix("_id")
            raise Refusal(404, f"there is no {noun} of that id", name) from None
    if name in ENTRIES:
        return desk.held(ENTRIES[name], value, name)
    if name in PLACES:
        return _place(desk, PLACES[name], name, value)
    if name in DAYS:
        return _day(name, value)
    if name == "time":
        return _time(name, value)
    return value


def _place(desk: Desk, kind: type[Town | Region], name: str, value: str) -> Named:
    places = desk.world.towns if kind is Town else desk.world.regions
    wanted = value.strip().casefold()
    for place in places:
        if place.name.casefold() == wanted:
            return place
    raise Refusal(404, f"there is no {kind.__name__.lower()} of that name", name)


def _day(name: str, value: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Refusal(400, "a date is expected, YYYY-MM-DD", name)


def _time(name: str, value: str) -> time:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise Refusal(400, "a time of day is expected, HH:MM", name)
    return time(int(value[:2]), int(value[3:]))
