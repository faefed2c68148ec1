"""What /discover/movie and /discover/tv filter and sort by.

Not of this world: nothing is for adults, a video only, or shown by a watch provider, so that asking
for a provider finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from tasks.worlds.rest import HttpError
from tasks.worlds.tmdb.records import Film, Series
from tasks.worlds.tmdb.store import Store

STATUSES = {"0": "Returning Series", "3": "Ended"}
TYPES = {"3": "Reality", "4": "Scripted"}
RANKS = ("G", "PG", "PG-13", "R")
Arguments = Mapping[str, Any]


def films(store: Store, asked: Arguments) -> list[Film]:
    """The films that all filters let through, in the order asked for."""
    found = [film for film in store.films.values() if _film_fits(store, film, asked)]
    keys: dict[str, Callable[[Film], Any]] = {
        "popularity": lambda film: film.popularity,
        "release_date": lambda film: film.released,
        "primary_release_date": lambda film: film.released,
        "revenue": lambda film: film.revenue,
        "original_title": lambda film: film.title,
        "vote_average": lambda film: film.rating,
        "vote_count": lambda film: film.votes,
    }
    return _sorted(found, asked.get("sort_by"), keys)


def series(store: Store, asked: Arguments) -> list[Series]:
    """The series that all filters let through, in the order asked for."""
    found = [one for one in store.series.values() if _series_fits(store, one, asked)]
    keys: dict[str, Callable[[Series], Any]] = {
        "popularity": lambda one: one.popularity,
        "first_air_date": lambda one: store.episodes_of[one.id][0].aired,
        "vote_average": lambda one: one.rating,
    }
    return _sorted(found, asked.get("sort_by"), keys)


def _film_fits(store: Store, film: Film, asked: Arguments) -> bool:
    credits = store.credits_of["movie", film.id]
    cast = {credit.person for credit in credits if credit.job == "Actor"}
    crew = {credit.person for credit in credits if credit.job != "Actor"}
    released, certification = film.releases["US"]
    return (
        _common(film, asked)
        and _within(asked, "primary_release_date", film.released)
        and _within(asked, "release_date", released)
        and _year(asked, "primary_release_year", film.released)
        and _year(asked, "year", film.released)
        and _among(asked, "with_cast", cast)
        and _among(asked, "with_crew", crew)
        and _among(asked, "with_people", cast | crew)
        and asked.get("with_release_type") in (None, 3)
        and _certified(asked, certification)
    )


def _series_fits(store: Store, one: Series, asked: Arguments) -> bool:
    days = [episode.aired for episode in store.episodes_of[one.id]]
    first, last = _day(asked, "air_date.gte"), _day(asked, "air_date.lte")
    shown = any((not first or day >= first) and (not last or day <= last) for day in days)
    return (
        _common(one, asked)
        and shown
        and _within(asked, "first_air_date", days[0])
        and _year(asked, "first_air_date_year", days[0])
        and _among(asked, "with_networks", {one.network})
        and _named(asked, "with_status", STATUSES, one.status)
        and _named(asked, "with_type", TYPES, one.kind)
        and not asked.get("screened_theatrically")
    )


def _common(work: Film | Series, asked: Arguments) -> bool:
    language = asked.get("with_original_language")
    return (
        _between(asked, "vote_average", work.rating)
        and _between(asked, "vote_count", work.votes)
        and _between(asked, "with_runtime", work.runtime)
        and _among(asked, "with_genres", work.genres)
        and _among(asked, "with_companies", work.companies)
        and _among(asked, "with_keywords", work.keywords)
        and not _any(asked, "without_genres", work.genres)
        and not _any(asked, "without_companies", work.companies)
        and not _any(asked, "without_keywords", work.keywords)
        and (not language or language == work.language)
        and not asked.get("with_watch_providers")
    )


def _between(asked: Arguments, name: str, value: float) -> bool:
    low, high = asked.get(f"{name}.gte"), asked.get(f"{name}.lte")
    return (low is None or value >= low) and (high is None or value <= high)


def _within(asked: Arguments, name: str, value: date) -> bool:
    low, high = _day(asked, f"{name}.gte"), _day(asked, f"{name}.lte")
    return (low is None or value >= low) and (high is None or value <= high)


def _year(asked: Arguments, name: str, value: date) -> bool:
    return asked.get(name) in (None, value.year)


def _among(asked: Arguments, name: str, own: Collection[int]) -> bool:
    """Whether all ids asked for are among the own: "28,12" asks for both, "28|12" for either."""
    return all(
        any(number in own for number in either) for either in _ids(name, asked.get(name) or "")
    )


def _any(asked: Arguments, name: str, own: Collection[int]) -> bool:
    return any(number in own for either in _ids(name, asked.get(name) or "") for number in either)


def _ids(name: str, text: str) -> list[list[int]]:
    parts = [part.strip() for part in re.split(r"[,|]", text)] if text else []
    if not all(re.fullmatch(r"[0-9]{1,15}", part, re.ASCII) for part in parts):
        raise HttpError(422, f"{name} must be ids", name)
    if not text:
        return []
    return [[int(part) for part in both.split("|")] for both in text.split(",")]


def _named(asked: Arguments, name: str, values: Mapping[str, str], own: str) -> bool:
    wanted = asked.get(name)
    return not wanted or own in {values.get(part.strip()) for part in re.split(r"[,|]", wanted)}


def _certified(asked: Arguments, own: str) -> bool:
    if asked.get("certification_country") not in (None, "", "US"):
        return not any(asked.get(f"certification{end}") for end in ("", ".lte", ".gte"))
    exact, most, least = (asked.get(f"certification{end}") for end in ("", ".lte", ".gte"))
    rank = RANKS.index(own)
    return (
        (not exact or own in exact.split("|"))
        and (most not in RANKS or rank <= RANKS.index(most))
        and (least not in RANKS or rank >= RANKS.index(least))
    )


def _day(asked: Arguments, name: str) -> date | None:
    text = asked.get(name)
    if not text:
        return None
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text[:10], re.ASCII):
            return date.fromisoformat(text[:10])
    except ValueError:
        pass
    raise HttpError(422, f"{name} must be a date, YYYY-MM-DD", name)


def _sorted(
    found: list[Any], order: str | None, keys: Mapping[str, Callable[[Any], Any]]
) -> list[Any]:
    name, _, direction = (order or "popularity.desc").partition(".")
    key = keys.get(name)
    if key is None:
        raise HttpError(422, f"sort_by: there is no order '{name[:40]}'", "sort_by")
    found.sort(key=lambda one: one.id)
    return sorted(found, key=key, reverse=direction != "asc")
