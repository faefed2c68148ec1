"""The operations of the film database as views over its facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from tasks.worlds.rest import HttpError, page_of
from tasks.worlds.tmdb import discover, finding, views
from tasks.worlds.tmdb.records import Episode, Film, Person, Season, Series
from tasks.worlds.tmdb.shapes import shaped
from tasks.worlds.tmdb.store import Store

PAGE = 20
"""Entries of a page."""
PAGES = 1000
"""Pages that may be asked for."""
UNKNOWN = "The resource you requested could not be found."
CODES = {
    34: UNKNOWN,
    6: "Invalid id: The pre-requisite id is invalid or not found.",
    5: "Invalid parameters: Your request parameters are incorrect.",
    22: "Invalid page: Pages start at 1 and max at 1000. They are expected to be an integer.",
}
APPENDED = (
    "keywords",
    "reviews",
    "release_dates",
    "images",
    "credits",
    "recommendations",
    "similar",
)
TRENDING, CREDIT = "GET /trending/{media_type}/{time_window}", "GET /credit/{credit_id}"
MEDIA_TYPES = ("movie", "tv", "person")
PICTURES = {"backdrops": "backdrop", "posters": "poster"}
Arguments = Mapping[str, Any]
K = TypeVar("K")
T = TypeVar("T")


class FilmDatabase:
    """The service of one world. It can only be read, so that nothing of an attempt is kept.

    Args:
        store: the facts.
        examples: the form of each operation's answer.
    """

    def __init__(self, store: Store, examples: Mapping[str, Any]) -> None:
        self._store, self._examples = store, examples

    @property
    def state(self) -> Any:
        """Which world it is: simulated, of a seed. No call changes anything in it."""
        return {"simulated": True, "seed": self._store.seed}

    def answer(self, operation: str, arguments: Arguments) -> Any:
        """The body of an answer, in the form of the documented example.

        Raises:
            HttpError: there is no such thing, or an argument means nothing.
        """
        if not 1 <= arguments.get("page", 1) <= PAGES:
            raise HttpError(422, CODES[22], "page", 22)
        view = VIEWS.get(operation)
        if view is None:
            raise HttpError(404, UNKNOWN, code=34)
        given = view(self._store, arguments)
        answer = shaped(given, self._example(operation, arguments, given))
        appended = str(arguments.get("append_to_response") or "").split(",")[:20]
        for name in (part.strip() for part in appended):
            if name in APPENDED:
                own = {**arguments, "append_to_response": ""}
                answer[name] = self.answer(f"{operation}/{name}", own)
        return answer

    def _example(self, operation: str, arguments: Arguments, given: Any) -> Any:
        """The example; one of another list where the operation's own has no thing of that kind."""
        if operation == TRENDING:
            kind = arguments["media_type"]
            kinds = MEDIA_TYPES if kind == "all" else (kind,)
            lists = [self._examples.get(f"GET /{one}/popular") or {} for one in kinds]
            entries = [entry for one in lists for entry in one.get("results", ())]
            if kind == "all":
                entries = [entry | {"media_type": kind} for entry in entries]
            return (self._examples.get(operation) or {}) | {"results": entries}
        example = self._examples.get(operation)
        if operation == CREDIT and given["media_type"] == "movie" and example:
            films = self._examples.get("GET /movie/popular") or {}
            media = {key: value for one in films.get("results", ()) for key, value in one.items()}
            return example | {"media": media | {"character": ""}}
        return example

    def refused(self, error: HttpError) -> Any:
        """The service's own error: a number and what it stands for."""
        code = error.code or {404: 34}.get(error.status, 5)
        if error.parameter.endswith("_id") and error.status == 400:
            code = 6
        message = error.message if error.status == 422 or code == 5 else CODES[code]
        return {"success": False, "status_code": code, "status_message": message}


def _film(store: Store, asked: Arguments) -> Film:
    return _there(store.films, asked["movie_id"])


def _series(store: Store, asked: Arguments) -> Series:
    return _there(store.series, asked["tv_id"])


def _season(store: Store, asked: Arguments) -> Season:
    season = store.season(_series(store, asked).id, asked["season_number"])
    if season is None:
        raise HttpError(404, UNKNOWN, code=34)
    return season


