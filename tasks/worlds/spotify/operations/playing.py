"""The player: what plays, what comes next, how loud and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.worlds.rest import HttpError
from tasks.worlds.spotify import views
from tasks.worlds.spotify.asked import one_of, playable, uris_in, window
from tasks.worlds.spotify.operations.operation import Arguments, Operation
from tasks.worlds.spotify.room import Room

PLAYED = (1_686_817_200_000, 180_000)
"""When the song before this one began, in milliseconds, and how long before that the one before."""
_REPEATS = ("track", "context", "off")
_TOLD = 20
"""Items of the queue that are told."""


def _state(room: Room, asked: Arguments) -> Any:
    player = room.player
    actions = {"resuming": True} if player.playing else {"pausing": True}
    return {
        "actions": actions,
        "context": _context(room),
        "currently_playing_type": player.item.split(":")[1],
        "device": next(d for d in _devices(room, asked)["devices"] if d["is_active"]),
        "is_playing": player.playing,
        "item": views.item_of(room.world, player.item),
        "progress_ms": player.progress,
        "repeat_state": player.repeat,
        "shuffle_state": False,
        "timestamp": PLAYED[0],
    }


def _devices(room: Room, asked: Arguments) -> Any:
    def told(id: str) -> dict[str, Any]:
        device, active = room.world.devices[id], id == room.player.device
        return views.device_of(device, active, room.player.volume if active else device.volume)

    return {"devices": [told(id) for id in room.world.devices]}


def _queue(room: Room, asked: Arguments) -> Any:
    coming = (*room.player.queue, *room.player.coming)[:_TOLD]
    return {
        "currently_playing": views.item_of(room.world, room.player.item),
        "queue": [views.item_of(room.world, uri) for uri in coming],
    }


def _enqueue(room: Room, asked: Arguments) -> None:
    _on_device(room, asked)
    uri = playable(room.world, asked["uri"], "uri")
    room.change_player(queue=(*room.player.queue, uri))


def _recent(room: Room, asked: Arguments) -> Any:
    """What played before, the last one first; `before` and `after` are times in milliseconds."""
    _, limit = window(asked)
    last, apart = PLAYED
    played = [(last - apart * n, uri) for n, uri in enumerate(room.account.recent)]
    low, high = asked.get("after", -1), asked.get("before", last + 1)
    kept = [(at, uri) for at, uri in played if low < at < high][:limit]
    items = [
        {"context": None, "played_at": _time(at), "track": views.item_of(room.world, uri)}
        for at, uri in kept
    ]
    after, before = (str(kept[0][0]), str(kept[-1][0])) if kept else (None, None)
    return {
        "cursors": {"after": after, "before": before},
        "href": f"{views.BASE}/me/player/recently-played?limit={limit}",
        "items": items,
        "limit": limit,
        "next": None,
        "total": len(played),
    }


def _pause(room: Room, asked: Arguments) -> None:
    if not room.player.playing:
        raise _restricted()
    room.change_player(playing=False)


def _play(room: Room, asked: Arguments) -> None:
    """Resumes, or plays items or a context from its beginning or an offset."""
    if "uris" in asked and "context_uri" in asked:
        raise HttpError(400, "Can't have both uris and context_uri", "uris")
    if "uris" in asked:
        uris = uris_in(room.world, asked)
        context = None
    elif "context_uri" in asked:
        uris, context = _songs_of(room, asked["context_uri"]), asked["context_uri"]
    elif room.player.playing:
        raise _restricted()
    else:
        room.change_player(playing=True)
        return
    at = _offset(asked.get("offset", {}), uris)
    progress = asked.get("position_ms", 0)
    if progress < 0:
        raise HttpError(400, "Invalid position_ms", "position_ms")
    past, coming = tuple(uris[:at]), tuple(uris[at + 1 :])
    room.change_player(
        item=uris[at], context=context, past=past, coming=coming, playing=True, progress=progress
    )


def _skip(room: Room, asked: Arguments) -> None:
    """On to what is queued, else to what comes; plays or pauses as before."""
    player = room.player
    past = (*player.past, player.item)
    if player.queue:
        item, *rest = player.queue
        room.change_player(item=item, queue=tuple(rest), past=past, progress=0)
    elif player.coming:
        item, *rest = player.coming
        room.change_player(item=item, coming=tuple(rest), past=past, progress=0)
    else:
        raise _restricted()


def _back(room: Room, asked: Arguments) -> None:
    player = room.player
    if not player.past:
        raise _restricted()
    *past, item = player.past
    coming = (player.item, *player.coming)
    room.change_player(item=item, past=tuple(past), coming=coming, progress=0)


def _repeat(room: Room, asked: Arguments) -> None:
    if asked["state"] not in _REPEATS:
        raise HttpError(400, f"state must be one of {', '.join(_REPEATS)}", "state")
    room.change_player(repeat=asked["state"])


def _volume(room: Room, asked: Arguments) -> None:
    if not 0 <= asked["volume_percent"] <= 100:
        raise HttpError(400, "volume_percent must be between 0 and 100", "volume_percent")
    room.change_player(volume=asked["volume_percent"])


def _context(room: Room) -> dict[str, Any] | None:
    uri = room.player.context
    if uri is None:
        return None
    _, kind, id = uri.split(":")
    told = views.entity(kind, id, "")
    return {name: told[name] for name in ("external_urls", "href", "type", "uri")}


def _songs_of(room: Room, uri: str) -> list[str]:
    """The songs of a context, in its order."""
    service, _, rest = uri.partition(":")
    kind, _, id = rest.partition(":")
    world = room.world
    if service == "spotify" and kind == "playlist":
        songs = list(room.playlist(id).items)
    elif service == "spotify" and kind == "album":
        album = one_of(world.albums, id, "context_uri")
        songs = [f"spotify:track:{track}" for track in album.track_ids]
    elif service == "spotify" and kind == "artist":
        one_of(world.artists, id, "context_uri")
        songs = [f"spotify:track:{track.id}" for track in world.top_tracks_of[id]]
    else:
        raise HttpError(400, "Invalid context uri", "context_uri")
    return songs


def _offset(offset: Mapping[str, Any], uris: list[str]) -> int:
    """Where to begin. Raises HttpError where there is nothing."""
    at = offset.get("position", 0)
    if isinstance(at, str) and at.isascii() and at.isdigit() and len(at) < 6:
        at = int(at)
    if "uri" in offset:
        at = uris.index(offset["uri"]) if offset["uri"] in uris else -1
    if not isinstance(at, int) or isinstance(at, bool) or not 0 <= at < len(uris):
        raise HttpError(400, "Nothing to play there", "offset" if uris else "uris")
    return at


def _on_device(room: Room, asked: Arguments) -> None:
    if "device_id" in asked and asked["device_id"] not in room.world.devices:
        raise HttpError(404, "Device not found", "device_id")


def _restricted() -> HttpError:
    return HttpError(403, "Player command failed: Restriction violated")


def _time(milliseconds: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


OPERATIONS: Mapping[str, Operation] = {
    "GET /me/player": _state,
    "GET /me/player/currently-playing": _state,
    "GET /me/player/devices": _devices,
    "GET /me/player/queue": _queue,
    "POST /me/player/queue": _enqueue,
    "GET /me/player/recently-played": _recent,
    "PUT /me/player/pause": _pause,
    "PUT /me/player/play": _play,
    "POST /me/player/next": _skip,
    "POST /me/player/previous": _back,
    "PUT /me/player/repeat": _repeat,
    "PUT /me/player/volume": _volume,
}
