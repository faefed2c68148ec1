"""How many requests are out at a time, and when: additive increase, multiplicative decrease."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

LONGEST_BACKOFF = 60.0
"""Seconds; where a server says itself how long to wait, its word counts."""


@dataclass(frozen=True)
class Clock:
    """What time it is, how to wait, and chance: a number from 0 to 1."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    draw: Callable[[], float] = random.random

    def backoff(self, failures: int) -> float:
        """Seconds to wait after that many failures in a row.

        Exponential with full jitter: uniform from 0 to min(60, 2^(failures - 1)) (Brooker,
        "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
        """
        return self.draw() * min(LONGEST_BACKOFF, 2.0 ** (failures - 1))


class Pacer:
    """Lets at most so many requests out at once, and fewer when the server is overloaded.

    The limit is halved by the first refusal among the requests that were out together, and then
    everybody waits; the other refusals of that storm only prolong the wait if they ask for more.
    It grows by one with every round of answers, as in TCP (Jacobson 1988).

    Args:
        at_once: the limit that it starts with and returns to.
        clock: time and chance.
    """

    def __init__(self, at_once: int, clock: Clock) -> None:
        self._at_once, self._clock = at_once, clock
        self._limit = float(at_once)
        self._out = 0
        self._storms = self._in_a_row = 0
        self._resume = clock.now()
        self._freed = asyncio.Condition()

    @property
    def limit(self) -> int:
        """How many requests may be out now."""
        return int(self._limit)

    @property
    def pause(self) -> float:
        """Seconds until requests may go out again, 0 if they may."""
        return max(0.0, self._resume - self._clock.now())

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[int]:
        """A place for one request, once there is one and nobody has to wait.

        Yields the number of storms so far, which `overloaded` takes.
        """
        await self._enter()
        try:
            yield self._storms
        finally:
            self._out -= 1
            async with self._freed:
                self._freed.notify(2)  # the place that became free, and one by which they grew

    def answered(self) -> None:
        """Notes an answer: the limit grows."""
        self._limit = min(float(self._at_once), self._limit + 1 / self._limit)
        self._in_a_row = 0

    def overloaded(self, storms: int, asked: float | None) -> float:
        """Notes that the server refused a request for lack of capacity.

        Args:
            storms: how many there had been when the request went out.
            asked: seconds that the server wants to be left alone, if it says so.

        Returns:
            Seconds until requests go out again.
        """
        if storms == self._storms:
            self._storms += 1
            self._in_a_row += 1
            self._limit = max(1.0, self._limit / 2)
            asked = self._clock.backoff(self._in_a_row) if asked is None else asked
        self._resume = max(self._resume, self._clock.now() + (asked or 0.0))
        return self.pause

    async def _enter(self) -> None:
        while True:
            while self.pause > 0:
                await self._clock.sleep(self.pause)
            async with self._freed:
                await self._freed.wait_for(lambda: self._out < self.limit)
                if self.pause == 0:
                    self._out += 1
                    return
                self._freed.notify()  # a pause has begun: whoever waits behind must see it too