def _episode(store: Store, asked: Arguments) -> Episode:
    own = store.episodes_in(_season(store, asked))
    return _there({episode.number: episode for episode in own}, asked["episode_number"])


def _there(things: Mapping[K, T], key: K) -> T:
    if key not in things:
        raise HttpError(404, UNKNOWN, code=34)
    return things[key]


def _paged(things: Sequence[Any], asked: Arguments, row: Callable[[Any], Any]) -> views.JSON:
    page = page_of(things, asked.get("page", 1), PAGE)
    return {
        "page": page.number,
        "results": [row(thing) for thing in page.items],
        "total_pages": page.pages,
        "total_results": page.total,
    }


def _films(store: Store, films: Sequence[Film], asked: Arguments) -> views.JSON:
    return _paged(films, asked, lambda film: views.film_row(store, film))


def _all_series(store: Store, series: Sequence[Series], asked: Arguments) -> views.JSON:
    return _paged(series, asked, lambda one: views.series_row(store, one))


def _dated(store: Store, found: tuple[Any, ...], asked: Arguments) -> views.JSON:
    films, first, last = found
    dates = {"maximum": last.isoformat(), "minimum": first.isoformat()}
    return _films(store, films, asked) | {"dates": dates}


def _search_films(store: Store, asked: Arguments) -> views.JSON:
    found = finding.matching(
        store.films.values(), asked["query"], lambda film: film.title, lambda film: film.popularity
    )
    for name in ("year", "primary_release_year"):
        if asked.get(name):
            found = [film for film in found if film.released.year == asked[name]]
    return _films(store, found, asked)


def _search_series(store: Store, asked: Arguments) -> views.JSON:
    found = finding.matching(
        store.series.values(), asked["query"], lambda one: one.name, lambda one: one.popularity
    )
    if year := asked.get("first_air_date_year"):
        found = [one for one in found if store.episodes_of[one.id][0].aired.year == year]
    return _all_series(store, found, asked)


def _search_people(store: Store, asked: Arguments) -> views.JSON:
    found = finding.matching(
        store.people.values(), asked["query"], lambda one: one.name, lambda one: one.popularity
    )
    return _paged(found, asked, lambda person: views.person_found(store, person))


def _search_companies(store: Store, asked: Arguments) -> views.JSON:
    companies = store.companies.values()
    found = finding.matching(companies, asked["query"], lambda one: one.name, lambda one: -one.id)
    return _paged(found, asked, lambda company: views.firm(store, "company", company))


def _search_collections(store: Store, asked: Arguments) -> views.JSON:
    named = store.collections.values()
    found = finding.matching(named, asked["query"], lambda one: one.name, lambda one: -one.id)
    return _paged(found, asked, lambda one: views.collection_row(store, one.id))


def _trending(store: Store, asked: Arguments) -> views.JSON:
    kind, window = asked["media_type"], asked["time_window"]
    rows: list[tuple[float, views.JSON]] = []
    if kind in ("all", "movie"):
        films = finding.trending(store.films.values(), window)
        rows += [(film.trend[window], views.film_row(store, film)) for film in films]
    if kind in ("all", "tv"):
        series = finding.trending(store.series.values(), window)
        rows += [(one.trend[window], views.series_row(store, one)) for one in series]
    if kind in ("all", "person"):
        people = finding.popular_people(store.people.values())
        rows += [(one.popularity, views.person_row(store, one)) for one in people]
    rows.sort(key=lambda row: -row[0])
    return _paged([row for _, row in rows], asked, lambda row: row)


def _reviews(store: Store, medium: str, of: int, asked: Arguments) -> views.JSON:
    own = store.reviews_of.get((medium, of), ())
    return {"id": of} | _paged(own, asked, lambda review: _review(store, review.id))


def _review(store: Store, id: str) -> views.JSON:
    review = _there(store.reviews, id)
    film = review.medium == "movie"
    title = store.films[review.of].title if film else store.series[review.of].name
    return {
        "id": review.id,
        "author": review.author,
        "content": review.content,
        "iso_639_1": "en",
        "media_id": review.of,
        "media_title": title,
        "media_type": "Movie" if film else "TV",
        "url": f"https://www.themoviedb.example/review/{review.id}",
    }


