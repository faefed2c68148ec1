"""Gold paths with arguments: programs of calls, bound by type.

A released gold path names tools and no arguments. Here a parameter that wants an id is bound to an
id of that kind in the answer of an earlier call, the latest that has one; a parameter that wants
words to what the query names, one name after the other; the rest to documented examples. Calls of
one tool in a row take different things: the first of every answer, then the second of every one.
That a program runs shows that the world hangs together, not that it answers the query.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from harness.records import ToolCall, ToolSpec
from tasks.worlds.autotools import names
from tasks.worlds.autotools.catalogue import sections
from tasks.worlds.autotools.food import DETAILS as FOOD_DETAILS
from tasks.worlds.autotools.food import LISTS as FOOD_LISTS
from tasks.worlds.autotools.food import SEARCHES as FOOD_SEARCHES
from tasks.worlds.autotools.recordings import Recordings, walk

MUSIC_IDS = (("artist", "artist"), ("album", "album"), ("song", "song"), ("user", "user"))
WORDS = ("query", "food", "wine", "q", "text", "ingredients", "tags", "criteria")
"""Parameters that are bound to what a query names."""
_AGO = re.compile(r"\b(one|two|three|four|five) years? ago|last year", re.IGNORECASE)
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5}
_YEARS = {"one": 1} | _COUNTS


class Unbound(Exception):
    """A path that cannot be given arguments: says which call wants what."""


@dataclass
class _Batch:
    """Calls of one tool in a row."""

    tool: str
    calls: list[int] = field(default_factory=list)


class Binder:
    """Binds the gold paths of a service.

    Args:
        domain: "food", "music" or "weather".
        recordings: their shapes say where in an answer an id stands.
    """

    def __init__(self, domain: str, recordings: Recordings) -> None:
        self._domain, self._recordings = domain, recordings
        now = recordings.responses.get("GET_minutely_weather", {}).get("minutely", {})
        self._today = date.fromisoformat(now["data"][0]["date"][:10]) if now else date.min

    def bind(
        self, query: str, path: Sequence[str], tools: Mapping[str, ToolSpec]
    ) -> tuple[ToolCall, ...]:
        """The program of a path; a text "$2.0.id" refers to what the second call gives.

        Raises:
            Unbound: a parameter has nothing to be bound to.
        """
        calls: list[ToolCall] = []
        batches: list[_Batch] = []
        for number, tool in enumerate(path, 1):
            if not batches or batches[-1].tool != tool:
                batches.append(_Batch(tool))
            earlier = [call.name for call in calls].count(tool)
            bound = dict(self._arguments(tools[tool], query, batches, earlier))
            calls.append(ToolCall(tool, bound))
            batches[-1].calls.append(number)
        return tuple(calls)

    def _arguments(
        self, spec: ToolSpec, query: str, batches: Sequence[_Batch], earlier: int
    ) -> Iterator[tuple[str, Any]]:
        """The parameters that are required, those that name a thing, and those that name words."""
        known: Mapping[str, Any] = spec.parameters.get("properties") or {}
        required = set(spec.parameters.get("required") or ())
        for name, documented in known.items():
            kind = self._wanted(spec.name, name)
            if kind:
                yield name, self._reference(spec.name, kind, query, batches)
            elif name in WORDS:
                yield name, self._words(spec.name, name, query, earlier, documented.get("default"))
            elif name in ("lat", "lon") and name in required:
                yield name, self._coordinate(name, query, earlier)
            elif name == "date":
                yield name, self._date(query)
            elif name == "number" and spec.name == "GET_search_random_recipes":
                yield name, next((n for w, n in _COUNTS.items() if f" {w} " in query), 1)
            elif name in required:
                if documented.get("default") in (None, ""):
                    raise Unbound(f"{spec.name} wants '{name}'")
                yield name, documented["default"]

    def _wanted(self, tool: str, parameter: str) -> str:
        """What a parameter names by its id; "" where it names nothing."""
        if self._domain == "weather":
            return "place" if parameter == "place_id" else ""
        if self._domain == "food":
            kind = FOOD_DETAILS.get(tool, ("recipe", "recipe_id"))
            return kind[0] if parameter == kind[1] else ""
        if parameter == "artist_id":
            return "artist"
        kinds = {kind for start, kind in MUSIC_IDS if tool.startswith(f"GET_{start}_")}
        return kinds.pop() if parameter == "id" and kinds else ""

    def _reference(self, tool: str, kind: str, query: str, batches: Sequence[_Batch]) -> str:
        """An id of a kind in the latest batch of another tool that gives such."""
        for position in range(len(batches) - 1, -1, -1):
            batch = batches[position]
            places = [] if batch.tool == tool else list(self._places(batch.tool, kind, query))
            if places and batch.calls:
                after = [b for b in batches[position + 1 :] if b.tool == tool]
                turn = sum(len(b.calls) for b in after)
                order = [f"${call}{place}" for place in places for call in batch.calls]
                return order[turn % len(order)]
        raise Unbound(f"{tool} wants the id of a {kind}, and no call before it gives one")

    def _places(self, tool: str, kind: str, query: str) -> Iterator[str]:
        """Where in the answers of a tool the ids of a kind stand: the outer ones first."""
        response = self._recordings.responses.get(tool)
        if self._domain == "weather":
            if kind == "place":
                many = range(5) if tool == "GET_find_places_prefix" else range(1)
                if tool in ("GET_find_places", "GET_find_places_prefix"):
                    yield from (f".{number}.place_id" for number in many)
                elif tool == "GET_nearest_place":
                    yield ".place_id"
        elif self._domain == "food":
            yield from self._food_places(tool, kind)
        elif tool == "GET_multi_search":
            yield from self._sections(kind, query)
        else:
            for path, thing in walk(response):
                typed = isinstance(thing, Mapping) and thing.get("_type") == kind and "id" in thing
                if typed and re.fullmatch(r"[\w.-]*", path, re.ASCII):
                    yield f"{path}.id"

    def _food_places(self, tool: str, kind: str) -> Iterator[str]:
        if tool in FOOD_SEARCHES and FOOD_SEARCHES[tool][0] == kind:
            yield from (f".{FOOD_SEARCHES[tool][1]}.{number}.id" for number in range(5))
        elif tool in FOOD_LISTS and kind == "recipe":
            within = "".join(f".{part}" for part in FOOD_LISTS[tool][1:])
            many = {"GET_search_similar_recipes": 4}.get(tool, 5)
            yield from (f"{within}.{number}.id" for number in range(many))
        elif tool in ("GET_search_recipe_information", "GET_summarize_recipe") and kind == "recipe":
            yield ".id"

    def _sections(self, kind: str, query: str) -> Iterator[str]:
        """Hits of a kind in a search over everything; the artist of what the query names."""
        order = [type_ for type_, _ in sections(self._recordings.responses["GET_multi_search"])]
        named = next((one.kind for one in names.music(query)), kind)
        owner = {"album": ".artist", "song": ".primary_artist"}.get(named)
        if kind == "artist" and owner:
            yield f".sections.{order.index(named)}.hits.0.result{owner}.id"
        elif kind in order:
            yield f".sections.{order.index(kind)}.hits.0.result.id"

    def _words(self, tool: str, name: str, query: str, earlier: int, example: Any) -> str:
        """What a query names, for the so-manyeth call of a tool."""
        found: Sequence[str]
        if self._domain == "weather":
            found = names.places(query)
        elif self._domain == "music":
            found = [named.name for named in names.music(query)]
        else:
            found = names.foods(query)
        if name in ("ingredients", "tags"):
            return ",".join(found) or str(example)
        if found:
            return found[earlier % len(found)]
        if example:
            return str(example)
        raise Unbound(f"the query names nothing for '{name}'")

    def _coordinate(self, name: str, query: str, earlier: int) -> str:
        found = names.coordinates(query)
        if not found:
            raise Unbound(f"the query has no coordinates for '{name}'")
        return found[earlier % len(found)][name == "lon"]

    def _date(self, query: str) -> str:
        """The day that a query means by a year, or some years, ago."""
        match = _AGO.search(query)
        years = _YEARS[match[1].lower()] if match and match[1] else 1
        return (self._today - timedelta(days=365 * years)).isoformat()
