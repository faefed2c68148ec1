"""Where the weather is: places that are recorded, and places made from a name or coordinates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from tasks.worlds.autotools.answers import Refusal
from tasks.worlds.autotools.names import simple
from tasks.worlds.autotools.recordings import Recordings
from tasks.worlds.draw import Draw

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_COORDINATE = re.compile(r"(-?\d{1,3}(?:\.\d{1,6})?)([NSEW]?)", re.ASCII)
_NEAR = re.compile(r"near-(\d+)d(\d+)([ns])-(\d+)d(\d+)([ew])", re.ASCII)
PREFIXED = 5
"""Places that a prefix finds."""


class Places:
    """The places of a world.

    A place that nobody recorded is made from its name: the id from the name, as the service makes
    it, and the coordinates by a draw. Where it lies in the administration of its country nobody
    knows; those fields are empty.

    Args:
        recordings: of the weather service.
        seed: of the world.
    """

    def __init__(self, recordings: Recordings, seed: int) -> None:
        self._seed = seed
        self._near: Mapping[str, Any] = recordings.of("GET_nearest_place")
        listed = [*recordings.of("GET_find_places"), *recordings.of("GET_find_places_prefix")]
        self._recorded: dict[str, Mapping[str, Any]] = {
            place["place_id"]: place for place in [*listed, self._near]
        }

    def called(self, text: str) -> tuple[Sequence[Mapping[str, Any]], bool]:
        """The places of a name, and whether they are recorded."""
        wanted = simple(text)
        found = [place for place in self._recorded.values() if simple(place["name"]) == wanted]
        return (found, True) if found else ([self._made(text)], False)

    def beginning(self, text: str) -> tuple[Sequence[Mapping[str, Any]], bool]:
        """The places whose names begin with a text, and whether they are recorded."""
        begun = [p for p in self._recorded.values() if simple(p["name"]).startswith(simple(text))]
        if begun:
            return begun[:PREFIXED], True
        ends = ["", *(f" {n}" for n in range(2, PREFIXED + 1))]
        return [self._made(text + end) for end in ends], False

    def near(self, lat: str, lon: str) -> tuple[Mapping[str, Any], bool]:
        """The place at coordinates, and whether it is the recorded one."""
        at = position(lat, "lat"), position(lon, "lon")
        if at == (position(self._near["lat"], "lat"), position(self._near["lon"], "lon")):
            return self._near, True
        south_north, east_west = _marked(at[0], "NS"), _marked(at[1], "EW")
        slug = f"near-{south_north}-{east_west}".replace(".", "d").lower()
        return self._place(f"Near {south_north} {east_west}", slug, at), False

    def of(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """The place that `place_id`, or `lat` and `lon`, name.

        Raises:
            Refusal: neither is given, or they are none.
        """
        if slug := arguments.get("place_id"):
            if slug in self._recorded:
                return self._recorded[slug]
            if match := _NEAR.fullmatch(slug):
                n, dn, ns, e, de, ew = match.groups()
                return self.near(f"{n}.{dn}{ns.upper()}", f"{e}.{de}{ew.upper()}")[0]
            if not _SLUG.fullmatch(slug):
                raise Refusal(400, f"there is no place of the id {slug[:80]!a}")
            return self._made(slug.replace("-", " "))
        if "lat" in arguments and "lon" in arguments:
            lat, lon = position(arguments["lat"], "lat"), position(arguments["lon"], "lon")
            return {**self._near, "lat": _marked(lat, "NS"), "lon": _marked(lon, "EW")}
        raise Refusal(400, "either place_id or both lat and lon are to be given")

    def _made(self, name: str) -> Mapping[str, Any]:
        plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
        slug = "-".join(re.findall(r"[a-z0-9]+", plain))
        if not slug:
            raise Refusal(404, f"no place is called {name[:80]!a}")
        draw = Draw(self._seed, "place", slug)
        at = draw.integer(-550000, 650000) / 10000, draw.integer(-1799999, 1799999) / 10000
        return self._place(name, slug, at)

    def _place(self, name: str, slug: str, at: tuple[float, float]) -> Mapping[str, Any]:
        made = {"name": name, "place_id": slug, "timezone": "UTC", "type": "settlement"}
        where = {"lat": _marked(at[0], "NS"), "lon": _marked(at[1], "EW")}
        return dict.fromkeys(self._near, "") | made | where


def position(text: str, name: str) -> float:
    """Degrees, north and east positive, from "12N", "12.3", "13S" or "-13.4".

    Raises:
        Refusal: it is none.
    """
    match = _COORDINATE.fullmatch(text.strip())
    letters, most = ("NS", 90) if name == "lat" else ("EW", 180)
    if not match or match[2] not in ("", *letters) or abs(float(match[1])) > most:
        raise Refusal(400, f"'{name}' is to be in a format such as 12.3{letters[0]} or -13.4")
    degrees = float(match[1])
    return -degrees if match[2] == letters[1] else degrees


def _marked(degrees: float, letters: str) -> str:
    return f"{abs(degrees):.4f}{letters[degrees < 0]}"
