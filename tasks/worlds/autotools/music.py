"""The music service: what the recordings mention, looked up, and the likeness of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tasks.worlds.autotools.answers import Answer, Fidelity, Refusal, Tool
from tasks.worlds.autotools.catalogue import KINDS, Catalogue, sections
from tasks.worlds.autotools.names import simple
from tasks.worlds.autotools.recordings import Recordings
from tasks.worlds.draw import Draw

NO_LYRICS = "(The lyrics of this song were not recorded.)"
DETAILS = {
    "GET_artist_details": "artist",
    "GET_album_details": "album",
    "GET_song_details": "song",
    "GET_user_details": "user",
}
"""Tools that tell of one thing, which stands in their answers under the name of its kind."""
LISTED = {
    "GET_artist_albums": ("artist", "albums"),
    "GET_artist_songs": ("artist", "songs"),
    "GET_album_appearances": ("album", "album_appearances"),
    "GET_album_comments": ("album", "comments"),
    "GET_song_comments": ("song", "comments"),
    "GET_user_following": ("user", "followed_users"),
    "GET_user_followers": ("user", "followers"),
}
"""Tools that list what a thing has: whose list it is, and where it stands."""
REPLAYED = {
    "GET_artist_activity": "line_items",
    "GET_artist_leaderboard": "leaderboard",
    "GET_chart_artists": "chart_items",
    "GET_chart_albums": "chart_items",
    "GET_chart_songs": "chart_items",
    "GET_leaderboard": "leaderboard",
    "GET_user_contributions": "contribution_groups",
    "GET_user_contributions_annotations": "contribution_groups",
    "GET_user_contributions_transcriptions": "contribution_groups",
    "GET_user_contributions_suggestions": "contribution_groups",
    "GET_user_contributions_qa": "contribution_groups",
    "GET_user_contributions_articles": "contribution_groups",
    "GET_user_contributions_unreviewed_annotations": "contribution_groups",
    "GET_videos": "videos",
    "GET_annotation_details": "",
    "GET_annotation_versions": "versions",
    "GET_referents": "referents",
}
"""Tools that give the recording, cut into pages: where the list stands."""
SAMPLE = 10
"""Entries of a list that is drawn."""
MOST = 50
"""Entries of a page."""


class Music:
    """The tools of the music service.

    Args:
        recordings: of the service.
        seed: of the world.
        queries: what the problems ask; what they name is to be had.
    """

    def __init__(self, recordings: Recordings, seed: int, queries: Iterable[str] = ()) -> None:
        self._recordings, self._seed = recordings, seed
        self._all = Catalogue(recordings, seed, queries)
        self._recorded = self._whose()

    @property
    def tools(self) -> Mapping[str, Tool]:
        """By name."""
        tools: dict[str, Tool] = {
            "GET_search": self._search,
            "GET_multi_search": self._multi_search,
            "GET_song_lyrics": self._lyrics,
            "GET_song_recommendations": self._recommendations,
        }
        views = ((DETAILS, self._detail), (LISTED, self._list), (REPLAYED, self._replay))
        for names, view in views:
            tools |= {name: self._bound(view, name) for name in names}
        return tools

    def _bound(self, view: Callable[[str, Mapping[str, Any]], Answer], name: str) -> Tool:
        return lambda given: view(name, given)

    def _whose(self) -> Mapping[str, int]:
        """Whose recorded lists are.

        The answers say so of albums (their artist) and of comments on albums; comments on a song
        are as many as the song's own record counts. Tracks are those of the recorded artist's
        first album, songs the recorded artist's, and users the recorded user's: so it seems.
        """
        artist = self._recordings.of("GET_artist_details")["artist"]["id"]
        albums = self._recordings.of("GET_artist_albums")["albums"]
        user = self._recordings.of("GET_user_details")["user"]["id"]
        return {
            "GET_artist_albums": albums[0]["artist"]["id"],
            "GET_artist_songs": artist,
            "GET_album_appearances": albums[0]["id"],
            "GET_album_comments": next(
                c["commentable_id"] for c in self._recordings.of("GET_album_comments")["comments"]
            ),
            "GET_song_comments": self._recordings.of("GET_song_details")["song"]["id"],
            "GET_user_following": user,
            "GET_user_followers": user,
        }

    def _search(self, given: Mapping[str, Any]) -> Answer:
        shape = self._recordings.of("GET_search")
        songs = [*self._all.named("song", given["q"])]
        for artist in self._all.named("artist", given["q"]):
            songs += [song for song in self._all.songs_of(artist["id"]) if song not in songs]
        page, _ = _page(songs, given, SAMPLE)
        like = shape["hits"][0]["result"]
        shape["hits"] = [self._hit("song", song, like) for song in page]
        return Answer(shape, self._told("song", page))

    def _multi_search(self, given: Mapping[str, Any]) -> Answer:
        """A section a kind, and before them the best hit of all, whose name is what was asked."""
        found = {kind: list(self._all.named(kind, given["q"])) for kind in KINDS}
        best = [
            (simple(_name(thing)) != simple(given["q"]), KINDS.index(kind), kind, thing)
            for kind, things in found.items()
            for thing in things[:1]
        ]
        shape = self._recordings.of("GET_multi_search")
        like = {hit["type"]: hit["result"] for _, hits in sections(shape) for hit in hits}
        shown: list[Mapping[str, Any]] = []
        for type_, hits in sections(shape):
            hits.clear()
            if type_ == "top_hit" and best:
                _, _, kind, thing = min(best, key=lambda one: one[:2])
                hits.append(self._hit(kind, thing, like.get(kind)))
            elif type_ in found:
                page, _ = _page(found[type_], given, 3)
                hits += [self._hit(type_, thing, like.get(type_)) for thing in page]
                shown += page
        made = any(thing["id"] >= 100_000_000 for thing in shown)
        return Answer(shape, "generated" if made else "looked up")

    def _hit(
        self, kind: str, thing: Mapping[str, Any], shape: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        result = self._all.stub(kind, thing, shape)
        return {"highlights": [], "index": kind, "type": kind, "result": result}

    def _detail(self, tool: str, given: Mapping[str, Any]) -> Answer:
        kind = DETAILS[tool]
        thing = self._known(kind, given["id"])
        shape = self._recordings.of(tool)
        if shape[kind]["id"] == thing["id"]:
            return Answer(shape, "looked up")
        return Answer({kind: self._all.like(shape[kind], kind, thing)}, "generated")

    def _list(self, tool: str, given: Mapping[str, Any]) -> Answer:
        kind, field = LISTED[tool]
        id = self._known(kind, given["id"])["id"]
        shape = self._recordings.of(tool)
        fidelity: Fidelity = "looked up" if self._recorded[tool] == id else "generated"
        entries = shape[field] if fidelity == "looked up" else self._made(tool, id, shape[field])
        if given.get("sort") == "popularity":
            entries = sorted(entries, key=_views, reverse=True)
        shape[field], shape["next_page"] = _page(entries, given, len(shape[field]))
        if "total_count" in shape and fidelity == "generated":
            shape["total_count"] = self._all.count(kind, id, "comment_count")
        return Answer(shape, fidelity)

    def _made(self, tool: str, id: int, recorded: Sequence[Any]) -> list[Any]:
        """The list of a thing whose list was not recorded."""
        if tool == "GET_artist_albums":
            return [
                self._all.stub("album", album, recorded[0]) for album in self._all.albums_of(id)
            ]
        if tool == "GET_artist_songs":
            return [self._all.stub("song", song, recorded[0]) for song in self._all.songs_of(id)]
        if tool == "GET_album_appearances":
            album = self._all.shelves["album"][id]
            songs = self._all.songs_of(self._all.artist_of("album", album))
            own = [one for one in songs if self._all.album_of(one)["id"] == id] or songs
            return [
                {
                    **recorded[0],
                    "id": song["id"],
                    "track_number": number,
                    "song": self._all.like(recorded[0]["song"], "song", song),
                }
                for number, song in enumerate(own, 1)
            ]
        if tool in ("GET_user_following", "GET_user_followers"):
            users = self._all.sample("user", SAMPLE, tool, id)
            return [self._all.stub("user", user, recorded[0]) for user in users]
        said = [comment for comment in recorded if comment["author"]]
        return Draw(self._seed, tool, id).sample(said, min(len(said), self._comments(tool, id)))

    def _comments(self, tool: str, id: int) -> int:
        return self._all.count(LISTED[tool][0], id, "comment_count")

    def _lyrics(self, given: Mapping[str, Any]) -> Answer:
        song = self._known("song", given["id"])
        shape = self._recordings.of("GET_song_lyrics")
        lyrics = shape["lyrics"]
        if lyrics["song_id"] == song["id"]:
            return Answer(shape, "looked up")
        artist, album = self._all.artist_of("song", song), self._all.album_of(song)
        body = {"html": f"<p>{NO_LYRICS}</p>", "children": [NO_LYRICS], "plain": NO_LYRICS}
        lyrics |= {"song_id": song["id"], "api_path": f"/songs/{song['id']}/lyrics", "path": ""}
        lyrics["lyrics"]["body"] |= body
        lyrics["trackingData"] |= {
            "Song ID": song["id"],
            "Title": song["title"],
            "Primary Artist": self._all.shelves["artist"][artist]["name"],
            "Primary Artist ID": artist,
            "Primary Album": album["name"],
            "Primary Album ID": album["id"],
            "Annotatable ID": song["id"],
            "Comment Count": self._all.count("song", song["id"], "comment_count"),
        }
        return Answer(shape, "generated")

    def _recommendations(self, given: Mapping[str, Any]) -> Answer:
        song = self._known("song", given["id"])
        shape = self._recordings.of("GET_song_recommendations")
        told = shape["song_recommendations"]
        if told["api_path"] == song.get("api_path"):
            return Answer(shape, "looked up")
        entry = told["recommendations"][0]
        others = self._all.sample("song", SAMPLE, "recommended", song["id"])
        told["api_path"] = f"/songs/{song['id']}"
        told["recommendations"] = [
            {**entry, "recommended_song": self._all.like(entry["recommended_song"], "song", other)}
            for other in others
            if other["id"] != song["id"]
        ]
        return Answer(shape, "generated")

    def _replay(self, tool: str, given: Mapping[str, Any]) -> Answer:
        shape = self._recordings.of(tool)
        if field := REPLAYED[tool]:
            whole = len(shape[field])
            shape[field], following = _page(shape[field], given, whole)
            if "next_page" in shape and "per_page" in given:
                shape["next_page"] = following
        return Answer(shape, "replayed")

    def _known(self, kind: str, text: str) -> Mapping[str, Any]:
        id = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1
        thing = self._all.shelves[kind].get(id)
        if thing is None:
            raise Refusal(404, f"there is no {kind} of the id {text[:80]!a}")
        return thing

    def _told(self, kind: str, things: Iterable[Mapping[str, Any]]) -> Fidelity:
        shelf = self._all.shelves[kind]
        return "looked up" if all(shelf.recorded(thing["id"]) for thing in things) else "generated"


def _name(thing: Mapping[str, Any]) -> str:
    return str(thing.get("title") or thing.get("name") or "")


def _views(song: Mapping[str, Any]) -> int:
    return int((song.get("stats") or {}).get("pageviews") or 0)


def _page(entries: Sequence[Any], given: Mapping[str, Any], usual: int) -> tuple[list[Any], Any]:
    """A page of a list, and the number of the next.

    Raises:
        Refusal: there are no such pages.
    """
    number, size = int(given.get("page", 1)), int(given.get("per_page", max(usual, 1)))
    if not 1 <= size <= MOST or not 1 <= number <= 10**6:
        raise Refusal(400, f"'page' is to be from 1, 'per_page' from 1 to {MOST}")
    end = number * size
    return list(entries[end - size : end]), number + 1 if end < len(entries) else None
