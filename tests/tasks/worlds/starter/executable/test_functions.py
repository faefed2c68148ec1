from __future__ import annotations

import asyncio
import inspect
import json
from functools import cache
from typing import Any

import pytest

from harness.records import Problem, ToolCall
from tasks.worlds.starter.executable import StarterWorld, WorldSession, core_specs, spec_of
from tasks.worlds.starter.executable.arguments import DAYS, ENTRIES, PLACES, RANGES, RECORDS
from tasks.worlds.starter.executable.environment import shared
from tasks.worlds.starter.executable.functions import FUNCTIONS
from tasks.worlds.starter.records import Person
from tasks.worlds.starter.tools import core

WORLD, ACCOUNT, TOOLS = shared(1, 24)
TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list}


def opened() -> WorldSession:
    return asyncio.run(StarterWorld().open(Problem("p", ())))


def call(session: WorldSession, name: str, /, **arguments: Any) -> Any:
    observation = asyncio.run(session.call(ToolCall(name, arguments)))
    content = json.loads(observation.content)
    assert observation.failed == ("error" in content)
    return content


def refused(session: WorldSession, name: str, /, **arguments: Any) -> tuple[int, str]:
    before = session.state
    error = call(session, name, **arguments)["error"]
    assert error["message"]
    assert session.state == before
    return error["status"], error.get("parameter", "")


@cache
def examples() -> dict[str, Any]:
    """A value for every parameter that suits most functions."""
    flight = next(f for f in WORLD.flights if f.day > WORLD.today and f.status == "scheduled")
    route = WORLD[flight.route_id]
    values: dict[str, Any] = {
        "origin": WORLD[route.origin_id].label,
        "destination": WORLD[route.destination_id].label,
        "day": flight.day.isoformat(),
        "month": flight.day.isoformat()[:7],
        "number": route.label,
        "first_day": "2031-10-05",
        "last_day": "2031-10-10",
        "time": "11:55",
        "region": WORLD.regions[0].name,
        "town": WORLD.towns[0].name,
        "other_town": WORLD.towns[1].name,
        "condition": "frost",
        "seat": "1A",
        "measure": "profit",
        "sector": WORLD.firms[0].sector,
    }
    for name, kind in RECORDS.items():
        values[name] = WORLD.tables[kind][-1].id
    values["flight_id"] = flight.id
    values["offer_id"] = next(o.id for o in WORLD.offers if o.stock > 5)
    for name, table in ENTRIES.items():
        values[name] = next(iter(ACCOUNT.tables[table]))
    return values | {name: low for name, (low, _) in RANGES.items() if name not in values}


def arguments_of(name: str) -> dict[str, Any]:
    values = examples()
    tool = core()[name]
    given = {f.name: values.get(f.name, "Some text") for f, needed in tool.parameters if needed}
    special: dict[str, dict[str, Any]] = {
        "orders.cancel": {"order_id": order("placed")},
        "orders.return_goods": {"order_id": list(ACCOUNT.tables["orders"])[3]},
        "events.register": {"event_id": coming_event()},
        "people.employer": {"person_id": WORLD.people[0].id},
    }
    return given | special.get(name, {})


def order(status: str) -> str:
    return next(id for id, e in ACCOUNT.tables["orders"].items() if e["status"] == status)


def coming_event() -> str:
    booked = {e["event_id"] for e in ACCOUNT.tables["registrations"].values()}
    return next(e.id for e in WORLD.events if e.day > WORLD.today and e.id not in booked)


def agrees(value: Any, schema: Any) -> None:
    """A small validator of the documented answers, in which no field may be missing or extra."""
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if value is None:
        assert "null" in types
    elif "object" in types:
        assert set(value) == set(schema["required"])
        for name, part in value.items():
            agrees(part, schema["properties"][name])
    else:
        assert isinstance(value, TYPES[types[0]]), (value, schema)
        assert types[0] == "boolean" or not isinstance(value, bool)
        for item in value if "items" in schema else ():
            agrees(item, schema["items"])


# Things to be prepared before some functions can be called.
FIRST: dict[str, str] = {"cart.remove": "cart.add", "cart.checkout": "cart.add"}
NEEDS_OTHER_ARGUMENTS = {"flights.connections", "bookings.change", "bookings.choose_seat"}
NEEDS_OTHER_ARGUMENTS |= {"bookings.check_in"}


def test_every_documented_function_can_be_called_and_no_other() -> None:
    assert FUNCTIONS.keys() == core().keys()
    assert len(FUNCTIONS) >= 100


