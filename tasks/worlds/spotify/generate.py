"""A catalogue of music from a seed: who the requests name, and others among them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b

from tasks.worlds.draw import Draw
from tasks.worlds.spotify.known import DEVICES, FAVOURITES, KNOWN, RELATED, SHOWS, WITH, KnownAlbum
from tasks.worlds.spotify.records import (
    Album,
    Artist,
    Catalogue,
    Device,
    Episode,
    Show,
    Track,
    User,
)

TODAY = "2023-06-15"
"""The day at which the world stands still, within the month in which the benchmark came out."""
NOW = f"{TODAY}T09:30:00Z"
INVENTED = 24
"""Artists whom no request names."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _listed(words: str) -> list[str]:
    return words.split()


_FIRST = _listed(
    "Amber Cobalt Drifting Hollow Ivory Juniper Lantern Marble Northern Paper Russet Silver"
)
_SECOND = _listed("Antlers Ferries Gardens Harbours Kites Meadows Orchards Parades Rivers Signals")
_WORDS = _listed(
    "Avenue Bellows Candle Dune Ember Feather Glacier Harvest Inkwell Jetty Kestrel Ladder "
    "Mirror Needle Orchard Pebble Quarry Ribbon Saddle Thimble Umber Velvet Willow Yarrow "
    "Zephyr"
)
_MOODS = _listed("Quiet Restless Faraway Golden Winter Sleepless Gentle Crooked")
_GENRES = _listed("acoustic ambient folk indie jazz piano electronic chill rock synth-pop")
_LABELS = ("Weir Records", "Blue Ladder", "Tin Lantern Music")


@lru_cache(maxsize=4)
def generate(seed: int = 1) -> Catalogue:
    """The catalogue of a seed. Every call gives the same one."""
    return _Making(seed).catalogue()


def id_of(seed: int, *key: str | int) -> str:
    """22 letters and digits, as the service's ids are."""
    number = int.from_bytes(blake2b(repr((seed, *key)).encode(), digest_size=17).digest(), "big")
    digits = []
    for _ in range(22):
        number, digit = divmod(number, 62)
        digits.append(_DIGITS[digit])
    return "".join(digits)


class _Making:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.artists: dict[str, Artist] = {}
        self.albums: dict[str, Album] = {}
        self.tracks: dict[str, Track] = {}

    def catalogue(self) -> Catalogue:
        invented = self._invented()
        known = {name: (artist.genres, artist.albums) for name, artist in KNOWN.items()}
        for name, (genres, _) in {**known, **invented}.items():
            self._artist(name, genres, name in known)
        for name, (_, albums) in {**known, **invented}.items():
            for album in albums:
                self._album(name, album)
        self._relate()
        shows, episodes = self._shows()
        users, devices = self._others()
        return Catalogue(self.artists, self.albums, self.tracks, shows, episodes, users, devices)

    def _invented(self) -> dict[str, tuple[tuple[str, ...], tuple[KnownAlbum, ...]]]:
        draw = Draw(self.seed, "invented artists")
        pairs = [f"{first} {second}" for first in _FIRST for second in _SECOND]
        found = {}
        for name in draw.sample(pairs, INVENTED):
            albums = []
            for year in sorted(draw.sample(range(1998, 2023), draw.integer(2, 4))):
                title = f"{draw.choice(_WORDS)} {draw.choice(_WORDS)}"
                words = draw.sample(_WORDS, draw.integer(4, 7))
                songs = tuple(f"{draw.choice(_MOODS)} {word}" for word in words)
                day = f"{year}-{draw.integer(1, 12):02d}-{draw.integer(1, 28):02d}"
                albums.append(KnownAlbum(title, day, songs))
            found[name] = (tuple(draw.sample(_GENRES, 2)), tuple(albums))
        return found

    def _artist(self, name: str, genres: tuple[str, ...], known: bool) -> None:
        draw = Draw(self.seed, "artist", name)
        id = id_of(self.seed, "artist", name)
        popularity = draw.integer(75, 95) if known else draw.integer(20, 70)
        self.artists[id] = Artist(
            id, name, genres, popularity, draw.integer(500, 40_000) * popularity
        )

    def _album(self, artist: str, album: KnownAlbum) -> None:
        draw = Draw(self.seed, "album", artist, album.name)
        owner = self.artists[id_of(self.seed, "artist", artist)]
        id = id_of(self.seed, "album", artist, album.name)
        songs = []
        for number, song in enumerate(album.songs, 1):
            name, _, guest = song.partition(WITH)
            by = [owner.id, *([id_of(self.seed, "artist", guest)] if guest else [])]
            own = id_of(self.seed, "track", artist, album.name, number)
            heard = draw.integer(5, owner.popularity - 5)
            self.tracks[own] = Track(
                own,
                name,
                tuple(by),
                id,
                number,
                draw.integer(120, 330) * 1000 + draw.below(1000),
                owner.popularity if name in FAVOURITES else heard,
                draw.chance(5),
            )
            songs.append(own)
        self.albums[id] = Album(
            id,
            album.name,
            (owner.id,),
            album.kind,
            album.released,
            draw.choice(_LABELS),
            draw.integer(5, owner.popularity),
            tuple(songs),
        )

    def _relate(self) -> None:
        for artist in list(self.artists.values()):
            draw = Draw(self.seed, "related", artist.name)
            others = [a for a in draw.shuffled(list(self.artists.values())) if a.id != artist.id]
            named = RELATED.get(artist.name, ())
            near = sorted(
                others,
                key=lambda a: (a.name not in named, -len(set(a.genres) & set(artist.genres))),
            )
            self.artists[artist.id] = replace(artist, related=tuple(a.id for a in near[:6]))

    def _shows(self) -> tuple[dict[str, Show], dict[str, Episode]]:
        shows, episodes = {}, {}
        for name, parts in SHOWS.items():
            draw = Draw(self.seed, "show", name)
            id = id_of(self.seed, "show", name)
            own = []
            for number, part in enumerate(parts, 1):
                episode = id_of(self.seed, "episode", name, part)
                length = draw.integer(900, 3600) * 1000
                episodes[episode] = Episode(episode, part, id, f"2023-0{number}-07", length)
                own.append(episode)
            shows[id] = Show(id, name, "Weir Audio", f"{name}, once a month.", tuple(own))
        return shows, episodes

    def _others(self) -> tuple[dict[str, User], dict[str, Device]]:
        draw = Draw(self.seed, "people")
        users = {
            id: User(id, name, "GB", f"{id}@example.org", draw.integer(0, 400))
            for id, name in (("robin.hale", "Robin Hale"), ("weir.editors", "Weir Editors"))
        }
        devices = {}
        for name, kind, volume in DEVICES:
            id = blake2b(repr((self.seed, name)).encode(), digest_size=20).hexdigest()
            devices[id] = Device(id, name, kind, volume)
        return users, devices
