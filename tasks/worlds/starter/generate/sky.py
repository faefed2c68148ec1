"""The weather of each town: two weeks measured, one week forecast."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from tasks.worlds.draw import Draw
from tasks.worlds.starter.generate.ids import ids
from tasks.worlds.starter.records import Town, Weather

DAYS_BACK, DAYS_AHEAD = 14, 7
WARMTH = (0, 8, 25, 48, 72, 92, 100, 96, 74, 48, 22, 6)
"""How far each month is from the winter to the summer temperature, in percent."""
RAIN_MM = {"drizzle": (1, 4), "rain": (5, 22), "thunderstorms": (12, 45), "snow": (2, 12)}
WIND_KMH = {"fog": (0, 8), "thunderstorms": (35, 90)}


def draw_weather(draw: Draw, towns: Sequence[Town], today: date) -> tuple[Weather, ...]:
    """One record a town and day, true to the town's climate and to the month."""
    days = [today + timedelta(days=d) for d in range(-DAYS_BACK, DAYS_AHEAD + 1)]
    where = [(town, day) for town in towns for day in days]
    return tuple(
        _weather(draw, id, town, day)
        for id, (town, day) in zip(ids("weather", len(where)), where, strict=True)
    )


def _weather(draw: Draw, id: str, town: Town, day: date) -> Weather:
    warmth = (town.summer_c - town.winter_c) * WARMTH[day.month - 1] // 100
    high = town.winter_c + warmth + draw.integer(-4, 4)
    sky = _sky(draw, town, high)
    return Weather(
        id=id,
        town_id=town.id,
        day=day,
        sky=sky,
        high_c=high,
        low_c=high - draw.integer(4, 11),
        rain_mm=draw.integer(*RAIN_MM[sky]) if sky in RAIN_MM else 0,
        wind_kmh=draw.integer(*WIND_KMH.get(sky, (3, 46))),
    )


def _sky(draw: Draw, town: Town, high: int) -> str:
    if draw.below(365) >= town.wet_days:
        return draw.choice(
            ("clear skies", "sunny spells", "sunny spells", "an overcast sky", "fog")
        )
    if high < 2:
        return "snow"
    return draw.choice(("drizzle", "rain", "rain", "thunderstorms" if high > 14 else "rain"))
