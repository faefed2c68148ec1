"""The things of the store as the service shows them, with every field that any answer has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tasks.worlds.tmdb.records import Company, Credit, Episode, Film, Image, Person, Season, Series
from tasks.worlds.tmdb.store import TODAY, Store

LANGUAGES = {"en": "English", "fr": "French", "ja": "Japanese", "ko": "Korean", "es": "Spanish"}
LANGUAGES |= {"ru": "Russian", "th": "Thai"}
COUNTRIES = {
    "US": "United States of America",
    "FR": "France",
    "JP": "Japan",
    "GB": "United Kingdom",
}
COUNTRY_OF = {"fr": "FR", "ja": "JP", "en": "US", "ko": "KR", "es": "ES", "ru": "RU", "th": "TH"}
JSON = dict[str, Any]


def picture(store: Store, owner: tuple[str, int], kind: str) -> str | None:
    """The path of the first image of that kind; None where there is none."""
    return next((one.path for one in store.images_of.get(owner, ()) if one.kind == kind), None)


def film_row(store: Store, film: Film) -> JSON:
    """A film as it stands in a list."""
    return {
        "id": film.id,
        "media_type": "movie",
        "title": film.title,
        "original_title": film.title,
        "original_language": film.language,
        "overview": film.overview,
        "release_date": film.released.isoformat(),
        "genre_ids": list(film.genres),
        "poster_path": picture(store, ("movie", film.id), "poster"),
        "backdrop_path": picture(store, ("movie", film.id), "backdrop"),
        "popularity": film.popularity,
        "vote_average": film.rating,
        "vote_count": film.votes,
        "adult": False,
        "video": False,
    }


def film_page(store: Store, film: Film) -> JSON:
    """All about a film."""
    country = COUNTRY_OF[film.language]
    collection = store.collections[film.collection] if film.collection else None
    return film_row(store, film) | {
        "belongs_to_collection": collection and collection_row(store, collection.id),
        "budget": film.budget,
        "revenue": film.revenue,
        "runtime": film.runtime,
        "tagline": film.tagline,
        "homepage": "",
        "imdb_id": f"tt{film.id:07}",
        "genres": genres(store, "movie", film.genres),
        "production_companies": [
            firm(store, "company", store.companies[i]) for i in film.companies
        ],
        "production_countries": [
            {"iso_3166_1": country, "name": COUNTRIES.get(country, country)},
        ],
        "spoken_languages": [
            {"iso_639_1": film.language, "name": LANGUAGES[film.language]},
        ],
        "status": "Released" if film.released <= TODAY else "Post Production",
    }


def series_row(store: Store, series: Series) -> JSON:
    """A series as it stands in a list."""
    return {
        "id": series.id,
        "media_type": "tv",
        "name": series.name,
        "original_name": series.name,
        "original_language": series.language,
        "overview": series.overview,
        "first_air_date": store.episodes_of[series.id][0].aired.isoformat(),
        "origin_country": [series.country],
        "genre_ids": list(series.genres),
        "poster_path": picture(store, ("tv", series.id), "poster"),
        "backdrop_path": picture(store, ("tv", series.id), "backdrop"),
        "popularity": series.popularity,
        "vote_average": series.rating,
        "vote_count": series.votes,
        "adult": False,
    }


def series_page(store: Store, series: Series) -> JSON:
    """All about a series."""
    episodes = store.episodes_of[series.id]
    past = [episode for episode in episodes if episode.aired <= TODAY]
    coming = [episode for episode in episodes if episode.aired > TODAY]
    return series_row(store, series) | {
        "created_by": [creator(store, series, person) for person in series.creators],
        "episode_run_time": [series.runtime],
        "genres": genres(store, "tv", series.genres),
        "homepage": "",
        "in_production": series.status != "Ended",
        "languages": [series.language],
        "last_air_date": past[-1].aired.isoformat() if past else None,
        "last_episode_to_air": episode_row(store, past[-1]) if past else None,
        "next_episode_to_air": episode_row(store, coming[0]) if coming else None,
        "networks": [firm(store, "network", store.networks[series.network])],
        "number_of_episodes": len(episodes),
        "number_of_seasons": len(store.seasons_of[series.id]),
        "production_companies": [
            firm(store, "company", store.companies[number]) for number in series.companies
        ],
        "production_countries": [
            {"iso_3166_1": series.country, "name": COUNTRIES[series.country]},
        ],
        "seasons": [season_row(store, season) for season in store.seasons_of[series.id]],
        "spoken_languages": [
            {
                "english_name": LANGUAGES[series.language],
                "iso_639_1": series.language,
                "name": LANGUAGES[series.language],
            }
        ],
        "status": series.status,
        "tagline": "",
        "type": series.kind,
    }


def creator(store: Store, series: Series, person: int) -> JSON:
    """Somebody who made a series, with the credit for it."""
    own = store.credits_by["tv", person]
    credit = next(one for one in own if one.of == series.id and not one.episode)
    return person_row(store, store.people[person]) | {"credit_id": credit.id}


def season_row(store: Store, season: Season) -> JSON:
    """A season as it stands in its series."""
    episodes = store.episodes_in(season)
    return {
        "id": season.id,
        "_id": f"{season.id:024x}",
        "name": f"Season {season.number}",
        "season_number": season.number,
        "air_date": episodes[0].aired.isoformat(),
        "episode_count": len(episodes),
        "overview": "",
        "poster_path": picture(store, ("season", season.id), "poster"),
        "vote_average": store.series[season.series].rating,
    }


def episode_row(store: Store, episode: Episode) -> JSON:
    """An episode without its people."""
    return {
        "id": episode.id,
        "name": episode.name,
        "overview": episode.overview,
        "air_date": episode.aired.isoformat(),
        "season_number": episode.season,
        "episode_number": episode.number,
        "episode_type": "standard",
        "show_id": episode.series,
        "production_code": f"{episode.season}{episode.number:02}",
        "runtime": store.series[episode.series].runtime,
        "still_path": picture(store, ("episode", episode.id), "still"),
        "vote_average": episode.rating,
        "vote_count": episode.votes,
    }


def episode_page(store: Store, episode: Episode) -> JSON:
    """All about an episode."""
    people = credited(store, store.credits_in[episode.id])
    return episode_row(store, episode) | {
        "crew": people["crew"],
        "guest_stars": people["guest_stars"],
    }


def person_row(store: Store, person: Person) -> JSON:
    """Somebody as they stand in a list."""
    return {
        "id": person.id,
        "media_type": "person",
        "name": person.name,
        "original_name": person.name,
        "gender": person.gender,
        "adult": False,
        "popularity": person.popularity,
        "known_for_department": person.department,
        "profile_path": picture(store, ("person", person.id), "profile"),
    }


def person_page(store: Store, person: Person) -> JSON:
    """All about somebody."""
    return person_row(store, person) | {
        "birthday": person.birthday.isoformat(),
        "deathday": person.deathday.isoformat() if person.deathday else None,
        "place_of_birth": person.birthplace,
        "biography": person.biography,
        "also_known_as": [],
        "imdb_id": f"nm{person.id:07}",
        "homepage": None,
    }


def person_found(store: Store, person: Person) -> JSON:
    """Somebody with the three most popular works they are known for."""
    works: dict[tuple[str, int], JSON] = {}
    for credit in store.credits_by.get(("movie", person.id), ()):
        works["movie", credit.of] = film_row(store, store.films[credit.of])
    for credit in store.credits_by.get(("tv", person.id), ()):
        works["tv", credit.of] = series_row(store, store.series[credit.of])
    best = sorted(works.values(), key=lambda work: -work["popularity"])[:3]
    return person_row(store, person) | {"known_for": best}


def credited(store: Store, credits: Iterable[Credit]) -> dict[str, list[JSON]]:
    """Who did what: "cast", "crew" and "guest_stars", everybody once for each job."""
    parts: dict[str, dict[tuple[int, str], JSON]] = {"cast": {}, "crew": {}, "guest_stars": {}}
    for credit in credits:
        row = person_row(store, store.people[credit.person]) | {"credit_id": credit.id}
        if credit.job == "Actor":
            row |= {"character": credit.character, "order": credit.order, "cast_id": credit.order}
            part = "guest_stars" if credit.guest else "cast"
        else:
            row |= {"job": credit.job, "department": credit.department}
            part = "crew"
        parts[part].setdefault((credit.person, credit.job), row)
    return {name: list(rows.values()) for name, rows in parts.items()}


def works(store: Store, medium: str, person: int) -> JSON:
    """What somebody did for films, or for series: each once for every job there."""
    parts: dict[str, dict[tuple[int, str], JSON]] = {"cast": {}, "crew": {}}
    for credit in store.credits_by.get((medium, person), ()):
        if medium == "movie":
            row = film_row(store, store.films[credit.of])
        else:
            row = series_row(store, store.series[credit.of])
        part = "cast" if credit.job == "Actor" else "crew"
        key = credit.of, credit.job
        row = parts[part].setdefault(key, row | {"credit_id": credit.id, "episode_count": 0})
        every = len(store.episodes_of[credit.of]) if medium == "tv" else 0
        row["episode_count"] = row["episode_count"] + 1 if credit.episode else every
        if part == "cast":
            row.setdefault("character", credit.character)
            row.setdefault("order", credit.order)
        else:
            row |= {"job": credit.job, "department": credit.department}
    return {"id": person, **{name: list(rows.values()) for name, rows in parts.items()}}


def credit_page(store: Store, credit: Credit) -> JSON:
    """All about one credit."""
    if credit.medium == "movie":
        media = film_row(store, store.films[credit.of])
    else:
        series = store.series[credit.of]
        own = [store.episodes[credit.episode]] if credit.episode else []
        seasons = [] if own else store.seasons_of[series.id]
        media = series_row(store, series) | {
            "episodes": [episode_row(store, episode) for episode in own],
            "seasons": [season_row(store, season) for season in seasons],
        }
    cast = credit.job == "Actor"
    return {
        "id": credit.id,
        "credit_type": "cast" if cast else "crew",
        "department": "Actors" if cast else credit.department,
        "job": credit.job,
        "media": media | {"character": credit.character},
        "media_type": credit.medium,
        "person": person_row(store, store.people[credit.person]),
    }


def firm(store: Store, kind: str, company: Company) -> JSON:
    """A company or network."""
    return {
        "id": company.id,
        "name": company.name,
        "headquarters": company.headquarters,
        "homepage": company.homepage,
        "origin_country": company.country,
        "logo_path": picture(store, (kind, company.id), "logo"),
        "description": "",
        "parent_company": None,
    }


def collection_row(store: Store, number: int) -> JSON:
    """A collection without its films."""
    return {
        "id": number,
        "name": store.collections[number].name,
        "overview": f"The {len(store.parts_of[number])} films of the series.",
        "poster_path": picture(store, ("collection", number), "poster"),
        "backdrop_path": picture(store, ("collection", number), "backdrop"),
    }


def genres(store: Store, medium: str, ids: Sequence[int]) -> list[JSON]:
    """Genres with their names."""
    return [{"id": number, "name": store.genres[medium][number]} for number in ids]


def images(store: Store, owner: tuple[str, int], parts: Mapping[str, str]) -> JSON:
    """The images of a thing; `parts` is the name of each list, and the kind of image in it."""
    own = store.images_of.get(owner, ())
    return {"id": owner[1]} | {
        name: [_image(image) for image in own if image.kind == kind] for name, kind in parts.items()
    }


def _image(image: Image) -> JSON:
    return {
        "aspect_ratio": round(image.width / image.height, 3),
        "file_path": image.path,
        "width": image.width,
        "height": image.height,
        "iso_639_1": image.language,
        "vote_average": image.rating,
        "vote_count": image.votes,
        "id": f"{image.owner[1]:024x}",
        "file_type": image.path[image.path.rindex(".") :],
    }
