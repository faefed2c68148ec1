"""Programs for requests that only want to know something, each with what may be said."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tasks.worlds.spotify.account import LISTENER
from tasks.worlds.spotify.programs.steps import Steps
from tasks.worlds.spotify.records import Track


def _what_plays(steps: Steps) -> None:
    steps.answer = steps.playing() + ".name"
    steps.accepted = (_playing(steps).name,)


def _saved_albums(steps: Steps) -> None:
    steps.answer = steps.do("GET /me/albums") + ".items.0.album.name"
    steps.accepted = tuple(steps.world.albums[id].name for id in steps.account.albums)


def _more_of_the_genre(steps: Steps) -> None:
    """What plays has no genre of its own: its artist's is searched."""
    steps.playing()
    artist = steps.world.artists[_playing(steps).artist_ids[0]]
    found = steps.do("GET /search", q=f"genre:{artist.genres[0]}", type=["track"])
    steps.answer = found + ".tracks.items.0.name"
    steps.accepted = tuple(
        track.name
        for track in steps.world.tracks.values()
        if any(set(artist.genres) & set(steps.world.artists[id].genres) for id in track.artist_ids)
        and track.id != _playing(steps).id
    )


def _favourite_artist(steps: Steps) -> None:
    steps.answer = steps.do("GET /me/top/{type}", type="artists", limit=1) + ".items.0.name"
    steps.accepted = (steps.world.artists[steps.account.top_artists[0]].name,)


def _song_of_the_favourite_artist(steps: Steps) -> None:
    """The label ends with the artist, who has no songs: they are listed with the top tracks."""
    top = steps.do("GET /me/top/{type}", type="artists", limit=1)
    artist = steps.do("GET /artists/{id}", id=top + ".items.0.id")
    songs = steps.do("GET /artists/{id}/top-tracks", id=artist + ".id")
    steps.answer = songs + ".tracks.0.name"
    favourite = steps.account.top_artists[0]
    tracks = steps.world.tracks.values()
    steps.accepted = tuple(track.name for track in tracks if favourite in track.artist_ids)


def _album_of_what_plays(steps: Steps) -> None:
    track = steps.do("GET /tracks/{id}", id=steps.playing() + ".id")
    steps.answer = track + ".album.name"
    steps.accepted = (steps.world.albums[_playing(steps).album_id].name,)


def _newest_of_maroon_5(steps: Steps) -> None:
    reference, album = steps.newest_album(steps.find("artist", "Maroon 5"), "Maroon 5")
    steps.answer = reference + ".name"
    steps.accepted = (album.name,)


def _like_the_first_followed(steps: Steps) -> None:
    artist, name = steps.first_followed()
    near = steps.do("GET /artists/{id}/related-artists", id=artist + ".id")
    steps.answer = near + ".artists.0.name"
    related = steps.world.artist(name).related
    steps.accepted = tuple(steps.world.artists[id].name for id in related)


def _user_name(steps: Steps) -> None:
    steps.answer = steps.do("GET /me") + ".display_name"
    steps.accepted = (steps.world.users[LISTENER].name, LISTENER)


def _playing(steps: Steps) -> Track:
    return steps.world.tracks[steps.account.player.item.rpartition(":")[2]]


PROGRAMS: Mapping[int, Callable[[Steps], None]] = {
    16: _what_plays,
    18: _saved_albums,
    20: _more_of_the_genre,
    23: _favourite_artist,
    24: _song_of_the_favourite_artist,
    26: _album_of_what_plays,
    29: _newest_of_maroon_5,
    30: _like_the_first_followed,
    55: _user_name,
}
"""By the request's position in the benchmark's file, from 0."""
