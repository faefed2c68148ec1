"""Reviews: what people thought of films, shops and flights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from tasks.worlds.draw import Draw
from tasks.worlds.starter.generate.ids import ids
from tasks.worlds.starter.records import Film, Person, Record, Review, Route, Shop
from tasks.worlds.starter.vocabulary import (
    CRITIC,
    FILM_FAULTS,
    FILM_MERITS,
    FLIGHT_FAULTS,
    FLIGHT_MERITS,
    SHOP_FAULTS,
    SHOP_MERITS,
)


def draw_reviews(
    draw: Draw,
    films: Sequence[Film],
    shops: Sequence[Shop],
    routes: Sequence[Route],
    people: Sequence[Person],
    today: date,
) -> tuple[Review, ...]:
    """Critics review films; anybody reviews shops and flights. Not everything gets reviewed."""
    critics = [person for person in people if person.occupation == CRITIC]
    wanted = [
        *_assign(draw, films, critics, (1, 2, 3, 3), FILM_MERITS, FILM_FAULTS),
        *_assign(draw, shops, people, (0, 1, 1, 2), SHOP_MERITS, SHOP_FAULTS),
        *_assign(draw, routes, people, (0, 1, 1, 2), FLIGHT_MERITS, FLIGHT_FAULTS),
    ]
    return tuple(
        Review(
            id=id,
            subject_id=subject,
            author_id=author,
            day=today - timedelta(days=draw.integer(2, 300)),
            stars=draw.integer(1, 5),
            praised=praised,
            faulted=faulted,
        )
        for id, (subject, author, praised, faulted) in zip(
            ids("review", len(wanted)), wanted, strict=True
        )
    )


def _assign(
    draw: Draw,
    subjects: Sequence[Record],
    authors: Sequence[Person],
    how_many: Sequence[int],
    merits: Sequence[str],
    faults: Sequence[str],
) -> list[tuple[str, str, str, str]]:
    return [
        (subject.id, author.id, draw.choice(merits), draw.choice(faults))
        for subject in subjects
        for author in draw.sample(authors, draw.choice(how_many))
    ]
