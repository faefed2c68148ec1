"""Seeded draws that come out the same in every process, on every platform, in every Python."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from struct import unpack
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A stream of pseudo-random draws, named by a key.

    BLAKE2b in counter mode and integer arithmetic only: nothing hangs on the hash seed, on
    floating point, or on the algorithms of the `random` module. Streams of different keys are
    independent, so that a new kind of draw under its own key leaves all others as they were.

    Args:
        key: integers and strings that name the stream, a world's seed first.
    """

    def __init__(self, *key: int | str) -> None:
        self._key = repr(key).encode()
        self._blocks = 0
        self._words: list[int] = []

    def below(self, n: int) -> int:
        """An integer in [0, n), n < 2**32: the bias of the scaling is under 2**-32."""
        if not self._words:
            block = blake2b(self._key + self._blocks.to_bytes(8, "little")).digest()
            self._words = list(unpack("<8Q", block))
            self._blocks += 1
        return self._words.pop() * n >> 64

    def integer(self, low: int, high: int) -> int:
        """An integer in [low, high], both ends included."""
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        """True in `percent` of a hundred draws."""
        return self.below(100) < percent

    def choice(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.below(len(items))]

    def sample(self, items: Sequence[T], k: int) -> list[T]:
        """At most `k` different items in random order (the head of a Fisher-Yates shuffle)."""
        pool = list(items)
        k = min(k, len(pool))
        for i in range(k):
            j = i + self.below(len(pool) - i)
            pool[i], pool[j] = pool[j], pool[i]
        return pool[:k]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All items in random order."""
        return self.sample(items, len(items))
