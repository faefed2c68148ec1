"""trl's trainers on rows of token ids, a whole batch a step.

A step takes the whole batch and runs it through the model in parts of similar length, so that
little is padding; the parts' gradients add up to that of the batch, whatever their size. Where
memory runs out, the step begins anew with parts of half the size, from the same random state.

Where several processes train together, each gets its share of the batch; gradients are exchanged
once a step, and only the main process writes. Memory must then suffice for the micro-batch: one
process that halves it alone would leave the others waiting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from math import isfinite
from typing import Any, ClassVar

import torch
from transformers import TrainerCallback
from transformers.trainer_callback import PrinterCallback, ProgressCallback
from trl.trainer.dpo_trainer import DPOTrainer
from trl.trainer.sft_trainer import SFTTrainer

from models.neural.devices import out_of_memory
from models.training import checkpoints
from models.training.course import Course

IGNORED = -100
Batch = dict[str, torch.Tensor]


class _Steps:
    """What both trainers do otherwise than trl's. Mixed in before them.

    Attributes:
        course: of the training.
        told: what is logged of trl's own measures, and under which name.
    """

    course: Course
    told: ClassVar[Mapping[str, str]]

    def __init__(self, course: Course, **options: Any) -> None:
        super().__init__(**options)
        self.course = course
        self._sums: dict[str, float] = {}
        trainer: Any = self
        for shown in (PrinterCallback, ProgressCallback):
            trainer.remove_callback(shown)
        trainer.add_callback(_Saving(course))

    def training_step(
        self: Any, model: Any, inputs: Batch, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """Forward and backward for a whole batch. Returns its loss, a scalar."""
        model.train()
        inputs = self._prepare_inputs(inputs)
        chance = _chance()
        while True:
            try:
                loss: torch.Tensor = self._gradient(model, inputs)
                break
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error):
                    raise
                if self.accelerator.num_processes > 1:
                    raise  # the others wait for this part's figures
                self.course.halve(error)
            # Outside the handler: the traceback no longer holds what filled the memory.
            model.zero_grad(set_to_none=True)
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            _set_chance(chance)
        self.course.see(self.state.global_step + 1, loss.item())
        tokens = int(self._over_all(inputs["attention_mask"].sum()))
        self._sums["tokens"] = tokens
        self.course.work.spend(
            tokens=tokens, sequences=int(self._over_all(torch.tensor(inputs["input_ids"].shape[0])))
        )
        return loss

    def log(self: Any, logs: dict[str, float], start_time: float | None = None) -> None:
        """A point of the curves; nothing is kept in the trainer's state, which would only grow."""
        if "loss" not in logs or not self.is_world_process_zero():
            return
        found = {"loss": logs["loss"], "lr": logs["learning_rate"], "grad_norm": logs["grad_norm"]}
        self.course.log(self.state.global_step, {**found, **self._sums})

    def create_model_card(self, *args: Any, **options: Any) -> None:
        """Checkpoints get none."""

    def _get_grad_norm(self: Any, model: Any, grad_norm: Any = None) -> Any:
        """The gradient's length, looked at before it is used: no finite one leaves weights."""
        norm = super()._get_grad_norm(model, grad_norm)  # type: ignore[misc]
        if not isfinite(float(norm)):
            raise self.course.diverged(self.state.global_step + 1, f"the gradient is {norm}")
        return norm

    def _gradient(self: Any, model: Any, inputs: Batch) -> torch.Tensor:
        """Adds up the gradients of the batch's parts. Returns the batch's loss."""
        whole = self._size(inputs)
        parts = list(self._parts(inputs))
        sums = dict.fromkeys(self.told.values(), 0.0)
        loss = torch.zeros((), device=inputs["input_ids"].device)
        for number, part in enumerate(parts, 1):
            last = number == len(parts)
            with nullcontext() if last else self.accelerator.no_sync(model):
                with self.compute_loss_context_manager():
                    found = self._part_loss(model, part, whole)
                self.accelerator.backward(found)
            loss += found.detach()
            share = self._share(part, whole)
            measured = self._metrics["train"]
            for name, shown in self.told.items():
                sums[shown] += share * measured[name][-1] if measured.get(name) else 0.0
            measured.clear()
        self._sums = sums
        mean: torch.Tensor = self._over_all(loss) / self.accelerator.num_processes
        return mean

    def _parts(self: Any, inputs: Batch) -> Iterator[Batch]:
        """The batch in parts, the longest rows first: if memory does not suffice, it shows."""
        lengths = self._lengths(inputs)
        order = lengths.argsort(descending=True, stable=True)
        for rows in order.split(self.course.micro_batch):
            yield self._chosen(inputs, rows, int(lengths[rows[0]]))

    def _over_all(self: Any, number: torch.Tensor) -> torch.Tensor:
        """The sum over all processes."""
        found: torch.Tensor = self.accelerator.gather(number.to(self.accelerator.device)).sum()
        return found


class SupervisedTrainer(_Steps, SFTTrainer):
    """Likelihood of the tokens that are learned; the mean over all those of a batch."""

    told: ClassVar[Mapping[str, str]] = {"mean_token_accuracy": "accuracy", "entropy": "entropy"}

    def _size(self, inputs: Batch) -> torch.Tensor:
        """Tokens that are learned, over all processes."""
        return self._over_all((inputs["labels"][:, 1:] != IGNORED).sum())

    def _share(self, part: Batch, whole: torch.Tensor) -> float:
        return float(self._over_all((part["labels"][:, 1:] != IGNORED).sum()) / whole)

    def _part_loss(self, model: Any, part: Batch, whole: torch.Tensor) -> torch.Tensor:
        loss: torch.Tensor = self.compute_loss(  # type: ignore[no-untyped-call]
            model, dict(part), num_items_in_batch=whole
        )
        return loss

    def _lengths(self, inputs: Batch) -> torch.Tensor:
        return inputs["attention_mask"].sum(1)

    def _chosen(self, inputs: Batch, rows: torch.Tensor, width: int) -> Batch:
        return {name: tensor[rows, :width] for name, tensor in inputs.items()}


