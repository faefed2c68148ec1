"""Songs, albums, artists and users: what the recordings mention, and what the queries name.

A song, album or artist that a query names and no recording mentions is made, with what hangs on
it: a song has an artist and an album, an album an artist and songs, an artist songs and an album.
Made names say that they are made: "Song 2 of Ed Sheeran". Recorded artists of whom no song or album
is recorded get such ones too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tasks.worlds.autotools.likeness import ranges
from tasks.worlds.autotools.names import Named, music, simple
from tasks.worlds.autotools.recordings import Recordings, walk
from tasks.worlds.autotools.shelves import Shelf
from tasks.worlds.draw import Draw

KINDS = ("artist", "album", "song", "user")
SONGS = 3
"""Songs that an artist has at least."""
_COUNTED = (
    "annotation_count annotations_count comment_count contributors followed_users_count "
    "followers_count iq pageviews pyongs_count song_pageviews unreviewed_annotations"
)
COUNTS = frozenset(_COUNTED.split())
"""Numbers that are drawn where they are not recorded."""


class Catalogue:
    """Everything of music that has an id.

    Args:
        recordings: of the service.
        seed: of the world.
        queries: what the problems ask.
    """

    def __init__(self, recordings: Recordings, seed: int, queries: Iterable[str]) -> None:
        self._seed = seed
        self._ranges = ranges(recordings.responses, COUNTS)
        self.shelves = {kind: Shelf(kind, seed) for kind in KINDS}
        self._shapes: dict[str, Mapping[str, Any]] = {}
        for _, thing in walk(dict(recordings.responses)):
            if isinstance(thing, Mapping) and thing.get("_type") in KINDS and "id" in thing:
                kind = thing["_type"]
                if name := thing.get("title" if kind == "song" else "name"):
                    if len(thing) <= len(self._shapes.get(kind, thing)):
                        self._shapes[kind] = thing
                    self.shelves[kind].record(thing, name)
        self._songs: dict[int, list[int]] = {}
        self._albums: dict[int, list[int]] = {}
        for kind, field, lists in (
            ("song", "primary_artist", self._songs),
            ("album", "artist", self._albums),
        ):
            for thing in list(self.shelves[kind].known()):
                lists.setdefault(self._attributed(kind, field, thing), []).append(thing["id"])
        for named in dict.fromkeys(one for query in queries for one in music(query)):
            self._have(named)
        for id in list(self.shelves["artist"].ids()):
            self._supply(id)

    def songs_of(self, artist: int) -> list[Mapping[str, Any]]:
        """The songs of an artist."""
        return [self.shelves["song"][id] for id in self._songs[artist]]

    def albums_of(self, artist: int) -> list[Mapping[str, Any]]:
        """The albums of an artist."""
        return [self.shelves["album"][id] for id in self._albums[artist]]

    def artist_of(self, kind: str, thing: Mapping[str, Any]) -> int:
        """The artist of a song or album."""
        own = thing["primary_artist" if kind == "song" else "artist"]
        return int(own["id"])

    def album_of(self, song: Mapping[str, Any]) -> Mapping[str, Any]:
        """The album of a song: the recorded one, else one of its artist's by a draw."""
        if song.get("album"):
            return self.shelves["album"][song["album"]["id"]]
        albums = self.albums_of(self.artist_of("song", song))
        return Draw(self._seed, "album of", song["id"]).choice(albums)

    def stub(
        self, kind: str, thing: Mapping[str, Any], shape: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """A thing as a list shows it; as the smallest of all lists, where no shape is given."""
        return self.like(shape or self._shapes[kind], kind, thing)

    def like(self, shape: Mapping[str, Any], kind: str, thing: Mapping[str, Any]) -> dict[str, Any]:
        """What is known of a thing, in a recorded shape; the rest is empty, counts are drawn."""
        made: dict[str, Any] = {}
        for key, old in shape.items():
            if key in thing:
                made[key] = self._cut(thing[key], old, kind, thing["id"])
            elif key in ("primary_artist", "artist") and kind in ("song", "album"):
                artist = self.shelves["artist"][self.artist_of(kind, thing)]
                made[key] = self._cut(artist, old, "artist", artist["id"])
            elif key == "album" and kind == "song":
                album = self.album_of(thing)
                made[key] = self._cut(album, old, "album", album["id"])
            else:
                made[key] = self._empty(old, kind, thing["id"], key)
        return made

    def _cut(self, value: Any, shape: Any, kind: str, id: int) -> Any:
        """A value with the keys of a shape."""
        if not isinstance(value, Mapping) or not isinstance(shape, Mapping):
            return value
        return {
            key: self._cut(value[key], old, kind, id)
            if key in value
            else self._empty(old, kind, id, key)
            for key, old in shape.items()
        }

    def count(self, kind: str, id: int, key: str) -> int:
        """A count, within the range that its name shows in the recordings."""
        thing = self.shelves[kind][id]
        if key in thing:
            return int(thing[key] or 0)
        low, high = self._ranges[key]
        return Draw(self._seed, "count", kind, id, key).integer(round(low), min(round(high), 10**9))

    def sample(self, kind: str, number: int, *key: int | str) -> list[Mapping[str, Any]]:
        """Some of the recorded things, by a draw of that key."""
        return Draw(self._seed, *key).sample(list(self.shelves[kind].known()), number)

    def named(self, kind: str, text: str) -> Sequence[Mapping[str, Any]]:
        """What a text names."""
        return self.shelves[kind].find(text)

    def _empty(self, old: Any, kind: str, id: int, key: str) -> Any:
        if key in COUNTS and key in self._ranges:
            return self.count(kind, id, key)
        if isinstance(old, Mapping):
            if "id" in old:
                return None
            return {name: self._empty(part, kind, id, name) for name, part in old.items()}
        if isinstance(old, bool):
            return False
        empty = {str: "", int: 0, float: 0.0, list: []}
        return next((none for type_, none in empty.items() if isinstance(old, type_)), None)

    def _attributed(self, kind: str, field: str, thing: Mapping[str, Any]) -> int:
        """The artist of a recorded thing; a made one where no recording says who it is."""
        if not thing.get(field):
            name = f"Artist of {thing.get('title') or thing.get('name')}"
            artist = self.shelves["artist"][self._make_artist(name)]
            self.shelves[kind].record({"id": thing["id"], field: _who(artist)}, name)
        return int(self.shelves[kind][thing["id"]][field]["id"])

    def _have(self, named: Named) -> None:
        """Makes what a query names, unless a recording mentions something of that name."""
        wanted = simple(named.name)
        field = "title" if named.kind == "song" else "name"
        if any(simple(thing[field]) == wanted for thing in self.shelves[named.kind].known()):
            return
        if named.kind == "artist":
            self._make_artist(named.name)
        elif named.kind == "album":
            self._make_album(named.name, self._make_artist(f"Artist of {named.name}"))
        else:
            artist = self._make_artist(f"Artist of {named.name}")
            self._make_song(named.name, artist)

    def _supply(self, artist: int) -> None:
        name = self.shelves["artist"][artist]["name"]
        if not self._albums.get(artist):
            self._make_album(f"Album of {name}", artist)
        for number in range(len(self._songs.get(artist, [])) + 1, SONGS + 1):
            self._make_song(f"Song {number} of {name}", artist)

    def _make_artist(self, name: str) -> int:
        return self._make("artist", "name", name, {})

    def _make_album(self, name: str, artist: int) -> None:
        who = self.shelves["artist"][artist]
        fields = {"artist": _who(who), "full_title": f"{name} by {who['name']}"}
        self._albums.setdefault(artist, []).append(self._make("album", "name", name, fields))

    def _make_song(self, name: str, artist: int) -> None:
        who = self.shelves["artist"][artist]
        told = {"artist_names": who["name"], "full_title": f"{name} by {who['name']}"}
        id = self._make("song", "title", name, {"primary_artist": _who(who), **told})
        self._songs.setdefault(artist, []).append(id)

    def _make(self, kind: str, field: str, name: str, fields: Mapping[str, Any]) -> int:
        id = self.shelves[kind].make(name, "", {"_type": kind, field: name, **fields})
        thing = self.shelves[kind][id]
        assert isinstance(thing, dict)
        thing["api_path"] = f"/{kind}s/{id}"
        return id


def _who(artist: Mapping[str, Any]) -> dict[str, Any]:
    return {key: artist[key] for key in ("_type", "api_path", "id", "name") if key in artist}


def sections(response: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """The sections of a search over everything: what they hold, and the hits."""
    for section in response["sections"]:
        yield section["type"], section["hits"]
