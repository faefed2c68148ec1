"""What trainers of transformers, trl and sentence-transformers do otherwise here, all alike.

A step that runs out of memory begins anew with smaller parts, from the same random state. Loss and
gradient are looked at before they leave weights. The course says when to save and when to stop.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

import torch
from transformers import TrainerCallback
from transformers.trainer_callback import PrinterCallback, ProgressCallback

from models.neural.devices import out_of_memory
from models.training.running import checkpoints
from models.training.running.course import Course


class Steps:
    """Mixed in before a library's trainer, which is made with the rest of the options.

    Who mixes it in says how a step is tried (`_tried`) and what it took (`_spent`).

    Attributes:
        course: of the training.
        told: beside the loss, of the last step, by name; goes into the curves.
    """

    def __init__(self, course: Course, **options: Any) -> None:
        super().__init__(**options)
        self.course = course
        self.told: dict[str, float] = {}
        trainer: Any = self
        for shown in (PrinterCallback, ProgressCallback):
            trainer.remove_callback(shown)
        trainer.add_callback(_Saving(course))

    def training_step(self: Any, model: Any, inputs: Any, *args: Any) -> torch.Tensor:
        """Forward and backward for a whole batch. Returns its loss, a scalar."""
        chance = _chance()
        while True:
            try:
                loss: torch.Tensor = self._tried(model, inputs, *args)
                break
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error) or self.accelerator.num_processes > 1:
                    raise  # other processes would wait for this one's figures
                self.course.halve(error)
            # Outside the handler: the traceback no longer holds what filled the memory.
            model.zero_grad(set_to_none=True)
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            _set_chance(chance)
        self.course.see(self.state.global_step + 1, loss.item())
        tokens, sequences = self._spent(inputs)
        self.course.work.spend(tokens=tokens, sequences=sequences)
        return loss

    def log(self: Any, logs: dict[str, float], start_time: float | None = None) -> None:
        """A point of the curves; nothing is kept in the trainer's state, which would only grow."""
        if "loss" in logs and self.is_world_process_zero():
            names = {"loss": "loss", "learning_rate": "lr", "grad_norm": "grad_norm"}
            found = {told: float(logs[name]) for name, told in names.items()}
            self.course.log(self.state.global_step, {**found, **self.told})

    def create_model_card(self, *args: Any, **options: Any) -> None:
        """Checkpoints get none."""

    def _get_grad_norm(self: Any, model: Any, grad_norm: Any = None) -> Any:
        """The gradient's length, looked at before it is used: no finite one leaves weights."""
        norm = super()._get_grad_norm(model, grad_norm)  # type: ignore[misc]
        if not isfinite(float(norm)):
            raise self.course.diverged(self.state.global_step + 1, f"the gradient is {norm}")
        return norm


class _Saving(TrainerCallback):
    """Saves checkpoints when it is time, and stops when a person wants that."""

    def __init__(self, course: Course) -> None:
        self._course = course

    def on_step_end(self, args: Any, state: Any, control: Any, **options: Any) -> None:
        stopped = self._stopped(args)
        if stopped or self._course.due(state.global_step):
            control.should_save = self._course.calm
        control.should_training_stop = control.should_training_stop or stopped

    def on_save(self, args: Any, state: Any, control: Any, **options: Any) -> None:
        if args.world_size > 1:
            torch.distributed.barrier()  # each process has written its own random state
        if state.is_world_process_zero:
            checkpoints.mark(self._course.work.folder / f"checkpoint-{state.global_step}")

    def _stopped(self, args: Any) -> bool:
        """Whether a person stopped any of the processes: they end behind the same step."""
        if args.world_size == 1:
            return self._course.stopped()
        noted = torch.tensor(self._course.stopped(), dtype=torch.int32, device=args.device)
        torch.distributed.all_reduce(noted)
        return bool(noted.item())


def _chance() -> tuple[torch.Tensor, list[torch.Tensor]]:
    cards = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return torch.get_rng_state(), cards


def _set_chance(state: tuple[torch.Tensor, list[torch.Tensor]]) -> None:
    torch.set_rng_state(state[0])
    if state[1]:
        torch.cuda.set_rng_state_all(state[1])
