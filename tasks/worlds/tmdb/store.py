"""The facts of one world, with the ways to look them up. Nothing changes them once they are in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TypeVar

from tasks.worlds.tmdb.records import (
    Company,
    Credit,
    Episode,
    Film,
    Image,
    Named,
    Person,
    Review,
    Season,
    Series,
)

T = TypeVar("T")
TODAY = date(2025, 2, 14)
"""The day on which the world stands still."""
MEDIA = ("movie", "tv")


@dataclass
class Store:
    """All facts. Mappings go from ids to things, in the order in which the things were made.

    Attributes:
        seed: which world.
        similar: medium and id -> ids that are to stand first among the similar ones.
        recommended: the same for recommendations.
    """

    seed: int
    people: dict[int, Person] = field(default_factory=dict)
    films: dict[int, Film] = field(default_factory=dict)
    series: dict[int, Series] = field(default_factory=dict)
    seasons: dict[int, Season] = field(default_factory=dict)
    episodes: dict[int, Episode] = field(default_factory=dict)
    companies: dict[int, Company] = field(default_factory=dict)
    networks: dict[int, Company] = field(default_factory=dict)
    collections: dict[int, Named] = field(default_factory=dict)
    keywords: dict[int, Named] = field(default_factory=dict)
    genres: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    credits: dict[str, Credit] = field(default_factory=dict)
    reviews: dict[str, Review] = field(default_factory=dict)
    images: list[Image] = field(default_factory=list)
    similar: dict[tuple[str, int], int] = field(default_factory=dict)
    recommended: dict[tuple[str, int], int] = field(default_factory=dict)

    @cached_property
    def credits_of(self) -> Mapping[tuple[str, int], Sequence[Credit]]:
        """Medium and id -> its credits."""
        return _grouped(((credit.medium, credit.of), credit) for credit in self.credits.values())

    @cached_property
    def credits_by(self) -> Mapping[tuple[str, int], Sequence[Credit]]:
        """Medium and id of a person -> what that person did there."""
        pairs = (((credit.medium, credit.person), credit) for credit in self.credits.values())
        return _grouped(pairs)

    @cached_property
    def credits_in(self) -> Mapping[int, Sequence[Credit]]:
        """Id of an episode -> its own credits."""
        return _grouped((credit.episode, credit) for credit in self.credits.values())

    @cached_property
    def images_of(self) -> Mapping[tuple[str, int], Sequence[Image]]:
        """Kind and id -> its images."""
        return _grouped((image.owner, image) for image in self.images)

    @cached_property
    def reviews_of(self) -> Mapping[tuple[str, int], Sequence[Review]]:
        """Medium and id -> its reviews."""
        return _grouped(((review.medium, review.of), review) for review in self.reviews.values())

    @cached_property
    def episodes_of(self) -> Mapping[int, Sequence[Episode]]:
        """Id of a series -> its episodes, in order."""
        return _grouped((episode.series, episode) for episode in self.episodes.values())

    @cached_property
    def seasons_of(self) -> Mapping[int, Sequence[Season]]:
        """Id of a series -> its seasons, in order."""
        return _grouped((season.series, season) for season in self.seasons.values())

    @cached_property
    def parts_of(self) -> Mapping[int, Sequence[Film]]:
        """Id of a collection -> its films, the oldest first."""
        films = sorted(self.films.values(), key=lambda film: film.released)
        return _grouped((film.collection, film) for film in films if film.collection)

    def season(self, series: int, number: int) -> Season | None:
        """The season of that number."""
        return next((one for one in self.seasons_of.get(series, ()) if one.number == number), None)

    def episodes_in(self, season: Season) -> Sequence[Episode]:
        """The episodes of a season, in order."""
        own = self.episodes_of[season.series]
        return [episode for episode in own if episode.season == season.number]


K = TypeVar("K")


def _grouped(pairs: Iterable[tuple[K, T]]) -> Mapping[K, Sequence[T]]:
    groups: dict[K, list[T]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return dict(groups)


def aired(store: Store, series: Series, first: date, last: date) -> bool:
    """Whether an episode of the series is on the air on one of these days."""
    return any(first <= episode.aired <= last for episode in store.episodes_of[series.id])


def directors(store: Store, medium: str, of: int) -> Iterator[Person]:
    """Who directed a film or anything of a series."""
    for credit in store.credits_of.get((medium, of), ()):
        if credit.job == "Director":
            yield store.people[credit.person]
