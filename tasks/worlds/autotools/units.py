"""Weather in other units than it was recorded in, which are those of the United States."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tasks.worlds.autotools.answers import Refusal

SYSTEMS = ("auto", "metric", "us", "uk", "ca")
"""The documented systems; "auto" is that of the recording."""
_Rule: TypeAlias = Callable[[float], float]
_MS, _KMH, _MM, _KM, _HPA = 0.44704, 1.609344, 25.4, 1.609344, 33.8639
_TEMPERATURES = ("temperature", "feels_like", "wind_chill", "dew_point", "record_", "avg")


def convert(value: Any, system: str) -> Any:
    """A recorded or generated answer in a system of units.

    Args:
        value: plain JSON in the units of the United States: °F, mph, in, mi, inHg.
        system: one of `SYSTEMS`. "uk" is metric with miles and miles an hour, "ca" metric with
            kilometres an hour and kilopascals, as documented.

    Raises:
        Refusal: there is no such system.
    """
    if system not in SYSTEMS:
        raise Refusal(400, f"'units' is to be one of {', '.join(SYSTEMS)}")
    if system in ("auto", "us"):
        return value
    return _converted(value, "", "", _rules(system))


def _rules(system: str) -> Mapping[str, _Rule]:
    speed = {"metric": _MS, "uk": 1.0, "ca": _KMH}[system]
    distance = 1.0 if system == "uk" else _KM
    pressure = _HPA / 10 if system == "ca" else _HPA
    return {
        "temperature": lambda f: (f - 32) / 1.8,
        "wind": lambda mph: mph * speed,
        "visibility": lambda miles: miles * distance,
        "pressure": lambda inches: inches * pressure,
        "precipitation": lambda inches: inches * _MM,
    }


def _converted(value: Any, key: str, within: str, rules: Mapping[str, _Rule]) -> Any:
    if isinstance(value, Mapping):
        return {name: _converted(part, name, key, rules) for name, part in value.items()}
    if isinstance(value, list):
        return [_converted(part, "", within, rules) for part in value]
    quantity = _quantity(key, within)
    if quantity is None or isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return round(rules[quantity](value), 2)


def _quantity(key: str, within: str) -> str | None:
    """What a field measures; None where it has no unit."""
    if within == "wind":
        return None if key in ("angle", "avg_angle") else "wind"
    if within == "precipitation":
        return "precipitation" if key in ("total", "avg") else None
    if within == "probability":
        return None
    if key in ("visibility", "pressure", "precipitation"):
        return key
    return "temperature" if key.startswith(_TEMPERATURES) else None
