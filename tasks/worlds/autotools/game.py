"""The game service: what the recordings mention, looked up. No released problem asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tasks.worlds.autotools.answers import Answer, Refusal, Tool
from tasks.worlds.autotools.names import simple
from tasks.worlds.autotools.recordings import Recordings, walk

DETAILS = {
    "GET_game_id": "game",
    "GET_author_profile": "author",
    "GET_outlet_profiles": "outlet",
}
REVIEWS = {
    "GET_reviews_for_game": "game",
    "GET_reviews_for_author": "author",
    "GET_reviews_for_outlet": "outlet",
}
SEARCHES = {
    "GET_game_search": "game",
    "GET_author_search": "author",
    "GET_general_search": "",
}
REPLAYED = (
    "GET_all_outlet_profiles",
    "GET_game_hall_of_fame",
    "GET_game_hall_of_fame_year",
    "GET_game_upcoming",
    "GET_game_popular",
    "GET_game_reviewed_today",
    "GET_game_recently_released",
    "GET_game_reviewed_this_week",
    "GET_game",
)
_WITHIN = {"Authors": "author", "Outlet": "outlet", "game": "game"}


class Game:
    """The tools of the game service.

    Args:
        recordings: of the service.
        seed: of the world; nothing here is drawn.
        queries: what the problems ask; nothing is made for them.
    """

    def __init__(self, recordings: Recordings, seed: int, queries: Iterable[str] = ()) -> None:
        self._recordings = recordings
        self._things: dict[str, dict[int, dict[str, Any]]] = {
            "game": {},
            "author": {},
            "outlet": {},
        }
        for tool, response in recordings.responses.items():
            for path, thing in walk(response):
                kind = _kind(tool, path, thing)
                if kind:
                    own = self._things[kind].setdefault(thing["id"], {})
                    own |= {key: value for key, value in thing.items() if key not in own}

    @property
    def tools(self) -> Mapping[str, Tool]:
        """By name."""
        tools: dict[str, Tool] = {}
        views = ((DETAILS, self._detail), (REVIEWS, self._reviews), (SEARCHES, self._search))
        for names, view in (*views, (REPLAYED, self._replay)):
            tools |= {name: self._bound(view, name) for name in names}
        return tools

    def _bound(self, view: Callable[[str, Mapping[str, Any]], Answer], name: str) -> Tool:
        return lambda given: view(name, given)

    def _detail(self, tool: str, given: Mapping[str, Any]) -> Answer:
        """The recorded one whole; of others what lists say, and null for what they do not."""
        thing = self._known(DETAILS[tool], given["id"])
        shape = self._recordings.of(tool)
        if shape["id"] == thing["id"]:
            return Answer(shape, "looked up")
        return Answer({key: thing.get(key) for key in shape}, "looked up")

    def _reviews(self, tool: str, given: Mapping[str, Any]) -> Answer:
        """The recorded reviews that are of that game, by that author or in that outlet."""
        kind = REVIEWS[tool]
        id = self._known(kind, given["id"])["id"]
        kept = [review for review in self._recordings.of(tool) if id in _of(kind, review)]
        return Answer(kept[_skip(given) :], "looked up")

    def _search(self, tool: str, given: Mapping[str, Any]) -> Answer:
        shape = self._recordings.of(tool)[0]
        words = set(simple(given["criteria"]).split())
        hits = []
        for kind, things in self._things.items():
            if SEARCHES[tool] in ("", kind):
                for thing in things.values():
                    if words & set(simple(thing.get("name") or "").split()):
                        found = {"id": thing["id"], "name": thing["name"], "relation": kind}
                        own = set(simple(thing["name"]).split())
                        hits.append(found | {"dist": round(1 - len(words & own) / len(own), 4)})
        hits.sort(key=lambda hit: float(hit["dist"]))
        return Answer([{key: hit[key] for key in shape} for hit in hits[:10]], "looked up")

    def _replay(self, tool: str, given: Mapping[str, Any]) -> Answer:
        value = self._recordings.of(tool)
        return Answer(value[_skip(given) :] if isinstance(value, list) else value, "replayed")

    def _known(self, kind: str, text: Any) -> Mapping[str, Any]:
        told = str(text)
        id = int(told) if told.isascii() and told.isdigit() and len(told) < 12 else -1
        if id not in self._things[kind]:
            raise Refusal(404, f"there is no {kind} of the id {told[:80]!a}")
        return self._things[kind][id]


def _kind(tool: str, path: str, thing: Any) -> str:
    """What a recorded object is, to go by where it stands; "" where it is none of these."""
    if not isinstance(thing, Mapping) or not isinstance(thing.get("id"), int):
        return ""
    steps = [step for step in path.split(".") if step and not step.isdigit()]
    if steps:
        return _WITHIN.get(steps[-1], "") if len(steps) == 1 else ""
    if tool == "GET_general_search":
        relation = str(thing.get("relation"))
        return {"game": "game", "critic": "author", "outlet": "outlet"}.get(relation, "")
    if tool == "GET_all_outlet_profiles" or "outlet" in tool:
        return "outlet"
    return "author" if "author" in tool else "game"


def _of(kind: str, review: Mapping[str, Any]) -> set[Any]:
    field = {"game": "game", "author": "Authors", "outlet": "Outlet"}[kind]
    found = review.get(field) or []
    return {one.get("id") for one in (found if isinstance(found, list) else [found])}


def _skip(given: Mapping[str, Any]) -> int:
    skip = int(given.get("skip", 0))
    if skip < 0:
        raise Refusal(400, "'skip' is not to be negative")
    return skip
