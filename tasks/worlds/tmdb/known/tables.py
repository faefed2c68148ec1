"""The tables as rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from tasks.worlds.tmdb.known.films import FILMS
from tasks.worlds.tmdb.known.people import COMPANIES, NETWORKS, PEOPLE
from tasks.worlds.tmdb.known.series import SERIES

Cast = tuple[tuple[str, str], ...]


class PersonRow(NamedTuple):
    """Somebody, as the table has it."""

    name: str
    gender: int
    birthday: date
    birthplace: str
    department: str
    deathday: date | None


class CompanyRow(NamedTuple):
    """A company or a network."""

    name: str
    headquarters: str
    country: str
    homepage: str


class FilmRow(NamedTuple):
    """A film; of the cast, name and character. Money is (budget, revenue) in dollars."""

    title: str
    released: date
    rating: float
    genres: tuple[str, ...]
    directors: tuple[str, ...]
    cast: Cast
    companies: tuple[str, ...]
    collection: str | None = None
    language: str = "en"
    money: tuple[int, int] = (0, 0)


class EpisodeRow(NamedTuple):
    """A particular episode; "" where it has no guest star of its own."""

    season: int
    number: int
    name: str
    aired: date
    director: str
    guest: str


class SeriesRow(NamedTuple):
    """A series, with the number of episodes of each season."""

    name: str
    first: date
    rating: float
    genres: tuple[str, ...]
    network: str
    companies: tuple[str, ...]
    creators: tuple[str, ...]
    cast: Cast
    seasons: tuple[int, ...]
    status: str
    episodes: tuple[EpisodeRow, ...]


def people() -> Iterator[PersonRow]:
    """The people of the table."""
    for name, gender, birthday, place, department, *death in _rows(PEOPLE):
        day = date.fromisoformat(death[0]) if death else None
        yield PersonRow(name, int(gender), date.fromisoformat(birthday), place, department, day)


def companies() -> Iterator[CompanyRow]:
    """The production companies of the table."""
    return (CompanyRow(*row) for row in _rows(COMPANIES))


def networks() -> Iterator[CompanyRow]:
    """The networks of the table."""
    return (CompanyRow(*row) for row in _rows(NETWORKS))


def films() -> Iterator[FilmRow]:
    """The films of the table."""
    for title, released, rating, genres, directors, cast, rest in _rows(FILMS):
        told = dict(part.split("=", 1) for part in rest.split(";"))
        budget, _, revenue = told.get("m", "0/0").partition("/")
        yield FilmRow(
            title,
            date.fromisoformat(released),
            float(rating),
            tuple(genres.split(",")),
            tuple(directors.split(",")),
            _cast(cast),
            tuple(told["p"].split(",")),
            told.get("c"),
            told.get("l", "en"),
            (int(budget) * 1_000_000, int(revenue) * 1_000_000),
        )


def series() -> Iterator[SeriesRow]:
    """The series of the table."""
    for name, first, rating, genres, network, firms, by, cast, seasons, status, *rest in _rows(
        SERIES
    ):
        yield SeriesRow(
            name,
            date.fromisoformat(first),
            float(rating),
            tuple(genres.split(",")),
            network,
            tuple(firms.split(",")),
            tuple(by.split(",")),
            _cast(cast),
            tuple(map(int, seasons.split(","))),
            status,
            tuple(map(_episode, rest)),
        )


def _rows(table: str) -> Iterator[list[str]]:
    return (line.split("|") for line in table.strip().splitlines())


def _cast(text: str) -> Cast:
    pairs = (part.partition("=") for part in text.split(","))
    return tuple((name, character) for name, _, character in pairs)


def _episode(text: str) -> EpisodeRow:
    place, _, rest = text.partition("=")
    season, _, number = place.partition("x")
    name, aired, director, guest = rest.split(";")
    return EpisodeRow(int(season), int(number), name, date.fromisoformat(aired), director, guest)
