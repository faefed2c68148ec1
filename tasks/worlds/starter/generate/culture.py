"""Films, where they are shown, and the events of the towns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from tasks.worlds.draw import Draw
from tasks.worlds.starter.generate.ids import ids
from tasks.worlds.starter.names import NameBook
from tasks.worlds.starter.records import Event, Film, Firm, Person, Screening, Town
from tasks.worlds.starter.vocabulary import (
    ACTOR,
    DIRECTOR,
    EVENT_KINDS,
    GENRES,
    HEROES,
    PREDICAMENTS,
    STUDIOS,
    TITLE_ADJECTIVES,
    TITLE_NOUNS,
)

YOUNGEST = 20
"""Youngest age at which anybody makes a film."""


def draw_films(
    draw: Draw,
    names: NameBook,
    towns: Sequence[Town],
    firms: Sequence[Firm],
    people: Sequence[Person],
    today: date,
) -> tuple[Film, ...]:
    """Two films a town. One in six is called like a town, so that a name alone does not tell."""
    directors = [person for person in people if person.occupation == DIRECTOR]
    actors = [person for person in people if person.occupation == ACTOR]
    studios = [firm for firm in firms if firm.sector == STUDIOS]
    namesakes = draw.sample([town.name for town in towns], max(1, len(towns) // 3))
    films = []
    for id in ids("film", 2 * len(towns)):
        director = draw.choice(directors)
        cast = draw.sample(actors, draw.integer(2, 3))
        first = max(person.born.year for person in (director, *cast)) + YOUNGEST
        films.append(
            Film(
                id=id,
                name=namesakes.pop() if namesakes else _title(draw, names, towns, people),
                year=draw.integer(first, today.year),
                genre=draw.choice(GENRES),
                subject=f"{draw.choice(HEROES)} who {draw.choice(PREDICAMENTS)}",
                minutes=draw.integer(72, 164),
                director_id=director.id,
                cast_ids=tuple(person.id for person in cast),
                studio_id=draw.choice(studios).id,
                setting_id=draw.choice(towns).id,
            )
        )
    return tuple(films)


def _title(draw: Draw, names: NameBook, towns: Sequence[Town], people: Sequence[Person]) -> str:
    def compose() -> str:
        noun = draw.choice(TITLE_NOUNS)
        return draw.choice(
            (
                f"The {draw.choice(TITLE_ADJECTIVES)} {noun}",
                f"The {draw.choice(TITLE_ADJECTIVES)} {noun}",
                f"{draw.choice(people).given} and the {noun}",
                f"The {noun} of {draw.choice(towns).name}",
                f"{'An' if noun[0] in 'AEIOU' else 'A'} {noun} for {draw.choice(people).given}",
            )
        )

    return names.unique(compose)


def draw_screenings(
    draw: Draw, towns: Sequence[Town], films: Sequence[Film], today: date
) -> tuple[Screening, ...]:
    """Three films in every town over the coming ten days, two evenings each."""
    shows = [
        (town, film, day)
        for town in towns
        for film in draw.sample(films, 3)
        for day in sorted(draw.sample(range(1, 11), 2))
    ]
    return tuple(
        Screening(
            id=id,
            film_id=film.id,
            town_id=town.id,
            starts=datetime.combine(
                today + timedelta(days=day), time(draw.integer(15, 21), draw.choice((0, 15, 30)))
            ),
            price=draw.integer(6, 14),
            seats=draw.below(120),
        )
        for id, (town, film, day) in zip(ids("screening", len(shows)), shows, strict=True)
    )


def draw_events(
    draw: Draw, towns: Sequence[Town], firms: Sequence[Firm], today: date
) -> tuple[Event, ...]:
    """Two events a town, shortly before or after today."""
    held = [(town, kind) for town in towns for kind in draw.sample(EVENT_KINDS, 2)]
    return tuple(
        Event(
            id=id,
            name=f"{town.name} {kind.title()}",
            kind=kind,
            town_id=town.id,
            sponsor_id=draw.choice(firms).id,
            day=today + timedelta(days=draw.integer(-8, 20)),
            starts=time(draw.integer(8, 19), draw.choice((0, 30))),
            fee=draw.choice((0, 2, 3, 5, 8, 12)),
        )
        for id, (town, kind) in zip(ids("event", len(held)), held, strict=True)
    )
