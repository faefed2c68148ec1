"""Runs a trainer of sentence-transformers so that it can be killed, resumed and trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import sentence_transformers as library
import torch
from datasets import Dataset
from sentence_transformers.base.trainer import BaseTrainer
from transformers import TrainerCallback
from transformers.trainer_callback import PrinterCallback, ProgressCallback

from harness.errors import UserError
from models.neural.devices import out_of_memory
from models.training import checkpoints
from models.training.course import Course
from models.training.retrieval.contrast import Collator, Contrast, Pair


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


class _Steps:
    """What both trainers do otherwise than the library's. Mixed in before them."""

    def __init__(self, course: Course, batches: _Batches, **options: Any) -> None:
        super().__init__(**options)
        self.course, self._batches = course, batches
        trainer: Any = self
        for shown in (PrinterCallback, ProgressCallback):
            trainer.remove_callback(shown)
        trainer.add_callback(_Saving(course))

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

    def training_step(self: Any, model: Any, inputs: Any, *args: Any) -> torch.Tensor:
        """Forward and backward for a whole batch, in smaller pieces where memory runs out."""
        while True:
            self.loss.micro_batch = self.course.micro_batch
            try:
                found: torch.Tensor = super().training_step(model, dict(inputs), *args)  # type: ignore[misc]
                break
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error):
                    raise
                self.course.halve(error)
            # Outside the handler: the traceback no longer holds what filled the memory.
            model.zero_grad(set_to_none=True)
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
        self.course.see(self.state.global_step + 1, found.item())
        masks = [value for name, value in inputs.items() if name.endswith("attention_mask")]
        self.course.work.spend(
            tokens=sum(int(mask.sum()) for mask in masks), sequences=sum(map(len, masks))
        )
        return found

    def log(self: Any, logs: Mapping[str, float], start_time: float | None = None) -> None:
        """A point of the curves; nothing is kept in the trainer's state, which would only grow."""
        if "loss" in logs and self.is_world_process_zero():
            names = {"loss": "loss", "learning_rate": "lr", "grad_norm": "grad_norm"}
            values = {told: float(logs[name]) for name, told in names.items()}
            self.course.log(self.state.global_step, values)

    def add_model_card_callback(self, default_args_dict: Any) -> None:
        """Checkpoints get no card."""

    def create_model_card(self, *args: Any, **options: Any) -> None:
        """Likewise."""

    def _get_grad_norm(self: Any, model: Any, grad_norm: Any = None) -> Any:
        """The gradient's length, looked at before it is used: no finite one leaves weights."""
        norm = super()._get_grad_norm(model, grad_norm)  # type: ignore[misc]
        if not isfinite(float(norm)):
            raise self.course.diverged(self.state.global_step + 1, f"the gradient is {norm}")
        return norm


class _EmbedderTrainer(_Steps, library.SentenceTransformerTrainer):
    """For embedders."""


class _CrossEncoderTrainer(_Steps, library.CrossEncoderTrainer):
    """For cross-encoders; pairs come as tokens, as an embedder's texts do."""

    compute_loss = BaseTrainer.compute_loss
    collect_features = BaseTrainer.collect_features


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
            checkpoints.mark(self._course.work.folder / f"checkpoint-{state.global_step}")
