"""Wishes of passengers."""

from __future__ import annotations

from tasks.worlds.starter.assignments.common import diary_entry
from tasks.worlds.starter.assignments.facts import bookable, flying, landing
from tasks.worlds.starter.assignments.wish import Effect, Maker, Plan, Scene, Wish, changed, on
from tasks.worlds.starter.executable.account import Entry
from tasks.worlds.starter.executable.cabin import unsold
from tasks.worlds.starter.records import Firm, Flight, Person, Route


def _ends(scene: Scene, route: Route) -> tuple[str, str]:
    return scene.world[route.origin_id].label, scene.world[route.destination_id].label


def _route(scene: Scene, flight: Flight) -> Route:
    return scene.world.get(Route, flight.route_id)


def cause(scene: Scene) -> Wish:
    """Why a flight is late or cancelled."""
    flight = scene.draw.choice([f for f in scene.world.flights if f.cause])
    route = _route(scene, flight)
    plan = Plan()
    status = plan.call("flights.status", number=route.name, day=flight.day.isoformat())
    return plan.ask(
        f"{status}.cause",
        flight.cause,
        f"What is the matter with flight {route.name} of {on(flight.day)}: for what reason is it "
        "not on time?",
        f"Flight {route.name} on {on(flight.day)} has some trouble. What is the cause?",
    )


def operator(scene: Scene) -> Wish:
    """Who flies a line."""
    route = scene.draw.choice(scene.world.routes)
    origin, destination = _ends(scene, route)
    plan = Plan()
    operators = plan.call("flights.operators", origin=origin, destination=destination)
    return plan.ask(
        f"{operators}.items.0.name",
        scene.world[route.operator_id].label,
        f"Which company flies from {origin} to {destination}?",
        f"Whose planes go from {origin} to {destination}?",
    )


def arrival(scene: Scene) -> Wish:
    """When a flight lands."""
    flight = scene.draw.choice(bookable(scene.world, 0))
    route = _route(scene, flight)
    origin, destination = _ends(scene, route)
    plan = Plan()
    found = plan.call(
        "flights.search", origin=origin, destination=destination, day=flight.day.isoformat()
    )
    return plan.ask(
        f"{found}.items.0.arrives",
        landing(route),
        f"At what time does the flight from {origin} to {destination} on {on(flight.day)} land, by "
        "the timetable?",
        f"I fly from {origin} to {destination} on {on(flight.day)}: when shall I be there, if all "
        "goes by the timetable?",
    )


def head_home(scene: Scene) -> Wish:
    """Where the head of an airline lives."""
    route = scene.draw.choice(scene.world.routes)
    origin, destination = _ends(scene, route)
    head = scene.world.get(Person, scene.world.get(Firm, route.operator_id).head_id)
    plan = Plan()
    operators = plan.call("flights.operators", origin=origin, destination=destination)
    firm = plan.call("firms.get", firm_id=f"{operators}.items.0.operator_id")
    person = plan.call("people.get", person_id=f"{firm}.head_id")
    return plan.ask(
        f"{person}.home",
        scene.world[head.home_id].label,
        f"In which town does the head of the airline live that flies from {origin} to "
        f"{destination}?",
        f"Somebody leads the company that flies from {origin} to {destination}. Where is that "
        "person at home?",
    )


def fares(scene: Scene) -> Wish | None:
    """What several flights cost together."""
    n = min(12, scene.room)
    if n < 2:
        return None
    legs = scene.draw.sample(bookable(scene.world, 0), n)
    plan, told, words = Plan(), [], []
    for flight in legs:
        origin, destination = _ends(scene, _route(scene, flight))
        day = flight.day.isoformat()
        found = plan.call("flights.search", origin=origin, destination=destination, day=day)
        told.append(f"{found}.items.0.fare")
        words.append(f"{origin} to {destination} on {day}")
    journeys = "; ".join(words)
    total = sum(_route(scene, flight).fare for flight in legs)
    return plan.ask(
        {"sum": told},
        total,
        f"What do these flights cost in all for one person? {journeys}.",
        f"Add up the fares, for one seat each: {journeys}. How many crowns?",
    )


def book(scene: Scene) -> Wish:
    """Seats on a flight."""
    n = scene.draw.integer(1, 3)
    flight = scene.draw.choice(bookable(scene.world, n))
    route = _route(scene, flight)
    origin, destination = _ends(scene, route)
    plan = Plan()
    found = plan.call(
        "flights.search", origin=origin, destination=destination, day=flight.day.isoformat()
    )
    plan.call("bookings.create", flight_id=f"{found}.items.0.flight_id", passengers=n)
    entry = {
        "flight_id": flight.id,
        "passengers": n,
        "seats": list(unsold(scene.world.seed, flight.id, flight.seats)[:n]),
        "pieces": 0,
        "total": n * route.fare,
        "status": "active",
    }
    people = "1 passenger" if n == 1 else f"{n} passengers"
    return plan.do(
        [Effect("bookings", entry)],
        n * route.fare,
        [flight.id],
        f"Book the flight from {origin} to {destination} on {on(flight.day)} for {people}.",
        f"On {on(flight.day)}, I need a plane from {origin} to {destination}: buy it for {people}.",
    )


