"""Ways through the world: from a record by several hops to another one, or to a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tasks.worlds.draw import Draw
from tasks.worlds.starter.questions.hops import Hop, Library
from tasks.worlds.starter.questions.links import NAMED, Link
from tasks.worlds.starter.records import Record

_TRIES = 12
"""Starts that are tried for one way."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A way that has reached a record.

    Attributes:
        phrase: what a question calls that record, by the way to it.
        end: the record.
        hops: the steps.
        seen: ids of the records passed, the end included.
    """

    phrase: str
    end: Record
    hops: tuple[Hop, ...]
    seen: frozenset[str]


class Walker:
    """Draws ways.

    Args:
        library: what passages tell.
        draw: by which links are chosen.
    """

    def __init__(self, library: Library, draw: Draw) -> None:
        self._library, self._draw = library, draw
        world = library.world
        self._starts: dict[type[Record], Sequence[Record]] = {
            kind: world.tables.get(kind, ()) for kind in NAMED
        }

    def walk(self, hops: int, to: type[Record] | None = None) -> Walk | None:
        """A way of that many hops to a record, of a kind if one is given; None if none is found."""
        for _ in range(_TRIES):
            kinds = [to] if to is not None and hops == 0 else list(NAMED)
            start = self._draw.choice(self._starts[self._draw.choice(kinds)])
            way: Walk | None = Walk(self._library.named(start), start, (), frozenset({start.id}))
            for left in range(hops, 0, -1):
                way = way and self._step(way, to if left == 1 else None)
            if way is not None:
                return way
        return None

    def last(self, way: Walk) -> tuple[Link, Hop] | None:
        """A link that ends a way in a question that one passage answers."""
        return self._chosen(way, self._library.hop)

    def untold(self, way: Walk) -> tuple[Link, Hop] | None:
        """A link that ends a way in a question that no passage answers."""
        return self._chosen(way, self._library.untold)

    def _step(self, way: Walk, to: type[Record] | None) -> Walk | None:
        """One hop further, to a record that was not passed before."""
        for link in self._draw.shuffled(self._library.links(way.end)):
            reached = self._library.reached(way.end, link)
            if not link.phrase or not isinstance(reached, Record) or reached.id in way.seen:
                continue
            if to is not None and not isinstance(reached, to):
                continue
            hop = self._library.hop(way.end, link)
            if hop is not None:
                phrase = link.phrase.format(s=way.phrase)
                return replace(
                    way,
                    phrase=phrase,
                    end=reached,
                    hops=(*way.hops, hop),
                    seen=way.seen | {reached.id},
                )
        return None

    def _chosen(
        self, way: Walk, hop: Callable[[Record, Link], Hop | None]
    ) -> tuple[Link, Hop] | None:
        for link in self._draw.shuffled(self._library.links(way.end)):
            reached = self._library.reached(way.end, link)
            if isinstance(reached, Record) and reached.id in way.seen:
                continue
            if (found := hop(way.end, link)) is not None:
                return link, found
        return None
