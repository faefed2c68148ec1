"""Functions about towns and what takes place in them."""

# ruff: noqa: D103 - what a function does stands in the catalogue; its details, on the shelf

from __future__ import annotations

from datetime import date

from tasks.worlds.starter.executable.desk import Desk, Held
from tasks.worlds.starter.executable.functions.rows import clock, holds, person_rows, same
from tasks.worlds.starter.executable.refusal import Refusal
from tasks.worlds.starter.executable.shelf import Row, Shelf
from tasks.worlds.starter.generate.travel import distance_km
from tasks.worlds.starter.records import Event, Person, Region, Town

towns = Shelf("towns")
events = Shelf("events")


def _region(desk: Desk, town: Town) -> str:
    return desk.world[town.region_id].label


@towns("one")
def get(desk: Desk, town: Town) -> Row:
    return {
        "region": _region(desk, town),
        "population": town.population,
        "founded": town.founded,
        "elevation": town.elevation_m,
        "landmark": town.landmark,
        "craft": town.craft,
    }


@towns("pages", "By name. The craft may be a part of what is documented for the town.")
def search(
    desk: Desk, region: Region | None = None, craft: str | None = None, min_population: int = 0
) -> list[Row]:
    return [
        {"town": town.name, "region": _region(desk, town), "population": town.population}
        for town in sorted(desk.world.towns, key=lambda town: town.name)
        if (region is None or town.region_id == region.id)
        and holds(town.craft, craft)
        and town.population >= min_population
    ]


@towns("one")
def distance(desk: Desk, town: Town, other_town: Town) -> Row:
    return {"distance": distance_km(town, other_town)}


@towns(
    "list",
    "The closest comes first, towns of the same distance by name; 5 towns unless told otherwise.",
)
def nearest(desk: Desk, town: Town, limit: int = 5) -> list[Row]:
    others = (other for other in desk.world.towns if other.id != town.id)
    ranked = sorted((distance_km(town, other), other.name) for other in others)
    return [{"town": name, "distance": far} for far, name in ranked[:limit]]


@towns("one")
def mayor(desk: Desk, town: Town) -> Row:
    return {"mayor_id": town.mayor_id, "name": desk.world[town.mayor_id].label}


@towns("pages", "In the order of their identifiers.")
def residents(desk: Desk, town: Town, occupation: str | None = None) -> list[Row]:
    people = desk.world.where(Person, "home_id", town.id)
    return person_rows(person for person in people if same(person.occupation, occupation))


def _event(desk: Desk, registration: Held) -> Event:
    return desk.world.get(Event, registration.entry["event_id"])


@events("pages", "In the order of time, past ones too; both days are included.")
def search_(
    desk: Desk,
    town: Town | None = None,
    kind: str | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
) -> list[Row]:
    found = [
        event
        for event in desk.world.events
        if (town is None or event.town_id == town.id)
        and same(event.kind, kind)
        and (first_day is None or event.day >= first_day)
        and (last_day is None or event.day <= last_day)
    ]
    return [
        {
            "event_id": event.id,
            "name": event.name,
            "day": event.day.isoformat(),
            "starts": clock(event.starts),
        }
        for event in sorted(found, key=lambda event: (event.day, event.starts, event.id))
    ]


@events("one")
def get_(desk: Desk, event: Event) -> Row:
    return {
        "town": desk.world[event.town_id].label,
        "day": event.day.isoformat(),
        "starts": clock(event.starts),
        "fee": event.fee,
        "sponsor_id": event.sponsor_id,
    }


@events(
    "one",
    "Admission is paid at once. Refused for events of today or before, and where the account "
    "holder is registered already.",
)
def register(desk: Desk, event: Event, quantity: int) -> Row:
    if event.day <= desk.world.today:
        raise Refusal(409, "registration is closed", "event_id")
    for entry in desk.table("registrations").values():
        if entry["event_id"] == event.id and entry["status"] == "active":
            raise Refusal(409, "you are registered already", "event_id")
    total = event.fee * quantity
    desk.pay(total, event.name)
    id = desk.add(
        "registrations", event_id=event.id, quantity=quantity, total=total, status="active"
    )
    return {"registration_id": id, "total": total}


@events("pages", "Those that were taken back are left out.")
def registrations(desk: Desk) -> list[Row]:
    return [
        {
            "registration_id": id,
            "event_id": entry["event_id"],
            "name": desk.world[entry["event_id"]].label,
            "day": desk.world.get(Event, entry["event_id"]).day.isoformat(),
        }
        for id, entry in desk.table("registrations").items()
        if entry["status"] == "active"
    ]


@events("one", "What was paid is returned. Refused once the day has come.")
def withdraw(desk: Desk, registration: Held) -> Row:
    if registration.entry["status"] != "active":
        raise Refusal(409, "the registration is withdrawn", "registration_id")
    if _event(desk, registration).day <= desk.world.today:
        raise Refusal(409, "the day has come", "registration_id")
    desk.pay(-int(registration.entry["total"]), "withdrawn registration")
    desk.change("registrations", registration, status="withdrawn")
    return {"status": "withdrawn", "amount": registration.entry["total"]}
