"""Facts that agree across the operations, checked on the store's views alone: no data is needed."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import UserError
from tasks.worlds.rest import HttpError
from tasks.worlds.tmdb.generate import generate
from tasks.worlds.tmdb.gold.binding import bind
from tasks.worlds.tmdb.service import VIEWS, FilmDatabase
from tasks.worlds.tmdb.shapes import shaped
from tasks.worlds.tmdb.store import TODAY

STORE = generate(1)
SERVICE = FilmDatabase(STORE, {})


def ask(operation: str, **arguments: Any) -> Any:
    return SERVICE.answer(f"GET {operation}", arguments)


def every(operation: str, **arguments: Any) -> list[Any]:
    """The entries of all pages."""
    first = ask(operation, **arguments)
    pages = range(2, first["total_pages"] + 1)
    return [*first["results"], *(e for n in pages for e in ask(operation, page=n, **arguments)["results"])]  # fmt: skip  # noqa: E501


def test_a_film_is_among_the_works_of_exactly_the_people_in_its_credits() -> None:
    for part in ("cast", "crew"):
        by_film = {
            (film, person["id"])
            for film in STORE.films
            for person in ask("/movie/{movie_id}/credits", movie_id=film)[part]
        }
        by_person = {
            (film["id"], person)
            for person in STORE.people
            for film in ask("/person/{person_id}/movie_credits", person_id=person)[part]
        }
        assert by_film == by_person


def test_a_series_crew_has_it_among_their_works() -> None:
    for series in list(STORE.series)[:20]:
        for member in ask("/tv/{tv_id}/credits", tv_id=series)["crew"]:
            works = ask("/person/{person_id}/tv_credits", person_id=member["id"])["crew"]
            assert (series, member["job"]) in {(work["id"], work["job"]) for work in works}


def test_every_film_is_found_by_its_title_first_of_all_with_other_names() -> None:
    for film in STORE.films.values():
        found = every("/search/movie", query=film.title)
        assert found[0]["title"] == film.title
        assert film.id in {one["id"] for one in found}


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        ("/movie/popular", "popularity"),
        ("/tv/popular", "popularity"),
        ("/movie/top_rated", "vote_average"),
        ("/tv/top_rated", "vote_average"),
        ("/tv/on_the_air", "popularity"),
        ("/person/popular", "popularity"),
    ],
)
def test_lists_stand_in_the_order_of_their_field(operation: str, field: str) -> None:
    values = [entry[field] for entry in every(operation)]
    assert values == sorted(values, reverse=True)
    assert len(values) > 20


def test_pages_hold_twenty_and_do_not_overlap() -> None:
    first, second = ask("/movie/popular"), ask("/movie/popular", page=2)
    assert len(first["results"]) == len(second["results"]) == 20
    assert not {e["id"] for e in first["results"]} & {e["id"] for e in second["results"]}
    assert first["total_results"] == len(STORE.films)


def test_theatres_show_what_came_out_and_announce_what_did_not() -> None:
    today = TODAY.isoformat()
    assert all(film["release_date"] <= today for film in every("/movie/now_playing"))
    assert all(film["release_date"] > today for film in every("/movie/upcoming"))


def test_what_airs_today_is_on_the_air_and_has_an_episode_of_today() -> None:
    airing = {one["id"] for one in every("/tv/airing_today")}
    assert airing
    assert airing <= {one["id"] for one in every("/tv/on_the_air")}
    days = {(e.series, e.aired) for e in STORE.episodes.values()}
    assert all((series, TODAY) in days for series in airing)


def test_seasons_and_episodes_count_alike_everywhere() -> None:
    for series in list(STORE.series)[:30]:
        page = ask("/tv/{tv_id}", tv_id=series)
        seasons = [
            ask("/tv/{tv_id}/season/{season_number}", tv_id=series, season_number=n + 1)
            for n in range(page["number_of_seasons"])
        ]
        assert sum(len(season["episodes"]) for season in seasons) == page["number_of_episodes"]
        assert page["first_air_date"] == seasons[0]["air_date"]


def test_discover_keeps_to_its_filters() -> None:
    genre, least = 18, 7.0
    asked = {"with_genres": str(genre), "vote_average.gte": least, "sort_by": "release_date.asc"}
    found = every("/discover/movie", **asked)
    assert {one["id"] for one in found} == {
        film.id for film in STORE.films.values() if genre in film.genres and film.rating >= least
    }
    assert [one["release_date"] for one in found] == sorted(one["release_date"] for one in found)


def test_either_and_both_of_several_ids() -> None:
    films = STORE.films.values()
    both = every("/discover/movie", with_genres="18,80")
    either = every("/discover/movie", with_genres="18|80")
    assert len(both) == sum({18, 80} <= set(film.genres) for film in films)
    assert len(either) == sum(bool({18, 80} & set(film.genres)) for film in films)


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("/movie/{movie_id}", {"movie_id": 1}),
        ("/tv/{tv_id}/season/{season_number}", {"tv_id": 1, "season_number": 1}),
        ("/credit/{credit_id}", {"credit_id": "x"}),
        ("/movie/popular", {"page": 0}),
        ("/discover/movie", {"with_genres": "drama"}),
        ("/discover/tv", {"air_date.gte": "yesterday"}),
        ("/discover/tv", {"sort_by": "luck.desc"}),
        ("/account", {}),
    ],
)
def test_what_is_not_there_is_refused(operation: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(HttpError) as refused:
        ask(operation, **arguments)
    body = SERVICE.refused(refused.value)
    assert body["success"] is False
    assert isinstance(body["status_code"], int)


def test_another_seed_is_another_world_and_the_same_seed_the_same() -> None:
    other = generate(2)
    assert set(other.films) != set(STORE.films)
    assert {film.title for film in other.films.values()} != {
        film.title for film in STORE.films.values()
    }
    generate.cache_clear()
    assert generate(1) is not STORE
    assert generate(1) == STORE


def test_an_answer_has_the_fields_of_the_example_in_its_order() -> None:
    example = {"b": 1, "list": [{"x": 1}, {"y": 2}], "open": None, "a": "t"}
    value = {"a": "u", "b": 2, "c": 3, "list": [{"z": 1, "y": 2, "x": 3}], "open": {"kept": 1}}
    assert list(shaped(value, example).items()) == [
        ("b", 2),
        ("list", [{"x": 3, "y": 2}]),
        ("open", {"kept": 1}),
        ("a", "u"),
    ]


def test_ids_are_bound_by_type_alone() -> None:
    def answering(operation: str, arguments: Any) -> Any:
        return SERVICE.answer(operation, arguments)

    path = ["GET /search/person", "GET /movie/{movie_id}"]
    with pytest.raises(UserError, match="nothing tells the movie_id"):
        bind(path, ["Zendaya"], {}, answering)
    path.insert(1, "GET /person/{person_id}/movie_credits")
    calls = bind(path, ["Zendaya"], {}, answering).calls
    assert calls[2].arguments == {"movie_id": "$2.cast.0.id"}


def test_there_are_fifty_four_operations() -> None:
    assert len(VIEWS) == 54
