"""Supervised fine-tuning on conversations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

from harness.contracts import Stage
from harness.errors import unknown
from harness.training.work import Rows, Work
from models.training.base import Base
from models.training.conversations import Dialogue, read_dialogues
from models.training.data import ROWS, Data, masked, shown
from models.training.optimisation import Optimisation
from models.training.settings import TextTraining

LOSSES = ("nll", "dft")


@dataclass(frozen=True)
class Sft(TextTraining):
    """Learns what the assistant says in conversations, tool calls included.

    Only the assistant's turns carry loss: the mean of -log p over their tokens in a batch, the
    token that ends a turn among them. What users, systems and tools say is read, and not learned.

    Attributes:
        loss: "nll"; or "dft", which weighs each token by its own probability (arXiv 2508.05629).
    """

    _: KW_ONLY
    loss: str = "nll"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.loss not in LOSSES:
            raise unknown("loss", self.loss, LOSSES, f"There is: {', '.join(LOSSES)}")

    def stages(self) -> Sequence[Stage]:
        """Rows, then training."""
        return (Data(self, read_dialogues, encode), Optimisation(self, self._trainer))

    def _trainer(self, work: Work, *, options: dict[str, Any], **rest: Any) -> Any:
        from datasets import Dataset
        from trl.trainer.sft_config import SFTConfig

        from models.training.trainers import IGNORED, SupervisedCollator, SupervisedTrainer

        ids: list[list[int]] = []
        labels: list[list[int]] = []
        for row in Rows(work.before("data") / ROWS):
            ids.append(row["ids"])
            learned = masked(row["ids"], row["spans"])
            labels.append([id if on else IGNORED for id, on in zip(ids[-1], learned, strict=True)])
        return SupervisedTrainer(
            args=SFTConfig(
                **options,
                loss_type=self.loss,
                max_length=None,
                dataset_kwargs={"skip_prepare_dataset": True},
            ),
            train_dataset=Dataset.from_dict({"input_ids": ids, "labels": labels}),
            data_collator=SupervisedCollator(rest["processing_class"].pad_token_id),
            **rest,
        )


def encode(base: Base, dialogue: Dialogue) -> list[dict[str, Any]]:
    """The rows of a conversation: one, or one a turn where the template wants it so."""
    return [
        {
            "line": dialogue.line,
            "length": len(row.ids),
            "tokens": len(row.ids),
            "trained": row.trained,
            "parts": shown(base, row),
            "ids": row.ids,
            "spans": row.spans,
        }
        for row in base.renderer.sequences(dialogue.messages, dialogue.tools, dialogue.first)
    ]
