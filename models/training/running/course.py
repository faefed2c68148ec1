"""What happens around the steps of a trainer: curves, costs, checkpoints, and what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from harness.errors import UserError
from harness.files import replacing
from harness.training import together
from harness.training.work import CURVES, Work
from models.training.running import checkpoints
from models.training.running.watch import RULE, Watch

_MEMORY = "micro_batch.json"


class Scheduled(Protocol):
    """What a course must know of how a method is set."""

    @property
    def lr(self) -> float:
        """The highest learning rate."""
        ...

    @property
    def batch(self) -> int:
        """What a step learns from."""
        ...

    @property
    def micro_batch(self) -> int:
        """How much of it memory holds at once."""
        ...

    @property
    def max_length(self) -> int:
        """Tokens of the longest sequence."""
        ...

    @property
    def save_every(self) -> int:
        """Steps between two checkpoints."""
        ...


@dataclass(eq=False)
class Course:
    """The course of one training.

    Attributes:
        settings: of the training.
        work: the stage's desk.
        total: steps that there are.
        stopped: whether a person wants it to stop.
        micro_batch: rows that run through the model at once.
        halvings: how often memory ran out.
    """

    settings: Scheduled
    work: Work
    total: int
    stopped: Callable[[], bool] = field(default=lambda: False)
    micro_batch: int = field(init=False)
    halvings: int = field(init=False, default=0)
    _watch: Watch = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.main:
            checkpoints.delete_torn(self.work.folder)
        self.micro_batch = min(self.settings.micro_batch, self.settings.batch)
        self._remember()
        done = self.done
        curves = [row for row in self.work.rows(CURVES) if row["step"] <= done]
        self._watch = Watch(row["loss"] for row in curves if row["loss"] is not None)

    @property
    def main(self) -> bool:
        """Whether this process is the one that writes, of several that train together."""
        return together.number() == 0

    @property
    def checkpoint(self) -> Path | None:
        """The last one that is whole."""
        found = checkpoints.whole(self.work.folder)
        return found[-1] if found else None

    @property
    def done(self) -> int:
        """Steps behind which the last checkpoint was saved."""
        return int(self.checkpoint.name.rpartition("-")[2]) if self.checkpoint else 0

    def halve(self, error: BaseException) -> None:
        """Lowers the micro-batch for good.

        Raises:
            UserError: it is one row already.
        """
        if self.micro_batch <= 1:
            raise UserError(
                "the device's memory does not suffice for one row at a time: lower "
                f'max_length={self.settings.max_length}, choose dtype="bfloat16", train adapters '
                "(lora_rank=16), or use another device"
            ) from error
        self.micro_batch //= 2
        self.halvings += 1
        if self.main:
            self._note()

    def see(self, step: int, loss: float) -> None:
        """Looks at the loss of a step before its gradient is used.

        Raises:
            UserError: training diverges.
        """
        if wrong := self._watch.wrong(loss):
            raise self.diverged(step, wrong)

    def diverged(self, step: int, wrong: str) -> UserError:
        """The error for training that diverges: what to change, and what is left of it."""
        left = (
            f"the last good checkpoint is {self.checkpoint}"
            if self.checkpoint
            else "no checkpoint had been saved yet (save_every says when)"
        )
        return UserError(
            f"training diverged at step {step} ({wrong}): lower lr={self.settings.lr:g}, or raise "
            f"warmup or batch; {left}. It stops where {RULE}"
        )

    def log(self, step: int, values: Mapping[str, float]) -> None:
        """A point of the curves, and how far training is."""
        self.work.log(step, **values)
        lower = f", micro-batch {self.micro_batch} for want of memory" if self.halvings else ""
        self.work.tell(step, self.total, f"loss {values['loss']:.3f}{lower}")

    def due(self, step: int) -> bool:
        """Whether it is time for a checkpoint behind a step."""
        return step % self.settings.save_every == 0 and step < self.total

    @property
    def calm(self) -> bool:
        """Whether the loss is within its limit; beyond it, no checkpoint is saved."""
        return self._watch.calm

    def summary(self) -> dict[str, object]:
        """What is worth telling of it."""
        rows = list(self.work.rows(CURVES))
        losses = [row["loss"] for row in rows if row["loss"] is not None]
        notes = []
        if self.halvings:
            notes.append(
                f"memory ran out {self.halvings} times: the micro-batch is {self.micro_batch}, not "
                f"{self.settings.micro_batch}; the batch stays {self.settings.batch}"
            )
        return {
            "steps": self.total,
            "first_loss": losses[0] if losses else None,
            "last_loss": losses[-1] if losses else None,
            "halvings": self.halvings,
            "micro_batch": self.micro_batch,
            "notes": notes,
        }

    def _note(self) -> None:
        told = {
            "configured": self.settings.micro_batch,
            "now": self.micro_batch,
            "halvings": self.halvings,
        }
        with replacing(self.work.folder / _MEMORY) as file:
            file.write(json.dumps(told).encode())

    def _remember(self) -> None:
        """The micro-batch that memory sufficed for in an earlier sitting."""
        try:
            told = json.loads((self.work.folder / _MEMORY).read_bytes())
        except FileNotFoundError:
            return
        if told["configured"] == self.settings.micro_batch:
            self.micro_batch, self.halvings = told["now"], told["halvings"]