class PreferenceTrainer(_Steps, DPOTrainer):
    """Preferences; the mean over the pairs of a batch, and of "sft" over its chosen tokens."""

    told: ClassVar[Mapping[str, str]] = {
        "rewards/accuracies": "accuracy",
        "rewards/margins": "margin",
        "rewards/chosen": "chosen",
        "rewards/rejected": "rejected",
    }

    def __init__(self, course: Course, **options: Any) -> None:
        super().__init__(course, **options)
        self._weights = tuple(self.loss_weights)

    def _prepare_dataset(self, dataset: Any, *args: Any, **options: Any) -> Any:
        """Nothing: the rows are token ids."""
        return dataset

    def _precompute_ref_logps(self, dataset: Any, *args: Any, **options: Any) -> Any:
        """Nothing: the rows have the reference's log-probabilities."""
        return dataset

    def _size(self, inputs: Batch) -> tuple[int, torch.Tensor]:
        """Pairs of this process, and chosen tokens that are learned."""
        return inputs["input_ids"].shape[0] // 2, _chosen_tokens(inputs)

    def _share(self, part: Batch, whole: tuple[int, torch.Tensor]) -> float:
        return part["input_ids"].shape[0] / 2 / whole[0]

    def _part_loss(self, model: Any, part: Batch, whole: tuple[int, torch.Tensor]) -> torch.Tensor:
        """A term is a mean over what trl is given, so it is weighed by the part's share."""
        pairs = self._share(part, whole)
        tokens = float(_chosen_tokens(part) / whole[1])
        self.loss_weights = [
            weight * (tokens if name == "sft" else pairs)
            for name, weight in zip(self.loss_types, self._weights, strict=True)
        ]
        loss: torch.Tensor = self.compute_loss(model, dict(part))  # type: ignore[no-untyped-call]
        return loss

    def _lengths(self, inputs: Batch) -> torch.Tensor:
        return inputs["attention_mask"].sum(1).view(2, -1).amax(0)

    def _chosen(self, inputs: Batch, rows: torch.Tensor, width: int) -> Batch:
        both = torch.cat((rows, rows + inputs["input_ids"].shape[0] // 2))
        return {
            name: tensor[both, :width] if tensor.dim() > 1 else tensor[rows]
            for name, tensor in inputs.items()
        }


def _chosen_tokens(inputs: Batch) -> torch.Tensor:
    return inputs["completion_mask"].chunk(2)[0][:, 1:].sum()


@dataclass(frozen=True)
class SupervisedCollator:
    """Rows {"input_ids", "labels"} as tensors, padded on the right."""

    padding: int

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> Batch:
        """Tensors of shape (rows, longest): input_ids, attention_mask, labels."""
        ids = [row["input_ids"] for row in rows]
        return {
            "input_ids": _padded(ids, self.padding),
            "attention_mask": _padded([[1] * len(row) for row in ids], 0),
            "labels": _padded([row["labels"] for row in rows], IGNORED),
        }


@dataclass(frozen=True)
class PreferenceCollator:
    """Pairs as tensors: first all that were chosen, then all that were rejected."""

    padding: int

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> Batch:
        """Tensors of shape (2 pairs, longest), and the reference's log-probabilities (pairs,)."""
        sides = ("chosen", "rejected")
        ids = [row[f"{side}_ids"] for side in sides for row in rows]
        masks = [row[f"{side}_mask"] for side in sides for row in rows]
        found = {
            "input_ids": _padded(ids, self.padding),
            "attention_mask": _padded([[1] * len(row) for row in ids], 0),
            "completion_mask": _padded(masks, 0),
        }
        for name in (f"ref_{side}_logps" for side in sides):
            if name in rows[0]:
                found[name] = torch.tensor([row[name] for row in rows], dtype=torch.float32)
        return found


class _Saving(TrainerCallback):
    """Saves checkpoints when it is time, and stops when a person wants that."""

    def __init__(self, course: Course) -> None:
        self._course = course

    def on_step_end(self, args: Any, state: Any, control: Any, **options: Any) -> None:
        if self._course.saves(state.global_step):
            control.should_save = True
        if self._course.stopped():
            control.should_training_stop = True

    def on_save(self, args: Any, state: Any, control: Any, **options: Any) -> None:
        if state.is_world_process_zero:
            folder = self._course.work.folder
            checkpoints.mark(folder / f"checkpoint-{state.global_step}")


def _padded(rows: Sequence[Sequence[int]], value: int) -> torch.Tensor:
    found = torch.full((len(rows), max(map(len, rows))), value)
    for line, row in zip(found, rows, strict=True):
        line[: len(row)] = torch.tensor(row)
    return found


def _chance() -> tuple[torch.Tensor, list[torch.Tensor]]:
    cards = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return torch.get_rng_state(), cards


def _set_chance(state: tuple[torch.Tensor, list[torch.Tensor]]) -> None:
    torch.set_rng_state(state[0])
    if state[1]:
        torch.cuda.set_rng_state_all(state[1])
