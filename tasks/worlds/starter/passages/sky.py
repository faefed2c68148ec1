"""Passages about the weather: diaries of what was, outlooks, warnings, climate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.worlds.starter.prose import Page
from tasks.worlds.starter.records import Town, Weather
from tasks.worlds.starter.world import World

GALE_KMH, DOWNPOUR_MM = 60, 25
"""From here on a warning is printed."""


def weather_pages(world: World) -> Iterator[Page]:
    """Two diaries, two outlooks and the climate of every town, and warnings."""
    for town in world.towns:
        days = world.where(Weather, "town_id", town.id)
        past = [day for day in days if day.day <= world.today]
        ahead = [day for day in days if day.day > world.today]
        yield diary(world, town, past[-7:])
        yield diary(world, town, past[:-7])
        yield outlook(world, town, ahead[:3])
        yield outlook(world, town, ahead[3:])
        yield climate(world, town)
        for day in ahead:
            if day.wind_kmh >= GALE_KMH or day.rain_mm >= DOWNPOUR_MM:
                yield warning(world, day)


def diary(world: World, town: Town, days: Sequence[Weather]) -> Page:
    """What was measured on some days."""
    page = Page(
        world,
        "weather diary",
        days[0],
        "Weather diary",
        "Readings from {t}",
        "Notes of the weather station",
        "What the rain gauge in {t} says",
        t=town,
    )
    page.say(
        "The weather station in {t} has noted down the following.",
        "Measured in {t}:",
        "The weather in {t}, for the record, as it was.",
    )
    for day in days:
        page.say(
            "{w.day:day}: {w.sky}, {w.high_c} degrees, {w.rain_mm} mm.",
            "On {w.day:day} we had {w.sky}, with {w.high_c} degrees and {w.rain_mm} mm.",
            w=day,
        )
        page.imply(day, "town_id")
    return page


def outlook(world: World, town: Town, days: Sequence[Weather]) -> Page:
    """What is expected on some days."""
    page = Page(
        world,
        "outlook",
        days[0],
        "Outlook",
        "The days ahead in {t}",
        "{t}: what to put on",
        "Forecast",
        t=town,
    )
    page.say(
        "For {t} the forecasters expect this weather.",
        "{t} can look forward to the following.",
        "Rain or shine in {t}:",
    )
    for day in days:
        page.say(
            "{w.day:weekday} brings {w.sky} and up to {w.high_c} degrees.",
            "{w.sky:cap} on {w.day:weekday}, at most {w.high_c} degrees.",
            w=day,
        )
        page.imply(day, "town_id")
    return page.maybe(
        50,
        "The wind has the last word.",
        "All this is without guarantee.",
        "Gardeners should wait.",
    )


def climate(world: World, town: Town) -> Page:
    """What the seasons are like."""
    page = Page(
        world,
        "climate",
        town,
        "The seasons of {t}",
        "Climate",
        "When to go to {t}",
        "From January to December",
        t=town,
    )
    page.say(
        "An ordinary summer afternoon in {t} has {t.summer_c} degrees, one in winter {t.winter_c}.",
        "{t} sees {t.summer_c} degrees in high summer and {t.winter_c} in the depth of winter.",
    )
    return page.say(
        "On {t.wet_days} days of the year there is rain or snow.",
        "There are {t.wet_days} wet days between one new year and the next.",
    )


def warning(world: World, day: Weather) -> Page:
    """What to beware of."""
    page = Page(
        world,
        "warning",
        day,
        "Warning",
        "Take in the washing",
        "Storm signal for {w.town}",
        "Official notice",
        w=day,
    )
    page.say(
        "{w.day:weekday} will be rough in {w.town}: {w.sky}, {w.rain_mm} mm, "
        "gusts of {w.wind_kmh} kilometres an hour.",
        "For {w.day:day} the office warns {w.town} of {w.sky}, {w.rain_mm} mm and winds of "
        "{w.wind_kmh} kilometres an hour.",
    )
    return page.say(
        "Boats should be moored twice.",
        "Cellars near the water are to be cleared.",
        "Stay away from tall trees.",
    )
