"""What RestBench's TMDB queries mean: what is looked for, which of what is found, what is right.

By position in the benchmark's file from 0. `names` are what the searches look for; `chosen` are
arguments by position in the path, beyond the ids that follow from types; `says` is how the answer
follows from what the last call gave (or from all of them); `right` works the answer out from the
facts themselves. Three paths cannot lead to the answer, since a second search is missing, and one
asks for what the service does not tell: they have `right` at most, `says` is None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tasks.worlds.tmdb.gold.facts import Facts
from tasks.worlds.tmdb.gold.picks import Pick

Given = Sequence[Any]


@dataclass(frozen=True)
class Query:
    """What a query means.

    Attributes:
        names: what the searches of the path look for, in order.
        right: the right answers, from the facts.
        says: the value in the last answer that is the answer; or the values, from all answers.
        chosen: arguments by position in the path.
        all: whether an answer must have all that is right, or any of it.
    """

    names: tuple[str, ...] = ()
    right: Callable[[Facts], Sequence[Any]] | None = None
    says: Pick | Callable[[Given], Sequence[Any]] | None = None
    chosen: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    all: bool = False


DIRECTING = {"job": "Director"}
DIRECTOR = Pick("crew", where=DIRECTING)
DIRECTOR_NAME = Pick("crew", "name", DIRECTING)
LEAD, LEAD_NAME = Pick("cast"), Pick("cast", "name")
POSTER, STILL = Pick("posters", "file_path"), Pick("stills", "file_path")
LOGO, PROFILE = Pick("logos", "file_path"), Pick("profiles", "file_path")
REVIEW, WORD = Pick("results", "content"), Pick("results", "name")
TITLE, NAME = Pick("results", "title"), Pick("results", "name")
RELEASE = Pick("results", "release_dates.0.release_date", {"iso_3166_1": "US"})
DAY = {"media_type": "tv", "time_window": "day"}
LATEST_DIRECTED = Pick("crew", where=DIRECTING, most="release_date")


def _every(path: str, name: str, **where: Any) -> Callable[[Given], Sequence[Any]]:
    """All values of that name in a list of the last answer."""
    return lambda given: Pick(path, name, where).every(given[-1])


def _released(f: Facts, title: str) -> list[str]:
    return [f"{f.film(title).released.isoformat()}T00:00:00.000Z"]


def _posters(f: Facts, *films: Any) -> list[str]:
    return [path for film in films for path in f.pictures("movie", film.id, "poster")]


def _yes(truth: bool) -> list[str]:
    return ["yes" if truth else "no"]


def _latest(works: Sequence[Any]) -> Any:
    return max(works, key=lambda film: film.released)


def _series_of(f: Facts, name: str, job: str) -> list[Any]:
    return [f.store.series[number] for number in f.done(name, "tv", job)]


def _began(f: Facts, one: Any) -> str:
    return min(e.aired for e in f.store.episodes.values() if e.series == one.id).isoformat()


def _firms(f: Facts, work: Any) -> list[Any]:
    return [f.store.companies[number] for number in work.companies]


def _home(f: Facts, work: Any) -> list[str]:
    return [_firms(f, work)[0].headquarters]


QUERIES: Mapping[int, Query] = {
    0: Query(
        ("Sofia Coppola",),
        lambda f: [len(f.films_by("Sofia Coppola"))],
        lambda given: [len(Pick("crew", where=DIRECTING).every(given[-1]))],
    ),
    1: Query(("The Dark Knight",), lambda f: [f.lead(f.film("The Dark Knight")).name], LEAD_NAME),
    2: Query((), lambda f: [f.director(f.best_film()).name], DIRECTOR_NAME),
    3: Query(
        ("Star Wars",),
        lambda f: f.pictures(
            "collection", f.parts("Star Wars Collection")[0].collection or 0, "poster", "backdrop"
        ),
        POSTER,
    ),
    4: Query(
        ("Walt Disney",),
        lambda f: f.pictures("company", f.company("Walt Disney Pictures").id, "logo"),
        LOGO,
    ),
    5: Query(
        ("Titanic",),
        lambda f: f.pictures("person", f.lead(f.film("Titanic")).id, "profile"),
        PROFILE,
        {2: {"person_id": LEAD}},
    ),
    6: Query(("Titanic",), lambda f: f.reviews(f.film("Poseidon")), REVIEW),
    7: Query(("Titanic",), lambda f: f.alike(f.film("Titanic")), TITLE),
    8: Query(
        ("Christopher Nolan",),
        lambda f: [_latest(f.films_by("Christopher Nolan")).title],
        Pick("crew", "title", DIRECTING, most="release_date"),
    ),
    9: Query(
        ("Martin Scorsese",),
        lambda f: [max(f.films_by("Martin Scorsese"), key=lambda film: film.rating).title],
        Pick("crew", "title", DIRECTING, most="vote_average"),
    ),
    10: Query(
        ("Leonardo DiCaprio",),
        lambda f: [f.director(_latest(f.films_with("Leonardo DiCaprio"))).name],
        DIRECTOR_NAME,
        {2: {"movie_id": Pick("cast", most="release_date")}},
    ),
    11: Query(
        ("Catherine Hardwicke",),
        lambda f: [
            max(
                _series_of(f, "Catherine Hardwicke", "Director"), key=lambda one: _began(f, one)
            ).name
        ],
        Pick("crew", "name", DIRECTING, most="first_air_date"),
    ),
    12: Query(("Breaking Bad",), lambda f: f.alike(f.series("Breaking Bad")), NAME),
    13: Query(
        (),
        lambda f: [
            f.director(max(f.store.films.values(), key=lambda film: film.trend["day"])).name
        ],
        DIRECTOR_NAME,
        {0: {"media_type": "movie", "time_window": "day"}},
    ),
    14: Query(("Twilight",), lambda f: [f.director(f.film("Twilight")).name], DIRECTOR_NAME),
    15: Query(
        ("The Witcher",),
        lambda f: f.pictures("episode", f.episodes("The Witcher", 1)[1].id, "still"),
        STILL,
        {1: {"season_number": 1, "episode_number": 2}},
    ),
    16: Query((), lambda f: [f.best_film().title], TITLE),
    17: Query(("The Matrix",), lambda f: _released(f, "The Matrix"), RELEASE),
    18: Query(
        (),
        lambda f: [max(f.store.people.values(), key=lambda person: person.popularity).name],
        NAME,
    ),
    19: Query(
        ("Christopher Nolan",),
        lambda f: _posters(f, *f.films_by("Christopher Nolan")),
        POSTER,
        {2: {"movie_id": DIRECTOR}},
    ),
    20: Query(("Titanic",), lambda f: f.words(f.film("Titanic")), Pick("keywords", "name")),
    21: Query((), lambda f: [one.name for one in f.airing()], NAME),
    22: Query(
        ("Clint Eastwood",),
        lambda f: _released(f, _latest(f.films_by("Clint Eastwood")).title),
        RELEASE,
        {2: {"movie_id": LATEST_DIRECTED}},
    ),
    23: Query(("The Dark Knight",), lambda f: f.reviews(f.film("The Dark Knight")), REVIEW),
    24: Query(
        ("Francis Ford Coppola",),
        lambda f: [name for film in f.films_by("Francis Ford Coppola") for name in f.alike(film)],
        TITLE,
        {2: {"movie_id": DIRECTOR}},
    ),
    25: Query(
        (),
        lambda f: [
            f.lead(
                _latest(
                    [
                        film
                        for film in f.store.films.values()
                        if film.released.isoformat() <= "2025-02-14"
                    ]
                )
            ).name
        ],
        LEAD_NAME,
    ),
    26: Query(
        (),
        lambda f: _posters(
            f,
            *[
                film
                for film in f.store.films.values()
                if "2025-01-15" <= film.released.isoformat() <= "2025-02-14"
            ],
        ),
        POSTER,
    ),
    27: Query(
        (),
        lambda f: [f.most_popular_film().title, *f.words(f.most_popular_film())],
        lambda given: [given[0]["results"][0]["title"], *Pick("keywords", "name").every(given[1])],
        all=True,
    ),
    28: Query((), lambda f: f.words(f.most_popular_film()), _every("keywords", "name"), all=True),
    29: Query(
        ("Titanic",),
        lambda f: [person.name for person in f.people(f.film("Titanic"), "Actor")],
        LEAD_NAME,
    ),
    30: Query(
        ("Paramount Pictures",),
        lambda f: f.pictures("company", f.company("Paramount Pictures").id, "logo"),
        LOGO,
    ),
    31: Query(
        ("universal pictures",),
        lambda f: [f.company("Universal Pictures").headquarters],
        Pick("", "headquarters"),
    ),
    32: Query(("Titanic",), lambda f: _released(f, "Titanic"), RELEASE),
    33: Query(
        ("Star Wars",),
        lambda f: [person.name for person in f.people(f.parts("Star Wars Collection")[0], "Actor")],
        LEAD_NAME,
        {2: {"movie_id": Pick("parts", least="release_date")}},
    ),
    34: Query(
        ("Harry Potter",), lambda f: _posters(f, *f.parts("Harry Potter Collection")), POSTER
    ),
    35: Query(
        ("The Hunger Games",),
        lambda f: [
            word for film in f.parts("The Hunger Games Collection") for word in f.words(film)
        ],
        Pick("keywords", "name"),
    ),
    36: Query(
        ("The Hobbit",),
        lambda f: [film.released.isoformat() for film in f.parts("The Hobbit Collection")],
        _every("parts", "release_date"),
        all=True,
    ),
    37: Query(
        ("The Fast and the Furious",),
        lambda f: [film.title for film in f.parts("The Fast and the Furious Collection")],
        _every("parts", "title"),
        all=True,
    ),
    38: Query(
        ("The Fast and the Furious",),
        lambda f: [
            text
            for film in f.parts("The Fast and the Furious Collection")
            for text in f.reviews(film)
        ],
        REVIEW,
    ),
    39: Query(
        ("Lord of the Rings",),
        lambda f: [f.parts("The Lord of the Rings Collection")[0].released.isoformat()],
        Pick("parts", "release_date", least="release_date"),
    ),
    40: Query(
        ("House of Cards",),
        lambda f: [
            person.name
            for one in f.episodes("House of Cards", 1)
            for person in f.in_episode(one, "Director")
        ],
        _every("crew", "name", job="Director"),
        {1: {"season_number": 1}},
        all=True,
    ),
    41: Query(("House of Cards",), lambda f: f.alike(f.series("House of Cards")), NAME),
    42: Query(
        (),
        lambda f: [_began(f, max(f.airing(), key=lambda one: one.popularity))],
        Pick("", "first_air_date"),
    ),
    43: Query(
        ("Django Unchained",),
        lambda f: [
            film.title
            for film in f.films_by("Quentin Tarantino")
            if film.title != "Django Unchained"
        ],
        lambda given: [
            title
            for title in Pick("crew", "title", DIRECTING).every(given[-1])
            if title != "Django Unchained"
        ],
        {2: {"person_id": DIRECTOR}},
    ),
    44: Query(
        (),
        lambda f: [person.name for one in f.airing() for person in f.people(one, "Actor")],
        _every("cast", "name"),
    ),
    45: Query(("Breaking Bad",), lambda f: f.reviews(f.series("Breaking Bad")), REVIEW),
    46: Query(("The Last Of Us",), lambda f: f.alike(f.series("The Last of Us")), NAME),
    47: Query(("The Last Of Us",), lambda f: f.alike(f.series("The Last of Us")), NAME),
    48: Query(
        ("Friends",),
        lambda f: [person.name for person in f.in_episode(f.episodes("Friends", 3)[23], "Actor")],
        Pick("guest_stars", "name"),
        {1: {"season_number": 3, "episode_number": 24}},
    ),
    49: Query((), lambda f: [f.lead(f.most_popular_series()).name], LEAD_NAME),
    50: Query(
        (),
        lambda f: f.words(max(f.store.series.values(), key=lambda one: (one.rating, one.votes))),
        WORD,
    ),
    51: Query(
        ("2 Broke Girls",),
        lambda f: f.pictures("tv", f.series("2 Broke Girls").id, "poster"),
        POSTER,
    ),
    52: Query(
        ("2 Broke Girls",),
        lambda f: [sum(len(f.episodes("2 Broke Girls", season)) for season in range(1, 20))],
        Pick("", "number_of_episodes"),
    ),
    53: Query(("The Big Bang Theory",)),
    54: Query(
        ("The Big Bang Theory",),
        lambda f: [_began(f, f.series("The Big Bang Theory"))],
        Pick("", "first_air_date"),
    ),
    55: Query((), lambda f: f.words(f.most_popular_series()), WORD),
    56: Query(
        ("Westworld",),
        lambda f: [f.episodes("Westworld", 2)[2].overview],
        Pick("", "overview"),
        {1: {"season_number": 2, "episode_number": 3}},
    ),
    57: Query(
        ("Game of Thrones",),
        lambda f: [f.episodes("Game of Thrones", 2)[0].aired.isoformat()],
        Pick("", "air_date"),
        {1: {"season_number": 2}},
    ),
    58: Query(
        ("Band of Brothers",),
        lambda f: f.pictures("episode", f.episodes("Band of Brothers", 1)[2].id, "still"),
        STILL,
        {1: {"season_number": 1, "episode_number": 3}},
    ),
    59: Query(
        ("Game of Thrones",), lambda f: f.pictures("network", f.network("HBO").id, "logo"), LOGO
    ),
    60: Query(("Game of Thrones",), lambda f: [f.network("HBO").homepage], Pick("", "homepage")),
    61: Query((), lambda f: f.words(f.most_popular_series()), WORD),
    62: Query((), lambda f: _home(f, f.most_popular_series()), Pick("", "headquarters")),
    63: Query(
        ("The Mandalorian",),
        lambda f: f.genres(f.series("The Mandalorian")),
        _every("genres", "name"),
        all=True,
    ),
    64: Query(
        (),
        lambda f: [f.lead(f.trending_series()).birthday.isoformat()],
        Pick("", "birthday"),
        {0: DAY, 2: {"person_id": LEAD}},
    ),
    65: Query(
        (),
        lambda f: [f.store.networks[f.trending_series().network].homepage],
        Pick("", "homepage"),
        {0: DAY},
    ),
    66: Query((), lambda f: f.reviews(f.trending_series()), REVIEW, {0: DAY}),
    67: Query((), lambda f: f.alike(f.trending_series()), NAME, {0: DAY}),
    68: Query((), lambda f: f.pictures("tv", f.trending_series().id, "poster"), POSTER, {0: DAY}),
    69: Query(
        ("Jeremy Clarkson",),
        lambda f: [
            person.name
            for person in f.people(
                max(_series_of(f, "Jeremy Clarkson", "Actor"), key=lambda one: one.popularity),
                "Actor",
            )
            if person.name != "Jeremy Clarkson"
        ],
        lambda given: [
            name for name in Pick("cast", "name").every(given[-1]) if name != "Jeremy Clarkson"
        ],
        {2: {"tv_id": Pick("cast", most="popularity")}},
        all=True,
    ),
    70: Query(
        ("Black Mirror",),
        lambda f: f.pictures("person", f.lead(f.series("Black Mirror")).id, "profile"),
        PROFILE,
        {2: {"person_id": LEAD}},
    ),
    71: Query(
        ("The Mandalorian",),
        lambda f: [f.lead(f.series("The Mandalorian")).birthday.isoformat()],
        Pick("", "birthday"),
        {2: {"person_id": LEAD}},
    ),
    72: Query((), lambda f: [f.lead(f.most_popular_series()).name], LEAD_NAME),
    73: Query(
        (),
        lambda f: f.pictures("person", f.lead(f.most_popular_series()).id, "profile"),
        PROFILE,
        {2: {"person_id": LEAD}},
    ),
    74: Query(
        ("Cate Blanchett",),
        lambda f: f.reviews(
            max(_series_of(f, "Cate Blanchett", "Actor"), key=lambda one: _began(f, one))
        ),
        REVIEW,
        {2: {"tv_id": Pick("cast", most="first_air_date")}},
    ),
    75: Query(
        ("David Schwimmer",),
        lambda f: [
            max(_series_of(f, "David Schwimmer", "Actor"), key=lambda one: one.popularity).name
        ],
        Pick("cast", "name", most="popularity"),
    ),
    76: Query(
        ("Black Mirror",),
        lambda f: [
            person.name for person in f.in_episode(f.episodes("Black Mirror", 2)[2], "Director")
        ],
        Pick("crew", "name", DIRECTING, place=2),
        {1: {"season_number": 2}},
    ),
    77: Query(
        ("Christopher Nolan",),
        lambda f: [film.title for film in f.films_by("Christopher Nolan")],
        lambda given: [film["title"] for film in given[-1]["results"][0]["known_for"]],
    ),
    78: Query(
        ("Avatar", "Avatar: The Way of Water"),
        lambda f: [
            max(
                (f.film("Avatar"), f.film("Avatar: The Way of Water")), key=lambda film: film.rating
            ).title
        ],
        lambda given: [
            max((answer["results"][0] for answer in given), key=lambda film: film["vote_average"])[
                "title"
            ]
        ],
    ),
    79: Query(
        (),
        lambda f: [
            film.title
            for film in f.store.films.values()
            if film.language == "en" and film.rating >= 7 and film.released.year >= 2021
        ],
        _every("results", "title"),
        {
            0: {
                "with_original_language": "en",
                "vote_average.gte": 7.0,
                "primary_release_date.gte": "2021-01-01",
            }
        },
    ),
    80: Query(
        ("Lord of the Ring",),
        lambda f: f.genres(f.parts("The Lord of the Rings Collection")[0]),
        _every("genres", "name"),
        all=True,
    ),
    81: Query(
        (),
        lambda f: [
            max(f.store.people.values(), key=lambda person: person.popularity).birthday.isoformat()
        ],
        Pick("", "birthday"),
    ),
    82: Query(
        ("Big Bang Theory",),
        lambda f: f.pictures("season", f.season("The Big Bang Theory", 2), "poster"),
        POSTER,
        {1: {"season_number": 2}},
    ),
    83: Query(
        ("Mandalorian",),
        lambda f: [f.episodes("The Mandalorian", 2)[2].name],
        Pick("", "name"),
        {1: {"season_number": 2, "episode_number": 3}},
    ),
    84: Query(
        ("The Shawshank Redemption",),
        lambda f: [f.lead(f.film("The Shawshank Redemption")).birthday.isoformat()],
        Pick("", "birthday"),
        {2: {"person_id": LEAD}},
    ),
    85: Query(
        ("The Shawshank Redemption",),
        lambda f: [f.director(f.film("The Shawshank Redemption")).birthday.isoformat()],
        Pick("", "birthday"),
        {2: {"person_id": DIRECTOR}},
    ),
    86: Query(
        ("The Shawshank Redemption",),
        lambda f: _home(f, f.film("The Shawshank Redemption")),
        Pick("", "headquarters"),
    ),
    87: Query(
        ("Star Wars",),
        lambda f: _home(f, f.parts("Star Wars Collection")[0]),
        Pick("", "headquarters"),
    ),
    88: Query(
        ("The Double Life of Veronique",),
        lambda f: [
            min(
                (f.film("The Double Life of Veronique"), f.film("Mulholland Drive")),
                key=lambda film: film.released,
            ).title
        ],
    ),
    89: Query(
        ("Twin Peaks", "Mulholland Drive"),
        lambda f: _yes(
            any(
                person in f.people(f.film("Mulholland Drive"), "Director")
                for one in f.episodes("Twin Peaks", 1)
                for person in f.in_episode(one, "Director")
            )
        ),
        lambda given: _yes(
            bool(
                {*Pick("crew", "id", DIRECTING).every(given[2])}
                & {*Pick("crew", "id", DIRECTING).every(given[3])}
            )
        ),
        {3: {"season_number": 1}},
    ),
    90: Query(
        ("Mulholland Drive",),
        lambda f: [f.person("David Lynch").birthplace],
        Pick("", "place_of_birth"),
        {2: {"person_id": DIRECTOR}},
    ),
    91: Query(
        ("Mulholland Drive",),
        lambda f: _yes(
            f.film("Mulholland Drive")
            in sorted(f.store.films.values(), key=lambda film: (-film.rating, -film.votes))[:10]
        ),
        lambda given: _yes(given[0]["results"][0]["id"] in Pick("results").every(given[1])[:10]),
    ),
    92: Query(
        ("Akira Kurosawa",),
        lambda f: [
            max(("Akira Kurosawa", "Steven Spielberg"), key=lambda name: len(f.films_by(name)))
        ],
    ),
    93: Query(
        ("Mulholland Drive",),
        lambda f: [one.name for one in _series_of(f, "David Lynch", "Director")],
        _every("crew", "name", job="Director"),
        {2: {"person_id": DIRECTOR}},
        all=True,
    ),
    94: Query(
        ("Scarlett Johansson",),
        lambda f: [f.person("Scarlett Johansson").birthday.isoformat()],
        Pick("", "birthday"),
    ),
    95: Query(
        ("Sword Art Online",),
        lambda f: [
            sum(one.series == f.series("Sword Art Online").id for one in f.store.seasons.values())
        ],
        Pick("", "number_of_seasons"),
    ),
    96: Query(
        ("We Married as Job",),
        lambda f: _yes(
            {"Yui Aragaki", "Gen Hoshino"}
            <= {person.name for person in f.people(f.film("We Married as Job"), "Actor")}
        ),
        lambda given: _yes({"Yui Aragaki", "Gen Hoshino"} <= {*LEAD_NAME.every(given[-1])}),
    ),
    97: Query(
        ("Barbie", "DEATH NOTE"),
        lambda f: [
            min(
                (f.director(f.film("Barbie")), f.lead(f.series("Death Note"))),
                key=lambda person: person.birthday,
            ).name
        ],
    ),
    98: Query(
        ("Katherine LaNasa",),
        lambda f: [_latest(f.films_with("Katherine LaNasa")).title],
        Pick("cast", "title", most="release_date"),
    ),
    99: Query(("Oppenheimer",), lambda f: _posters(f, f.film("Oppenheimer")), POSTER),
}