def _keywords(store: Store, work: Film | Series, name: str) -> views.JSON:
    words = [{"id": number, "name": store.keywords[number].name} for number in work.keywords]
    return {"id": work.id, name: words}


def _releases(store: Store, asked: Arguments) -> views.JSON:
    film = _film(store, asked)
    results = [
        {
            "iso_3166_1": country,
            "release_dates": [
                {
                    "certification": certification,
                    "iso_639_1": "",
                    "note": "",
                    "release_date": f"{day.isoformat()}T00:00:00.000Z",
                    "type": 3,
                }
            ],
        }
        for country, (day, certification) in film.releases.items()
    ]
    return {"id": film.id, "results": results}


def _credits(store: Store, medium: str, of: int) -> views.JSON:
    """The cast, and the crew with those of all episodes; without the episodes' guest stars."""
    people = views.credited(store, store.credits_of[medium, of])
    return {"id": of, "cast": people["cast"], "crew": people["crew"]}


def _season_credits(store: Store, asked: Arguments) -> views.JSON:
    season = _season(store, asked)
    cast = views.credited(store, store.credits_of["tv", season.series])["cast"]
    own = [one for e in store.episodes_in(season) for one in store.credits_in[e.id]]
    return {"id": season.id, "cast": cast, "crew": views.credited(store, own)["crew"]}


def _episode_credits(store: Store, asked: Arguments) -> views.JSON:
    episode = _episode(store, asked)
    cast = views.credited(store, store.credits_of["tv", episode.series])["cast"]
    own = views.credited(store, store.credits_in[episode.id])
    return {"id": episode.id, "cast": cast} | {name: own[name] for name in ("crew", "guest_stars")}


def _season_page(store: Store, asked: Arguments) -> views.JSON:
    season = _season(store, asked)
    episodes = [views.episode_page(store, one) for one in store.episodes_in(season)]
    return views.season_row(store, season) | {"episodes": episodes}


def _collection(store: Store, asked: Arguments) -> views.JSON:
    number = _there(store.collections, asked["collection_id"]).id
    parts = [views.film_row(store, film) for film in store.parts_of[number]]
    return views.collection_row(store, number) | {"parts": parts}


def _person(store: Store, asked: Arguments) -> Person:
    return _there(store.people, asked["person_id"])


def _logos(store: Store, kind: str, things: Mapping[int, Any], number: int) -> views.JSON:
    return views.images(store, (kind, _there(things, number).id), {"logos": "logo"})


def _genres(store: Store, medium: str) -> views.JSON:
    return {"genres": views.genres(store, medium, tuple(store.genres[medium]))}


