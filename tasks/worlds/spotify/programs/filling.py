"""Programs for requests about playlists."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tasks.worlds.spotify.programs.steps import Steps


def _three_songs_in_love_mariah(steps: Steps) -> None:
    found = steps.do("GET /search", q='artist:"Mariah Carey"', type=["track"], limit=5)
    made = steps.new_playlist("Love Mariah")
    steps.fill(made, [f"{found}.tracks.items.{n}.uri" for n in range(3)])


def _summertime_sadness_into_the_first(steps: Steps) -> None:
    song = steps.find("track", "Summertime Sadness Lana Del Rey")
    first, _ = steps.first_playlist()
    steps.fill(first, [song + ".uri"])


def _rename_the_first(steps: Steps) -> None:
    first, _ = steps.first_playlist()
    steps.do("PUT /playlists/{playlist_id}", playlist_id=first + ".id", name="My First")


def _queue_into_current(steps: Steps) -> None:
    """Ends as the label does, though PUT /playlists/{playlist_id} cannot add songs."""
    queue = steps.do("GET /me/player/queue")
    made = steps.new_playlist("Current")
    player = steps.account.player
    coming = len(player.queue) + len(player.coming)
    steps.fill(made, [f"{queue}.queue.{n}.uri" for n in range(coming)])
    steps.do("PUT /playlists/{playlist_id}", playlist_id=made + ".id", name="Current")


def _newest_beatles_into_my_rock(steps: Steps) -> None:
    """Looks up songs and playlist, which the label does not, and ends as it does."""
    artist = steps.find("artist", "The Beatles")
    album, _ = steps.newest_album(artist, "The Beatles")
    songs = steps.do("GET /albums/{id}/tracks", id=album + ".id")
    rock, _ = steps.playlist("My Rock")
    steps.fill(rock, [songs + ".items.0.uri"])
    steps.do("PUT /playlists/{playlist_id}", playlist_id=rock + ".id", name="My Rock")


def _top_of_taylor_swift(steps: Steps) -> None:
    artist = steps.find("artist", "Taylor Swift")
    top = steps.do("GET /artists/{id}/top-tracks", id=artist + ".id")
    made = steps.new_playlist("Love Taylor")
    songs = steps.world.top_tracks_of[steps.world.artist("Taylor Swift").id]
    steps.fill(made, [f"{top}.tracks.{n}.uri" for n in range(len(songs))])


def _empty_my_rnb_and_rename(steps: Steps) -> None:
    """The label removes songs that nothing in it has listed."""
    rnb, before = steps.playlist("My R&B")
    items = steps.do("GET /playlists/{playlist_id}/tracks", playlist_id=rnb + ".id")
    steps.empty(rnb, [f"{items}.items.{n}.track.uri" for n in range(len(before.items))])
    steps.do("PUT /playlists/{playlist_id}", playlist_id=rnb + ".id", name="Test")


def _my_top(steps: Steps) -> None:
    top = steps.do("GET /me/top/{type}", type="tracks")
    made = steps.new_playlist("My Top")
    steps.fill(made, [f"{top}.items.{n}.uri" for n in range(len(steps.account.top_tracks))])


def _first_out_of_my_rock(steps: Steps) -> None:
    _one_out(steps, "My Rock", 0)


def _second_out_of_my_rnb(steps: Steps) -> None:
    _one_out(steps, "My R&B", 1)


def _one_out(steps: Steps, name: str, at: int) -> None:
    playlist, _ = steps.playlist(name)
    items = steps.do("GET /playlists/{playlist_id}/tracks", playlist_id=playlist + ".id")
    steps.empty(playlist, [f"{items}.items.{at}.track.uri"])


def _quiet(steps: Steps) -> None:
    steps.new_playlist("Quiet")


def _bigbang(steps: Steps) -> None:
    made = steps.new_playlist("BIGBANG")
    song = steps.find("track", "artist:BIGBANG")
    steps.fill(made, [song + ".uri"])


def _empty_the_first(steps: Steps) -> None:
    first, before = steps.first_playlist()
    whole = steps.do("GET /playlists/{playlist_id}", playlist_id=first + ".id")
    count = len(before.items)
    steps.empty(first, [f"{whole}.tracks.items.{n}.track.uri" for n in range(count)])


def _the_first_private(steps: Steps) -> None:
    first, _ = steps.first_playlist()
    whole = steps.do("GET /playlists/{playlist_id}", playlist_id=first + ".id")
    steps.do("PUT /playlists/{playlist_id}", playlist_id=whole + ".id", public=False)


PROGRAMS: Mapping[int, Callable[[Steps], None]] = {
    0: _three_songs_in_love_mariah,
    2: _summertime_sadness_into_the_first,
    12: _rename_the_first,
    15: _queue_into_current,
    21: _newest_beatles_into_my_rock,
    22: _top_of_taylor_swift,
    25: _empty_my_rnb_and_rename,
    33: _my_top,
    34: _first_out_of_my_rock,
    37: _second_out_of_my_rnb,
    43: _quiet,
    50: _bigbang,
    51: _empty_the_first,
    52: _the_first_private,
}
"""By the request's position in the benchmark's file, from 0."""
