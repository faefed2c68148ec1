"""The loop in which a small causal language model is trained from nothing.

A loop of its own, and none of the trainers that fine-tuning uses: its batches are counted in tokens
and follow a curriculum, and its head looks only at tokens that carry loss. Of a batch of
conversations those are one in ten, so that a large part of the work need not be done. The model
has no dropout, and every batch follows from the seed and its number: whoever goes on behind a
checkpoint takes the very steps that were left.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_

from harness.errors import UserError
from harness.training.work import CURVES, Work
from models.neural.devices import out_of_memory
from models.training.running import checkpoints
from models.training.running.watch import RULE, Watch
from models.training.scratch.packing import Sequences, curriculum

STATE = "state.pt"
BETAS = (0.9, 0.95)
"""Of AdamW: squares of gradients are averaged over fewer steps than by default, since there are
few."""


@dataclass(frozen=True)
class Regime:
    """How a model is trained.

    Attributes:
        tokens: that are learned from in each part of the curriculum.
        batch: tokens of a step.
        lr: the highest learning rate.
        warmup: share of the steps in which it rises.
        decay: share of the steps in which it falls to 0, at the end; between, it stays.
        optimizer: of the layers' matrices, "muon" or "adamw"; all else is AdamW's.
        weight_decay: on matrices; embeddings, gains and biases have none.
        clip: the longest gradient.
        context_weight: what the loss of a token counts that is not the assistant's.
        dtype: what is computed in: "float32", or "bfloat16" over weights in float32.
        seed: of the order of sequences.
        micro_batch: sequences that run through the model at once; halved when memory runs out.
        save_every: steps between two checkpoints.
    """

    tokens: Sequence[int]
    batch: int
    lr: float
    warmup: float
    decay: float
    optimizer: str
    weight_decay: float
    clip: float
    context_weight: float
    dtype: str
    seed: int
    micro_batch: int
    save_every: int

    @property
    def steps(self) -> tuple[int, ...]:
        """Steps of each part."""
        return tuple(math.ceil(tokens / self.batch) for tokens in self.tokens)

    def rate(self, step: int) -> float:
        """The learning rate of a step, from 0: up, level, and down in straight lines.

        Hu et al., "MiniCPM", 2024, section 4: warmup, stable, decay.
        """
        total = sum(self.steps)
        rising = (step + 1) / max(1.0, self.warmup * total)
        falling = (total - step) / max(1.0, self.decay * total)
        return self.lr * min(1.0, rising, falling)


class Pretraining:
    """The training of one model, at some step.

    Args:
        model: of transformers, for causal language modelling, on its device.
        parts: the sequences of each part of the curriculum.
        padding: id of a token that stands where there is none.
        regime: how.
        work: the desk: curves, costs, checkpoints.
    """

    def __init__(
        self, model: Any, parts: Sequence[Sequences], padding: int, regime: Regime, work: Work
    ) -> None:
        self.model, self._parts, self._padding = model, parts, padding
        self._regime, self._work = regime, work
        self._optimizers = _optimizers(model, regime)
        self._micro = regime.micro_batch
        self.step = 0
        checkpoints.delete_torn(work.folder)
        if found := checkpoints.whole(work.folder):
            self._restore(found[-1])
        curves = (row for row in work.rows(CURVES) if row["step"] <= self.step)
        self._watch = Watch(row["loss"] for row in curves if row["loss"] is not None)

    def run(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Takes the steps that are left.

        Args:
            stopped: whether a person wants it to stop; a checkpoint is saved first.

        Raises:
            UserError: training diverges, or memory does not suffice for one sequence.
            KeyboardInterrupt: a person stopped it.
        """
        self.model.train()
        total = sum(self._regime.steps)
        for part, batch in islice(self._batches(), self.step, None):
            tokens = int(self._parts[part].lengths[batch].sum())
            rate = self._regime.rate(self.step)
            loss = self._gradient(self._parts[part], batch)
            if wrong := self._watch.wrong(loss):
                raise self._diverged(wrong)
            norm = float(clip_grad_norm_(self.model.parameters(), self._regime.clip))
            if not math.isfinite(norm):
                raise self._diverged(f"the gradient is {norm}")
            for optimizer in self._optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = rate
                optimizer.step()
            self.model.zero_grad(set_to_none=True)
            self.step += 1
            self._work.spend(tokens=tokens, sequences=len(batch))
            self._work.log(self.step, loss=loss, lr=rate, gradient=norm, tokens=tokens, part=part)
            self._work.tell(self.step, total, f"loss {loss:.3f}")
            due = self.step % self._regime.save_every == 0 and self.step < total
            if (stopped() or due) and self._watch.calm:
                self._save()
            if stopped():
                raise KeyboardInterrupt

    def _batches(self) -> Iterator[tuple[int, list[int]]]:
        regime = self._regime
        lengths = [part.lengths for part in self._parts]
        return curriculum(lengths, regime.steps, regime.batch, regime.seed)

    def _gradient(self, part: Sequences, batch: Sequence[int]) -> float:
        """The gradient of a batch's mean loss. Returns that loss over the assistant's tokens."""
        while True:
            try:
                return self._in_pieces(part, batch)
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error):
                    raise
                if self._micro == 1:
                    raise UserError(
                        "the device's memory does not suffice for one sequence at a time: lower "
                        "max_length, or use another device"
                    ) from error
            # Outside the handler: the traceback no longer holds what filled the memory.
            self._micro = max(1, min(self._micro, len(batch)) // 2)
            self.model.zero_grad(set_to_none=True)

    def _in_pieces(self, part: Sequences, batch: Sequence[int]) -> float:
        blocks = [
            part.padded(batch[start : start + self._micro], self._padding)
            for start in range(0, len(batch), self._micro)
        ]
        weighed = [self._weights(learned, there) for _, learned, there in blocks]
        whole = sum(float(weights.sum()) for weights in weighed)
        told, said = 0.0, 0
        for (ids, learned, _), weights in zip(blocks, weighed, strict=True):
            losses, chosen = self._losses(torch.from_numpy(ids), weights)
            share: Any = losses @ weights[chosen].to(losses.device) / max(whole, 1e-9)
            share.backward()
            own = torch.from_numpy(learned[:, 1:])[chosen]
            told += float(losses.detach().cpu()[own].sum())
            said += int(own.sum())
        return told / max(said, 1)

    def _losses(
        self, ids: torch.Tensor, weights: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The loss of each token that counts, shape (tokens,), and which those are.

        Padding stands on the right, where no token to its left sees it, so no mask is needed.
        """
        device = self.model.device
        ids, chosen = ids.to(device), weights > 0
        reduced = self._regime.dtype == "bfloat16"
        with torch.autocast(device.type, torch.bfloat16, enabled=reduced):
            states = self.model.model(input_ids=ids, use_cache=False).last_hidden_state
            logits = self.model.lm_head(states[:, :-1][chosen.to(device)])
        wanted = ids[:, 1:][chosen.to(device)]
        return cross_entropy(logits.float(), wanted, reduction="none"), chosen

    def _weights(self, learned: Any, there: Any) -> torch.Tensor:
        """What each token but the first counts, shape (sequences, longest - 1)."""
        own, all_ = torch.from_numpy(learned[:, 1:]), torch.from_numpy(there[:, 1:])
        return torch.where(own, 1.0, self._regime.context_weight * all_.float())

    def _save(self) -> None:
        folder = self._work.folder / f"checkpoint-{self.step}"
        folder.mkdir(exist_ok=True)
        state = {
            "step": self.step,
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self._optimizers],
        }
        torch.save(state, folder / STATE)
        checkpoints.mark(folder)

    def _restore(self, folder: Path) -> None:
        state = torch.load(folder / STATE, map_location=self.model.device, weights_only=True)
        self.step = state["step"]
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self._optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)

    def _diverged(self, wrong: str) -> UserError:
        found = checkpoints.whole(self._work.folder)
        left = f"the last good checkpoint is {found[-1]}" if found else "none was saved yet"
        return UserError(
            f"training diverged at step {self.step + 1} ({wrong}): lower lr={self._regime.lr:g}, "
            f"or raise warmup or batch; {left}. It stops where {RULE}"
        )


def _optimizers(model: Any, regime: Regime) -> tuple[torch.optim.Optimizer, ...]:
    """Muon for the layers' matrices, if it is wanted, and AdamW for everything else.

    Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024; its rate is
    scaled so that a step is as long as one of AdamW (Liu et al., "Muon is scalable for LLM
    training", 2025, equation 4), and one learning rate serves both.
    """
    inner = [p for p in model.model.layers.parameters() if p.dim() == 2]
    theirs = {id(p) for p in inner}
    rest = [p for p in model.parameters() if id(p) not in theirs]
    groups = [{"params": rest, "weight_decay": 0.0}]
    decay = regime.weight_decay
    if regime.optimizer == "adamw":
        groups.append({"params": inner, "weight_decay": decay})
        return (torch.optim.AdamW(groups, lr=regime.lr, betas=BETAS),)
    muon = torch.optim.Muon(inner, lr=regime.lr, weight_decay=decay, adjust_lr_fn="match_rms_adamw")
    return (muon, torch.optim.AdamW(groups, lr=regime.lr, betas=BETAS))
