"""Published outcome oracles, evaluated on what an attempt left behind in the simulated world.

An entry of the oracle file speaks of collections of an account of its own ("me.following"), of
fixtures with ids of its own ("ar-coldplay") and of fields that are not the interface's. Here each
collection is read from the attempt's end state, each fixture stands for what it is in the world
(the artist of that name; the first of the queue), and each field for one of the interface's. What
has no counterpart is told as such and counts neither way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.records import Trajectory
from tasks.reading.mirror import Mirror
from tasks.worlds.spotify.account import Account, account_of
from tasks.worlds.spotify.generate import generate
from tasks.worlds.spotify.records import Catalogue
from tasks.worlds.spotify.room import SIMULATED
from tasks.worlds.spotify.world import SEED

DATA = Mirror(
    "tooluse/restbench_oracles", "github.com/bassrehab/api-mcp-compiler at 9424e6e", (("*", ""),)
)
FILE = "restbench_spotify.oracles.json"
UNCHANGED = {"world": SIMULATED}
FIELDS: Mapping[int, str] = {
    16: "item.name",
    18: "items.album.name",
    20: "tracks.items.name",
    23: "items.name",
    24: "tracks.name",
    26: "album.name",
    29: "items.name",
    30: "artists.name",
}
"""Where in the interface's answers the field of a retrieval oracle stands, by the query's position;
lists are looked through."""

ONLY_WHETHER: Mapping[int, str] = {
    0: "which songs were added is not asserted",
    21: "neither the playlist nor the song is asserted, only that some song went somewhere",
    27: "the call that is asserted takes no arguments",
    50: "which song was added is not asserted",
}
"""Final-state oracles that cannot tell a wrong id from a right one, by the query's position. They
do fail where nothing was written; the gold state of #21 and #27 tells more."""


class Unmapped(Exception):
    """Part of an oracle has no counterpart here; the message says why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What an oracle says of an attempt.

    Attributes:
        index: position of the query in the benchmark's file.
        kind: "final_state", "retrieval" or "no_mutation".
        holds: whether it holds; None where it cannot be told.
        why: what does not hold, or why it cannot be told.
    """

    index: int
    kind: str
    holds: bool | None
    why: str = ""


def findings(
    entry: Mapping[str, Any], attempt: Trajectory, seed: int = SEED
) -> tuple[Finding, ...]:
    """What the oracles of an entry say of an attempt at its query, one each, in their order."""
    index = int(entry["index"])
    account = account_of(f"spotify-{index}", seed)
    after = After(entry, attempt.state or {}, account, generate(seed), index)
    told = []
    for oracle in entry["oracles"]:
        kind = oracle["kind"]
        try:
            if kind == "no_mutation":
                wrong = [] if attempt.state == UNCHANGED else ["something was changed"]
            elif kind == "retrieval":
                wrong = list(_not_retrieved(oracle, attempt, index))
            else:
                wrong = list(after.wrong(oracle))
            told.append(Finding(index, kind, not wrong, "; ".join(wrong)))
        except Unmapped as reason:
            told.append(Finding(index, kind, None, str(reason)))
    return tuple(told)


def _not_retrieved(oracle: Mapping[str, Any], attempt: Trajectory, index: int) -> Iterator[str]:
    """What no call gave of what should have been retrieved."""
    path = FIELDS[index].split(".")
    given: list[Any] = []
    for message in attempt.messages:
        if message.role == "tool" and not message.failed and message.content:
            given += _values(json.loads(message.content), path)
    for assertion in oracle["retrieval_assertions"]:
        if assertion["equals"] not in given:
            yield f"no call gave {assertion['equals']!r} as {FIELDS[index]}"


def _values(value: Any, path: Sequence[str]) -> list[Any]:
    """Everything that stands at the path, all entries of a list looked through."""
    if isinstance(value, list):
        return [found for one in value for found in _values(one, path)]
    if not path:
        return [value]
    if isinstance(value, Mapping) and path[0] in value:
        return _values(value[path[0]], path[1:])
    return []


