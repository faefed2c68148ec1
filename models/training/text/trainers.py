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
from typing import Any, ClassVar

import torch
from trl.trainer.dpo_trainer import DPOTrainer
from trl.trainer.sft_trainer import SFTTrainer

from models.training.running.course import Course
from models.training.running.stepping import Steps

IGNORED = -100
Batch = dict[str, torch.Tensor]


class _Whole(Steps):
    """Trainers of trl that get the whole batch of a step.

    Attributes:
        names: trl's own measures that are told, and under which name.
    """

    names: ClassVar[Mapping[str, str]]

    def _tried(self: Any, model: Any, inputs: Batch, *args: Any) -> torch.Tensor:
        model.train()
        found: torch.Tensor = self._gradient(model, self._prepare_inputs(inputs))
        return found

    def _spent(self: Any, inputs: Batch) -> tuple[int, int]:
        """Tokens and sequences, over all processes."""
        tokens = int(self._over_all(inputs["attention_mask"].sum()))
        self.told["tokens"] = tokens
        return tokens, int(self._over_all(torch.tensor(inputs["input_ids"].shape[0])))

    def _gradient(self: Any, model: Any, inputs: Batch) -> torch.Tensor:
        """Adds up the gradients of the batch's parts. Returns the batch's loss."""
        whole = self._size(inputs)
        parts = list(self._parts(inputs))
        sums = dict.fromkeys(self.names.values(), 0.0)
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
            for name, shown in self.names.items():
                sums[shown] += share * measured[name][-1] if measured.get(name) else 0.0
            measured.clear()
        self.told = sums
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


class SupervisedTrainer(_Whole, SFTTrainer):
    """Likelihood of the tokens that are learned; the mean over all those of a batch."""

    names: ClassVar[Mapping[str, str]] = {"mean_token_accuracy": "accuracy", "entropy": "entropy"}

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
        return {
            name: tensor[rows, :width] if tensor.dim() > 1 else tensor[rows]
            for name, tensor in inputs.items()
        }


class WeightedTrainer(SupervisedTrainer):
    """Likelihood of conversations that count for more or less.

    The mean over a batch's rows of weight * mean of -log p over the row's learned tokens. Weights
    are taken as they are: whoever makes the data scales them to a mean of 1.
    """

    names: ClassVar[Mapping[str, str]] = {}

    def __init__(self, course: Course, **options: Any) -> None:
        from trl.trainer.utils import add_fused_lm_head

        super().__init__(course, **options)
        model: Any = self.model
        add_fused_lm_head(getattr(model, "get_base_model", lambda: model)())

    def _size(self, inputs: Batch) -> torch.Tensor:
        """Rows, over all processes."""
        return self._over_all(torch.tensor(inputs["input_ids"].shape[0]))

    def _part_loss(self, model: Any, part: Batch, whole: torch.Tensor) -> torch.Tensor:
        labels = part["labels"]
        found = model(
            input_ids=part["input_ids"],
            attention_mask=part["attention_mask"],
            labels=labels,
            fused_lm_head=True,
            use_cache=False,
        )
        learned = (labels[:, 1:] != IGNORED).sum(1).clamp(min=1)
        losses: torch.Tensor = -found.log_probs.float().sum(1) / learned
        processes: int = self.accelerator.num_processes
        return (part["weights"] * losses).sum() / whole * processes

    def _share(self, part: Batch, whole: torch.Tensor) -> float:
        return 0.0  # of trl's measures, none is told


class PreferenceTrainer(_Whole, DPOTrainer):
    """Preferences; the mean over the pairs of a batch, and of "sft" over its chosen tokens."""

    names: ClassVar[Mapping[str, str]] = {
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
    """Rows {"input_ids", "labels"}, "weight" where there are any, as tensors, padded behind."""

    padding: int

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> Batch:
        """Tensors of shape (rows, longest): input_ids, attention_mask, labels; weights: (rows,)."""
        ids = [row["input_ids"] for row in rows]
        found = {
            "input_ids": _padded(ids, self.padding),
            "attention_mask": _padded([[1] * len(row) for row in ids], 0),
            "labels": _padded([row["labels"] for row in rows], IGNORED),
        }
        if "weight" in rows[0]:
            weights = [row["weight"] for row in rows]
            found["weights"] = torch.tensor(weights, dtype=torch.float32)
        return found


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


def _padded(rows: Sequence[Sequence[int]], value: int) -> torch.Tensor:
    found = torch.full((len(rows), max(map(len, rows))), value)
    for line, row in zip(found, rows, strict=True):
        line[: len(row)] = torch.tensor(row)
    return found
