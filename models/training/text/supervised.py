"""Conversations as rows of token ids, and the trainer that learns what the assistant says in them.

Where conversations have weights, they are scaled to a mean of 1, and each counts as much as its
weight says, whatever its length; without, each token counts alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

from harness.errors import UserError
from models.training.text.base import Base
from models.training.text.conversations import Dialogue
from models.training.text.data import masked, shown

NLL = "nll"


def encode(base: Base, dialogue: Dialogue) -> list[dict[str, Any]]:
    """The rows of a conversation: one, or one a turn where the template wants it so.

    Several share the conversation's weight by the tokens of theirs that are learned, so that it
    stays the mean over all these tokens that counts by the weight.
    """
    found = base.renderer.sequences(dialogue.messages, dialogue.tools, dialogue.first)
    learned = sum(row.trained for row in found)
    return [
        {
            "line": dialogue.line,
            "length": len(row.ids),
            "tokens": len(row.ids),
            "trained": row.trained,
            **_share(dialogue.weight, row.trained, learned),
            "parts": shown(base, row),
            "ids": row.ids,
            "spans": row.spans,
        }
        for row in found
    ]


def _share(weight: float | None, trained: int, learned: int) -> dict[str, float]:
    """The weight of a row of so many learned tokens, of all that its conversation has."""
    if weight is None:
        return {}
    return {"weight": weight if trained == learned else weight * trained / learned}


def supervised(
    rows: Iterable[Mapping[str, Any]], loss: str, *, options: Mapping[str, Any], **rest: Any
) -> Any:
    """A trainer of encoded rows.

    Args:
        rows: as `encode` makes them.
        loss: by trl's name.
        options: of transformers' trainers.
        **rest: what `models.training.text.optimisation` gives besides.

    Raises:
        UserError: there are weights, and the loss takes none or all of them are 0.
    """
    from datasets import Dataset
    from trl.trainer.sft_config import SFTConfig

    from models.training.text.trainers import (
        IGNORED,
        SupervisedCollator,
        SupervisedTrainer,
        WeightedTrainer,
    )

    columns: dict[str, list[Any]] = {"input_ids": [], "labels": []}
    weights: list[float | None] = []
    for row in rows:
        learned = masked(row["ids"], row["spans"])
        columns["input_ids"].append(row["ids"])
        columns["labels"].append(
            [id if on else IGNORED for id, on in zip(row["ids"], learned, strict=True)]
        )
        weights.append(row.get("weight"))
    weighted = any(weight is not None for weight in weights)
    if weighted:
        columns["weight"] = _scaled(weights, loss)
    kind = WeightedTrainer if weighted else SupervisedTrainer
    return kind(
        args=SFTConfig(
            **options,
            loss_type=loss,
            max_length=None,
            dataset_kwargs={"skip_prepare_dataset": True},
        ),
        train_dataset=Dataset.from_dict(columns),
        data_collator=SupervisedCollator(rest["processing_class"].pad_token_id),
        **rest,
    )


def _scaled(weights: Sequence[float | None], loss: str) -> list[float]:
    """Weights with a mean of 1; a row without one has 1 before."""
    if loss != NLL:
        raise UserError(f'the data has weights, which the loss "{loss}" does not take: use "{NLL}"')
    found = [1.0 if weight is None else weight for weight in weights]
    mean = fmean(found)
    if not mean:
        raise UserError("all weights of the data are 0: there is nothing to learn")
    return [weight / mean for weight in found]
