"""The stage that trains a language model on rows of token ids."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.contracts import Planned
from harness.errors import UserError
from harness.training import together
from harness.training.work import SUMMARY, Work
from models.neural.devices import choose_device, out_of_memory
from models.neural.opening import quiet
from models.training.running import checkpoints
from models.training.running.course import Course
from models.training.running.interruption import interruptible
from models.training.text.base import load_model, open_base
from models.training.text.saving import save
from models.training.text.settings import ALL_LINEAR, SCHEDULES, TextTraining

Build = Callable[..., Any]
"""Makes a trainer: build(work, course=..., model=..., processing_class=..., options=...,
peft_config=...), in which options are those of transformers' TrainingArguments."""


@dataclass(frozen=True, eq=False)
class Optimisation:
    """Trains. Checkpoints in its folder are what it goes on from; the last step's weights go out.

    Attributes:
        settings: of the training.
        build: makes the method's trainer.
    """

    settings: TextTraining
    build: Build
    name: str = field(init=False, default="train")
    shared: bool = field(init=False, default=True)

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Steps and tokens; hours where `tokens_per_second` is given."""
        settings, counts = self.settings, before["data"].counts
        rows = int(counts["rows"])
        tokens = round(counts["tokens"] * settings.passes(rows))
        hours = settings.hours(tokens)
        notes = []
        if rows < settings.batch:
            notes.append(f"there are fewer rows ({rows}) than a batch has ({settings.batch})")
        if hours is None:
            notes.append("hours are known where tokens_per_second says how fast training is here")
        return Planned(
            {"steps": settings.total_steps(rows), "tokens": tokens},
            hours,
            settings.kwh(hours),
            tuple(notes),
        )

    def run(self, work: Work) -> None:
        """Trains from the last checkpoint on, if there is one.

        Raises:
            UserError: training diverges, or memory does not suffice for one row.
            KeyboardInterrupt: a person stopped it; a checkpoint was saved first.
        """
        settings = self.settings
        counted = json.loads((work.before("data") / SUMMARY).read_bytes())
        total = settings.total_steps(counted["rows"])
        with interruptible() as stopped, quiet():
            course = Course(settings, work, total, stopped)
            tokenizer = open_base(settings).tokenizer
            trainer = self._trainer(course, tokenizer)
            found = course.checkpoint
            trainer.train(resume_from_checkpoint=str(found) if found else None)
            if trainer.state.global_step < total:
                raise KeyboardInterrupt
        if trainer.is_world_process_zero():
            model = trainer.accelerator.unwrap_model(trainer.model)
            # A tokenizer that no trainer has had its hands on:
            save(model, open_base(settings).tokenizer, counted["ends"], settings, work.out)
            work.summarise(course.summary())
            checkpoints.delete_all(work.folder)

    def _trainer(self, course: Course, tokenizer: Any) -> Any:
        model = load_model(self.settings)
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token or tokenizer.convert_ids_to_tokens(0)
        try:
            return self.build(
                course.work,
                course=course,
                model=model,
                processing_class=tokenizer,
                options=self._options(course),
                peft_config=self._adapters(),
            )
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            raise UserError(
                "the base's weights do not fit into memory: train adapters (lora_rank=16), or use "
                "another device"
            ) from error
        except ValueError as error:  # peft knows no such modules, say
            raise UserError(
                f"training cannot begin: {' '.join(str(error).split())[:300]}"
            ) from error

    def _options(self, course: Course) -> dict[str, Any]:
        """Arguments of transformers' trainers."""
        settings = self.settings
        device = choose_device(settings.device)
        return {
            "output_dir": str(course.work.folder),
            "max_steps": course.total,
            "learning_rate": settings.lr,
            "lr_scheduler_type": SCHEDULES[settings.schedule],
            "warmup_steps": round(settings.warmup * course.total),
            "weight_decay": settings.weight_decay,
            "max_grad_norm": settings.clip,
            "per_device_train_batch_size": share(settings.batch),
            "gradient_accumulation_steps": 1,  # parts of a batch are the trainer's own affair
            "gradient_checkpointing": False,
            "seed": settings.seed,
            "bf16": settings.dtype == "bfloat16",
            "use_cpu": device == "cpu",
            "logging_steps": 1,
            "logging_nan_inf_filter": False,
            "save_strategy": "no",  # it is the course that says when
            "report_to": [],
            "disable_tqdm": True,
            "remove_unused_columns": False,
            "ddp_find_unused_parameters": False,
            "use_cache": True,  # what the checkpoint's config will say; both trainers use none
            "dataloader_pin_memory": device.startswith("cuda"),
        }

    def _adapters(self) -> Any:
        """The settings of peft, or None where all weights are trained."""
        settings = self.settings
        if not settings.lora_rank:
            return None
        from peft import LoraConfig

        names = [name.strip() for name in settings.lora_targets.split(",")]
        return LoraConfig(
            r=settings.lora_rank,
            lora_alpha=settings.lora_alpha,  # type: ignore[arg-type]
            lora_dropout=settings.lora_dropout,
            target_modules=ALL_LINEAR if names == [ALL_LINEAR] else names,
            task_type="CAUSAL_LM",
        )


def share(batch: int) -> int:
    """The rows of a batch that this process gets. Raises `UserError` where they are no whole."""
    processes = together.processes()
    if batch % processes:
        raise UserError(f"batch={batch} cannot be shared by {processes} processes: give a multiple")
    return batch // processes
