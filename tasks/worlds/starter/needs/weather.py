"""What people want to know about the weather."""

from __future__ import annotations

from tasks.worlds.starter.needs.need import Ask, Aspect, Groups, Theme, each, told
from tasks.worlds.starter.records import Town, Weather
from tasks.worlds.starter.world import World


def _days(world: World, town: Town, first: int, last: int, *relations: str) -> Groups:
    """Facts of the days that lie that far from today."""
    days = world.where(Weather, "town_id", town.id)
    return each((day for day in days if first <= (day.day - world.today).days <= last), *relations)


MEASURED = Aspect(
    "measured",
    (
        "Find what was measured there in the past week, day by day.",
        "Given a town, retrieve weather records of the last seven days.",
        "An insurer wants to know how the weather has been there lately: find the readings.",
    ),
    lambda world, town: _days(world, town, -6, 0, "rain_mm", "high_c"),
    lambda world, town: _days(world, town, -14, -7, "rain_mm", "high_c"),
)
EXPECTED = Aspect(
    "expected",
    (
        "Find what is expected there in the coming three days.",
        "Given a town, retrieve the forecast for the next days.",
        "I am packing my bag: find out what the weather is going to be like there.",
    ),
    lambda world, town: _days(world, town, 1, 3, "sky", "high_c"),
    lambda world, town: _days(world, town, 4, 7, "sky", "high_c"),
)
USUAL = Aspect(
    "usual",
    (
        "Find what the seasons are usually like there.",
        "Given a town, retrieve its climate: typical summers, winters and wet days in a year.",
        "I think of moving there. Find how warm and how wet an ordinary year is.",
    ),
    lambda world, town: [told(town, "summer_c", "winter_c")],
)

WEATHER = Theme(
    "weather",
    "Weather: measured, expected, usual",
    (
        Ask(
            lambda world: world.towns,
            (
                "weather in {s}",
                "{s}: rain or shine",
                "temperatures in {s}",
                "How wet is {s}?",
                "{s} weather",
                "sun and rain in {s}",
            ),
            (MEASURED, EXPECTED, USUAL),
        ),
    ),
)
