"""Where a key is: sorted keys in 24 bytes a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Keys: TypeAlias = NDArray[np.uint64]
"""Shape (n, 2): the two halves of each key."""
KEY = 16
"""Bytes in a key."""


def keys_of(digests: Iterable[bytes]) -> Keys:
    """The keys of texts from hashes of at least 16 bytes, the rest of which is left out."""
    return np.frombuffer(b"".join(digest[:KEY] for digest in digests), "<u8").reshape(-1, 2)


def as_keys(keys: NDArray[Any]) -> Keys:
    """Keys from any array of 16 bytes a text, such as dtype "S16", "V16" or 16 columns of bytes.

    It is the bytes in memory that count: NULs at the end of an "S16", which indexing hides, do.
    """
    array = np.ascontiguousarray(keys)
    if array.dtype.hasobject or array.nbytes != KEY * len(array):
        raise ValueError(f"a key has {KEY} bytes: {array.dtype} of shape {array.shape}")
    return array.reshape(-1).view("<u8").reshape(-1, 2)


class KeyIndex:
    """Finds the position of keys, which are numbered in the order in which they were added."""

    def __init__(self) -> None:
        self._high = self._low = np.empty(0, np.uint64)
        self._position = np.empty(0, np.int64)
        self._waiting: list[Keys] = []

    def add(self, keys: Keys) -> None:
        """Appends keys. They are sorted in at the next look-up."""
        self._waiting.append(keys.copy())

    def find(self, keys: Keys) -> NDArray[np.int64]:
        """The first position of each key, shape (n,); -1 where there is none."""
        self._sort()
        order = np.argsort(keys[:, 0])  # in order, a search meets memory that is still at hand
        wanted = keys[order]
        at = np.searchsorted(self._high, wanted[:, 0])
        found = np.full(len(keys), -1, np.int64)
        owed = np.arange(len(keys))
        while owed.size:  # goes on where keys share their first half
            inside = at < len(self._high)
            owed, at = owed[inside], at[inside]
            alike = self._high[at] == wanted[owed, 0]
            owed, at = owed[alike], at[alike]
            hit = self._low[at] == wanted[owed, 1]
            found[order[owed[hit]]] = self._position[at[hit]]
            owed, at = owed[~hit], at[~hit] + 1
        return found

    def _sort(self) -> None:
        if not self._waiting:
            return
        new = np.concatenate(self._waiting)
        high = np.concatenate([self._high, new[:, 0]])
        # Stable, so that of equal keys the first is found; quick where most is sorted already.
        order = np.argsort(high, kind="stable")
        self._high = high[order]
        self._low = np.concatenate([self._low, new[:, 1]])[order]
        added = np.arange(len(self._position), len(high))
        self._position = np.concatenate([self._position, added])[order]
        self._waiting = []
