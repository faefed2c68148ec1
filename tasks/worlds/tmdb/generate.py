"""The facts of a seed: what the tables say, drawn what they leave open, and much invented."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from tasks.worlds.draw import Draw
from tasks.worlds.tmdb import invented
from tasks.worlds.tmdb.genres import FILM_GENRES, SERIES_GENRES
from tasks.worlds.tmdb.known import pinned, tables
from tasks.worlds.tmdb.making import Maker
from tasks.worlds.tmdb.store import TODAY, Store

FILMS, SERIES, PEOPLE = 240, 90, 160
"""How many are invented besides the known ones."""


@lru_cache(maxsize=4)
def generate(seed: int) -> Store:
    """The world of a seed. Who asks for it twice gets the same one."""
    make = Maker(Store(seed, genres={"movie": FILM_GENRES, "tv": SERIES_GENRES}))
    for row in tables.people():
        make.person(row)
    draw = Draw(seed, "crowd")
    crowd = [make.invented_person(draw) for _ in range(PEOPLE)]
    for company in tables.companies():
        make.company(company)
    for network in tables.networks():
        make.network(network)
    for film in (*tables.films(), *_films(seed, make)):
        make.film(film, crowd)
    for series in (*tables.series(), *_series(seed, make)):
        make.one_series(series, crowd)
    make.illustrate()
    _pin(make)
    return make.store


def _films(seed: int, make: Maker) -> list[tables.FilmRow]:
    draw = Draw(seed, "invented films")
    people = list(make.invented)
    rows = []
    for number, title in enumerate(_titles(draw, FILMS)):
        # Every sixth one is shown or comes soon, so that there is something in theatres.
        near = number % 6 == 0
        day = TODAY + timedelta(days=draw.integer(-40, 40) if near else -draw.integer(60, 15_000))
        cast = [(name, invented.person_name(draw)) for name in draw.sample(people, 3)]
        genres = tuple(dict.fromkeys(draw.choice([*FILM_GENRES.values()]) for _ in range(2)))
        language = "en" if draw.chance(80) else draw.choice(["fr", "ja", "ko", "es"])
        rating = draw.integer(30, 78) / 10
        companies = (f"{draw.choice(invented.LAST)} Pictures",)
        directors = (draw.choice(people),)
        rows.append(
            tables.FilmRow(
                title, day, rating, genres, directors, tuple(cast), companies, None, language
            )
        )
    return rows


def _series(seed: int, make: Maker) -> list[tables.SeriesRow]:
    draw = Draw(seed, "invented series")
    people = list(make.invented)
    networks = [network.name for network in make.store.networks.values()]
    rows = []
    for number, title in enumerate(_titles(draw, SERIES)):
        airing = number % 4 == 0
        seasons = tuple(draw.integer(5, 9) for _ in range(draw.integer(1, 3)))
        first = date(draw.integer(1975, 2019), draw.integer(1, 12), draw.integer(1, 28))
        cast = [(name, invented.person_name(draw)) for name in draw.sample(people, 3)]
        genres = tuple(dict.fromkeys(draw.choice([*SERIES_GENRES.values()]) for _ in range(2)))
        rows.append(
            tables.SeriesRow(
                f"The {title}",
                first,
                draw.integer(35, 78) / 10,
                genres,
                draw.choice(networks),
                (f"{draw.choice(invented.LAST)} Television",),
                (draw.choice(people),),
                tuple(cast),
                seasons,
                "A" if airing else draw.choice(["E", "R"]),
                (),
            )
        )
    return rows


def _titles(draw: Draw, n: int) -> list[str]:
    every = [f"{one} {other}" for one in invented.ADJECTIVES for other in invented.NOUNS]
    return draw.sample(every, n)


def _pin(make: Maker) -> None:
    for table, wanted in (
        (make.store.similar, pinned.SIMILAR),
        (make.store.recommended, pinned.RECOMMENDED),
    ):
        for (medium, name), other in wanted.items():
            ids = make.ids[medium]
            table[medium, ids[name]] = ids[other]
