"""What there is in the film database: things, and what ties them to each other by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody. `gender` is 1 for a woman, 2 for a man."""

    id: int
    name: str
    gender: int
    birthday: date
    deathday: date | None
    birthplace: str
    department: str
    biography: str
    popularity: float


@dataclass(frozen=True, slots=True)
class Film:
    """A film. `releases` is country -> day and certification; `trend` orders what is trending."""

    id: int
    title: str
    released: date
    language: str
    genres: tuple[int, ...]
    keywords: tuple[int, ...]
    companies: tuple[int, ...]
    collection: int | None
    releases: Mapping[str, tuple[date, str]]
    overview: str
    tagline: str
    runtime: int
    budget: int
    revenue: int
    rating: float
    votes: int
    popularity: float
    trend: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Series:
    """A series. `status` is "Ended" or "Returning Series"."""

    id: int
    name: str
    language: str
    country: str
    genres: tuple[int, ...]
    keywords: tuple[int, ...]
    companies: tuple[int, ...]
    network: int
    creators: tuple[int, ...]
    status: str
    kind: str
    runtime: int
    overview: str
    rating: float
    votes: int
    popularity: float
    trend: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Season:
    """A season of a series."""

    id: int
    series: int
    number: int


@dataclass(frozen=True, slots=True)
class Episode:
    """An episode of a season."""

    id: int
    series: int
    season: int
    number: int
    name: str
    aired: date
    overview: str
    rating: float
    votes: int


@dataclass(frozen=True, slots=True)
class Company:
    """A production company, or a network."""

    id: int
    name: str
    headquarters: str
    country: str
    homepage: str


@dataclass(frozen=True, slots=True)
class Named:
    """A genre, a keyword or a collection."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Credit:
    """What somebody did for a film, a series or, where `episode` is an id, one episode of it.

    Attributes:
        medium: "movie" or "tv".
        of: id of the film or series.
        job: "Actor" for the cast.
        order: place in the cast; 0 is the lead.
        guest: whether it is a guest star's.
    """

    id: str
    person: int
    medium: str
    of: int
    job: str
    department: str
    character: str = ""
    order: int = 0
    episode: int = 0
    guest: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody wrote on a film or series."""

    id: str
    medium: str
    of: int
    author: str
    content: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture. `owner` is the kind and the id of what it shows; `kind` is "poster", "logo"..."""

    owner: tuple[str, int]
    kind: str
    path: str
    width: int
    height: int
    language: str | None
    rating: float
    votes: int
