"""Where a model nearly took another token, and which ones those were."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.local.engine import Engine
from models.neural.devices import fitting

Likeliest: TypeAlias = tuple[NDArray[np.int64], NDArray[np.float64]]
"""The likeliest tokens at each position of a turn and their probabilities, shape (tokens, k)."""


def likeliest(
    engine: Engine, turns: Sequence[tuple[Sequence[int], Sequence[int]]], k: int
) -> list[Likeliest]:
    """What the model might have said at each position, given all before it, at temperature 1.

    Args:
        engine: the model.
        turns: prompt and turn in token ids, neither empty.
        k: tokens at each position, at most the vocabulary.

    Returns:
        For each turn, the likeliest first.
    """
    order = sorted(range(len(turns)), key=lambda i: -sum(map(len, turns[i])))
    found: dict[int, Likeliest] = {}

    def go_on(size: int) -> None:
        left = [i for i in order if i not in found]
        for start in range(0, len(left), size):
            group = left[start : start + size]
            told = _asked(engine.model, [turns[i] for i in group], k)
            found.update(zip(group, told, strict=True))

    with engine.lock:
        fitting(go_on, engine.batch_size)
    return [found[i] for i in range(len(turns))]


def _asked(
    model: Any, turns: Sequence[tuple[Sequence[int], Sequence[int]]], k: int
) -> list[Likeliest]:
    """One pass, padded on the right, which no token to the left of it sees."""
    import torch

    width = max(len(prompt) + len(said) for prompt, said in turns)
    ids = torch.zeros((len(turns), width), dtype=torch.int64)
    mask = torch.zeros_like(ids)
    for line, seen, (prompt, said) in zip(ids, mask, turns, strict=True):
        n = len(prompt) + len(said)
        line[:n], seen[:n] = torch.tensor([*prompt, *said]), 1
    kept = {"logits_to_keep": width + 1 - min(len(prompt) for prompt, _ in turns)}
    takes = signature(model.forward).parameters
    told = []
    with torch.inference_mode():
        logits = model(
            input_ids=ids.to(model.device),
            attention_mask=mask.to(model.device),
            **(kept if kept.keys() <= takes.keys() else {}),
        ).logits
        for line, (prompt, said) in zip(logits, turns, strict=True):
            first = len(prompt) - 1 - (width - len(line))
            each = torch.softmax(line[first : first + len(said)].float(), dim=-1)
            top = each.topk(min(k, each.shape[-1]), dim=-1)
            told.append((top.indices.cpu().numpy(), top.values.double().cpu().numpy()))
    return told


def places(probabilities: NDArray[np.float64], first: int, delta: float, most: int) -> list[int]:
    """Positions at which the likeliest token leads the next by less than `delta`.

    Args:
        probabilities: of the likeliest tokens at each position, shape (tokens, 2 or more).
        first: position before which none is looked at.
        delta: the margin.
        most: positions; where there are more, those of the smallest margins, and the first of like
            ones.

    Returns:
        In order.
    """
    margins = probabilities[:, 0] - probabilities[:, 1]
    near = [t for t in range(first, len(margins)) if margins[t] < delta]
    return sorted(sorted(near, key=lambda t: float(margins[t]))[:most])


def alternatives(
    likeliest: Likeliest, said: Sequence[int], place: int, least: float = 0.0
) -> list[int]:
    """The tokens that might have stood at a position in the place of the one that does.

    Args:
        likeliest: tokens and probabilities at each position.
        said: the turn.
        place: the position.
        least: probability that a token must have.
    """
    ids, probabilities = likeliest
    there = zip(ids[place].tolist(), probabilities[place].tolist(), strict=True)
    return [token for token, p in there if token != said[place] and p >= least]
