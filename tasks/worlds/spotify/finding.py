"""What a search finds: words and field filters over names, as the service documents them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tasks.worlds.spotify.records import Album, Artist, Catalogue, Track

T = TypeVar("T")
FILTERS = frozenset({"album", "artist", "track", "year", "genre", "isrc", "upc", "tag"})
_FILTER = re.compile(r'\b([a-z]{3,6}):\s?(?:"([^"]*)"|(\S+(?:\s(?!\w+:)\S+)*))')
_WORD = re.compile(r"\w+")
_YEARS = re.compile(r"([0-9]{4})(?:-([0-9]{4}))?", re.ASCII)


@dataclass(frozen=True)
class Wanted:
    """A search as it was meant: the words, and what each filter wants."""

    words: tuple[str, ...]
    filters: Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """What can be found of a thing.

    Attributes:
        name: what it is called.
        texts: all words that it can be found by.
        fields: filter -> the words it is held against; a filter that is missing fits nothing.
        year: of its release, 0 where it has none.
        popularity: more popular things come first.
        id: the last resort.
    """

    name: str
    texts: str
    fields: Mapping[str, str]
    year: int
    popularity: int
    id: str


def read_search(text: str) -> Wanted:
    """The words and filters of a search; `artist:"Lana Del Rey"` and `artist:Muse` both do."""
    filters: dict[str, str] = {}

    def taken(match: re.Match[str]) -> str:
        if match[1] not in FILTERS:
            return match[0]
        filters[match[1]] = match[2] if match[2] is not None else match[3]
        return " "

    rest = _FILTER.sub(taken, text.replace("%20", " "))
    return Wanted(words_of(rest), filters)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, in lower case and without apostrophes: "The Beatle's", the beatles."""
    return tuple(_WORD.findall(re.sub(r"['’`]", "", text).casefold()))


def found(wanted: Wanted, things: Iterable[T], known: Callable[[T], Known]) -> list[T]:
    """What fits, best first.

    Everything that a filter excludes is out. Of the rest, what has all words; where nothing has,
    what has most of them and at least half. The name itself comes first, then names that have more
    of the words, then what is more popular.
    """
    if not wanted.words and not wanted.filters:
        return []
    fitting = [(thing, about) for thing in things if _passes(wanted, about := known(thing))]
    hits = [(_hits(wanted, about.texts), thing, about) for thing, about in fitting]
    most = max((n for n, _, _ in hits), default=0)
    if wanted.words and 2 * most < len(wanted.words):
        return []
    kept = [(thing, about) for n, thing, about in hits if n == most]

    def rank(pair: tuple[T, Known]) -> tuple[Any, ...]:
        about = pair[1]
        exact = words_of(about.name) == wanted.words
        return not exact, -_hits(wanted, about.name), -about.popularity, about.id

    return [thing for thing, _ in sorted(kept, key=rank)]


def _hits(wanted: Wanted, text: str) -> int:
    has = set(words_of(text))
    return sum(word in has for word in wanted.words)


def _passes(wanted: Wanted, about: Known) -> bool:
    for name, value in wanted.filters.items():
        if name == "year":
            years = _YEARS.fullmatch(value.strip())
            if years is None or not int(years[1]) <= about.year <= int(years[2] or years[1]):
                return False
        elif not set(words_of(value)) <= set(words_of(about.fields.get(name, ""))):
            return False
    return True


def known_artist(world: Catalogue, artist: Artist) -> Known:
    """An artist is found by name; by genre with a filter."""
    fields = {"artist": artist.name, "genre": " ".join(artist.genres)}
    return Known(artist.name, artist.name, fields, 0, artist.popularity, artist.id)


def known_album(world: Catalogue, album: Album) -> Known:
    """An album is found by its name and its artists."""
    by = " ".join(world.artists[id].name for id in album.artist_ids)
    fields = {"artist": by, "album": album.name}
    year = int(album.released[:4])
    return Known(album.name, f"{album.name} {by}", fields, year, album.popularity, album.id)


def known_track(world: Catalogue, track: Track) -> Known:
    """A song is found by its name, its artists and its album."""
    artists = [world.artists[id] for id in track.artist_ids]
    album = world.albums[track.album_id]
    by = " ".join(artist.name for artist in artists)
    genres = " ".join(genre for artist in artists for genre in artist.genres)
    fields = {"artist": by, "album": album.name, "track": track.name, "genre": genres}
    texts = f"{track.name} {by} {album.name}"
    return Known(track.name, texts, fields, int(album.released[:4]), track.popularity, track.id)


def known_name(id: str, name: str) -> Known:
    """A playlist, a podcast or an episode is found by its name."""
    return Known(name, name, {}, 0, 0, id)
