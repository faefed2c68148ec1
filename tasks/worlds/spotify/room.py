"""One session's copy of the account: shared facts below, its own changes above."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tasks.worlds.rest import HttpError
from tasks.worlds.spotify.account import LISTENER, Account, Player, Playlist
from tasks.worlds.spotify.generate import id_of
from tasks.worlds.spotify.records import Catalogue

SIMULATED = "simulated"
"""The label that every state carries: nothing here happened at the real service."""


class Room:
    """What the listener has now.

    Args:
        world: the facts; never changed.
        account: what there is at the beginning; never changed.
        seed: from which the ids of new playlists are drawn.
    """

    def __init__(self, world: Catalogue, account: Account, seed: int = 1) -> None:
        self.world, self.account, self._seed = world, account, seed
        self.tracks, self.albums = list(account.tracks), list(account.albums)
        self.artists, self.users = list(account.artists), list(account.users)
        self.playlists = dict(account.playlists)
        self.player = account.player
        self._made = 0

    def playlist(self, id: str) -> Playlist:
        """The playlist of that id.

        Raises:
            HttpError: there is none (404).
        """
        found = self.playlists.get(id)
        if found is None:
            raise HttpError(404, "Resource not found", "playlist_id")
        return found

    def own_playlist(self, id: str) -> Playlist:
        """The playlist of that id, to be changed.

        Raises:
            HttpError: there is none (404), or it is somebody else's (403).
        """
        found = self.playlist(id)
        if found.owner_id != LISTENER:
            raise HttpError(403, "You can only change playlists that you own", "playlist_id")
        return found

    def make_playlist(self, name: str, **fields: Any) -> Playlist:
        """A new playlist, the first of all."""
        self._made += 1
        made = Playlist(id_of(self._seed, "new playlist", self._made), name, **fields)
        self.playlists = {made.id: made, **self.playlists}
        return made

    def change_playlist(self, playlist: Playlist, **fields: Any) -> Playlist:
        """The playlist with some of its fields changed."""
        changed = replace(playlist, version=playlist.version + 1, **fields)
        self.playlists[playlist.id] = changed
        return changed

    def change_player(self, **fields: Any) -> None:
        """Changes what plays, or how."""
        self.player = replace(self.player, **fields)

    @property
    def state(self) -> dict[str, Any]:
        """What is no longer as it was: plain JSON in canonical order.

        Lists that have no order of their own, or none that a request speaks of, are sorted, so that
        the order in which independent things are done makes no difference. Descriptions, how a new
        playlist is shared, and where in an item the player stands are no part of it: no request
        speaks of them.
        """
        state: dict[str, Any] = {}
        state["albums"] = _difference(self.account.albums, self.albums)
        state["following"] = _difference(self.account.artists, self.artists)
        state["following users"] = _difference(self.account.users, self.users)
        state["player"] = _changed_player(self.account.player, self.player)
        state["playlists"] = self._changed_playlists()
        state["tracks"] = _difference(self.account.tracks, self.tracks)
        return {part: told for part, told in state.items() if told} | {"world": SIMULATED}

    def _changed_playlists(self) -> dict[str, Any]:
        before = self.account.playlists
        changed = {
            id: told
            for id, now in sorted(self.playlists.items())
            if id in before and (told := _changed_playlist(before[id], now))
        }
        new = [
            {"name": now.name, "tracks": sorted(now.items)}
            for id, now in self.playlists.items()
            if id not in before
        ]
        new.sort(key=lambda told: (told["name"], told["tracks"]))
        parts = {"changed": changed, "new": new}
        return {part: told for part, told in parts.items() if told}


def _difference(before: Sequence[str], now: Sequence[str]) -> dict[str, list[str]]:
    had, has = Counter(before), Counter(now)
    parts = {"added": sorted((has - had).elements()), "removed": sorted((had - has).elements())}
    return {part: ids for part, ids in parts.items() if ids}


def _changed_playlist(before: Playlist, now: Playlist) -> dict[str, Any]:
    told: dict[str, Any] = dict(_difference(before.items, now.items))
    for field in ("collaborative", "name", "public"):
        if getattr(now, field) != getattr(before, field):
            told[field] = getattr(now, field)
    return told


def _changed_player(before: Player, now: Player) -> dict[str, Any]:
    told = {}
    for field in ("context", "device", "item", "playing", "queue", "repeat", "volume"):
        if (value := getattr(now, field)) != getattr(before, field):
            told[field] = list(value) if isinstance(value, tuple) else value
    return told
