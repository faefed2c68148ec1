"""The facts as the interface tells them; `shape` adds what its document has besides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from tasks.worlds.rest import window_of
from tasks.worlds.spotify.account import Playlist
from tasks.worlds.spotify.generate import NOW
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

BASE = "https://api.spotify.com/v1"
T = TypeVar("T")


def entity(kind: str, id: str, name: str, path: str = "") -> dict[str, Any]:
    """What everything that has an id has."""
    return {
        "id": id,
        "name": name,
        "type": kind,
        "uri": f"spotify:{kind}:{id}",
        "href": f"{BASE}/{path or kind + 's'}/{id}",
        "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{id}"},
    }


def artist_of(world: Catalogue, artist: Artist) -> dict[str, Any]:
    """An artist in full."""
    return entity("artist", artist.id, artist.name) | {
        "genres": list(artist.genres),
        "popularity": artist.popularity,
        "followers": {"href": None, "total": artist.followers},
        "images": [],
    }


def artists_in(world: Catalogue, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Artists as lists of songs and albums name them."""
    return [entity("artist", id, world.artists[id].name) for id in ids]


def album_of(world: Catalogue, album: Album) -> dict[str, Any]:
    """An album without its songs."""
    return entity("album", album.id, album.name) | {
        "album_type": album.kind,
        "artists": artists_in(world, album.artist_ids),
        "available_markets": ["GB", "US"],
        "copyrights": [{"text": f"{album.released[:4]} {album.label}", "type": "C"}],
        "external_ids": {},
        "genres": [],
        "images": [],
        "label": album.label,
        "popularity": album.popularity,
        "release_date": album.released,
        "release_date_precision": "day",
        "total_tracks": len(album.track_ids),
    }


def whole_album_of(world: Catalogue, album: Album) -> dict[str, Any]:
    """An album with its songs."""
    path = f"albums/{album.id}/tracks"
    songs = [world.tracks[id] for id in album.track_ids]
    tracks = paged(songs, lambda track: song_of(world, track), path, 0, 50)
    artists = [artist_of(world, world.artists[id]) for id in album.artist_ids]
    return album_of(world, album) | {"artists": artists, "tracks": tracks}


def song_of(world: Catalogue, track: Track) -> dict[str, Any]:
    """A song as its album lists it."""
    return entity("track", track.id, track.name) | {
        "artists": artists_in(world, track.artist_ids),
        "available_markets": ["GB", "US"],
        "disc_number": 1,
        "duration_ms": track.milliseconds,
        "explicit": track.explicit,
        "is_local": False,
        "is_playable": True,
        "preview_url": None,
        "track_number": track.number,
    }


def track_of(world: Catalogue, track: Track) -> dict[str, Any]:
    """A song in full, with its album."""
    return song_of(world, track) | {
        "artists": [artist_of(world, world.artists[id]) for id in track.artist_ids],
        "album": album_of(world, world.albums[track.album_id]),
        "external_ids": {"isrc": f"ZZ{track.id[:10].upper()}"},
        "popularity": track.popularity,
    }


def show_of(world: Catalogue, show: Show) -> dict[str, Any]:
    """A podcast without its episodes."""
    return entity("show", show.id, show.name) | {
        "description": show.description,
        "html_description": f"<p>{show.description}</p>",
        "publisher": show.publisher,
        "media_type": "audio",
        "languages": ["en"],
        "total_episodes": len(show.episode_ids),
    }


def episode_of(world: Catalogue, episode: Episode) -> dict[str, Any]:
    """An episode in full."""
    show = show_of(world, world.shows[episode.show_id])
    return entity("episode", episode.id, episode.name) | {
        "description": episode.name,
        "html_description": f"<p>{episode.name}</p>",
        "audio_preview_url": None,
        "duration_ms": episode.milliseconds,
        "release_date": episode.released,
        "release_date_precision": "day",
        "resume_point": {"fully_played": False, "resume_position_ms": 0},
        "show": show,
    }


def item_of(world: Catalogue, uri: str) -> dict[str, Any]:
    """A song or an episode by its URI."""
    _, kind, id = uri.split(":")
    if kind == "episode":
        return episode_of(world, world.episodes[id])
    return track_of(world, world.tracks[id])


def user_of(user: User) -> dict[str, Any]:
    """A user as others see them."""
    told = entity("user", user.id, user.name)
    del told["name"]
    return told | {"display_name": user.name, "followers": {"href": None, "total": user.followers}}


def playlist_of(world: Catalogue, playlist: Playlist) -> dict[str, Any]:
    """A playlist without its songs."""
    path = f"{BASE}/playlists/{playlist.id}/tracks"
    owner = user_of(world.users[playlist.owner_id])
    return entity("playlist", playlist.id, playlist.name) | {
        "collaborative": playlist.collaborative,
        "description": playlist.description,
        "followers": {"href": None, "total": 0},
        "images": [],
        "owner": owner,
        "public": playlist.public,
        "snapshot_id": snapshot_of(playlist),
        "tracks": {"href": path, "total": len(playlist.items)},
    }


def entry_of(world: Catalogue, playlist: Playlist, uri: str) -> dict[str, Any]:
    """A song as it stands in a playlist."""
    by = user_of(world.users[playlist.owner_id])
    del by["display_name"]
    return {"added_at": NOW, "added_by": by, "is_local": False, "track": item_of(world, uri)}


def snapshot_of(playlist: Playlist) -> str:
    """The id of a playlist as it is now."""
    return f"{playlist.version}-{playlist.id}"


def device_of(device: Device, active: bool, volume: int) -> dict[str, Any]:
    """A device."""
    return {
        "id": device.id,
        "is_active": active,
        "is_private_session": False,
        "is_restricted": False,
        "name": device.name,
        "type": device.kind,
        "volume_percent": volume,
    }


def paged(
    things: Sequence[T],
    told: Callable[[T], dict[str, Any]],
    path: str,
    offset: int,
    limit: int,
    **asked: Any,
) -> dict[str, Any]:
    """A page by offset and limit, with the addresses of itself and its neighbours.

    Args:
        things: all of them.
        told: how one is told.
        path: where they are listed, without the base.
        offset: of the first, from 0.
        limit: how many at most.
        asked: what else stands in the query string.
    """

    def address(start: int) -> str:
        return f"{BASE}/{path}?{urlencode({**asked, 'offset': start, 'limit': limit})}"

    behind = offset + limit
    return {
        "href": address(offset),
        "items": [told(thing) for thing in window_of(things, offset, limit)],
        "limit": limit,
        "next": address(behind) if limit and behind < len(things) else None,
        "offset": offset,
        "previous": address(max(0, offset - limit)) if offset else None,
        "total": len(things),
    }
