"""Looking facts up in the store itself, without the service's operations."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.worlds.tmdb.records import Company, Episode, Film, Person, Series
from tasks.worlds.tmdb.store import TODAY, Store


@dataclass(frozen=True)
class Facts:
    """What the store says of things by their names."""

    store: Store

    def film(self, title: str) -> Film:
        """The film of that title."""
        return next(film for film in self.store.films.values() if film.title == title)

    def series(self, name: str) -> Series:
        """The series of that name."""
        return next(one for one in self.store.series.values() if one.name == name)

    def person(self, name: str) -> Person:
        """The person of that name."""
        return next(one for one in self.store.people.values() if one.name == name)

    def company(self, name: str) -> Company:
        """The company of that name."""
        return next(one for one in self.store.companies.values() if one.name == name)

    def network(self, name: str) -> Company:
        """The network of that name."""
        return next(one for one in self.store.networks.values() if one.name == name)

    def parts(self, name: str) -> list[Film]:
        """The films of a collection, the oldest first."""
        films = self.store.films.values()
        own = [
            f for f in films if f.collection and self.store.collections[f.collection].name == name
        ]
        return sorted(own, key=lambda film: film.released)

    def done(self, name: str, medium: str, job: str) -> list[int]:
        """Ids of the films, or series, for which somebody had that job."""
        person = self.person(name).id
        every = self.store.credits.values()
        own = (c for c in every if (c.person, c.medium, c.job) == (person, medium, job))
        return list(dict.fromkeys(credit.of for credit in own))

    def films_by(self, name: str) -> list[Film]:
        """The films that somebody directed."""
        return [self.store.films[number] for number in self.done(name, "movie", "Director")]

    def films_with(self, name: str) -> list[Film]:
        """The films in which somebody plays."""
        return [self.store.films[number] for number in self.done(name, "movie", "Actor")]

    def people(self, work: Film | Series, job: str) -> list[Person]:
        """Who had that job in a film or series; of a cast, the lead first, without guest stars."""
        medium = "movie" if isinstance(work, Film) else "tv"
        every = self.store.credits.values()
        own = [c for c in every if (c.medium, c.of, c.job) == (medium, work.id, job)]
        own = sorted((c for c in own if not c.guest), key=lambda credit: credit.order)
        return [self.store.people[credit.person] for credit in own]

    def lead(self, work: Film | Series) -> Person:
        """Who has the first part."""
        return self.people(work, "Actor")[0]

    def director(self, film: Film) -> Person:
        """Who directed a film, the first where there are several."""
        return self.people(film, "Director")[0]

    def episodes(self, name: str, season: int) -> list[Episode]:
        """The episodes of a season."""
        number = self.series(name).id
        every = self.store.episodes.values()
        return [one for one in every if (one.series, one.season) == (number, season)]

    def season(self, name: str, season: int) -> int:
        """The id of a season."""
        number, every = self.series(name).id, self.store.seasons.values()
        return next(one.id for one in every if (one.series, one.number) == (number, season))

    def in_episode(self, episode: Episode, job: str) -> list[Person]:
        """Who had that job in an episode alone."""
        every = self.store.credits.values()
        own = (c for c in every if c.episode == episode.id and c.job == job)
        return [self.store.people[credit.person] for credit in own]

    def words(self, work: Film | Series) -> list[str]:
        """The keywords of a film or series."""
        return [self.store.keywords[number].name for number in work.keywords]

    def genres(self, work: Film | Series) -> list[str]:
        """The genres of a film or series."""
        medium = "movie" if isinstance(work, Film) else "tv"
        return [self.store.genres[medium][number] for number in work.genres]

    def pictures(self, kind: str, number: int, *kinds: str) -> list[str]:
        """Paths of the pictures of a thing."""
        own = (image for image in self.store.images if image.owner == (kind, number))
        return [image.path for image in own if image.kind in kinds]

    def reviews(self, work: Film | Series) -> list[str]:
        """What was written on a film or series."""
        medium = "movie" if isinstance(work, Film) else "tv"
        every = self.store.reviews.values()
        return [one.content for one in every if (one.medium, one.of) == (medium, work.id)]

    def alike(self, work: Film | Series) -> list[str]:
        """Names of the films or series that share a genre with it."""
        others = self.store.films if isinstance(work, Film) else self.store.series
        near = (one for one in others.values() if one.id != work.id)
        return [name_of(one) for one in near if set(one.genres) & set(work.genres)]

    def airing(self) -> list[Series]:
        """The series with an episode within a week from today."""
        days = {
            one.series for one in self.store.episodes.values() if 0 <= (one.aired - TODAY).days <= 7
        }
        return [self.store.series[number] for number in days]

    def most_popular_film(self) -> Film:
        """The most popular of all films."""
        return max(self.store.films.values(), key=lambda film: film.popularity)

    def most_popular_series(self) -> Series:
        """The most popular of all series."""
        return max(self.store.series.values(), key=lambda one: one.popularity)

    def best_film(self) -> Film:
        """The best rated film."""
        return max(self.store.films.values(), key=lambda film: (film.rating, film.votes))

    def trending_series(self) -> Series:
        """The series that most people look at today."""
        return max(self.store.series.values(), key=lambda one: one.trend["day"])


def name_of(work: Film | Series) -> str:
    """The title of a film, the name of a series."""
    return work.title if isinstance(work, Film) else work.name
