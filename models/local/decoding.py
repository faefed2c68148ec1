"""Tokens drawn from a causal language model, for several prompts at a time.

Each prompt draws by a generator of its own, and where it stops is its own matter too, so that what
is drawn for it does not depend on what runs beside it, but for what floating point does to sums.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False)
class Row:
    """A prompt, and how it is continued.

    Attributes:
        prompt: token ids, at least one.
        limit: tokens that the continuation may have, at least one.
        temperature: 0 takes the likeliest token.
        top_p: the likeliest tokens that make up this share of the probability are drawn from.
        seed: of what is drawn by chance, below 2 ** 63.
        wanted: whether anybody still waits; asked before every token.
    """

    prompt: Sequence[int]
    limit: int
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    wanted: Callable[[], bool] = field(default=lambda: True)


@dataclass(frozen=True, eq=False)
class Continuation:
    """What was drawn.

    Attributes:
        tokens: ids, the one that ends the turn included where it was drawn, shape (n,), int64.
        log_probs: of each, under the model itself whatever temperature and top_p, shape (n,).
        ended: whether the model ended its turn; if not, the limit did.
    """

    tokens: NDArray[np.int64]
    log_probs: NDArray[np.float32]
    ended: bool


def decode(
    model: Any, rows: Sequence[Row], ends: Sequence[int], padding: int
) -> list[Continuation]:
    """Continues prompts together, padded on their left.

    Args:
        model: a causal language model of transformers, whose `generation_config` says nothing of
            how tokens are chosen.
        rows: at least one.
        ends: ids of the tokens that end a turn.
        padding: id of a token; which one does not matter, for it is masked.
    """
    import torch
    from transformers import LogitsProcessorList, StoppingCriteriaList

    width = max(len(row.prompt) for row in rows)
    ids = torch.full((len(rows), width), padding)
    mask = torch.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, width - len(row.prompt) :] = torch.tensor(row.prompt)
        mask[number, width - len(row.prompt) :] = 1
    choice = _Choice(rows)
    with torch.inference_mode():
        found = model.generate(
            ids.to(model.device),
            attention_mask=mask.to(model.device),
            do_sample=False,  # what is drawn by chance, `choice` draws
            max_new_tokens=max(row.limit for row in rows),
            eos_token_id=list(ends) or None,
            pad_token_id=padding,
            logits_processor=LogitsProcessorList([choice]),
            stopping_criteria=StoppingCriteriaList([_Limits(rows, width)]),
        )
    drawn = found[:, width:].cpu().numpy()
    log_probs = torch.stack(choice.log_probs, 1).cpu().numpy()
    return [_cut(row, drawn[i], log_probs[i], ends) for i, row in enumerate(rows)]


def _cut(
    row: Row, drawn: NDArray[np.int64], log_probs: NDArray[np.float32], ends: Sequence[int]
) -> Continuation:
    """The part of a line that is the prompt's own; what follows is padding."""
    at = np.flatnonzero(np.isin(drawn[: row.limit], list(ends)))
    n = int(at[0]) + 1 if at.size else min(row.limit, drawn.size)
    return Continuation(drawn[:n].astype(np.int64), log_probs[:n], bool(at.size))


class _Choice:
    """Chooses tokens: leaves nothing but the one that is drawn, where one is drawn by chance.

    Attributes:
        log_probs: of the chosen tokens, one tensor a step, shape (rows,).
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        import torch

        self._rows = rows
        self._chance = [torch.Generator().manual_seed(row.seed) for row in rows]
        self._sampled = [i for i, row in enumerate(rows) if row.temperature > 0]
        self.log_probs: list[torch.Tensor] = []

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        import torch

        whole = torch.log_softmax(scores.float(), dim=-1)
        chosen = scores.argmax(dim=-1)
        for i in self._sampled:
            chosen[i] = _draw(whole[i], self._rows[i], self._chance[i])
        self.log_probs.append(whole.gather(1, chosen[:, None])[:, 0])
        if not self._sampled:
            return scores
        return torch.full_like(scores, -torch.inf).scatter_(1, chosen[:, None], 0.0)


def _draw(log_probs: torch.Tensor, row: Row, chance: torch.Generator) -> int:
    """A token's id, drawn by the inverse of the distribution function over ids."""
    import torch

    weights = torch.softmax(log_probs.double().cpu() / row.temperature, dim=-1)
    if row.top_p < 1.0:
        ordered, order = weights.sort(descending=True, stable=True)
        beyond = ordered.cumsum(0) - ordered >= row.top_p  # the likeliest one never is
        weights[order[beyond]] = 0.0
    sums = weights.cumsum(0)
    at = torch.rand(1, generator=chance, dtype=torch.float64) * sums[-1]
    return min(int(torch.searchsorted(sums, at, right=True)), int(weights.nonzero()[-1]))


class _Limits:
    """Ends each row at its own limit, or once nobody waits for it."""

    def __init__(self, rows: Sequence[Row], width: int) -> None:
        self._rows, self._width = rows, width

    def __call__(self, ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
        import torch

        n = ids.shape[1] - self._width
        over = [n >= row.limit or not row.wanted() for row in self._rows]
        return torch.tensor(over, device=ids.device)
