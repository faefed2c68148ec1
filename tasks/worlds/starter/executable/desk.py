"""One session's view of the world and of the account: shared facts below, its own writes above."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from tasks.worlds.starter.executable.account import PREFIXES, REGISTER, Account, Entry
from tasks.worlds.starter.executable.cabin import SEATS, unsold
from tasks.worlds.starter.executable.refusal import Refusal
from tasks.worlds.starter.records import Flight, Offer, Route, Screening
from tasks.worlds.starter.world import World

REMARKS = frozenset({"note", "comment", "reason", "letter"})
"""Free words that nobody can be held to: they are kept, but are no part of the state."""
SILENT = frozenset({"payments"})
"""Entries that follow from others, and so are no part of the state."""


class Held(NamedTuple):
    """An entry of the account with its id."""

    id: str
    entry: Entry


class Desk:
    """Facts that all sessions share, and what this one has written. Copies only what it writes.

    Args:
        world: the facts; never changed.
        account: what there is at the beginning; never changed.
    """

    def __init__(self, world: World, account: Account) -> None:
        self.world, self.account = world, account
        self.balance = account.balance
        self._written: dict[str, dict[str, Entry | None]] = {}
        self._made: dict[str, int] = {}

    def table(self, kind: str) -> dict[str, Entry]:
        """The entries of a kind as they are now: the first ones, then the new ones in order."""
        merged = {**self.account.tables[kind], **self._written.get(kind, {})}
        return {id: entry for id, entry in merged.items() if entry is not None}

    def held(self, kind: str, id: str, parameter: str) -> Held:
        """The entry of that id.

        Raises:
            Refusal: there is none (404), or it is somebody else's (403).
        """
        written = self._written.get(kind, {})
        entry = written[id] if id in written else self.account.tables[kind].get(id)
        if entry is not None:
            return Held(id, entry)
        prefix, _, number = id.rpartition("-")
        given = number.isascii() and number.isdigit() and len(number) == 4
        if id not in written and prefix == PREFIXES[kind] and given and 0 < int(number) <= REGISTER:
            raise Refusal(403, f"{id} belongs to another account", parameter)
        raise Refusal(404, f"there is no {prefix or id} of that id: {id}"[:200], parameter)

    def add(self, kind: str, **entry: Any) -> str:
        """Writes a new entry and returns its id."""
        self._made[kind] = self._made.get(kind, 0) + 1
        id = f"{PREFIXES[kind]}-{REGISTER + self._made[kind]:04d}"
        self.put(kind, id, entry)
        return id

    def put(self, kind: str, id: str, entry: Entry) -> None:
        """Writes an entry under its id."""
        self._written.setdefault(kind, {})[id] = entry

    def change(self, kind: str, held: Held, **fields: Any) -> None:
        """Writes an entry with some of its fields changed."""
        self.put(kind, held.id, {**held.entry, **fields})

    def remove(self, kind: str, id: str) -> None:
        """Strikes an entry off."""
        self._written.setdefault(kind, {})[id] = None

    def pay(self, amount: int, note: str) -> None:
        """Takes an amount from the balance, or adds it where it is below 0.

        Raises:
            Refusal: there is not as much in the account (402).
        """
        if amount > self.balance:
            raise Refusal(402, f"{amount} crowns are due, the account holds {self.balance}")
        self.balance -= amount
        if amount:
            day = self.world.today.isoformat()
            self.add("payments", day=day, amount=-amount, note=note)

    def route(self, flight: Flight) -> Route:
        """The route of a flight."""
        return self.world.get(Route, flight.route_id)

    def free_seats(self, flight: Flight) -> list[str]:
        """The places in a plane that are free now, in the cabin's order."""
        free = set(unsold(self.world.seed, flight.id, flight.seats))
        for booking in self.account.tables["bookings"].values():
            free.update(booking["seats"] if booking["flight_id"] == flight.id else ())
        for booking in self.table("bookings").values():
            if booking["flight_id"] == flight.id and booking["status"] != "cancelled":
                free.difference_update(booking["seats"])
        return [seat for seat in SEATS if seat in free]

    def stock(self, offer: Offer) -> int:
        """How many of an offer are left, orders of this session counted."""
        return offer.stock - self._taken("orders", lambda e: int(e["items"].get(offer.id, 0)))

    def places(self, show: Screening) -> int:
        """How many seats a showing has left, tickets of this session counted."""
        return show.seats - self._taken(
            "tickets", lambda e: int(e["seats"]) if e["showing_id"] == show.id else 0
        )

    @property
    def state(self) -> dict[str, Any]:
        """What is no longer as it was: plain JSON in canonical order, empty where nothing is.

        New entries stand as a sorted list without their ids, so that the order in which an agent
        does independent things makes no difference; changed ones stand under their ids.
        """
        state: dict[str, Any] = {}
        for kind in sorted(self._written.keys() - SILENT):
            if difference := self._difference(kind):
                state[kind] = difference
        if self.balance != self.account.balance:
            state["wallet"] = {"balance": self.balance}
        return state

    def _difference(self, kind: str) -> dict[str, Any]:
        before, written = self.account.tables[kind], self._written[kind]
        new = [_plain(e) for id, e in written.items() if e is not None and id not in before]
        changed = {
            id: _plain(e)
            for id, e in sorted(written.items())
            if e is not None and id in before and _plain(e) != _plain(before[id])
        }
        gone = sorted(id for id, entry in written.items() if entry is None and id in before)
        parts = {"changed": changed, "gone": gone, "new": sorted(new, key=_canonical)}
        return {part: value for part, value in parts.items() if value}

    def _taken(self, kind: str, count: Any) -> int:
        """How much more the account has now than at the beginning, cancelled entries apart."""

        def total(table: Mapping[str, Entry]) -> int:
            return sum(count(e) for e in table.values() if e["status"] not in GIVEN_BACK)

        return total(self.table(kind)) - total(self.account.tables[kind])


GIVEN_BACK = frozenset({"cancelled", "returned"})
"""Statuses of what the account holder has no more."""


def _plain(entry: Entry) -> dict[str, Any]:
    """An entry without remarks, its fields in order."""
    return {field: entry[field] for field in sorted(entry) if field not in REMARKS}


def _canonical(entry: dict[str, Any]) -> str:
    return json.dumps(entry, sort_keys=True)
