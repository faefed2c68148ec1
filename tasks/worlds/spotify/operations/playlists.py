"""Lists of songs: made, changed, filled and emptied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.worlds.rest import HttpError
from tasks.worlds.spotify import views
from tasks.worlds.spotify.account import LISTENER, Playlist
from tasks.worlds.spotify.asked import listed, playable, uris_in, window
from tasks.worlds.spotify.operations.operation import Arguments, Operation
from tasks.worlds.spotify.room import Room

LONGEST_NAME = 100
_DETAILS = ("collaborative", "description", "name", "public")
_FULL = 10_000
"""Items that a playlist can have."""


def _own(room: Room, asked: Arguments) -> Any:
    lists = [*room.playlists.values()]
    return views.paged(
        lists, lambda one: views.playlist_of(room.world, one), "me/playlists", *window(asked)
    )


def _playlist(room: Room, asked: Arguments) -> Any:
    return _whole(room, room.playlist(asked["playlist_id"]))


def _items(room: Room, asked: Arguments) -> Any:
    found = room.playlist(asked["playlist_id"])
    return _page(room, found, *window(asked))


def _make(room: Room, asked: Arguments) -> Any:
    if asked["user_id"] != LISTENER:
        raise HttpError(403, "You cannot create a playlist for another user", "user_id")
    return _whole(room, room.make_playlist(**_details(asked)))


def _change(room: Room, asked: Arguments) -> None:
    room.change_playlist(room.own_playlist(asked["playlist_id"]), **_details(asked))


def _add(room: Room, asked: Arguments) -> Any:
    found = room.own_playlist(asked["playlist_id"])
    uris = uris_in(room.world, asked)
    if not uris:
        raise HttpError(400, "No uris provided", "uris")
    if len(found.items) + len(uris) > _FULL:
        raise HttpError(400, "Playlist size limit reached", "uris")
    at = asked.get("position", len(found.items))
    if not 0 <= at <= len(found.items):
        raise HttpError(400, "Index out of bounds", "position")
    changed = (*found.items[:at], *uris, *found.items[at:])
    return {"snapshot_id": views.snapshot_of(room.change_playlist(found, items=changed))}


def _remove(room: Room, asked: Arguments) -> Any:
    """Takes every occurrence of the items away."""
    found = room.own_playlist(asked["playlist_id"])
    given = [one.get("uri") if isinstance(one, Mapping) else one for one in asked["tracks"]]
    uris = {playable(room.world, uri, "tracks") for uri in listed({"tracks": given}, "tracks")}
    if not uris:
        raise HttpError(400, "No tracks provided", "tracks")
    if asked.get("snapshot_id") not in (None, views.snapshot_of(found)):
        raise HttpError(400, "Invalid snapshot id", "snapshot_id")
    left = tuple(uri for uri in found.items if uri not in uris)
    return {"snapshot_id": views.snapshot_of(room.change_playlist(found, items=left))}


def _details(asked: Arguments) -> dict[str, Any]:
    details = {name: asked[name] for name in _DETAILS if name in asked}
    name = details.get("name", "-")
    if not name.strip() or len(name) > LONGEST_NAME:
        raise HttpError(400, f"A name has between 1 and {LONGEST_NAME} characters", "name")
    return details


def _whole(room: Room, found: Playlist) -> dict[str, Any]:
    tracks = _page(room, found, 0, 100)
    return views.playlist_of(room.world, found) | {"tracks": tracks}


def _page(room: Room, found: Playlist, offset: int, limit: int) -> dict[str, Any]:
    def told(uri: str) -> dict[str, Any]:
        return views.entry_of(room.world, found, uri)

    return views.paged(found.items, told, f"playlists/{found.id}/tracks", offset, limit)


OPERATIONS: Mapping[str, Operation] = {
    "GET /me/playlists": _own,
    "GET /playlists/{playlist_id}": _playlist,
    "PUT /playlists/{playlist_id}": _change,
    "GET /playlists/{playlist_id}/tracks": _items,
    "POST /playlists/{playlist_id}/tracks": _add,
    "DELETE /playlists/{playlist_id}/tracks": _remove,
    "POST /users/{user_id}/playlists": _make,
}