VIEWS: Mapping[str, Callable[[Store, Arguments], Any]] = {
    "GET /search/movie": _search_films,
    "GET /search/tv": _search_series,
    "GET /search/person": _search_people,
    "GET /search/company": _search_companies,
    "GET /search/collection": _search_collections,
    "GET /discover/movie": lambda s, a: _films(s, discover.films(s, a), a),
    "GET /discover/tv": lambda s, a: _all_series(s, discover.series(s, a), a),
    TRENDING: _trending,
    "GET /genre/movie/list": lambda s, a: _genres(s, "movie"),
    "GET /genre/tv/list": lambda s, a: _genres(s, "tv"),
    CREDIT: lambda s, a: views.credit_page(s, _there(s.credits, a["credit_id"])),
    "GET /review/{review_id}": lambda s, a: _review(s, a["review_id"]),
    "GET /company/{company_id}": lambda s, a: views.firm(
        s, "company", _there(s.companies, a["company_id"])
    ),
    "GET /company/{company_id}/images": lambda s, a: _logos(
        s, "company", s.companies, a["company_id"]
    ),
    "GET /network/{network_id}": lambda s, a: views.firm(
        s, "network", _there(s.networks, a["network_id"])
    ),
    "GET /network/{network_id}/images": lambda s, a: _logos(
        s, "network", s.networks, a["network_id"]
    ),
    "GET /collection/{collection_id}": _collection,
    "GET /collection/{collection_id}/images": lambda s, a: views.images(
        s, ("collection", _there(s.collections, a["collection_id"]).id), PICTURES
    ),
    "GET /person/popular": lambda s, a: _paged(
        finding.popular_people(s.people.values()), a, lambda one: views.person_found(s, one)
    ),
    "GET /person/{person_id}": lambda s, a: views.person_page(s, _person(s, a)),
    "GET /person/{person_id}/images": lambda s, a: views.images(
        s, ("person", _person(s, a).id), {"profiles": "profile"}
    ),
    "GET /person/{person_id}/movie_credits": lambda s, a: views.works(s, "movie", _person(s, a).id),
    "GET /person/{person_id}/tv_credits": lambda s, a: views.works(s, "tv", _person(s, a).id),
    "GET /movie/popular": lambda s, a: _films(s, finding.popular(s.films.values()), a),
    "GET /movie/top_rated": lambda s, a: _films(s, finding.top_rated(s.films.values()), a),
    "GET /movie/now_playing": lambda s, a: _dated(s, finding.now_playing(s), a),
    "GET /movie/upcoming": lambda s, a: _dated(s, finding.upcoming(s), a),
    "GET /movie/latest": lambda s, a: views.film_page(s, finding.latest_film(s)),
    "GET /movie/{movie_id}": lambda s, a: views.film_page(s, _film(s, a)),
    "GET /movie/{movie_id}/credits": lambda s, a: _credits(s, "movie", _film(s, a).id),
    "GET /movie/{movie_id}/images": lambda s, a: views.images(
        s, ("movie", _film(s, a).id), PICTURES
    ),
    "GET /movie/{movie_id}/keywords": lambda s, a: _keywords(s, _film(s, a), "keywords"),
    "GET /movie/{movie_id}/recommendations": lambda s, a: _films(
        s, finding.recommended(s, "movie", _film(s, a), s.films.values()), a
    ),
    "GET /movie/{movie_id}/release_dates": _releases,
    "GET /movie/{movie_id}/reviews": lambda s, a: _reviews(s, "movie", _film(s, a).id, a),
    "GET /movie/{movie_id}/similar": lambda s, a: _films(
        s, finding.similar(s, "movie", _film(s, a), s.films.values()), a
    ),
    "GET /tv/popular": lambda s, a: _all_series(s, finding.popular(s.series.values()), a),
    "GET /tv/top_rated": lambda s, a: _all_series(s, finding.top_rated(s.series.values()), a),
    "GET /tv/on_the_air": lambda s, a: _all_series(s, finding.on_the_air(s, 7), a),
    "GET /tv/airing_today": lambda s, a: _all_series(s, finding.on_the_air(s, 0), a),
    "GET /tv/latest": lambda s, a: views.series_page(s, finding.latest_series(s)),
    "GET /tv/{tv_id}": lambda s, a: views.series_page(s, _series(s, a)),
    "GET /tv/{tv_id}/credits": lambda s, a: _credits(s, "tv", _series(s, a).id),
    "GET /tv/{tv_id}/images": lambda s, a: views.images(s, ("tv", _series(s, a).id), PICTURES),
    "GET /tv/{tv_id}/keywords": lambda s, a: _keywords(s, _series(s, a), "results"),
    "GET /tv/{tv_id}/recommendations": lambda s, a: _all_series(
        s, finding.recommended(s, "tv", _series(s, a), s.series.values()), a
    ),
    "GET /tv/{tv_id}/reviews": lambda s, a: _reviews(s, "tv", _series(s, a).id, a),
    "GET /tv/{tv_id}/similar": lambda s, a: _all_series(
        s, finding.similar(s, "tv", _series(s, a), s.series.values()), a
    ),
    "GET /tv/{tv_id}/season/{season_number}": _season_page,
    "GET /tv/{tv_id}/season/{season_number}/credits": _season_credits,
    "GET /tv/{tv_id}/season/{season_number}/images": lambda s, a: views.images(
        s, ("season", _season(s, a).id), {"posters": "poster"}
    ),
    "GET /tv/{tv_id}/season/{season_number}/episode/{episode_number}": lambda s, a: (
        views.episode_page(s, _episode(s, a))
    ),
    "GET /tv/{tv_id}/season/{season_number}/episode/{episode_number}/credits": _episode_credits,
    "GET /tv/{tv_id}/season/{season_number}/episode/{episode_number}/images": lambda s, a: (
        views.images(s, ("episode", _episode(s, a).id), {"stills": "still"})
    ),
}
"""Every operation of the service."""