@dataclass(frozen=True)
class After:
    """What an attempt left behind, by the oracles' collections.

    Attributes:
        entry: of the oracle file.
        state: the attempt's end state, what was changed.
        account: what there was at the beginning.
        world: the facts.
        index: position of the query in the benchmark's file.
    """

    entry: Mapping[str, Any]
    state: Mapping[str, Any]
    account: Account
    world: Catalogue
    index: int

    def wrong(self, oracle: Mapping[str, Any]) -> Iterator[str]:
        """The assertions that do not hold, of alternatives one sentence if none does."""
        for assertion in oracle.get("assertions", ()):
            if not self._holds(assertion):
                yield f"{assertion['collection']} is not as asserted"
        branches = oracle.get("any_of", ())
        if branches and not any(all(map(self._holds, b["assertions"])) for b in branches):
            yield "none of the alternatives holds"

    def _holds(self, assertion: Mapping[str, Any]) -> bool:
        collection = assertion["collection"]
        read = _COLLECTIONS.get(collection)
        if read is None:
            raise Unmapped(f"there is no counterpart of the collection {collection}")
        return read(self, assertion)

    def _meant(self, fixture: str) -> str:
        """The id of what an id of the fixtures stands for."""
        if (self.index, fixture) in _ROLES:
            return _ROLES[self.index, fixture](self.account, self.world)
        if fixture in _ENTITIES:
            return _ENTITIES[fixture](self.account, self.world)
        raise Unmapped(f"nothing here stands for the fixture {fixture}")

    def _now(self, kind: str, before: Sequence[str]) -> set[str]:
        changed = self.state.get(kind, {})
        return (set(before) | set(changed.get("added", ()))) - set(changed.get("removed", ()))

    def _filled(self) -> list[str]:
        """URIs of everything that was put into a playlist."""
        lists = self.state.get("playlists", {})
        new = [uri for made in lists.get("new", ()) for uri in made["tracks"]]
        changed = lists.get("changed", {}).values()
        return new + [uri for one in changed for uri in one.get("added", ())]

    def following(self, assertion: Mapping[str, Any]) -> bool:
        """Whether somebody is followed."""
        return self._meant(assertion["contains"]) in self._now("following", self.account.artists)

    def albums(self, assertion: Mapping[str, Any]) -> bool:
        """Whether an album is saved."""
        return self._meant(assertion["contains"]) in self._now("albums", self.account.albums)

    def tracks(self, assertion: Mapping[str, Any]) -> bool:
        """Whether a song is saved, or is not."""
        saved = self._now("tracks", self.account.tracks)
        if "exists" in assertion:
            return (self._meant(assertion["record_id"]) in saved) is assertion["exists"]
        return self._meant(assertion["contains"]) in saved

    def made(self, assertion: Mapping[str, Any]) -> bool:
        """Whether a playlist of that name was made."""
        new = self.state.get("playlists", {}).get("new", ())
        return any(one[assertion["field"]] == assertion["equals"] for one in new)

    def filled(self, assertion: Mapping[str, Any]) -> bool:
        """Whether something, or that song, was put into a playlist."""
        if "contains" in assertion:
            return f"spotify:track:{self._meant(assertion['contains'])}" in self._filled()
        return bool(self._filled()) is assertion["exists"]

    def playlists(self, assertion: Mapping[str, Any]) -> bool:
        """Whether a playlist is called that, or there are no more of them than there were.

        A count is that of the fixtures and what was made: the account here has other playlists.
        """
        lists = self.state.get("playlists", {})
        if "count" in assertion:
            there = len(self.entry["fixture"].get("playlists", ()))
            return there + len(lists.get("new", ())) == int(assertion["count"])
        if assertion.get("field") == "tracks":
            return False  # the interface cannot set songs on a playlist itself
        id = self._meant(assertion["record_id"])
        name = lists.get("changed", {}).get(id, {}).get("name", self.account.playlists[id].name)
        return bool(name == assertion["equals"])

    def skipped(self, assertion: Mapping[str, Any]) -> bool:
        """Whether what plays is so many songs behind what played."""
        player = self.account.player
        order = (player.item, *player.queue, *player.coming)
        return bool(self._player("item", player.item) == order[assertion["count"]])

    def volume(self, assertion: Mapping[str, Any]) -> bool:
        """Whether it is that loud."""
        return bool(self._player("volume", self.account.player.volume) == assertion["equals"])

    def paused(self, assertion: Mapping[str, Any]) -> bool:
        """Whether nothing plays."""
        return self._player("playing", self.account.player.playing) is not assertion["exists"]

    def played(self, assertion: Mapping[str, Any]) -> bool:
        """Whether that album or playlist plays."""
        context = self._player("context", self.account.player.context) or ""
        playing = self._player("playing", self.account.player.playing)
        return bool(playing) and context.endswith(f":{self._meant(assertion['contains'])}")

    def _player(self, field: str, before: Any) -> Any:
        return self.state.get("player", {}).get(field, before)


_COLLECTIONS: Mapping[str, Callable[[After, Mapping[str, Any]], bool]] = {
    "me.following": After.following,
    "me.albums": After.albums,
    "me.tracks": After.tracks,
    "users.playlists": After.made,
    "playlists.tracks": After.filled,
    "playlists": After.playlists,
    "me.player.next": After.skipped,
    "me.player.volume": After.volume,
    "me.player.pause": After.paused,
    "me.player.play": After.played,
}
_ENTITIES: Mapping[str, Callable[[Account, Catalogue], str]] = {
    "ar-coldplay": lambda account, world: world.artist("Coldplay").id,
    "ar-taylor": lambda account, world: world.artist("Taylor Swift").id,
    "al-mojito": lambda account, world: world.album("Mojito", "Jay Chou").id,
    "al-made": lambda account, world: world.album("MADE", "BIGBANG").id,
    "pl-1": lambda account, world: next(iter(account.playlists)),
    "pl-rock": lambda account, world: next(
        id for id, one in account.playlists.items() if one.name == "My Rock"
    ),
}
_ROLES: Mapping[tuple[int, str], Callable[[Account, Catalogue], str]] = {
    (15, "tr-1"): lambda account, world: account.player.queue[0].rpartition(":")[2],
    (35, "tr-1"): lambda account, world: world.top_tracks_of[account.artists[0]][0].id,
    (38, "tr-1"): lambda account, world: account.tracks[0],
    (38, "tr-3"): lambda account, world: account.tracks[2],
}
"""Ids that stand for something else in every fixture: the first of a queue, the third song."""
