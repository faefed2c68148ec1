"""Runs a trainer of sentence-transformers so that it can be killed, resumed and trusted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sentence_transformers as library
import torch
from datasets import Dataset
from sentence_transformers.base.trainer import BaseTrainer

from harness.errors import UserError
from models.training.retrieval.contrast import Collator, Contrast, Pair
from models.training.running.course import Course
from models.training.running.stepping import Steps


@dataclass(frozen=True)
class Fitting:
    """How the trainer runs.

    Attributes:
        lr: the highest learning rate; it falls linearly to 0.
        warmup: share of the steps in which it rises.
        weight_decay: of AdamW.
        clip: the longest gradient.
        seed: of all that is drawn by chance.
        save_every: steps between two checkpoints.
        device: where it runs.
        dtype: in which matrices are multiplied, over weights in float32.
        batch: texts that one step learns from at most.
        micro_batch: of these, how many memory holds at once.
        max_length: in tokens.
    """

    lr: float
    warmup: float
    weight_decay: float
    clip: float
    seed: int
    save_every: int
    device: str
    dtype: str
    batch: int
    micro_batch: int
    max_length: int


def planned(
    pairs: Sequence[Pair], batch: int, epochs: int, steps: int, by_source: bool, seed: int
) -> list[list[int]]:
    """The batches of all epochs in order, as numbers of pairs.

    A pair alone in a batch, and without negatives, has nothing to be told from; it is left to
    another epoch.

    Args:
        pairs: that are trained on.
        batch: pairs in a batch.
        epochs: how often each pair is seen.
        steps: batches in all, in the place of `epochs`; 0 leaves it to those.
        by_source: whether the pairs of a batch come from one source.
        seed: of the order.
    """
    groups: dict[str, list[int]] = {}
    for number, pair in enumerate(pairs):
        groups.setdefault(pair.source if by_source else "", []).append(number)
    made: list[list[int]] = []
    epoch = 0
    while len(made) < steps if steps else epoch < epochs:
        random = np.random.default_rng([seed, epoch])
        batches: list[list[int]] = []
        for members in groups.values():
            order = random.permutation(members).tolist()
            batches += [order[i : i + batch] for i in range(0, len(order), batch)]
        kept = [found for found in batches if len(found) > 1 or any(pairs[i].wrong for i in found)]
        if not kept:
            raise UserError("there is no batch of two pairs and no negative: nothing to learn from")
        made += [kept[i] for i in random.permutation(len(kept))]
        epoch += 1
    return made[:steps] if steps else made


def fit(
    model: Any,
    loss: Contrast,
    collator: Collator,
    batches: Sequence[Sequence[int]],
    fitting: Fitting,
    course: Course,
) -> bool:
    """Trains a model, or goes on from the last whole checkpoint.

    Returns:
        Whether it came to the end; if not, a person stopped it.

    Raises:
        UserError: the loss diverges, or memory does not suffice for one text.
    """
    embedder = not collator.together
    make = _EmbedderTrainer if embedder else _CrossEncoderTrainer
    arguments: Any = (
        library.SentenceTransformerTrainingArguments
        if embedder
        else library.CrossEncoderTrainingArguments
    )
    trainer = make(
        course,
        _Batches(batches),
        model=model,
        args=arguments(
            output_dir=str(course.work.folder),
            num_train_epochs=1,
            per_device_train_batch_size=max(map(len, batches)),
            learning_rate=fitting.lr,
            lr_scheduler_type="linear",
            warmup_steps=round(fitting.warmup * len(batches)),
            weight_decay=fitting.weight_decay,
            max_grad_norm=fitting.clip,
            logging_steps=1,
            logging_nan_inf_filter=False,
            save_strategy="no",  # it is the course that says when
            seed=fitting.seed,
            use_cpu=fitting.device == "cpu",
            bf16=fitting.dtype == "bfloat16",
            report_to=[],
            disable_tqdm=True,
            remove_unused_columns=False,
            dataloader_pin_memory=fitting.device.startswith("cuda"),
        ),
        train_dataset=Dataset.from_dict({"pair": list(range(len(collator.pairs)))}),
        loss=loss,
        data_collator=collator,
    )
    last = course.checkpoint
    trainer.train(resume_from_checkpoint=str(last) if last else None)
    return bool(trainer.state.global_step >= len(batches))


class _Batches:
    """Hands out batches in order: all epochs are one to the trainer, which then skips rightly."""

    def __init__(self, batches: Sequence[Sequence[int]]) -> None:
        self._batches = batches
        self.batch_size, self.drop_last = max(map(len, batches)), False

    def __iter__(self) -> Iterator[list[int]]:
        yield from map(list, self._batches)

    def __len__(self) -> int:
        return len(self._batches)


class _Planned(Steps):
    """Trainers of sentence-transformers that take the batches that were planned."""

    def __init__(self, course: Course, batches: _Batches, **options: Any) -> None:
        super().__init__(course, **options)
        self._batches = batches

    def get_batch_sampler(
        self,
        dataset: Any,
        batch_size: int,
        drop_last: bool,
        valid_label_columns: list[str] | None = None,
        generator: Any = None,
        seed: int = 0,
    ) -> Any:
        """The batches that were planned."""
        return self._batches

    def _tried(self: Any, model: Any, inputs: Any, *args: Any) -> torch.Tensor:
        self.loss.micro_batch = self.course.micro_batch
        found: torch.Tensor = super(Steps, self).training_step(model, dict(inputs), *args)  # type: ignore[misc]
        return found

    def _spent(self, inputs: Any) -> tuple[int, int]:
        """Tokens and texts."""
        masks = [value for name, value in inputs.items() if name.endswith("attention_mask")]
        return sum(int(mask.sum()) for mask in masks), sum(map(len, masks))

    def add_model_card_callback(self, default_args_dict: Any) -> None:
        """Checkpoints get no card."""


class _EmbedderTrainer(_Planned, library.SentenceTransformerTrainer):
    """For embedders."""


class _CrossEncoderTrainer(_Planned, library.CrossEncoderTrainer):
    """For cross-encoders; pairs come as tokens, as an embedder's texts do."""

    compute_loss = BaseTrainer.compute_loss
    collect_features = BaseTrainer.collect_features
