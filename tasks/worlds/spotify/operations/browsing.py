"""Reading what is in the catalogue: nothing here changes anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tasks.worlds.rest import HttpError
from tasks.worlds.spotify import finding, views
from tasks.worlds.spotify.asked import listed, one_of, window
from tasks.worlds.spotify.operations.operation import Arguments, Operation
from tasks.worlds.spotify.records import Album
from tasks.worlds.spotify.room import Room

KINDS = ("album", "artist", "playlist", "track", "show", "episode", "audiobook")
_MOST_SEEDS = 5


def _album(room: Room, asked: Arguments) -> Any:
    return views.whole_album_of(room.world, one_of(room.world.albums, asked["id"]))


def _album_tracks(room: Room, asked: Arguments) -> Any:
    world, found = room.world, one_of(room.world.albums, asked["id"])
    songs = [world.tracks[id] for id in found.track_ids]
    path = f"albums/{found.id}/tracks"
    return views.paged(songs, lambda song: views.song_of(world, song), path, *window(asked))


def _artist(room: Room, asked: Arguments) -> Any:
    return views.artist_of(room.world, one_of(room.world.artists, asked["id"]))


def _artist_albums(room: Room, asked: Arguments) -> Any:
    found = one_of(room.world.artists, asked["id"])
    groups = listed(asked, "include_groups") or ["album", "single", "appears_on", "compilation"]
    albums = [own for own in room.world.albums_of[found.id] if own.kind in groups]
    return _albums(room, albums, f"artists/{found.id}/albums", asked)


def _related_artists(room: Room, asked: Arguments) -> Any:
    found = one_of(room.world.artists, asked["id"])
    near = [room.world.artists[id] for id in found.related]
    return {"artists": [views.artist_of(room.world, one) for one in near]}


def _top_tracks(room: Room, asked: Arguments) -> Any:
    found = one_of(room.world.artists, asked["id"])
    best = room.world.top_tracks_of[found.id]
    return {"tracks": [views.track_of(room.world, track) for track in best]}


def _new_releases(room: Room, asked: Arguments) -> Any:
    albums = sorted(room.world.albums.values(), key=lambda a: (a.released, a.id), reverse=True)
    return {"albums": _albums(room, albums[:100], "browse/new-releases", asked)}


def _track(room: Room, asked: Arguments) -> Any:
    return views.track_of(room.world, one_of(room.world.tracks, asked["id"]))


def _recommendations(room: Room, asked: Arguments) -> Any:
    """Songs of the seeds' genres, those of seed artists and of their neighbours first."""
    world = room.world
    artists = [one_of(world.artists, id) for id in listed(asked, "seed_artists")]
    tracks = [one_of(world.tracks, id) for id in listed(asked, "seed_tracks")]
    genres = listed(asked, "seed_genres")
    if not 1 <= len(artists) + len(tracks) + len(genres) <= _MOST_SEEDS:
        raise HttpError(400, "Between one and five seeds are needed", "seed_artists")
    artists += [world.artists[id] for track in tracks for id in track.artist_ids]
    wanted = {genre for artist in artists for genre in artist.genres} | set(genres)
    near = {id for artist in artists for id in (artist.id, *artist.related)}
    fitting = [
        song
        for song in world.tracks.values()
        if song not in tracks
        and any(wanted & set(world.artists[id].genres) for id in song.artist_ids)
    ]
    fitting.sort(key=lambda s: (not near & set(s.artist_ids), -s.popularity, s.id))
    _, limit = window(asked, 100)
    seeds = [("ARTIST", id) for id in listed(asked, "seed_artists")]
    seeds += [("TRACK", id) for id in listed(asked, "seed_tracks")]
    seeds += [("GENRE", genre) for genre in genres]
    told = [views.track_of(world, song) for song in fitting[:limit]]
    return {"seeds": [_seed(kind, id, len(fitting)) for kind, id in seeds], "tracks": told}


def _seed(kind: str, id: str, pool: int) -> dict[str, Any]:
    sizes = dict.fromkeys(("initialPoolSize", "afterFilteringSize", "afterRelinkingSize"), pool)
    return {"id": id, "type": kind, "href": None, **sizes}


def _search(room: Room, asked: Arguments) -> Any:
    """A page of each kind that is asked for."""
    if not asked["q"].strip():
        raise HttpError(400, "No search query", "q")
    kinds = listed(asked, "type")
    if not kinds:
        raise HttpError(400, "Missing parameter type", "type")
    if wrong := [kind for kind in kinds if kind not in KINDS]:
        raise HttpError(400, f"Bad search type field {wrong[0][:80]}", "type")
    wanted = finding.read_search(asked["q"])
    return {f"{kind}s": _hits(room, kind, wanted, asked) for kind in dict.fromkeys(kinds)}


def _hits(room: Room, kind: str, wanted: finding.Wanted, asked: Arguments) -> dict[str, Any]:
    world = room.world
    things, known, told = _searchable(room)[kind]
    hits = finding.found(wanted, things, known)
    offset, limit = window(asked)
    return views.paged(
        hits, lambda one: told(world, one), "search", offset, limit, query=asked["q"], type=kind
    )


def _searchable(
    room: Room,
) -> Mapping[str, tuple[Sequence[Any], Callable[[Any], finding.Known], Callable[..., Any]]]:
    """What can be found of each kind, by what, and how it is told. There are no audiobooks."""
    world = room.world

    def by_name(thing: Any) -> finding.Known:
        return finding.known_name(thing.id, thing.name)

    public = [own for own in room.playlists.values() if own.public]
    return {
        "album": (
            [*world.albums.values()],
            lambda one: finding.known_album(world, one),
            views.album_of,
        ),
        "artist": (
            [*world.artists.values()],
            lambda one: finding.known_artist(world, one),
            views.artist_of,
        ),
        "track": (
            [*world.tracks.values()],
            lambda one: finding.known_track(world, one),
            views.track_of,
        ),
        "playlist": (public, by_name, views.playlist_of),
        "show": ([*world.shows.values()], by_name, views.show_of),
        "episode": ([*world.episodes.values()], by_name, views.episode_of),
        "audiobook": ([], by_name, views.show_of),
    }


def _albums(room: Room, albums: Sequence[Album], path: str, asked: Arguments) -> dict[str, Any]:
    return views.paged(albums, lambda one: views.album_of(room.world, one), path, *window(asked))


OPERATIONS: Mapping[str, Operation] = {
    "GET /albums/{id}": _album,
    "GET /albums/{id}/tracks": _album_tracks,
    "GET /artists/{id}": _artist,
    "GET /artists/{id}/albums": _artist_albums,
    "GET /artists/{id}/related-artists": _related_artists,
    "GET /artists/{id}/top-tracks": _top_tracks,
    "GET /browse/new-releases": _new_releases,
    "GET /recommendations": _recommendations,
    "GET /search": _search,
    "GET /tracks/{id}": _track,
}
