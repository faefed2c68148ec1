"""Functions about the weather."""

# ruff: noqa: D103 - what a function does stands in the catalogue; its details, on the shelf

from __future__ import annotations

from datetime import date, timedelta

from tasks.worlds.starter.executable.desk import Desk
from tasks.worlds.starter.executable.refusal import Refusal
from tasks.worlds.starter.executable.shelf import Row, Shelf
from tasks.worlds.starter.records import Region, Town, Weather

weather = Shelf("weather")

GALE_KMH = 62
"""Force 8 of the Beaufort scale begins here."""
WET_MM = 20
FROST, GALE, WET = "frost", "gale", "more than 20 mm of rain"


def _of(desk: Desk, town: Town, day: date) -> Weather:
    for record in desk.world.where(Weather, "town_id", town.id):
        if record.day == day:
            return record
    raise Refusal(404, "the weather of that day is not known", "day")


def _between(desk: Desk, town: Town, first: date, last: date) -> list[Weather]:
    records = desk.world.where(Weather, "town_id", town.id)
    return sorted((r for r in records if first <= r.day <= last), key=lambda r: r.day)


@weather("one", "Known are the past 14 days, today and the next 7.")
def on(desk: Desk, town: Town, day: date) -> Row:
    found = _of(desk, town, day)
    return {
        "sky": found.sky,
        "high": found.high_c,
        "low": found.low_c,
        "rain": found.rain_mm,
        "wind": found.wind_kmh,
    }


@weather("list", "Begins with tomorrow.")
def forecast(desk: Desk, town: Town, days: int) -> list[Row]:
    today = desk.world.today
    found = _between(desk, town, today + timedelta(days=1), today + timedelta(days=days))
    return [{"day": w.day.isoformat(), "sky": w.sky, "high": w.high_c} for w in found]


@weather("list", "Both days are included; the measurements go back 14 days and end yesterday.")
def history(desk: Desk, town: Town, first_day: date, last_day: date) -> list[Row]:
    if last_day >= desk.world.today:
        raise Refusal(400, "a past date is expected", "last_day")
    if first_day > last_day:
        raise Refusal(400, "the first day comes after the last", "first_day")
    return [
        {
            "day": w.day.isoformat(),
            "sky": w.sky,
            "high": w.high_c,
            "low": w.low_c,
            "rain": w.rain_mm,
        }
        for w in _between(desk, town, first_day, last_day)
    ]


@weather(
    "list",
    "For today and the next 7 days: frost (below 0 degrees), gale (62 km/h or more), more "
    "than 20 mm of rain.",
)
def warnings(desk: Desk, town: Town) -> list[Row]:
    today = desk.world.today
    return [
        {"day": w.day.isoformat(), "condition": condition}
        for w in _between(desk, town, today, today + timedelta(days=7))
        for condition, holds in (
            (FROST, w.low_c < 0),
            (GALE, w.wind_kmh >= GALE_KMH),
            (WET, w.rain_mm > WET_MM),
        )
        if holds
    ]


@weather("list", "The first entry is for the town, the second for the other town.")
def compare(desk: Desk, town: Town, other_town: Town, day: date) -> list[Row]:
    found = (_of(desk, town, day), _of(desk, other_town, day))
    return [{"sky": w.sky, "high": w.high_c, "rain": w.rain_mm} for w in found]


@weather(
    "list",
    "The warmest comes first, towns of the same temperature by name; 5 towns unless told "
    "otherwise.",
)
def warmest(desk: Desk, day: date, region: Region | None = None, limit: int = 5) -> list[Row]:
    towns = desk.world.towns
    chosen = [town for town in towns if region is None or town.region_id == region.id]
    ranked = sorted((-_of(desk, town, day).high_c, town.name) for town in chosen)
    return [{"town": name, "high": -colder} for colder, name in ranked[:limit]]


@weather("one")
def climate(desk: Desk, town: Town) -> Row:
    return {"summer": town.summer_c, "winter": town.winter_c, "wet_days": town.wet_days}


@weather("one", "The condition is one of: frost; gale; more than 20 mm of rain.")
def alert(desk: Desk, town: Town, condition: str) -> Row:
    wanted = condition.strip().casefold()
    if wanted not in (FROST, GALE, WET):
        raise Refusal(400, f"one of these is expected: {FROST}; {GALE}; {WET}", "condition")
    if {"town": town.name, "condition": wanted} in desk.table("alerts").values():
        raise Refusal(409, "there is such an alert already")
    return {"alert_id": desk.add("alerts", town=town.name, condition=wanted)}
