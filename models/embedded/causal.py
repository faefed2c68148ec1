"""A causal language model as a graph: tokens and what was computed of those before, to logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.embedded.graphs import named, opened
from models.neural.places import Place

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Floats = NDArray[np.float32]
PAST, PRESENT = "past_key_values", "present"
"""Of layer 0: `past_key_values.0.key` goes in, `present.0.key` comes out, and so with `value`."""
INPUTS = ("input_ids", "attention_mask", "position_ids", "kept")
"""`kept` are the places, of those that run, whose logits are wanted."""


@dataclass(frozen=True, eq=False)
class State:
    """What is kept of the tokens read so far.

    Attributes:
        tokens: their ids.
        layers: keys and values, layer by layer, each of shape (1, heads, tokens, width).
    """

    tokens: tuple[int, ...]
    layers: tuple[Floats, ...]

    @property
    def bytes(self) -> int:
        """The memory that it takes."""
        return sum(layer.nbytes for layer in self.layers)

    def cut(self, n: int) -> State:
        """The state after the first `n` tokens."""
        if n == len(self.tokens):
            return self
        return State(self.tokens[:n], tuple(layer[:, :, :n] for layer in self.layers))


@dataclass(eq=False)
class Causal:
    """A graph that is run step by step. Any number of threads may run it."""

    session: InferenceSession

    def __post_init__(self) -> None:
        pasts = [g for g in self.session.get_inputs() if g.name.startswith(PAST)]
        self._names = [given.name for given in pasts]
        self._shapes = [(given.shape[1], given.shape[3]) for given in pasts]
        self._outputs = ["logits", *(n.replace(PAST, PRESENT, 1) for n in self._names)]

    @classmethod
    def load(cls, place: Place) -> Causal:
        """Opens a folder's graph. Raises `UserError` where it is none of a language model."""
        session = opened(place)
        named(session, (*INPUTS, f"{PAST}.0.key"), place, "causal language model")
        return cls(session)

    def start(self) -> State:
        """Nothing read yet."""
        return State((), tuple(np.zeros((1, h, 0, w), np.float32) for h, w in self._shapes))

    def read(self, state: State, tokens: Sequence[int], keep: int = 1) -> tuple[Floats, State]:
        """Reads tokens behind a state.

        Args:
            state: what was read before.
            tokens: at least one.
            keep: how many of the last tokens' logits are wanted.

        Returns:
            Logits of shape (keep, vocabulary), and the state after the tokens.
        """
        before, n = len(state.tokens), len(tokens)
        places = np.arange(before, before + n, dtype=np.int64)
        mask = np.ones((1, before + n), np.int64)
        given = (np.array([tokens], np.int64), mask, places[None], places[n - keep :] - before)
        feeds: dict[str, NDArray[Any]] = dict(zip(INPUTS, given, strict=True))
        for name, layer in zip(self._names, state.layers, strict=True):
            feeds[name] = np.ascontiguousarray(layer)
        logits, *layers = self.session.run(self._outputs, feeds)
        return logits[0], State((*state.tokens, *tokens), tuple(layers))
