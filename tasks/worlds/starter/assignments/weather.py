"""Wishes about the weather."""

from __future__ import annotations

from datetime import date, timedelta

from tasks.worlds.starter.assignments.common import (
    alert,
    diary_entry,
    mayor_letter,
    rain,
    reminder,
)
from tasks.worlds.starter.assignments.facts import neighbour, warmest, weather_of
from tasks.worlds.starter.assignments.wish import Maker, Plan, Scene, Wish, on
from tasks.worlds.starter.records import Person, Region, Town


def _day(scene: Scene) -> date:
    return scene.world.today + timedelta(days=scene.draw.integer(-12, 7))


def high(scene: Scene) -> Wish:
    """The highest temperature of a day."""
    town, day = scene.draw.choice(scene.world.towns), _day(scene)
    plan = Plan()
    found = plan.call("weather.on", town=town.name, day=day.isoformat())
    return plan.ask(
        f"{found}.high",
        weather_of(scene.world, town, day).high_c,
        f"What does the record give as the highest temperature of {on(day)} in {town.name}?",
        f"How many degrees at most does {town.name} get on {on(day)}?",
    )


def wet_days(scene: Scene) -> Wish:
    """How wet a town usually is."""
    town = scene.draw.choice(scene.world.towns)
    plan = Plan()
    climate = plan.call("weather.climate", town=town.name)
    return plan.ask(
        f"{climate}.wet_days",
        town.wet_days,
        f"How many wet days does {town.name} usually have in a year?",
        f"On how many days of a year does one need an umbrella in {town.name}, as a rule?",
    )


def next_door(scene: Scene) -> Wish | None:
    """The wind in the closest town."""
    town, day = scene.draw.choice(scene.world.towns), _day(scene)
    other = neighbour(scene.world, town)
    if other is None:
        return None
    plan = Plan()
    near = plan.call("towns.nearest", town=town.name, limit=1)
    found = plan.call("weather.on", town=f"{near}.items.0.town", day=day.isoformat())
    return plan.ask(
        f"{found}.wind",
        weather_of(scene.world, other, day).wind_kmh,
        f"How strong is the wind on {on(day)} in the town closest to {town.name}, in kilometres an "
        "hour?",
        f"Take the town that lies nearest to {town.name}. What is its wind of {on(day)}, in "
        "kilometres an hour?",
    )


def _region(scene: Scene) -> tuple[Region, Town, date] | None:
    """A region with its warmest town on a day, where there is just one."""
    region, day = scene.draw.choice(scene.world.regions), _day(scene)
    towns = [town for town in scene.world.towns if town.region_id == region.id]
    best = warmest(scene.world, towns, day) if towns else None
    return (region, best, day) if best else None


def warmest_town(scene: Scene) -> Wish | None:
    """The warmest town of a region."""
    found = _region(scene)
    if found is None:
        return None
    region, town, day = found
    plan = Plan()
    ranked = plan.call("weather.warmest", day=day.isoformat(), region=region.name, limit=1)
    return plan.ask(
        f"{ranked}.items.0.town",
        town.name,
        f"Which town of the region {region.name} is the warmest on {on(day)}?",
        f"Where in the region {region.name} is it warmest on {on(day)}?",
    )


def warmest_mayor(scene: Scene) -> Wish | None:
    """What the mayor of the warmest town of a region likes to do."""
    found = _region(scene)
    if found is None:
        return None
    region, town, day = found
    plan = Plan()
    ranked = plan.call("weather.warmest", day=day.isoformat(), region=region.name, limit=1)
    mayor = plan.call("towns.mayor", town=f"{ranked}.items.0.town")
    pastime = plan.call("people.pastimes", person_id=f"{mayor}.mayor_id")
    return plan.ask(
        f"{pastime}.pastime",
        scene.world.get(Person, town.mayor_id).pastime,
        f"Find the town of the region {region.name} that is the warmest on {on(day)}. What does "
        "its mayor like to do in free hours?",
        f"On {on(day)} one town of the region {region.name} is warmer than the others. What is the "
        "favourite pastime of its mayor?",
    )


MAKERS: tuple[Maker, ...] = (
    high,
    wet_days,
    next_door,
    warmest_town,
    warmest_mayor,
    rain,
    alert,
    reminder,
    diary_entry,
    mayor_letter,
)
