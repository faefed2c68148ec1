"""Programs for requests about what is saved and who is followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tasks.worlds.spotify.programs.steps import Steps


def _save_what_plays(steps: Steps) -> None:
    steps.do("PUT /me/tracks", ids=[steps.playing() + ".id"])


def _follow_who_plays(steps: Steps) -> None:
    track = steps.do("GET /tracks/{id}", id=steps.playing() + ".id")
    steps.follow(track + ".artists.0")


def _follow_who_played(steps: Steps) -> None:
    """As the request has it: of the song played last, where the label reads what plays now."""
    steps.playing()
    played = steps.do("GET /me/player/recently-played", limit=1) + ".items.0.track"
    track = steps.do("GET /tracks/{id}", id=played + ".id")
    steps.follow(track + ".artists.0")


def _unfollow_who_plays(steps: Steps) -> None:
    track = steps.do("GET /tracks/{id}", id=steps.playing() + ".id")
    steps.unfollow(track + ".artists.0")


def _unfollow_who_plays_and_skip(steps: Steps) -> None:
    steps.unfollow(steps.playing() + ".artists.0")
    steps.do("POST /me/player/next")


def _save_mojito(steps: Steps) -> None:
    steps.do("PUT /me/albums", ids=[steps.find("album", "Mojito Jay Chou") + ".id"])


def _remove_the_first_album(steps: Steps) -> None:
    saved = steps.do("GET /me/albums")
    steps.do("DELETE /me/albums", ids=[saved + ".items.0.album.id"])


def _follow_taylor_swift(steps: Steps) -> None:
    steps.follow(steps.find("artist", "Taylor Swift"))


def _save_top_of_the_first_followed(steps: Steps) -> None:
    artist, name = steps.first_followed()
    top = steps.do("GET /artists/{id}/top-tracks", id=artist + ".id")
    count = len(steps.world.top_tracks_of[steps.world.artist(name).id])
    steps.do("PUT /me/tracks", ids=[f"{top}.tracks.{n}.id" for n in range(count)])


def _follow_all_of_my_rnb(steps: Steps) -> None:
    rnb, before = steps.playlist("My R&B")
    whole = steps.do("GET /playlists/{playlist_id}", playlist_id=rnb + ".id")
    artists: dict[str, str] = {}
    for n, uri in enumerate(before.items):
        for k, id in enumerate(steps.world.tracks[uri.rpartition(":")[2]].artist_ids):
            artists.setdefault(id, f"{whole}.tracks.items.{n}.track.artists.{k}")
    steps.follow(*artists.values())


def _remove_the_third_track(steps: Steps) -> None:
    saved = steps.do("GET /me/tracks")
    steps.do("DELETE /me/tracks", ids=[saved + ".items.2.track.id"])


def _follow_all_of_when_you_believe(steps: Steps) -> None:
    track = steps.do("GET /tracks/{id}", id=steps.find("track", "When You Believe") + ".id")
    steps.follow(track + ".artists.0", track + ".artists.1")


def _clear_everything(steps: Steps) -> None:
    saved = steps.do("GET /me/tracks")
    count = len(steps.account.tracks)
    steps.do("DELETE /me/tracks", ids=[f"{saved}.items.{n}.track.id" for n in range(count)])
    followed = steps.do("GET /me/following", type="artist")
    count = len(steps.account.artists)
    steps.unfollow(*(f"{followed}.artists.items.{n}" for n in range(count)))


def _follow_who_made_mojito(steps: Steps) -> None:
    album = steps.do("GET /albums/{id}", id=steps.find("album", "Mojito") + ".id")
    steps.follow(album + ".artists.0")


def _save_the_album_mojito(steps: Steps) -> None:
    steps.do("PUT /me/albums", ids=[steps.find("album", "Mojito") + ".id"])


PROGRAMS: Mapping[int, Callable[[Steps], None]] = {
    4: _save_what_plays,
    6: _follow_who_plays,
    9: _follow_who_played,
    11: _save_mojito,
    13: _unfollow_who_plays,
    17: _remove_the_first_album,
    19: _follow_who_plays,
    31: _unfollow_who_plays_and_skip,
    32: _follow_taylor_swift,
    35: _save_top_of_the_first_followed,
    36: _follow_all_of_my_rnb,
    38: _remove_the_third_track,
    39: _follow_all_of_when_you_believe,
    42: _clear_everything,
    48: _follow_who_made_mojito,
    53: _save_the_album_mojito,
}
"""By the request's position in the benchmark's file, from 0."""
