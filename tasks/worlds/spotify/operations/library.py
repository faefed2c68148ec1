"""What the listener keeps: saved songs and albums, who is followed, what is heard most."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tasks.worlds.rest import HttpError
from tasks.worlds.spotify import views
from tasks.worlds.spotify.account import LISTENER
from tasks.worlds.spotify.asked import ids_in, window
from tasks.worlds.spotify.generate import NOW
from tasks.worlds.spotify.operations.operation import Arguments, Operation
from tasks.worlds.spotify.room import Room


def _me(room: Room, asked: Arguments) -> Any:
    user = room.world.users[LISTENER]
    return views.user_of(user) | {
        "country": user.country,
        "email": user.email,
        "images": [],
        "product": "premium",
    }


def _saved_albums(room: Room, asked: Arguments) -> Any:
    def told(id: str) -> dict[str, Any]:
        return {"added_at": NOW, "album": views.whole_album_of(room.world, room.world.albums[id])}

    return views.paged(room.albums, told, "me/albums", *window(asked))


def _saved_tracks(room: Room, asked: Arguments) -> Any:
    def told(id: str) -> dict[str, Any]:
        return {"added_at": NOW, "track": views.track_of(room.world, room.world.tracks[id])}

    return views.paged(room.tracks, told, "me/tracks", *window(asked))


def _followed(room: Room, asked: Arguments) -> Any:
    """A page by cursor: what comes behind the artist named in `after`."""
    _, limit = window(asked)
    after = asked.get("after")
    start = room.artists.index(after) + 1 if after in room.artists else 0
    ids = room.artists[start : start + limit]
    last = ids[-1] if start + limit < len(room.artists) else None
    href = f"{views.BASE}/me/following?type=artist&limit={limit}"
    return {
        "artists": {
            "cursors": {"after": last, "before": None},
            "href": href,
            "items": [views.artist_of(room.world, room.world.artists[id]) for id in ids],
            "limit": limit,
            "next": f"{href}&after={last}" if last else None,
            "total": len(room.artists),
        }
    }


def _top(room: Room, asked: Arguments) -> Any:
    """What is heard most, the same over every range of time."""
    if asked["time_range"] not in ("long_term", "medium_term", "short_term"):
        raise HttpError(400, "Invalid time range", "time_range")
    world, path = room.world, f"me/top/{asked['type']}"
    if asked["type"] == "artists":
        artists = [world.artists[id] for id in room.account.top_artists]
        return views.paged(artists, lambda a: views.artist_of(world, a), path, *window(asked))
    tracks = [world.tracks[id] for id in room.account.top_tracks]
    return views.paged(tracks, lambda t: views.track_of(world, t), path, *window(asked))


def _kept(room: Room, kind: str) -> tuple[list[str], Mapping[str, Any], int]:
    """The ids of a kind that the listener keeps, all that there are, and how many at a time."""
    lists: Mapping[str, tuple[list[str], Mapping[str, Any], int]] = {
        "albums": (room.albums, room.world.albums, 20),
        "tracks": (room.tracks, room.world.tracks, 50),
        "artist": (room.artists, room.world.artists, 50),
        "user": (room.users, room.world.users, 50),
    }
    return lists[kind]


def keep(kind: str) -> Operation:
    """Adds ids, the last one first; what is there already stays where it is."""
    return _written(kind, _keep)


def drop(kind: str) -> Operation:
    """Takes ids away; what is not there is passed over."""
    return _written(kind, _drop)


def _keep(own: list[str], ids: list[str]) -> None:
    own[:0] = [id for id in dict.fromkeys(ids) if id not in own]


def _drop(own: list[str], ids: list[str]) -> None:
    own[:] = [id for id in own if id not in ids]


def _written(kind: str, write: Callable[[list[str], list[str]], None]) -> Operation:
    def operation(room: Room, asked: Arguments) -> None:
        own, known, most = _kept(room, asked["type"] if kind == "following" else kind)
        write(own, ids_in(asked, known, most))

    return operation


OPERATIONS: Mapping[str, Operation] = {
    "GET /me": _me,
    "GET /me/albums": _saved_albums,
    "PUT /me/albums": keep("albums"),
    "DELETE /me/albums": drop("albums"),
    "GET /me/following": _followed,
    "PUT /me/following": keep("following"),
    "DELETE /me/following": drop("following"),
    "GET /me/top/{type}": _top,
    "GET /me/tracks": _saved_tracks,
    "PUT /me/tracks": keep("tracks"),
    "DELETE /me/tracks": drop("tracks"),
}
