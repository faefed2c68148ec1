"""The weather service: made weather, in the shape and within the ranges of the recorded.

An hour's weather hangs on the seed, the coordinates and the hour alone, and every tool that speaks
of the same hour or day tells the same. Nothing of it is a real place's. Today is the recording's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from tasks.worlds.autotools.answers import Answer, Refusal, Tool
from tasks.worlds.autotools.places import Places
from tasks.worlds.autotools.recordings import Recordings
from tasks.worlds.autotools.units import convert
from tasks.worlds.draw import Draw

LANGUAGES = ("en", "es", "fr", "de", "pl", "cs")
YEARS = 8
"""How far back the weather of the past is known."""
WARM = ("temperature", "feels_like", "wind_chill", "dew_point")
SWING = 50
"""By how many tenths of a degree a day is at most warmer or colder than the recorded one."""


class Weather:
    """The tools of the weather service.

    Args:
        recordings: of the service.
        seed: of the world.
    """

    def __init__(self, recordings: Recordings, seed: int) -> None:
        self._recordings, self._seed = recordings, seed
        self._places = Places(recordings, seed)
        self._hours = _whole_days(recordings.of("GET_hourly_weather")["hourly"]["data"])
        seen = [hour for day in self._hours for hour in day]
        self._ranges = {
            key: (min(values), max(values))
            for key in WARM
            if (values := [hour[key] for hour in seen])
        }
        minutes = recordings.of("GET_minutely_weather")["minutely"]["data"]
        self.now = datetime.fromisoformat(minutes[0]["date"])
        self._hour = lru_cache(maxsize=4096)(self._drawn)

    @property
    def tools(self) -> Mapping[str, Tool]:
        """By name."""
        return {
            "GET_find_places": self._find,
            "GET_find_places_prefix": self._find_prefix,
            "GET_nearest_place": self._nearest,
            "GET_current_weather": lambda given: self._at(given, self._current),
            "GET_minutely_weather": lambda given: self._at(given, self._minutely),
            "GET_hourly_weather": lambda given: self._at(given, self._hourly),
            "GET_daily_weather": lambda given: self._at(given, self._daily),
            "GET_alerts": lambda given: self._at(given, self._alerts),
            "GET_astro": lambda given: self._at(given, self._astro),
            "GET_historical_weather": lambda given: self._at(given, self._historical),
            "GET_weather_statistics": lambda given: self._at(given, self._statistics),
        }

    def _find(self, given: Mapping[str, Any]) -> Answer:
        _language(given)
        found, recorded = self._places.called(given["text"])
        return Answer(list(found), "looked up" if recorded else "generated")

    def _find_prefix(self, given: Mapping[str, Any]) -> Answer:
        _language(given)
        found, recorded = self._places.beginning(given["text"])
        return Answer(list(found), "looked up" if recorded else "generated")

    def _nearest(self, given: Mapping[str, Any]) -> Answer:
        _language(given)
        found, recorded = self._places.near(given["lat"], given["lon"])
        return Answer(found, "looked up" if recorded else "generated")

    def _at(self, given: Mapping[str, Any], view: Any) -> Answer:
        _language(given)
        place = self._places.of(given)
        where = f"{place['lat']} {place['lon']}"
        tool, made = view(where, given)
        head = self._recordings.of(tool)
        units = given.get("units", head.get("units", "us"))
        for key in ("lat", "lon", "timezone"):
            if key in head:
                head[key] = place[key]
        zone = given.get("timezone") or given.get("timazone") or "auto"
        if "timezone" in head and zone != "auto":
            head["timezone"] = zone
        made = convert(made, units)
        if "units" in head:
            head["units"] = "us" if units == "auto" else units
        return Answer(head | made, "generated")

    def _current(self, where: str, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        hour = self._hour(where, self.now.replace(minute=0))
        shape = self._recordings.of("GET_current_weather")["current"]
        named = hour | {"icon": hour["weather"], "icon_num": hour["icon"]}
        return "GET_current_weather", {"current": _shaped(named, shape)}

    def _minutely(self, where: str, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        shape = self._recordings.of("GET_minutely_weather")["minutely"]
        wet = False
        for row in shape["data"]:
            minute = datetime.fromisoformat(row["date"])
            total = self._hour(where, minute.replace(minute=0))["precipitation"]["total"]
            row["precipitation"], wet = total, wet or total > 0
        if wet:
            shape["summary"] = "Precipitation within the next hour."
        return "GET_minutely_weather", {"minutely": shape}

    def _hourly(self, where: str, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        rows = self._recordings.of("GET_hourly_weather")["hourly"]["data"]
        first = self.now.replace(minute=0) + timedelta(hours=1)
        hours = [self._hour(where, first + timedelta(hours=n)) for n in range(len(rows))]
        return "GET_hourly_weather", {"hourly": {"data": hours}}

    def _daily(self, where: str, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        rows = self._recordings.of("GET_daily_weather")["daily"]["data"]
        days = [self.now.date() + timedelta(days=n) for n in range(len(rows))]
        made = [self._day(where, day, row) for day, row in zip(days, rows, strict=True)]
        return "GET_daily_weather", {"daily": {"data": made}}

    def _historical(self, where: str, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        day = _day(given["date"])
        oldest = self.now.date() - timedelta(days=365 * YEARS + 2)
        if not oldest <= day < self.now.date():
            raise Refusal(400, f"'date' is to be a day from {oldest} to yesterday")
        rows = self._recordings.of("GET_historical_weather")["data"]
        begin = datetime.fromisoformat(f"{day}T00:00:00")
        hours = [self._hour(where, begin + timedelta(hours=n)) for n in range(len(rows))]
        made = [_shaped(hour, row) for hour, row in zip(hours, rows, strict=True)]
        return "GET_historical_weather", {"data": made}

    def _alerts(self, where: str, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        alerts = self._recordings.of("GET_alerts")["alerts"]
        alerts["data"] = alerts["data"] if Draw(self._seed, "alerts", where).chance(50) else []
        for row in alerts["data"]:
            lasts = datetime.fromisoformat(row["expires"]) - datetime.fromisoformat(row["onset"])
            row["onset"], row["expires"] = self.now.isoformat(), (self.now + lasts).isoformat()
        return "GET_alerts", {"alerts": alerts}

    def _astro(self, where: str, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        rows = self._recordings.of("GET_astro")["astro"]["data"]
        shift = timedelta(seconds=Draw(self._seed, "astro", where).integer(-5400, 5400))
        for number, row in enumerate(rows):
            row["day"] = (self.now.date() + timedelta(days=number)).isoformat()
            for body in (row["sun"], row["moon"]):
                for event in ("rise", "set"):
                    if body[event]:
                        body[event] = _moved(body[event], shift, row["day"])
        return "GET_astro", {"astro": {"data": rows}}

    def _statistics(self, where: str, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        rows = self._recordings.of("GET_weather_statistics")["statistics"]["data"]
        draw = Draw(self._seed, "statistics", where)
        order = draw.shuffled(range(len(rows)))
        made = [rows[position] for position in order]
        for number, row in enumerate(made):
            row["day"] = (self.now.date() + timedelta(days=number)).isoformat()
        return "GET_weather_statistics", {"statistics": {"data": made}}

    def _drawn(self, where: str, hour: datetime) -> dict[str, Any]:
        """The weather of an hour: that of a recorded day at that hour, warmer or colder."""
        draw = Draw(self._seed, "weather", where, hour.date().isoformat())
        row = dict(draw.choice(self._hours)[hour.hour])
        shift = draw.integer(-SWING, SWING) / 10
        for key, (low, high) in self._ranges.items():
            row[key] = round(min(max(row[key] + shift, low), high), 1)
        return row | {"date": hour.isoformat()}

    def _day(self, where: str, day: date, row: Mapping[str, Any]) -> dict[str, Any]:
        """A day as its 24 hours make it."""
        begin = datetime.fromisoformat(f"{day}T00:00:00")
        hours = [self._hour(where, begin + timedelta(hours=n)) for n in range(24)]
        most = Counter(hour["weather"] for hour in hours[6:21]).most_common(1)[0][0]
        like = next(hour for hour in hours if hour["weather"] == most)
        made: dict[str, Any] = {"day": day.isoformat(), "weather": most, "icon": like["icon"]}
        for key in WARM:
            values = [hour[key] for hour in hours]
            made[key] = round(sum(values) / 24, 1)
            made[f"{key}_min"], made[f"{key}_max"] = min(values), max(values)
        low, high = made["temperature_min"], made["temperature_max"]
        made["summary"] = f"{like['summary']}. Temperature {low:.0f}/{high:.0f} °F."
        made["wind"] = max((hour["wind"] for hour in hours), key=lambda wind: float(wind["speed"]))
        totals = [hour["precipitation"]["total"] for hour in hours]
        kinds = [h["precipitation"]["type"] for h in hours if h["precipitation"]["total"]]
        made["precipitation"] = {
            "total": round(sum(totals), 2),
            "type": kinds[0] if kinds else "none",
        }
        made["probability"] = {
            key: max(hour["probability"][key] for hour in hours) for key in row["probability"]
        }
        for key in ("cloud_cover", "pressure", "ozone", "humidity", "visibility"):
            mean = sum(hour[key] for hour in hours) / 24
            made[key] = round(mean) if isinstance(row[key], int) else round(mean, 2)
        return {key: made.get(key, row[key]) for key in row}


def _whole_days(hours: Sequence[Mapping[str, Any]]) -> Sequence[Sequence[Mapping[str, Any]]]:
    """The recorded days of which every hour is there, by hour."""
    days: dict[str, list[Mapping[str, Any]]] = {}
    for hour in hours:
        days.setdefault(hour["date"][:10], []).append(hour)
    return [day for day in days.values() if len(day) == 24]


def _shaped(value: Mapping[str, Any], shape: Mapping[str, Any]) -> dict[str, Any]:
    """What a shape has keys for; the shape's own value where there is nothing under a key."""
    return {key: value.get(key, old) for key, old in shape.items()}


def _moved(moment: str, by: timedelta, day: str) -> str:
    """A time of day moved, on another day."""
    clock = (datetime.fromisoformat(moment) + by).time()
    return f"{day}T{clock.isoformat()}"


def _language(given: Mapping[str, Any]) -> None:
    if given.get("language", "en") not in LANGUAGES:
        raise Refusal(400, f"'language' is to be one of {', '.join(LANGUAGES)}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if len(text) == 10 else date.min
    except ValueError:
        raise Refusal(400, "'date' is to be a day as YYYY-MM-DD") from None
