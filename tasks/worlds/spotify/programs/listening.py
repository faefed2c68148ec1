"""Programs for requests about what plays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from tasks.worlds.spotify.programs.steps import Steps


def _queue_the_first_of_the_dark_side(steps: Steps) -> None:
    album = steps.find("album", "The Dark Side of the Moon")
    songs = steps.do("GET /albums/{id}/tracks", id=album + ".id")
    steps.do("POST /me/player/queue", uri=songs + ".items.0.uri")


def _skip_and_60(steps: Steps) -> None:
    steps.do("POST /me/player/next")
    steps.do("PUT /me/player/volume", volume_percent=60)


def _queue_the_newest_of_the_first_followed(steps: Steps) -> None:
    artist, name = steps.first_followed()
    album, _ = steps.newest_album(artist, name)
    songs = steps.do("GET /albums/{id}/tracks", id=album + ".id")
    steps.do("POST /me/player/queue", uri=songs + ".items.0.uri")


def _play_newest(name: str, steps: Steps) -> None:
    artist = steps.find("artist", name)
    album, _ = steps.newest_album(artist, name)
    steps.do("PUT /me/player/play", context_uri=album + ".uri")


def _play_something_quiet(steps: Steps) -> None:
    found = steps.do("GET /search", q="quiet", type=["track"], limit=5)
    steps.do("PUT /me/player/play", uris=[f"{found}.tracks.items.{n}.uri" for n in range(5)])


def _skip_and_repeat(steps: Steps) -> None:
    steps.do("POST /me/player/next")
    _repeat_the_track(steps)


def _pause_lower_resume(steps: Steps) -> None:
    steps.do("PUT /me/player/pause")
    steps.do("PUT /me/player/volume", volume_percent=30)
    steps.do("PUT /me/player/play")


def _pause_if_my_pc_plays(steps: Steps) -> None:
    steps.do("GET /me/player")
    steps.do("PUT /me/player/pause")


def _resume_on_my_pc(steps: Steps) -> None:
    """The document has no parameter of PUT /me/player/play that names a device."""
    steps.do("PUT /me/player/pause")
    steps.do("GET /me/player/devices")
    steps.do("PUT /me/player/play")


def _skip(steps: Steps) -> None:
    steps.do("POST /me/player/next")


def _play_my_rock(steps: Steps) -> None:
    rock, _ = steps.playlist("My Rock")
    steps.do("PUT /me/player/play", context_uri=rock + ".uri")


def _volume_20(steps: Steps) -> None:
    steps.do("PUT /me/player/volume", volume_percent=20)


def _repeat_the_track(steps: Steps) -> None:
    steps.do("PUT /me/player/repeat", state="track")


def _pause_80_and_skip(steps: Steps) -> None:
    steps.do("PUT /me/player/pause")
    steps.do("PUT /me/player/volume", volume_percent=80)
    steps.do("POST /me/player/next")


def _play_the_third_and_repeat(steps: Steps) -> None:
    saved = steps.do("GET /me/tracks")
    track = steps.do("GET /tracks/{id}", id=saved + ".items.2.track.id")
    steps.do("PUT /me/player/play", uris=[track + ".uri"])
    _repeat_the_track(steps)


def _queue_the_first_and_repeat(steps: Steps) -> None:
    saved = steps.do("GET /me/tracks")
    steps.do("POST /me/player/queue", uri=saved + ".items.0.track.uri")
    _repeat_the_track(steps)


def _pause(steps: Steps) -> None:
    steps.do("PUT /me/player/pause")


PROGRAMS: Mapping[int, Callable[[Steps], None]] = {
    1: _queue_the_first_of_the_dark_side,
    3: _skip_and_60,
    5: _queue_the_newest_of_the_first_followed,
    7: partial(_play_newest, "Taylor Swift"),
    8: _play_something_quiet,
    10: _skip_and_repeat,
    14: _pause_lower_resume,
    27: _pause_if_my_pc_plays,
    28: _resume_on_my_pc,
    40: _skip,
    41: _play_my_rock,
    44: _volume_20,
    45: _repeat_the_track,
    46: _pause_80_and_skip,
    47: partial(_play_newest, "BIGBANG"),
    49: _play_the_third_and_repeat,
    54: _queue_the_first_and_repeat,
    56: _pause,
}
"""By the request's position in the benchmark's file, from 0."""
