"""Wishes about festivals, fairs and evenings at the cinema."""

from __future__ import annotations

from collections.abc import Iterable

from tasks.worlds.starter.assignments.common import diary_entry, reminder, running_time
from tasks.worlds.starter.assignments.facts import shows_of
from tasks.worlds.starter.assignments.wish import Effect, Maker, Plan, Scene, Wish, changed, on
from tasks.worlds.starter.records import Event, Film, Firm, Screening, Town


def _find(scene: Scene, plan: Plan, event: Event) -> str:
    """Searches an event by its town; the answer is in the order of time."""
    held: Iterable[Event] = (e for e in scene.world.events if e.town_id == event.town_id)
    rows = sorted(held, key=lambda e: (e.day, e.starts, e.id))
    town = scene.world[event.town_id].label
    return plan.pick("events.search", rows, event, "event_id", town=town)


def fee(scene: Scene) -> Wish:
    """What an event costs that is not free."""
    event = scene.draw.choice([event for event in scene.world.events if event.fee])
    plan = Plan()
    found = plan.call("events.get", event_id=_find(scene, plan, event))
    return plan.ask(
        f"{found}.fee",
        event.fee,
        f"How much is admission to the {event.name}, in crowns?",
        f"What does one person pay at the gate of the {event.name}, in crowns?",
    )


def sponsor_town(scene: Scene) -> Wish:
    """Where the firm behind an event has its head office."""
    event = scene.draw.choice(scene.world.events)
    firm = scene.world.get(Firm, event.sponsor_id)
    plan = Plan()
    found = plan.call("events.get", event_id=_find(scene, plan, event))
    portrait = plan.call("firms.get", firm_id=f"{found}.sponsor_id")
    return plan.ask(
        f"{portrait}.seat_town",
        scene.world[firm.seat_id].label,
        f"In which town does the firm that pays for the {event.name} have its head office?",
        f"Some firm pays for the {event.name}. Where does it have its head office?",
    )


def sponsor_profit(scene: Scene) -> Wish:
    """How well the firm behind an event does."""
    event = scene.draw.choice(scene.world.events)
    plan = Plan()
    found = plan.call("events.get", event_id=_find(scene, plan, event))
    results = plan.call("firms.results", firm_id=f"{found}.sponsor_id")
    return plan.ask(
        f"{results}.revenue",
        scene.world.get(Firm, event.sponsor_id).revenue,
        f"What is this year's revenue of the firm that sponsors the {event.name}, in thousand "
        "crowns?",
        f"How much did the sponsor of the {event.name} sell this year, in thousand crowns?",
    )


def seats_left(scene: Scene) -> Wish:
    """How many seats a showing has left."""
    show, film, town = _show(scene, 1)
    plan = Plan()
    showing = _showing(scene, plan, show, film, town)
    left = plan.call("cinema.seats", showing_id=showing)
    return plan.ask(
        f"{left}.seats",
        show.seats,
        f'How many seats are left for "{film.name}" in {town.name} on {on(show.starts.date())}?',
        f'"{film.name}" is shown in {town.name} on {on(show.starts.date())}. How many could still '
        "get in?",
        touches=[show.id],
    )


def register(scene: Scene) -> Wish:
    """Places at an event that is to come."""
    booked = {entry["event_id"] for entry in scene.account.tables["registrations"].values()}
    coming = [e for e in scene.world.events if e.day > scene.world.today and e.id not in booked]
    event, n = scene.draw.choice(coming), scene.draw.integer(2, 6)
    plan = Plan()
    plan.call("events.register", event_id=_find(scene, plan, event), quantity=n)
    entry = {"event_id": event.id, "quantity": n, "total": n * event.fee, "status": "active"}
    return plan.do(
        [Effect("registrations", entry)],
        n * event.fee,
        [event.id],
        f"Register {n} people for the {event.name}.",
        f"{n} of us want to go to the {event.name}: put us down for it.",
    )


def withdraw(scene: Scene) -> Wish | None:
    """A registration is taken back."""
    found = scene.entry("registrations")
    if found is None:
        return None
    id, entry = found
    name = scene.world[entry["event_id"]].label
    plan = Plan()
    ids, wanted = scene.place("registrations", id)
    listed = plan.pick("events.registrations", ids, wanted, "registration_id")
    plan.call("events.withdraw", registration_id=listed)
    return plan.do(
        [Effect("registrations", changed(entry, status="withdrawn"), id)],
        -int(entry["total"]),
        [entry["event_id"]],
        f"Withdraw my registration for the {name}.",
        f"I cannot go to the {name}; take me off the list and get my money back.",
    )


def _show(scene: Scene, seats: int) -> tuple[Screening, Film, Town]:
    """A showing, the only one of its film in its town that day."""
    rooms = [show for show in scene.world.screenings if show.seats >= seats]
    show = scene.draw.choice(rooms)
    return show, scene.world.get(Film, show.film_id), scene.world.get(Town, show.town_id)


def _showing(scene: Scene, plan: Plan, show: Screening, film: Film, town: Town) -> str:
    found = plan.film(scene, film)
    rows = shows_of(scene.world, film, town)
    return plan.pick("cinema.showings", rows, show, "showing_id", film_id=found, town=town.name)


def book(scene: Scene) -> Wish:
    """Tickets for a film."""
    n = scene.draw.integer(1, 5)
    show, film, town = _show(scene, n)
    plan = Plan()
    plan.call("cinema.book", showing_id=_showing(scene, plan, show, film, town), seats=n)
    total = n * show.price
    entry = {"showing_id": show.id, "seats": n, "total": total, "status": "active"}
    seats = "1 seat" if n == 1 else f"{n} seats"
    return plan.do(
        [Effect("tickets", entry)],
        total,
        [show.id],
        f'Book {seats} for "{film.name}" in {town.name} on {on(show.starts.date())}.',
        f'Get me {seats} when "{film.name}" is on in {town.name}, on {on(show.starts.date())}.',
    )


def return_tickets(scene: Scene) -> Wish | None:
    """Tickets are given back."""
    found = scene.entry("tickets")
    if found is None:
        return None
    id, entry = found
    show = scene.world.get(Screening, entry["showing_id"])
    film, day = scene.world[show.film_id].label, show.starts.date()
    plan = Plan()
    ids, wanted = scene.place("tickets", id)
    plan.call("cinema.cancel", ticket_id=plan.pick("cinema.tickets", ids, wanted, "ticket_id"))
    return plan.do(
        [Effect("tickets", changed(entry, status="cancelled"), id)],
        -int(entry["total"]),
        [show.id],
        f'Return my tickets for "{film}" on {on(day)}, {show.starts:%H:%M}.',
        f'We shall not see "{film}" on {on(day)} at {show.starts:%H:%M}: cancel the tickets.',
    )


MAKERS: tuple[Maker, ...] = (
    fee,
    sponsor_town,
    sponsor_profit,
    seats_left,
    running_time,
    register,
    withdraw,
    book,
    return_tickets,
    diary_entry,
    reminder,
)
