"""What the listener has when a session begins, and what is different for some of the requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from tasks.worlds.draw import Draw
from tasks.worlds.spotify.generate import generate, id_of
from tasks.worlds.spotify.records import Catalogue

LISTENER, OTHER = "robin.hale", "weir.editors"


@dataclass(frozen=True, slots=True)
class Playlist:
    """A list of songs. Never changed, only replaced.

    Attributes:
        id: of the playlist.
        name: which need not be unique.
        owner_id: of the user who made it.
        items: URIs in order, repeats allowed.
        public: whether others see it.
        collaborative: whether others may change it.
        description: free words.
        version: how often it was changed.
    """

    id: str
    name: str
    owner_id: str = LISTENER
    items: tuple[str, ...] = ()
    public: bool = True
    collaborative: bool = False
    description: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Player:
    """What plays. Never changed, only replaced.

    Attributes:
        item: URI of what plays.
        context: URI of the album, artist or playlist that it plays from; None where from none.
        coming: URIs that follow of themselves.
        past: URIs that have played, the last one last.
        queue: URIs that the listener put in front of them.
        playing: whether it plays or pauses.
        repeat: "off", "track" or "context".
        device: id of the device.
        volume: of the device, in percent.
        progress: milliseconds from the start of the item.
    """

    item: str
    context: str | None
    coming: tuple[str, ...]
    past: tuple[str, ...]
    queue: tuple[str, ...]
    playing: bool
    repeat: str
    device: str
    volume: int
    progress: int = 0


@dataclass(frozen=True)
class Account:
    """The account as a session finds it: ids in the order in which they are listed.

    Attributes:
        tracks: saved ones, the last saved first.
        albums: saved ones, the last saved first.
        artists: followed ones.
        users: followed ones.
        playlists: own and followed ones.
        player: what plays.
        recent: URIs of what played, the last one first.
        top_artists: heard most.
        top_tracks: heard most.
    """

    tracks: tuple[str, ...]
    albums: tuple[str, ...]
    artists: tuple[str, ...]
    users: tuple[str, ...]
    playlists: Mapping[str, Playlist]
    player: Player
    recent: tuple[str, ...]
    top_artists: tuple[str, ...]
    top_tracks: tuple[str, ...]


@lru_cache(maxsize=4)
def draw_account(seed: int = 1) -> Account:
    """The account of a world: the same for every request that `account_of` does not change."""
    world = generate(seed)
    draw = Draw(seed, "account")
    coldplay = world.artist("Coldplay")
    named = {world.artist(name).id for name in _STRANGERS} | {coldplay.id}
    others = [artist.id for artist in world.artists.values() if artist.id not in named]
    followed = (coldplay.id, *draw.sample(others, 3))
    songs = [t.id for t in world.tracks.values() if not named & set(t.artist_ids)]
    drawn = draw.sample(songs, 40)
    albums = [a.id for a in world.albums.values() if not named & set(a.artist_ids)]
    return Account(
        tracks=tuple(drawn[:6]),
        albums=(world.album("Parachutes", "Coldplay").id, *draw.sample(albums, 2)),
        artists=followed,
        users=(),
        playlists=_playlists(seed, world, drawn[6:]),
        player=_player(world, drawn[30:33]),
        recent=tuple(f"spotify:track:{id}" for id in (_yellow(world), *drawn[33:37])),
        top_artists=(coldplay.id, *draw.sample(others, 4)),
        top_tracks=(_yellow(world), *drawn[20:27]),
    )


_STRANGERS = (
    "Mariah Carey",
    "Whitney Houston",
    "Jay Chou",
    "Taylor Swift",
    "BIGBANG",
    "Pink Floyd",
)
"""Whom the listener neither follows nor has anything of, for requests are about getting it."""


def account_of(problem: str, seed: int = 1) -> Account:
    """The account that a request is put to.

    A request to follow or to resume somewhere else wants something that is not so already, and one
    oracle tells what a whole list holds; the account differs for those, by the problem's id.
    """
    account = draw_account(seed)
    world = generate(seed)
    if problem in _NOT_FOLLOWED:
        artists = tuple(id for id in account.artists if id != world.artist("Coldplay").id)
        return replace(account, artists=artists)
    if problem in _ELSEWHERE:
        speaker = world.device("Kitchen speaker")
        player = replace(account.player, device=speaker.id, volume=speaker.volume)
        return replace(account, player=player)
    if problem in _ONE_ALBUM:
        return replace(account, albums=account.albums[:1])
    return account


_NOT_FOLLOWED = frozenset({"spotify-6", "spotify-9", "spotify-19"})
_ELSEWHERE = frozenset({"spotify-28"})
_ONE_ALBUM = frozenset({"spotify-18"})


def _yellow(world: Catalogue) -> str:
    return world.track("Yellow", "Coldplay").id


def _playlists(seed: int, world: Catalogue, songs: list[str]) -> dict[str, Playlist]:
    uris = [f"spotify:track:{id}" for id in songs]
    lists = {
        "Old Name": (LISTENER, uris[0:4]),
        "My Rock": (LISTENER, uris[4:8]),
        "My R&B": (LISTENER, uris[8:13]),
        "Quiet Evening": (OTHER, uris[13:18]),
    }
    made = {}
    for name, (owner, items) in lists.items():
        id = id_of(seed, "playlist", name)
        made[id] = Playlist(id, name, owner, tuple(items))
    return made


def _player(world: Catalogue, queue: list[str]) -> Player:
    """Clocks, from the album that it is on, with three songs of other people queued."""
    album = world.album("Parachutes", "Coldplay")
    at = album.track_ids.index(world.track("Clocks", "Coldplay").id)
    uris = [f"spotify:track:{id}" for id in album.track_ids]
    device = world.device("My PC")
    return Player(
        item=uris[at],
        context=f"spotify:album:{album.id}",
        coming=tuple(uris[at + 1 :]),
        past=tuple(uris[:at]),
        queue=tuple(f"spotify:track:{id}" for id in queue),
        playing=True,
        repeat="off",
        device=device.id,
        volume=device.volume,
        progress=44_272,
    )