@pytest.mark.parametrize("name", sorted(core().keys() - NEEDS_OTHER_ARGUMENTS))
def test_a_function_gives_what_its_documentation_says(name: str) -> None:
    session = opened()
    if name in FIRST:
        call(session, FIRST[name], **arguments_of(FIRST[name]))
    given = call(session, name, **arguments_of(name))
    assert "error" not in given, given
    agrees(given, core_specs()[name].returns)


@pytest.mark.parametrize("name", sorted(core()))
def test_the_body_takes_the_documented_parameters(name: str) -> None:
    taken = inspect.signature(FUNCTIONS[name].body).parameters
    own = list(taken)[1:]
    documented = {f.name: needed for f, needed in core()[name].parameters if f.name != "page"}
    assert own == [parameter.removesuffix("_id") for parameter in documented]
    needed = [taken[parameter].default is inspect.Parameter.empty for parameter in own]
    assert needed == list(documented.values())
    assert (FUNCTIONS[name].shape == "pages") == any(
        f.name == "page" for f, _ in core()[name].parameters
    )


@pytest.mark.parametrize("name", sorted(core()))
def test_bad_arguments_are_refused_and_the_parameter_is_named(name: str) -> None:
    session = opened()
    good = arguments_of(name)
    assert refused(session, name, **good, nonsense=1) == (400, "nonsense")
    for field, needed in core()[name].parameters:
        if needed:
            rest = {key: value for key, value in good.items() if key != field.name}
            assert refused(session, name, **rest) == (400, field.name)
            assert refused(session, name, **rest, **{field.name: None}) == (400, field.name)
        for wrong in (True, ["x"], {"a": 1}, 10**30 if field.type == "integer" else 7):
            assert refused(session, name, **{**good, field.name: wrong}) == (400, field.name)
        if field.type == "string":
            assert refused(session, name, **{**good, field.name: "x" * 2001}) == (400, field.name)
        if field.name in RECORDS or field.name in ENTRIES or field.name in PLACES:
            assert refused(session, name, **{**good, field.name: "no-such"}) == (404, field.name)
        if field.name in DAYS or field.name in ("time", "month"):
            for wrong in ("tomorrow", "2031-02-30", "24:00", "２０31-10-13"):
                assert refused(session, name, **{**good, field.name: wrong}) == (400, field.name)


@pytest.mark.parametrize("name", [n for n, t in core().items() if t.parameters])
def test_what_belongs_to_another_account_is_forbidden(name: str) -> None:
    session = opened()
    for field, _ in core()[name].parameters:
        if field.name in ENTRIES:
            mine = ACCOUNT.tables[ENTRIES[field.name]]
            stem = next(iter(mine)).rpartition("-")[0]
            theirs = next(f"{stem}-{n:04d}" for n in range(1, 60) if f"{stem}-{n:04d}" not in mine)
            given = {**arguments_of(name), field.name: theirs}
            assert refused(session, name, **given) == (403, field.name)


def test_pages_hold_twenty_entries_and_together_all_of_them() -> None:
    session = opened()
    first = call(session, "people.search")
    assert (len(first["items"]), first["page"], first["pages"]) == (20, 1, 15)
    assert first["count"] == len(WORLD.people) == 288
    ids = [
        row["person_id"]
        for page in range(1, 16)
        for row in call(session, "people.search", page=page)["items"]
    ]
    assert ids == [person.id for person in WORLD.people]
    assert call(session, "people.search", page=16)["items"] == []


def test_what_two_functions_tell_of_one_thing_agrees() -> None:
    session = opened()
    for film in WORLD.films[::7]:
        credits = call(session, "films.credits", film_id=film.id)
        for person in (credits["director_id"], *credits["cast_ids"]):
            works = call(session, "films.of_person", person_id=person)["items"]
            assert film.id in [work["film_id"] for work in works]
        setting = call(session, "films.get", film_id=film.id)["setting"]
        there = call(session, "films.set_in", town=setting)["items"]
        assert film.id in [other["film_id"] for other in there]
        stars = [row["stars"] for row in call(session, "films.reviews", film_id=film.id)["items"]]
        average = call(session, "films.rating", film_id=film.id)["average"]
        assert average == round(sum(stars) / len(stars), 2)
    for flight in WORLD.flights[300:330]:
        rows = call(session, "flights.seat_map", flight_id=flight.id)["items"]
        assert sum(row["status"] == "free" for row in rows) == flight.seats
        assert len(rows) == 48


