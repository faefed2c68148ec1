"""What there is in the music world: facts that every session shares and none changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Artist:
    """Somebody who makes music. `related` are ids of artists, nearest first."""

    id: str
    name: str
    genres: tuple[str, ...]
    popularity: int
    followers: int
    related: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Album:
    """An album or a single. `kind` is "album" or "single", `released` a day."""

    id: str
    name: str
    artist_ids: tuple[str, ...]
    kind: str
    released: str
    label: str
    popularity: int
    track_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Track:
    """A song on an album, `number` from 1."""

    id: str
    name: str
    artist_ids: tuple[str, ...]
    album_id: str
    number: int
    milliseconds: int
    popularity: int
    explicit: bool


@dataclass(frozen=True, slots=True)
class Show:
    """A podcast."""

    id: str
    name: str
    publisher: str
    description: str
    episode_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Episode:
    """A part of a podcast."""

    id: str
    name: str
    show_id: str
    released: str
    milliseconds: int


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who listens."""

    id: str
    name: str
    country: str
    email: str
    followers: int


@dataclass(frozen=True, slots=True)
class Device:
    """Something that plays."""

    id: str
    name: str
    kind: str
    volume: int


T = TypeVar("T", Artist, Album, Track, Device)


@dataclass(frozen=True)
class Catalogue:
    """All of it by id, in the order in which it was made."""

    artists: Mapping[str, Artist]
    albums: Mapping[str, Album]
    tracks: Mapping[str, Track]
    shows: Mapping[str, Show]
    episodes: Mapping[str, Episode]
    users: Mapping[str, User]
    devices: Mapping[str, Device]

    @cached_property
    def albums_of(self) -> Mapping[str, tuple[Album, ...]]:
        """The albums of each artist, newest first."""
        found: dict[str, list[Album]] = {id: [] for id in self.artists}
        for album in self.albums.values():
            for artist in album.artist_ids:
                found[artist].append(album)
        newest = {
            id: sorted(own, key=lambda a: a.released, reverse=True) for id, own in found.items()
        }
        return {id: tuple(own) for id, own in newest.items()}

    @cached_property
    def top_tracks_of(self) -> Mapping[str, tuple[Track, ...]]:
        """The ten songs of each artist that are heard most."""
        found: dict[str, list[Track]] = {id: [] for id in self.artists}
        for track in self.tracks.values():
            for artist in track.artist_ids:
                found[artist].append(track)
        best = {id: sorted(own, key=lambda t: (-t.popularity, t.id)) for id, own in found.items()}
        return {id: tuple(own[:10]) for id, own in best.items()}

    def artist(self, name: str) -> Artist:
        """The artist of that name. Raises KeyError when there is none."""
        return self._named(self.artists, name)

    def album(self, name: str, artist: str) -> Album:
        """The album of that name by the artist of that name. Raises KeyError when there is none."""
        return self._named({a.id: a for a in self.albums_of[self.artist(artist).id]}, name)

    def track(self, name: str, artist: str) -> Track:
        """The song of that name by the artist of that name. Raises KeyError when there is none."""
        id = self.artist(artist).id
        return self._named({t.id: t for t in self.tracks.values() if id in t.artist_ids}, name)

    def device(self, name: str) -> Device:
        """The device of that name. Raises KeyError when there is none."""
        return self._named(self.devices, name)

    @staticmethod
    def _named(things: Mapping[str, T], name: str) -> T:
        for thing in things.values():
            if thing.name == name:
                return thing
        raise KeyError(name)
