"""The starter world's passages: what its people write about it, and which facts each states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tasks.worlds.draw import Draw
from tasks.worlds.starter.passages.films import film_pages
from tasks.worlds.starter.passages.firms import firm_pages
from tasks.worlds.starter.passages.news import news_pages
from tasks.worlds.starter.passages.people import people_pages
from tasks.worlds.starter.passages.shops import shop_pages
from tasks.worlds.starter.passages.sky import weather_pages
from tasks.worlds.starter.passages.towns import town_pages
from tasks.worlds.starter.passages.travel import travel_pages
from tasks.worlds.starter.prose import Page
from tasks.worlds.starter.world import Fact, World


@dataclass(frozen=True, slots=True)
class Passage:
    """One document.

    Attributes:
        kind: what sort of text it is ("biography", "timetable", ...).
        facts: everything it states. A question's gold passages are those that state its facts.
        mentions: ids of the records that it names or draws on.
    """

    id: str
    kind: str
    title: str
    text: str
    facts: frozenset[Fact]
    mentions: frozenset[str]


def write_passages(world: World) -> tuple[Passage, ...]:
    """All passages of a world, in random order, with ids that tell nothing."""
    pages = Draw(world.seed, "passage order").shuffled(list(_pages(world)))
    return tuple(
        Passage(f"p{i:05d}", page.kind, page.title, page.text, page.facts, page.mentions)
        for i, page in enumerate(pages, 1)
    )


def _pages(world: World) -> Iterator[Page]:
    yield from people_pages(world)
    yield from town_pages(world)
    yield from firm_pages(world)
    yield from film_pages(world)
    yield from shop_pages(world)
    yield from travel_pages(world)
    yield from weather_pages(world)
    yield from news_pages(world)