def test_a_booking_is_seen_everywhere_and_taken_back_everywhere() -> None:
    session = opened()
    values = examples()
    trip = {key: values[key] for key in ("origin", "destination", "day")}
    before = call(session, "flights.search", **trip)["items"][0]
    had = call(session, "wallet.balance")["balance"]
    made = call(session, "bookings.create", flight_id=before["flight_id"], passengers=2)
    assert made["total"] == 2 * before["fare"]
    assert call(session, "wallet.balance")["balance"] == had - made["total"]
    assert call(session, "flights.search", **trip)["items"][0]["seats"] == before["seats"] - 2
    details = call(session, "bookings.get", booking_id=made["booking_id"])
    agrees(details, core_specs()["bookings.get"].returns)
    seats = call(session, "flights.seat_map", flight_id=before["flight_id"])["items"]
    taken = {row["seat"] for row in seats if row["status"] == "taken"}
    assert set(details["seat"].split()) <= taken
    assert call(session, "bookings.list")["items"][-1]["booking_id"] == made["booking_id"]
    today = WORLD.today.isoformat()
    paid = call(session, "wallet.statement", first_day=today, last_day=today)["items"]
    assert [row["amount"] for row in paid] == [-made["total"]]
    given = call(session, "bookings.cancel", booking_id=made["booking_id"])
    assert given == {"status": "cancelled", "amount": made["total"]}
    assert call(session, "flights.search", **trip)["items"][0]["seats"] == before["seats"]
    assert call(session, "wallet.balance")["balance"] == had
    assert refused(session, "bookings.cancel", booking_id=made["booking_id"])[0] == 409


def test_a_seat_can_be_chosen_once_and_a_flight_be_changed_on_its_line() -> None:
    session = opened()
    id, entry = next(iter(ACCOUNT.tables["bookings"].items()))
    rows = call(session, "flights.seat_map", flight_id=entry["flight_id"])["items"]
    free = [row["seat"] for row in rows if row["status"] == "free"]
    taken = next(row["seat"] for row in rows if row["status"] == "taken")
    got = call(session, "bookings.choose_seat", booking_id=id, seat=free[0].lower())
    agrees(got, core_specs()["bookings.choose_seat"].returns)
    seats = call(session, "bookings.get", booking_id=id)["seat"].split()
    assert seats == [free[0], *entry["seats"][1:]]
    refusing = {"booking_id": id, "seat": taken}
    if taken not in entry["seats"]:
        assert refused(session, "bookings.choose_seat", **refusing) == (409, "seat")
    assert refused(session, "bookings.choose_seat", booking_id=id, seat="99Z") == (404, "seat")
    flight = next(f for f in WORLD.flights if f.id == entry["flight_id"])
    others = [f for f in WORLD.flights if f.day > WORLD.today and f.status == "scheduled"]
    same = [f for f in others if f.route_id == flight.route_id and f.id != flight.id]
    fits = next(f for f in same if f.seats >= entry["passengers"])
    got = call(session, "bookings.change", booking_id=id, flight_id=fits.id)
    agrees(got, core_specs()["bookings.change"].returns)
    assert call(session, "bookings.get", booking_id=id)["flight_id"] == fits.id
    elsewhere = next(f for f in others if f.route_id != flight.route_id)
    wrong = {"booking_id": id, "flight_id": elsewhere.id}
    assert refused(session, "bookings.change", **wrong) == (409, "flight_id")


def test_check_in_opens_two_days_before_the_flight() -> None:
    session = opened()
    outcomes = set()
    flights = {f.id: f for f in WORLD.flights}
    soon = next(
        f
        for f in WORLD.flights
        if (f.day - WORLD.today).days == 2 and f.status == "scheduled" and f.seats
    )
    call(session, "bookings.create", flight_id=soon.id, passengers=1)
    for row in call(session, "bookings.list")["items"]:
        flight = flights[call(session, "bookings.get", booking_id=row["booking_id"])["flight_id"]]
        early = (flight.day - WORLD.today).days > 2
        outcomes.add(early)
        if early:
            got = refused(session, "bookings.check_in", booking_id=row["booking_id"])
            assert got == (409, "booking_id")
        else:
            given = call(session, "bookings.check_in", booking_id=row["booking_id"])
            agrees(given, core_specs()["bookings.check_in"].returns)
            assert row["number"] in given["boarding_pass"]
            assert refused(session, "bookings.cancel", booking_id=row["booking_id"])[0] == 409
    assert outcomes == {True, False}