def _booking(scene: Scene) -> tuple[str, Entry, Flight, str]:
    """A booking of the account, its flight, and what the holder calls it."""
    found = scene.entry("bookings")
    assert found is not None  # every account has bookings
    id, entry = found
    flight = scene.world.get(Flight, entry["flight_id"])
    return id, entry, flight, f"my booking for {_route(scene, flight).name} on {on(flight.day)}"


def _listed(scene: Scene, plan: Plan, id: str) -> str:
    ids, wanted = scene.place("bookings", id)
    return plan.pick("bookings.list", ids, wanted, "booking_id")


def take_off(scene: Scene) -> Wish:
    """When the plane of a booking leaves."""
    id, _, flight, what = _booking(scene)
    plan = Plan()
    details = plan.call("bookings.get", booking_id=_listed(scene, plan, id))
    return plan.ask(
        f"{details}.departs",
        f"{_route(scene, flight).departs:%H:%M}",
        f"At what time does the plane leave by the timetable, for {what}?",
        f"When is take-off by the timetable, for {what}?",
        touches=[id],
    )


def cancel(scene: Scene) -> Wish:
    """A booking is cancelled."""
    id, entry, flight, what = _booking(scene)
    plan = Plan()
    plan.call("bookings.cancel", booking_id=_listed(scene, plan, id))
    return plan.do(
        [Effect("bookings", changed(entry, status="cancelled"), id)],
        -int(entry["total"]),
        [id, flight.id],
        f"Cancel {what}.",
        f"I shall not travel after all: give back {what}.",
    )


def bags(scene: Scene) -> Wish:
    """Luggage is added; a bag costs 15 crowns."""
    id, entry, _, what = _booking(scene)
    n = scene.draw.integer(1, 4)
    plan = Plan()
    plan.call("bookings.add_bag", booking_id=_listed(scene, plan, id), pieces=n)
    after = changed(entry, pieces=n, total=entry["total"] + 15 * n)
    pieces = "1 bag" if n == 1 else f"{n} bags"
    return plan.do(
        [Effect("bookings", after, id)],
        15 * n,
        [id],
        f"Add {pieces} to {what}.",
        f"I want to check in luggage with {what}, {pieces} in all.",
    )


def seat(scene: Scene) -> Wish | None:
    """Another place for the first passenger."""
    id, entry, flight, what = _booking(scene)
    free = unsold(scene.world.seed, flight.id, flight.seats)
    if not free:
        return None
    place = scene.draw.choice(free)
    plan = Plan()
    plan.call("bookings.choose_seat", booking_id=_listed(scene, plan, id), seat=place)
    after = changed(entry, seats=[place, *entry["seats"][1:]])
    return plan.do(
        [Effect("bookings", after, id)],
        0,
        [id, flight.id],
        f"Choose seat {place} for {what}, for the first passenger.",
        f"Let the first passenger of {what} sit in {place}.",
    )


def move(scene: Scene) -> Wish | None:
    """A booking is moved to another day on the same line: the fare stays."""
    id, entry, flight, what = _booking(scene)
    route = _route(scene, flight)
    days = sorted({f.day for f in bookable(scene.world, entry["passengers"])} - {flight.day})
    others = [f for f in (flying(scene.world, route, day) for day in days) if f]
    others = [f for f in others if f.seats >= entry["passengers"]]
    if not others:
        return None
    other = scene.draw.choice(others)
    if any(e["flight_id"] == other.id for e in scene.account.tables["bookings"].values()):
        return None
    origin, destination = _ends(scene, route)
    plan = Plan()
    booking = _listed(scene, plan, id)
    found = plan.call(
        "flights.search", origin=origin, destination=destination, day=other.day.isoformat()
    )
    plan.call("bookings.change", booking_id=booking, flight_id=f"{found}.items.0.flight_id")
    seats = list(unsold(scene.world.seed, other.id, other.seats)[: entry["passengers"]])
    return plan.do(
        [Effect("bookings", changed(entry, flight_id=other.id, seats=seats), id)],
        0,
        [id, flight.id, other.id],
        f"Move {what} to the flight from {origin} to {destination} on {on(other.day)}.",
        f"Swap {what}: I want to go from {origin} to {destination} on {on(other.day)} instead.",
    )


MAKERS: tuple[Maker, ...] = (
    cause,
    operator,
    arrival,
    head_home,
    fares,
    take_off,
    book,
    cancel,
    bags,
    seat,
    move,
    diary_entry,
)
