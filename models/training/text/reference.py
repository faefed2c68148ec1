"""The stage that asks the reference model, once: how likely it finds both sides of every pair.

So training needs no second model, and each pair is asked about once, however many epochs there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from harness.contracts import Planned
from harness.training.work import Rows, Work
from models.neural.devices import choose_device, fitting
from models.neural.opening import quiet
from models.training.text.base import load_model
from models.training.text.data import ROWS, masked
from models.training.text.settings import TextTraining

LOG_PROBS = "log_probs.jsonl"
_AT_ONCE = 32
"""Pairs whose results are written together."""


@dataclass(frozen=True, eq=False)
class Reference:
    """Writes `log_probs.jsonl`: of each pair its number, and the sums of log p of both sides.

    Attributes:
        settings: of the training; their base is the reference model.
    """

    settings: TextTraining
    name: str = field(init=False, default="reference")

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Tokens that are read once; a third of what training takes for each, roughly."""
        tokens = before["data"].counts["tokens"]
        hours = self.settings.hours(tokens / 3)
        counts = {"rows": before["data"].counts["rows"], "tokens": tokens}
        return Planned(counts, hours, self.settings.kwh(hours))

    def run(self, work: Work) -> None:
        """Asks about what is not there yet."""
        pairs = pair_rows(Rows(work.before("data") / ROWS))
        order = sorted(range(len(pairs)), key=lambda i: -_length(pairs[i]))
        groups = [order[i : i + _AT_ONCE] for i in range(0, len(order), _AT_ONCE)]
        rows = work.rows(LOG_PROBS)
        there = {row["pair"] for row in rows}
        left = [group for group in groups if not there.issuperset(group)]
        torn = {pair for group in left for pair in group}
        rows.keep(lambda row: row["pair"] not in torn)
        if left:
            self._ask(work, pairs, left)
        work.summarise({"pairs": len(pairs)})

    def _ask(self, work: Work, pairs: Sequence[dict[str, Any]], left: Sequence[list[int]]) -> None:
        rows, done = work.rows(LOG_PROBS), len(pairs) - sum(map(len, left))
        with quiet():
            model, micro_batch = _Asked(self.settings), self.settings.micro_batch
            for group in left:
                chosen = [pairs[i] for i in group]
                found = fitting(partial(model.sums, chosen), min(micro_batch, _AT_ONCE))
                rows.add(
                    *(
                        {"pair": i, "chosen": better, "rejected": worse}
                        for i, (better, worse) in zip(group, found, strict=True)
                    )
                )
                done += len(group)
                tokens = sum(len(pairs[i][f"{s}_ids"]) for i in group for s in _SIDES)
                work.spend(tokens=tokens, sequences=2 * len(group))
                work.tell(done, len(pairs))


class _Asked:
    """The reference model."""

    def __init__(self, settings: TextTraining) -> None:
        from trl.trainer.utils import add_fused_lm_head

        self._device = choose_device(settings.device)
        self._half = settings.dtype == "bfloat16"
        self._model = load_model(settings).requires_grad_(False).eval().to(self._device)
        add_fused_lm_head(self._model)

    def sums(self, pairs: Sequence[dict[str, Any]], size: int) -> list[tuple[float, float]]:
        """Sums of log p over what is learned of both sides, so many pairs at a time."""
        import torch

        from models.training.text.trainers import IGNORED, PreferenceCollator

        collate = PreferenceCollator(0)  # padding is masked, whatever it is
        kind = torch.device(self._device).type
        told: list[tuple[float, float]] = []
        for start in range(0, len(pairs), size):
            batch = collate(pairs[start : start + size])
            batch = {name: tensor.to(self._device) for name, tensor in batch.items()}
            learned = batch.pop("completion_mask").bool()
            labels = batch["input_ids"].masked_fill(~learned, IGNORED)
            half = torch.autocast(kind, torch.bfloat16) if self._half else nullcontext()
            with torch.inference_mode(), half:
                found = self._model(**batch, labels=labels, fused_lm_head=True, use_cache=False)
            sums = found.log_probs.float().sum(1).cpu().view(2, -1)
            told += zip(sums[0].tolist(), sums[1].tolist(), strict=True)
        return told


_SIDES = ("chosen", "rejected")


def pair_rows(rows: Rows) -> list[dict[str, Any]]:
    """Pairs as the trainer takes them: ids and masks of both sides."""
    return [
        {
            name: value
            for side in _SIDES
            for name, value in (
                (f"{side}_ids", row[side]["ids"]),
                (f"{side}_mask", [int(on) for on in masked(row[side]["ids"], row[side]["spans"])]),
            )
        }
        for row in rows
    ]


def _length(pair: Mapping[str, Any]) -> int:
    return max(len(pair[f"{side}_ids"]) for side in _SIDES)
