"""Things that have an id: those that the recordings hold, and those made for what queries name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tasks.worlds.autotools.names import simple
from tasks.worlds.draw import Draw

FIRST, LAST = 100_000_000, 999_999_999
"""Ids of made things; recorded ones are smaller."""


class Shelf:
    """Things of one kind, by id and by name.

    Args:
        kind: what they are.
        seed: of the world.
    """

    def __init__(self, kind: str, seed: int) -> None:
        self.kind, self._seed = kind, seed
        self._things: dict[int, dict[str, Any]] = {}
        self._recorded: set[int] = set()
        self._names: dict[str, list[int]] = {}

    def record(self, thing: Mapping[str, Any], name: str) -> None:
        """Puts in what a recording says of a thing; what was said before is kept."""
        own = self._things.setdefault(thing["id"], {})
        own |= {key: value for key, value in thing.items() if own.get(key) is None}
        if thing["id"] not in self._recorded:
            self._recorded.add(thing["id"])
            self._names.setdefault(simple(name), []).append(thing["id"])

    def make(self, name: str, key: str, fields: Mapping[str, Any]) -> int:
        """Puts in a thing that nobody recorded, and gives its id.

        Args:
            name: by which it is found.
            key: tells it from others of the same name.
            fields: what is known of it, without its id.
        """
        id = Draw(self._seed, self.kind, name, key).integer(FIRST, LAST)
        while id in self._things:
            id += 1
        self._things[id] = {"id": id, **fields}
        self._names.setdefault(simple(name), []).append(id)
        return id

    def recorded(self, id: int) -> bool:
        """Whether a recording speaks of it."""
        return id in self._recorded

    def find(self, text: str) -> list[Mapping[str, Any]]:
        """What a text names: things whose name it is, else those with all of its words.

        Where there are none, those whose whole name stands in it ("pasta", in "pasta for two").
        """
        wanted = simple(text)
        words = set(wanted.split())
        exact = self._names.get(wanted, [])
        inside = [
            id
            for name, ids in self._names.items()
            if name != wanted and words <= set(name.split())
            for id in ids
        ]
        ids = [*exact, *inside] or [
            id
            for name, ids in sorted(self._names.items(), key=lambda one: -len(one[0]))
            if name and set(name.split()) <= words
            for id in ids
        ]
        ids.sort(key=lambda id: id not in self._recorded)  # stable: the recorded ones first
        return [self._things[id] for id in ids]

    def known(self) -> Iterator[Mapping[str, Any]]:
        """The recorded things, in the order of the recordings."""
        return (self._things[id] for id in self._things if id in self._recorded)

    def get(self, id: int) -> Mapping[str, Any] | None:
        """The thing of an id."""
        return self._things.get(id)

    def __contains__(self, id: object) -> bool:
        return id in self._things

    def __getitem__(self, id: int) -> Mapping[str, Any]:
        return self._things[id]

    def ids(self) -> Iterable[int]:
        """Every id, in the order in which things came in."""
        return self._things.keys()
