"""Tokens drawn from a graph, for one prompt at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.embedded.causal import Causal, State
from models.local.decoding import Continuation, Row


def decode(
    model: Causal, row: Row, ends: Sequence[int], state: State
) -> tuple[Continuation, State]:
    """Continues a prompt.

    Args:
        model: the graph.
        row: the prompt, and how it is continued.
        ends: ids of the tokens that end a turn.
        state: where to go on from: a beginning of the prompt, and not all of it.

    Returns:
        What was drawn, and the state before the last token of it.
    """
    chance = np.random.Generator(np.random.PCG64(row.seed))
    drawn: list[int] = []
    log_probs: list[float] = []
    unread = row.prompt[len(state.tokens) :]
    while True:
        logits, state = model.read(state, unread)
        whole = log_softmax(logits[0].astype(np.float64))
        token = int(whole.argmax())
        if row.temperature > 0 and np.isfinite(whole).all():
            token = _drawn(whole, row, chance.random())
        drawn.append(token)
        log_probs.append(float(whole[token]))
        if token in ends or len(drawn) >= row.limit or not row.wanted():
            break
        unread = [token]
    found = np.array(drawn, np.int64), np.array(log_probs, np.float32)
    return Continuation(*found, ended=token in ends), state


def log_softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """The natural logarithm of the softmax over the last axis."""
    above = logits - logits.max(axis=-1, keepdims=True)
    found: NDArray[np.float64] = above - np.log(np.exp(above).sum(axis=-1, keepdims=True))
    return found


def _drawn(log_probs: NDArray[np.float64], row: Row, at: float) -> int:
    """A token's id, drawn by the inverse of the distribution function over ids."""
    weights = np.exp(log_softmax(log_probs / row.temperature))
    if row.top_p < 1.0:
        order = np.argsort(-weights, kind="stable")
        ordered = weights[order]
        weights[order[ordered.cumsum() - ordered >= row.top_p]] = 0.0  # never the likeliest one
    sums = weights.cumsum()
    found = int(np.searchsorted(sums, at * sums[-1], side="right"))
    return min(found, int(np.flatnonzero(weights)[-1]))
