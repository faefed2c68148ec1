"""Wishes of people who want to get to know a town."""

from __future__ import annotations

from math import isqrt

from tasks.worlds.starter.assignments.common import (
    alert,
    diary_entry,
    mayor_letter,
    populations,
    reminder,
)
from tasks.worlds.starter.assignments.facts import neighbour
from tasks.worlds.starter.assignments.outings import register
from tasks.worlds.starter.assignments.wish import Maker, Plan, Scene, Wish
from tasks.worlds.starter.records import Person


def founded(scene: Scene) -> Wish:
    """When a town was founded."""
    town = scene.draw.choice(scene.world.towns)
    plan = Plan()
    found = plan.call("towns.get", town=town.name)
    return plan.ask(
        f"{found}.founded",
        town.founded,
        f"In which year was {town.name} founded?",
        f"Since what year is there a {town.name}?",
    )


def distance(scene: Scene) -> Wish:
    """How far two towns lie apart."""
    one, other = scene.draw.sample(scene.world.towns, 2)
    plan = Plan()
    far = plan.call("towns.distance", town=one.name, other_town=other.name)
    return plan.ask(
        f"{far}.distance",
        isqrt((one.x_km - other.x_km) ** 2 + (one.y_km - other.y_km) ** 2),
        f"How many kilometres lie between {one.name} and {other.name}, as the crow flies?",
        f"How far is it in a straight line from {one.name} to {other.name}, in kilometres?",
    )


def neighbour_sight(scene: Scene) -> Wish | None:
    """The sight of the closest town."""
    town = scene.draw.choice(scene.world.towns)
    other = neighbour(scene.world, town)
    if other is None:
        return None
    plan = Plan()
    near = plan.call("towns.nearest", town=town.name, limit=1)
    found = plan.call("towns.get", town=f"{near}.items.0.town")
    return plan.ask(
        f"{found}.landmark",
        other.landmark,
        f"What is the landmark of the town that lies closest to {town.name}?",
        f"What sight can one see in the nearest neighbour of {town.name}?",
    )


def mayor_pastime(scene: Scene) -> Wish:
    """What a mayor likes to do."""
    town = scene.draw.choice(scene.world.towns)
    plan = Plan()
    mayor = plan.call("towns.mayor", town=town.name)
    pastime = plan.call("people.pastimes", person_id=f"{mayor}.mayor_id")
    return plan.ask(
        f"{pastime}.pastime",
        scene.world.get(Person, town.mayor_id).pastime,
        f"What does the mayor of {town.name} like to do in free hours?",
        f"How does whoever governs {town.name} spend an evening off?",
    )


def mayor_spouse(scene: Scene) -> Wish | None:
    """What a mayor's husband or wife does."""
    town = scene.draw.choice(scene.world.towns)
    spouse_id = scene.world.get(Person, town.mayor_id).spouse_id
    if spouse_id is None:
        return None
    plan = Plan()
    mayor = plan.call("towns.mayor", town=town.name)
    family = plan.call("people.family", person_id=f"{mayor}.mayor_id")
    person = plan.call("people.get", person_id=f"{family}.spouse_id")
    return plan.ask(
        f"{person}.occupation",
        scene.world.get(Person, spouse_id).occupation,
        f"What is the occupation of the person married to the mayor of {town.name}?",
        f"The mayor of {town.name} is married. What does the other half do for a living?",
    )


def residents(scene: Scene) -> Wish:
    """How many people of a trade live in a town."""
    person = scene.draw.choice(scene.world.people)
    town, trade = scene.world[person.home_id].label, person.occupation
    there = (p for p in scene.world.people if p.home_id == person.home_id)
    plan = Plan()
    found = plan.call("towns.residents", town=town, occupation=trade)
    return plan.ask(
        f"{found}.count",
        sum(p.occupation == trade for p in there),
        f"How many people with the occupation {trade} does the register know in {town}?",
        f"By the register, how many inhabitants of {town} have the trade of {trade}?",
    )


def neighbour_mayor(scene: Scene) -> Wish | None:
    """Where the mayor of the closest town was born."""
    town = scene.draw.choice(scene.world.towns)
    other = neighbour(scene.world, town)
    if other is None:
        return None
    mayor = scene.world.get(Person, other.mayor_id)
    plan = Plan()
    near = plan.call("towns.nearest", town=town.name, limit=1)
    found = plan.call("towns.mayor", town=f"{near}.items.0.town")
    family = plan.call("people.get", person_id=f"{found}.mayor_id")
    return plan.ask(
        f"{family}.birthplace",
        scene.world[mayor.birthplace_id].label,
        f"In which town was the mayor of the town born that lies closest to {town.name}?",
        f"Take the nearest neighbour of {town.name}. What is the birthplace of its mayor?",
    )


MAKERS: tuple[Maker, ...] = (
    founded,
    distance,
    neighbour_sight,
    mayor_pastime,
    mayor_spouse,
    residents,
    neighbour_mayor,
    populations,
    mayor_letter,
    alert,
    reminder,
    register,
    diary_entry,
)
