"""Searching by name, and the orders in which films, series and people are listed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from tasks.worlds.tmdb.records import Film, Person, Series
from tasks.worlds.tmdb.store import TODAY, Store, aired

T = TypeVar("T")
Work = TypeVar("Work", Film, Series)
MOST_ALIKE = 40
"""Works that are listed as similar, or recommended."""
NEW, SOON = timedelta(days=30), timedelta(days=30)
"""For how long a film is shown in theatres, and how far ahead one is announced."""


def matching(
    things: Iterable[T], query: str, name: Callable[[T], str], popular: Callable[[T], float]
) -> list[T]:
    """The things with all words of the query in their name, exact names first, then popular ones.

    A word counts where it begins one of the name's. One letter too many at the end of a long word
    is overlooked.
    """
    wanted = _words(query)
    if not wanted:
        return []
    found = []
    for thing in things:
        words = _words(name(thing))
        if all(any(_begins(word, asked) for word in words) for asked in wanted):
            found.append((words != wanted, -popular(thing), thing))
    return [thing for *_, thing in sorted(found, key=lambda entry: entry[:2])]


def popular(things: Iterable[Work]) -> list[Work]:
    """The most popular first."""
    return sorted(things, key=lambda thing: (-thing.popularity, thing.id))


def popular_people(people: Iterable[Person]) -> list[Person]:
    """The most popular first."""
    return sorted(people, key=lambda person: (-person.popularity, person.id))


def top_rated(things: Iterable[Work]) -> list[Work]:
    """The best rated first."""
    return sorted(things, key=lambda thing: (-thing.rating, -thing.votes, thing.id))


def trending(things: Iterable[Work], window: str) -> list[Work]:
    """Those that most people look at, of the day or of the week, first."""
    return sorted(things, key=lambda thing: (-thing.trend[window], thing.id))


def now_playing(store: Store) -> tuple[list[Film], date, date]:
    """The films in theatres, with the first and the last day of release that this means."""
    return _released(store, TODAY - NEW, TODAY)


def upcoming(store: Store) -> tuple[list[Film], date, date]:
    """The films that come to theatres, with the first and last day of release that this means."""
    return _released(store, TODAY + timedelta(days=1), TODAY + SOON)


def on_the_air(store: Store, days: int) -> list[Series]:
    """The series of which an episode is shown from today until so many days later."""
    until = TODAY + timedelta(days=days)
    return popular(one for one in store.series.values() if aired(store, one, TODAY, until))


def latest_film(store: Store) -> Film:
    """The film that was released last."""
    out = (film for film in store.films.values() if film.released <= TODAY)
    return max(out, key=lambda film: (film.released, film.id))


def latest_series(store: Store) -> Series:
    """The series that began last."""
    began = {number: episodes[0].aired for number, episodes in store.episodes_of.items()}
    begun = (one for one in store.series.values() if began[one.id] <= TODAY)
    return max(begun, key=lambda one: (began[one.id], one.id))


def similar(store: Store, medium: str, work: Work, things: Iterable[Work]) -> Sequence[Work]:
    """Works of the same genres, those with most in common first."""
    return _alike(work, things, store.similar.get((medium, work.id)), lambda one: one.popularity)


def recommended(store: Store, medium: str, work: Work, things: Iterable[Work]) -> Sequence[Work]:
    """Works of the same genres, the best rated of those with most in common first."""
    return _alike(work, things, store.recommended.get((medium, work.id)), lambda one: one.rating)


def _alike(
    work: Work, things: Iterable[Work], first: int | None, rank: Callable[[Work], float]
) -> Sequence[Work]:
    own = set(work.genres)
    others = [one for one in things if one.id != work.id and own & set(one.genres)]
    others.sort(key=lambda one: (one.id != first, -len(own & set(one.genres)), -rank(one), one.id))
    return others[:MOST_ALIKE]


def _released(store: Store, first: date, last: date) -> tuple[list[Film], date, date]:
    films = (film for film in store.films.values() if first <= film.released <= last)
    return popular(films), first, last


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text[:500]).casefold().replace("'", "")
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.findall(r"\w+", plain)


def _begins(word: str, asked: str) -> bool:
    return word.startswith(asked) or (len(asked) > 5 and word == asked[:-1])
