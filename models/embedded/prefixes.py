"""Recent states of a language model, so that a conversation's next turn reads only what is new."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from models.embedded.causal import State

MEMORY = 256 << 20
"""Bytes that recent states may take together."""


class Prefixes:
    """The last states, found again by the tokens they begin with.

    Args:
        memory: bytes that they may take; the oldest ones go first.
    """

    def __init__(self, memory: int = MEMORY) -> None:
        self._memory = memory
        self._states: deque[State] = deque()
        self._bytes = 0

    def best(self, tokens: Sequence[int]) -> State | None:
        """The state after the longest beginning of a text that was read already.

        The text's last token is never part of it: something must be read for there to be logits.
        """
        wanted = np.asarray(tokens)
        found, longest = None, 0
        for state in self._states:
            if (n := _shared(wanted[:-1], state)) > longest:
                found, longest = state, n
        return found and found.cut(longest)

    def add(self, state: State) -> None:
        """Remembers a state, in the place of those that it goes on from."""
        own = np.asarray(state.tokens)
        kept = [s for s in self._states if _shared(own, s) < len(s.tokens)]
        self._states = deque([*kept, state])
        self._bytes = sum(each.bytes for each in self._states)
        while self._bytes > self._memory and self._states:
            self._bytes -= self._states.popleft().bytes


def _shared(tokens: np.ndarray[tuple[int], np.dtype[np.int64]], state: State) -> int:
    """How many tokens a text and a state have in common at their beginning."""
    n = min(tokens.size, len(state.tokens))
    differ = np.flatnonzero(tokens[:n] != np.asarray(state.tokens[:n]))
    return int(differ[0]) if differ.size else n
