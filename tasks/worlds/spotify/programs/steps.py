"""A program of calls as it is written: what a call gives is referred to by what comes after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from harness.records import ToolCall
from tasks.worlds.spotify.account import Account, Playlist
from tasks.worlds.spotify.records import Album, Catalogue


@dataclass
class Steps:
    """The calls for one request.

    Where in a list the thing stands that is meant ("My Rock" among the playlists, the newest among
    the albums) is known to whoever writes the program, from the world; its id is not: that comes
    from what an earlier call gave.

    Attributes:
        world: the facts.
        account: what the listener has when the request is made.
        calls: so far.
        answer: what to say in the end, as `harness.play.programs` reads it; None for nothing.
        accepted: answers that are right, any of them.
    """

    world: Catalogue
    account: Account
    calls: list[ToolCall] = field(default_factory=list)
    answer: Any = None
    accepted: tuple[str, ...] = ()

    def do(self, operation: str, /, **arguments: Any) -> str:
        """Adds a call and returns a reference to what it gives."""
        self.calls.append(ToolCall(operation, arguments))
        return f"${len(self.calls)}"

    def find(self, kind: str, words: str) -> str:
        """Searches, and returns a reference to the first hit."""
        return self.do("GET /search", q=words, type=[kind], limit=5) + f".{kind}s.items.0"

    def playing(self) -> str:
        """Looks what plays, and returns a reference to it."""
        return self.do("GET /me/player/currently-playing") + ".item"

    def playlist(self, name: str) -> tuple[str, Playlist]:
        """Lists the playlists; a reference to the one of that name, and the playlist."""
        lists = [*self.account.playlists.values()]
        at = next(n for n, one in enumerate(lists) if one.name == name)
        return self.do("GET /me/playlists") + f".items.{at}", lists[at]

    def first_playlist(self) -> tuple[str, Playlist]:
        """Lists the playlists; a reference to the first, and the playlist."""
        return self.playlist(next(iter(self.account.playlists.values())).name)

    def new_playlist(self, name: str) -> str:
        """Makes a playlist under the user's own id, and returns a reference to it."""
        me = self.do("GET /me")
        return self.do("POST /users/{user_id}/playlists", user_id=me + ".id", name=name)

    def newest_album(self, artist: str, name: str) -> tuple[str, Album]:
        """Lists an artist's albums; a reference to the newest one, and the album."""
        albums = self.world.albums_of[self.world.artist(name).id]
        at = max(range(len(albums)), key=lambda n: albums[n].released)
        listed = self.do("GET /artists/{id}/albums", id=artist + ".id")
        return f"{listed}.items.{at}", albums[at]

    def first_followed(self) -> tuple[str, str]:
        """Lists whom the listener follows; a reference to the first artist, and the name."""
        listed = self.do("GET /me/following", type="artist")
        return listed + ".artists.items.0", self.world.artists[self.account.artists[0]].name

    def fill(self, playlist: str, uris: list[str]) -> str:
        """Puts songs into a playlist."""
        return self.do(
            "POST /playlists/{playlist_id}/tracks", playlist_id=playlist + ".id", uris=uris
        )

    def empty(self, playlist: str, uris: list[str]) -> str:
        """Takes songs out of a playlist."""
        tracks = [{"uri": uri} for uri in uris]
        return self.do(
            "DELETE /playlists/{playlist_id}/tracks", playlist_id=playlist + ".id", tracks=tracks
        )

    def follow(self, *artists: str) -> str:
        """Follows artists."""
        ids = [artist + ".id" for artist in artists]
        return self.do("PUT /me/following", type="artist", ids=ids)

    def unfollow(self, *artists: str) -> str:
        """Follows artists no more."""
        ids = [artist + ".id" for artist in artists]
        return self.do("DELETE /me/following", type="artist", ids=ids)
