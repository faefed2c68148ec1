"""Things made from rows, with ids, credits, keywords, reviews and images."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from tasks.worlds.draw import Draw
from tasks.worlds.tmdb import invented
from tasks.worlds.tmdb.known import pinned
from tasks.worlds.tmdb.known.tables import CompanyRow, FilmRow, PersonRow, SeriesRow
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
from tasks.worlds.tmdb.store import TODAY, Store

CREW = (("Screenplay", "Writing"), ("Producer", "Production"), ("Editor", "Editing"))
COUNTRIES = ("US", "GB", "FR", "JP", "DE")
CERTIFICATIONS = ("G", "PG", "PG-13", "R")
SIZES = {
    "poster": (1000, 1500),
    "backdrop": (1920, 1080),
    "still": (1280, 720),
    "profile": (666, 999),
    "logo": (1000, 320),
}
HEX = "0123456789abcdef"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Maker:
    """Fills a store. Whatever a name is known of is made once.

    Args:
        store: to be filled.

    Attributes:
        ids: kind and name -> id.
        invented: names of invented people.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.ids: dict[str, dict[str, int]] = {}
        self.invented: list[str] = []
        self._taken: dict[str, set[int]] = {}

    def person(self, row: PersonRow) -> int:
        """Somebody of whom the facts are known."""
        draw = Draw(self.store.seed, "person", row.name)
        number = self._id("person", row.name)
        born = f"{row.name} was born on {row.birthday.isoformat()} in {row.birthplace}."
        self.store.people[number] = Person(
            number,
            row.name,
            row.gender,
            row.birthday,
            row.deathday,
            row.birthplace,
            row.department,
            born,
            self._popularity(row.name, draw),
        )
        return number

    def named_person(self, name: str, department: str) -> int:
        """Somebody of whom perhaps only the name is known: the rest is drawn."""
        if name in self.ids.get("person", {}):
            return self.ids["person"][name]
        draw = Draw(self.store.seed, "birth", name)
        born = date(draw.integer(1945, 2000), draw.integer(1, 12), draw.integer(1, 28))
        place = draw.choice(invented.TOWNS)
        return self.person(PersonRow(name, draw.integer(1, 2), born, place, department, None))

    def invented_person(self, draw: Draw) -> str:
        """Somebody new; gives the name."""
        while (name := invented.person_name(draw)) in self.ids.get("person", {}):
            draw.below(2)
        self.named_person(name, draw.choice(["Acting", "Directing", "Writing"]))
        self.invented.append(name)
        return name

    def company(self, row: CompanyRow) -> int:
        """A production company."""
        number = self._id("company", row.name)
        self.store.companies[number] = Company(number, *row)
        return number

    def network(self, row: CompanyRow) -> int:
        """A network."""
        number = self._id("network", row.name)
        self.store.networks[number] = Company(number, *row)
        return number

    def film(self, row: FilmRow, crowd: Sequence[str]) -> None:
        """A film with its credits, keywords and reviews."""
        store, draw = self.store, Draw(self.store.seed, "film", row.title)
        number = self._id("movie", row.title)
        collection = self._collection(row.collection) if row.collection else None
        genres = {name: id for id, name in store.genres["movie"].items()}
        budget = row.money[0] or draw.integer(1, 90) * 1_000_000
        store.films[number] = Film(
            number,
            row.title,
            row.released,
            row.language,
            tuple(genres[name] for name in row.genres),
            self._keywords("movie", row.title, draw),
            tuple(self._firm("company", name) for name in row.companies),
            collection,
            self._releases(row.released, draw),
            invented.plot(draw, row.title),
            f"{draw.choice(invented.ADJECTIVES)} to the end.",
            draw.integer(82, 178),
            budget,
            row.money[1] if row.money[0] else budget * draw.integer(0, 500) // 100,
            row.rating,
            draw.integer(40, 30_000),
            self._popularity(row.title, draw),
            self._trend(row.title, draw),
        )
        for name in row.directors:
            self._credit("movie", number, name, "Director", "Directing")
        for job, department in CREW:
            self._credit("movie", number, draw.choice(crowd), job, department)
        known = {name for name, _ in row.cast}
        others = [name for name in draw.sample(crowd, 4) if name not in known]
        parts = [*row.cast, *((name, invented.person_name(draw)) for name in others)]
        for order, (name, character) in enumerate(parts):
            self._credit("movie", number, name, "Actor", "Acting", character, order)
        self._review("movie", number, row.title, draw)

    def one_series(self, row: SeriesRow, crowd: Sequence[str]) -> None:
        """A series with its seasons, episodes, credits, keywords and reviews."""
        store, draw = self.store, Draw(self.store.seed, "series", row.name)
        number = self._id("tv", row.name)
        genres = {name: id for id, name in store.genres["tv"].items()}
        japanese = row.network in {"TBS", "Nippon TV", "Tokyo MX"} and row.name != "American Dad!"
        store.series[number] = Series(
            number,
            row.name,
            "ja" if japanese else "en",
            "JP" if japanese else "US",
            tuple(genres[name] for name in row.genres),
            self._keywords("tv", row.name, draw),
            tuple(self._firm("company", name) for name in row.companies),
            self._firm("network", row.network),
            tuple(self.named_person(name, "Writing") for name in row.creators),
            "Ended" if row.status == "E" else "Returning Series",
            "Reality" if "Reality" in row.genres else "Scripted",
            draw.choice([25, 42, 58]),
            invented.plot(draw, row.name),
            row.rating,
            draw.integer(20, 20_000),
            self._popularity(row.name, draw),
            self._trend(row.name, draw),
        )
        for order, (name, character) in enumerate(row.cast):
            self._credit("tv", number, name, "Actor", "Acting", character, order)
        for name in row.creators:
            self._credit("tv", number, name, "Executive Producer", "Production")
        self._seasons(number, row, crowd)
        self._review("tv", number, row.name, draw)

    def illustrate(self) -> None:
        """Gives everything its images."""
        store = self.store
        for kind, things in (("movie", store.films), ("tv", store.series)):
            for number in things:
                self._images(kind, number, "backdrop", 2)
                self._images(kind, number, "poster", 3)
        for number in store.collections:
            self._images("collection", number, "backdrop", 1)
            self._images("collection", number, "poster", 2)
        for number in store.people:
            self._images("person", number, "profile", 2)
        for kind, firms in (("company", store.companies), ("network", store.networks)):
            for number in firms:
                self._images(kind, number, "logo", 1)
        for number in store.seasons:
            self._images("season", number, "poster", 2)
        for number in store.episodes:
            self._images("episode", number, "still", 1)

    def _seasons(self, number: int, row: SeriesRow, crowd: Sequence[str]) -> None:
        particular = {(one.season, one.number): one for one in row.episodes}
        start = row.first
        for season, length in enumerate(row.seasons, 1):
            draw = Draw(self.store.seed, "season", row.name, season)
            if (season, 1) in particular:
                start = particular[season, 1].aired
            elif row.status == "A" and season == len(row.seasons):
                start = TODAY - timedelta(days=7 * (length // 2) + draw.below(7))
            id = self._id("season", f"{row.name} {season}")
            self.store.seasons[id] = Season(id, number, season)
            for place in range(1, length + 1):
                one = particular.get((season, place))
                aired = one.aired if one else start + timedelta(days=7 * (place - 1))
                name = one.name if one else invented.title(draw)
                episode = self._id("episode", f"{row.name} {season}x{place}")
                plot = invented.plot(draw, name)
                rating, votes = draw.integer(60, 93) / 10, draw.integer(3, 900)
                self.store.episodes[episode] = Episode(
                    episode, number, season, place, name, aired, plot, rating, votes
                )
                director = one.director if one else draw.choice(crowd)
                self._credit("tv", number, director, "Director", "Directing", episode=episode)
                writer = draw.choice(crowd)
                self._credit("tv", number, writer, "Writer", "Writing", episode=episode)
                guest = one.guest if one and one.guest else draw.choice(crowd)
                self._credit(
                    "tv",
                    number,
                    guest,
                    "Actor",
                    "Acting",
                    invented.person_name(draw),
                    order=len(row.cast),
                    episode=episode,
                    guest=True,
                )
            start += timedelta(days=365)

    def _credit(
        self,
        medium: str,
        of: int,
        name: str,
        job: str,
        department: str,
        character: str = "",
        order: int = 0,
        episode: int = 0,
        guest: bool = False,
    ) -> None:
        person = self.named_person(name, department)
        draw = Draw(self.store.seed, "credit", medium, of, person, job, episode)
        id = "".join(draw.choice(HEX) for _ in range(24))
        credit = Credit(id, person, medium, of, job, department, character, order, episode, guest)
        self.store.credits[id] = credit

    def _review(self, medium: str, of: int, name: str, draw: Draw) -> None:
        texts = draw.sample(invented.JUDGED, draw.integer(1, 4))
        if (medium, name) in pinned.REVIEWS:
            texts.insert(0, pinned.REVIEWS[medium, name])
        for text in texts:
            id = "".join(draw.choice(HEX) for _ in range(24))
            author = invented.person_name(draw)
            self.store.reviews[id] = Review(id, medium, of, author, text)

    def _images(self, kind: str, number: int, what: str, n: int) -> None:
        store, draw = self.store, Draw(self.store.seed, "images", kind, number, what)
        ending = ".png" if what == "logo" else ".jpg"
        paths = ["".join(draw.choice(LETTERS) for _ in range(27)) + ending for _ in range(n)]
        for (own, name, pictured), path in pinned.IMAGES.items():
            if (own, pictured) == (kind, what) and self.ids[kind][name] == number:
                paths[0] = path
        for path in paths:
            width, height = SIZES[what]
            language = "en" if what == "poster" else None
            rating, votes = draw.integer(40, 60) / 10, draw.integer(0, 40)
            store.images.append(
                Image((kind, number), what, f"/{path}", width, height, language, rating, votes)
            )

    def _keywords(self, medium: str, name: str, draw: Draw) -> tuple[int, ...]:
        words = draw.sample(invented.KEYWORDS, draw.integer(2, 4))
        if (medium, name) in pinned.KEYWORDS:
            words.insert(0, pinned.KEYWORDS[medium, name])
        return tuple(self._named("keyword", word, self.store.keywords) for word in words)

    def _collection(self, name: str) -> int:
        return self._named("collection", name, self.store.collections)

    def _named(self, kind: str, name: str, things: dict[int, Named]) -> int:
        known = self.ids.get(kind, {}).get(name)
        if known is None:
            known = self._id(kind, name)
            things[known] = Named(known, name)
        return known

    def _firm(self, kind: str, name: str) -> int:
        known = self.ids.get(kind, {}).get(name)
        if known is not None:
            return known
        draw = Draw(self.store.seed, kind, name)
        place = draw.choice(invented.TOWNS)
        word = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())
        row = CompanyRow(name, place, draw.choice(["US", "GB", "FR"]), f"https://{word}.example")
        return self.company(row) if kind == "company" else self.network(row)

    def _popularity(self, name: str, draw: Draw) -> float:
        """In thousandths, so that there are hardly two of the same."""
        if name in pinned.MOST_POPULAR:
            return draw.integer(900_000, 999_999) / 1000
        if name in pinned.POPULAR:
            return draw.integer(300_000, 800_000) / 1000
        return draw.integer(1_000, 250_000) / 1000

    def _trend(self, name: str, draw: Draw) -> dict[str, int]:
        first = 10**7 if name in pinned.TRENDING else 0
        return {window: first + draw.below(10**6) for window in ("day", "week")}

    def _releases(self, released: date, draw: Draw) -> dict[str, tuple[date, str]]:
        """The day and certification of each country; the United States' is the film's own."""
        days = {"US": (released, draw.choice(CERTIFICATIONS))}
        for country in draw.sample(COUNTRIES[1:], 2):
            days[country] = (released + timedelta(days=draw.integer(0, 60)), "")
        return days

    def _id(self, kind: str, name: str) -> int:
        taken = self._taken.setdefault(kind, set())
        draw = Draw(self.store.seed, "id", kind, name)
        number = draw.integer(100, 999_999)
        while number in taken:
            number = draw.integer(100, 999_999)
        taken.add(number)
        self.ids.setdefault(kind, {})[name] = number
        return number
