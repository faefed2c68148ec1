"""Wishes that fit several errands: diary, reminders, alerts, letters, sums over several things."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from tasks.worlds.starter.assignments.facts import lowest
from tasks.worlds.starter.assignments.wish import Effect, Plan, Scene, Wish, listing, on
from tasks.worlds.starter.records import Film, Firm, Product, Record, Town, Weather

R = TypeVar("R", bound=Record)

MATTERS = (
    "The keys are with the neighbours.",
    "I shall come an hour later than agreed.",
    "Thank you for the quince jelly.",
    "Please send me the minutes of the meeting.",
    "The piano has arrived in one piece.",
    "We have kept a place for you at the long table.",
    "Your hat is still hanging in our hall.",
    "The rehearsal is in the upper room this time.",
)
"""What is to be said to somebody, word for word."""
TITLES = (
    "collect the bicycle",
    "tea with the surveyor",
    "clean the lantern",
    "walk along the weir",
    "visit to the archive",
    "measure the garden",
    "mend the rowing boat",
    "order firewood",
)
"""What is to be entered in the diary, or to be reminded of."""


def diary_entry(scene: Scene) -> Wish:
    """An appointment at an hour that is free."""
    day = scene.world.today + timedelta(days=scene.draw.integer(1, 20))
    hour = f"{scene.draw.integer(8, 19):02d}:15"
    title = scene.draw.choice(TITLES)
    plan = Plan()
    plan.call("diary.add", title=title, day=day.isoformat(), time=hour)
    entry = {"title": title, "day": day.isoformat(), "time": hour}
    return plan.do(
        [Effect("appointments", entry)],
        0,
        [title],
        f'Put "{title}" in my diary for {on(day)} at {hour}.',
        f'On {on(day)}, {hour}, my diary should say "{title}".',
    )


def reminder(scene: Scene) -> Wish:
    """A reminder at a day and hour."""
    day = scene.world.today + timedelta(days=scene.draw.integer(1, 20))
    hour = f"{scene.draw.integer(7, 20):02d}:45"
    title = scene.draw.choice(TITLES)
    plan = Plan()
    plan.call("reminders.set", title=title, day=day.isoformat(), time=hour)
    entry = {"title": title, "day": day.isoformat(), "time": hour}
    return plan.do(
        [Effect("reminders", entry)],
        0,
        [title],
        f'Set a reminder "{title}" for {on(day)} at {hour}.',
        f'Let it ring at {hour} on {on(day)}, with the words "{title}".',
    )


def alert(scene: Scene) -> Wish:
    """A message as soon as the weather turns."""
    town = scene.draw.choice(scene.world.towns)
    condition = scene.draw.choice(("frost", "gale", "more than 20 mm of rain"))
    plan = Plan()
    plan.call("weather.alert", town=town.name, condition=condition)
    return plan.do(
        [Effect("alerts", {"town": town.name, "condition": condition})],
        0,
        [f"alert {town.id}"],
        f"Alert me to this weather in {town.name}: {condition}.",
        f"Should {town.name} get this, I want a message about it: {condition}.",
    )


def letter_to(scene: Scene, plan: Plan, person_id: str, reference: str, *wordings: str) -> Wish:
    """A message of given words; the wordings hold the slot {body}."""
    body = scene.draw.choice(MATTERS)
    plan.call("messages.send", person_id=reference, body=body)
    entry = {"person_id": person_id, "body": body, "day": scene.world.today.isoformat()}
    texts = [wording.replace("{body}", f'"{body}"') for wording in wordings]
    return plan.do([Effect("messages", entry | {"sent": True})], 0, [person_id], *texts)


def mayor_letter(scene: Scene) -> Wish:
    """A message to the mayor of a town."""
    town = scene.draw.choice(scene.world.towns)
    plan = Plan()
    mayor = plan.call("towns.mayor", town=town.name)
    return letter_to(
        scene,
        plan,
        town.mayor_id,
        f"{mayor}.mayor_id",
        f"Send the mayor of {town.name} this message: {{body}}",
        f"Whoever is mayor of {town.name} should get these words from me: {{body}}",
    )


def several(
    scene: Scene,
    things: Sequence[R],
    calls: int,
    add: Callable[[Plan, R], str],
    value: Callable[[R], int],
    *wordings: str,
) -> Wish | None:
    """A sum over two to six things, as many as fill the room.

    Args:
        scene: where from.
        things: to choose from.
        calls: that each of them takes.
        add: adds those calls and returns the reference to the number.
        value: the number, by the facts.
        wordings: with the slot {things}.
    """
    n = min(6 if calls > 1 else 12, scene.room // calls)
    if n < 2 or len(things) < n:
        return None
    chosen = scene.draw.sample(things, n)
    plan = Plan()
    told = {"sum": [add(plan, thing) for thing in chosen]}
    names = listing([thing.label for thing in chosen])
    texts = [wording.replace("{things}", names) for wording in wordings]
    return plan.ask(told, sum(value(thing) for thing in chosen), *texts)


def populations(scene: Scene) -> Wish | None:
    """How many people live in several towns."""

    def add(plan: Plan, town: Town) -> str:
        return f"{plan.call('towns.get', town=town.name)}.population"

    return several(
        scene,
        scene.world.towns,
        1,
        add,
        lambda town: town.population,
        "How many inhabitants do {things} have together?",
        "Add up the inhabitants of {things} for me: what is the sum?",
    )


def rain(scene: Scene) -> Wish | None:
    """How much rain fell, or will fall, in several towns on a day."""
    day = scene.world.today + timedelta(days=scene.draw.integer(-10, 7))

    def fallen(town: Town) -> int:
        found = scene.world.where(Weather, "town_id", town.id)
        return next(weather.rain_mm for weather in found if weather.day == day)

    def add(plan: Plan, town: Town) -> str:
        return f"{plan.call('weather.on', town=town.name, day=day.isoformat())}.rain"

    return several(
        scene,
        scene.world.towns,
        1,
        add,
        fallen,
        f"How many millimetres of rain in all does the record have for {on(day)} in {{things}}?",
        f"Take the rain of {on(day)} in {{things}} and add it up: how many millimetres?",
    )


def running_time(scene: Scene) -> Wish | None:
    """How long several films take."""

    def add(plan: Plan, film: Film) -> str:
        return f"{plan.call('films.get', film_id=plan.film(scene, film))}.minutes"

    return several(
        scene,
        scene.world.films,
        2,
        add,
        lambda film: film.minutes,
        "How many minutes do the films {things} run, one after the other?",
        "I want to see the films {things} in one go: how many minutes is that?",
    )


def headcount(scene: Scene) -> Wish | None:
    """How many people several firms employ."""

    def add(plan: Plan, firm: Firm) -> str:
        return f"{plan.call('firms.get', firm_id=plan.firm(scene, firm))}.staff"

    return several(
        scene,
        scene.world.firms,
        2,
        add,
        lambda firm: firm.staff,
        "How many people do the firms {things} employ together, by their own portraits?",
        "Add up the staff of {things}: what does it come to?",
    )


def lowest_prices(scene: Scene) -> Wish | None:
    """What several products cost, each where it is cheapest."""
    sold: list[Product] = [p for p in scene.world.products if lowest(scene.world, p)]

    def add(plan: Plan, product: Product) -> str:
        return f"{plan.call('products.cheapest', product_id=plan.product(scene, product))}.price"

    def price(product: Product) -> int:
        offer = lowest(scene.world, product)
        return offer.price if offer else 0

    return several(
        scene,
        sold,
        2,
        add,
        price,
        "What do {things} cost together, one of each, each at the lowest price in stock?",
        "I need one of each: {things}. What is the least that they come to, in crowns?",
    )
