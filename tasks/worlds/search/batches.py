"""Searches of many sessions as few questions: what is asked together, and what was asked before."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TypeAlias

from harness.loop import awaited
from harness.workspace import working
from tasks.worlds.search.found import Found, Searcher

LARGEST = 64
"""Queries that are asked at once."""
KEPT = 250_000
"""Passages of the searches that are remembered; those asked longest ago are forgotten first.

Passages of a corpus in memory are not copied. Those of a server are, about 1 KB each of 100 words;
every 2,000 characters of a longer one count as another."""
_PAGE = 2_000

Key: TypeAlias = tuple[str, int]
Passages: TypeAlias = tuple[Found, ...]


class Batches:
    """Puts to a searcher what sessions ask.

    While an answer is awaited, further queries gather and are then asked together, those of equal
    `k`. A query that was answered is not asked again, and one that is being asked is awaited. An
    error goes to everybody who asked in that batch, and is not remembered.

    Args:
        searcher: who is asked, one batch at a time.
        largest: how many queries a batch has at most.
        kept: how many passages are remembered, an empty answer counting as one.
    """

    def __init__(self, searcher: Searcher, largest: int = LARGEST, kept: int = KEPT) -> None:
        self._searcher, self._largest, self._kept = searcher, largest, kept
        self._known: OrderedDict[Key, Passages] = OrderedDict()
        self._held = 0
        self._waiting: dict[Key, asyncio.Future[Passages]] = {}
        self._asked: dict[Key, asyncio.Future[Passages]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def search(self, query: str, k: int) -> Passages:
        """At most `k` passages, the best first. Raises as `Searcher.search`."""
        return await awaited(self._search((query, k)))

    async def _search(self, key: Key) -> Passages:
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        answer = self._asked.get(key) or self._waiting.get(key)
        if answer is None:
            answer = self._waiting[key] = asyncio.get_running_loop().create_future()
        if self._asking is None:
            with working(trial=0, clock=None):  # an answer is the same for every attempt
                self._asking = asyncio.create_task(self._ask_all())
        return await asyncio.shield(answer)

    async def _ask_all(self) -> None:
        """Asks batch after batch until nobody waits."""
        try:
            while self._waiting:
                await asyncio.sleep(0)  # whoever is about to ask joins in
                await self._ask_some()
        finally:
            self._asking = None

    async def _ask_some(self) -> None:
        """The next batch: the queries that have waited longest, and those of the same k."""
        k = next(iter(self._waiting))[1]
        keys = [key for key in self._waiting if key[1] == k][: self._largest]
        self._asked = {key: self._waiting.pop(key) for key in keys}
        try:
            found = await self._searcher.search([query for query, _ in keys], k)
            answers = dict(zip(keys, found, strict=True))
        except BaseException as error:
            self._fail(error)
            if not isinstance(error, Exception):
                raise
        else:
            for key, future in self._asked.items():
                self._keep(key, answers[key])
                future.set_result(answers[key])
        finally:
            self._asked = {}

    def _fail(self, error: BaseException) -> None:
        for future in self._asked.values():
            if isinstance(error, Exception):
                future.set_exception(error)
                future.exception()  # whoever asked may have gone
            else:
                future.cancel()

    def _keep(self, key: Key, found: Passages) -> None:
        self._known[key] = found
        self._held += _size(found)
        while self._held > self._kept:
            self._held -= _size(self._known.popitem(last=False)[1])


def _size(found: Passages) -> int:
    """Of what is remembered, in passages."""
    return max(1, sum(1 + len(passage.text) // _PAGE for passage in found))