def test_conflicts_are_refused() -> None:
    session = opened()
    cancelled = next(f.id for f in WORLD.flights if f.status == "cancelled")
    landed = next(f.id for f in WORLD.flights if f.status == "landed")
    for flight in (cancelled, landed):
        got = refused(session, "bookings.create", flight_id=flight, passengers=1)
        assert got == (409, "flight_id")
    assert refused(session, "cart.checkout")[0] == 409
    offer = next(o for o in WORLD.offers if 0 < o.stock < 20)
    got = refused(session, "cart.add", offer_id=offer.id, quantity=offer.stock + 1)
    assert got == (409, "quantity")
    assert refused(session, "orders.cancel", order_id=order("sent"))[0] == 409
    oldest = next(iter(ACCOUNT.tables["orders"]))  # 45 days old
    assert refused(session, "orders.return_goods", order_id=oldest)[0] == 409
    listed = ACCOUNT.tables["watchlist"]
    film = next(iter(listed.values()))["film_id"]
    assert refused(session, "watchlist.add", film_id=film)[0] == 409
    person = next(p for p in WORLD.people if p.id != ACCOUNT.holder_id)
    rich = {"person_id": person.id, "amount": ACCOUNT.balance + 1}
    assert refused(session, "wallet.transfer", **rich)[0] == 402
    self_ = {"person_id": ACCOUNT.holder_id, "amount": 1}
    assert refused(session, "wallet.transfer", **self_)[0] == 409


def test_an_order_takes_goods_off_the_shelf() -> None:
    session = opened()
    offer = next(o for o in WORLD.offers if o.stock >= 4)
    assert call(session, "cart.add", offer_id=offer.id, quantity=2)["total"] == 2 * offer.price
    assert call(session, "cart.add", offer_id=offer.id, quantity=2)["total"] == 4 * offer.price
    made = call(session, "cart.checkout")
    assert made["total"] == 4 * offer.price
    assert call(session, "cart.list")["items"] == []
    rows = call(session, "products.sellers", product_id=offer.product_id)["items"]
    assert next(r["stock"] for r in rows if r["offer_id"] == offer.id) == offer.stock - 4
    call(session, "orders.cancel", order_id=made["order_id"])
    rows = call(session, "products.sellers", product_id=offer.product_id)["items"]
    assert next(r["stock"] for r in rows if r["offer_id"] == offer.id) == offer.stock


def test_what_is_done_and_undone_leaves_no_trace_in_the_state() -> None:
    session = opened()
    known = {e["person_id"] for e in ACCOUNT.tables["contacts"].values()}
    person: Person = next(p for p in WORLD.people if p.id not in known)
    made = call(session, "contacts.add", person_id=person.id, note="a remark")
    assert session.state == {"contacts": {"new": [{"person_id": person.id}]}}
    call(session, "contacts.remove", contact_id=made["contact_id"])
    assert session.state == {}


def test_connections_change_once_with_half_an_hour_to_spare() -> None:
    session = opened()
    direct = {(r.origin_id, r.destination_id) for r in WORLD.routes}
    found = 0
    for one in WORLD.towns[:6]:
        for other in WORLD.towns:
            if one is other:
                continue
            ends = {"origin": one.name, "destination": other.name, "day": examples()["day"]}
            if (one.id, other.id) in direct:
                assert refused(session, "flights.connections", **ends)[0] == 409
                continue
            legs = call(session, "flights.connections", **ends)
            agrees(legs, core_specs()["flights.connections"].returns)
            for first, second in zip(legs["items"][::2], legs["items"][1::2], strict=True):
                gap = [int(t[:2]) * 60 + int(t[3:]) for t in (first["arrives"], second["departs"])]
                assert gap[1] - gap[0] >= 30
                found += 1
    assert found


def test_the_look_alikes_write_nothing_and_say_why() -> None:
    others = [tool for tool in TOOLS.values() if not tool.core]
    session = asyncio.run(StarterWorld().open(Problem("p", (), tuple(map(spec_of, others)))))
    values = examples()
    for tool in others:
        given = {f.name: values.get(f.name, "Some text") for f, needed in tool.parameters if needed}
        given |= {f.name: 1 for f, _ in tool.parameters if f.name in given and f.type == "integer"}
        content = call(session, tool.name, **given)
        sample = tool.description.endswith("returns made-up sample data.")
        assert ("error" in content) != sample
    assert session.state == {}
