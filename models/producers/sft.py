"""Supervised fine-tuning on conversations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

from harness.contracts import Stage
from harness.errors import unknown
from harness.training.work import Rows, Work
from models.training.text.conversations import read_dialogues
from models.training.text.data import ROWS, Data
from models.training.text.optimisation import Optimisation
from models.training.text.settings import TextTraining
from models.training.text.supervised import NLL, encode, supervised

LOSSES = (NLL, "dft")


@dataclass(frozen=True)
class Sft(TextTraining):
    """Learns what the assistant says in conversations, tool calls included.

    Only the assistant's turns carry loss: the mean of -log p over their tokens in a batch, the
    token that ends a turn among them. What users, systems and tools say is read, and not learned.
    Where conversations have weights, it is the mean over conversations of weight * mean of -log p.

    Attributes:
        loss: "nll"; or "dft", which weighs each token by its own probability (arXiv 2508.05629).
    """

    _: KW_ONLY
    loss: str = NLL

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.loss not in LOSSES:
            raise unknown("loss", self.loss, LOSSES, f"There is: {', '.join(LOSSES)}")

    def stages(self) -> Sequence[Stage]:
        """Rows, then training."""
        return (Data(self, read_dialogues, encode), Optimisation(self, self._trainer))

    def _trainer(self, work: Work, **options: Any) -> Any:
        return supervised(Rows(work.before("data") / ROWS), self.loss, **options)
