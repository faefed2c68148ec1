"""Texts as token ids, and the batches that a model runs them in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

Ids = Sequence[int]


@dataclass(frozen=True)
class Tokens:
    """Texts in tokens, special ones included.

    Attributes:
        ids: token ids of each text, cut to the maximum length.
        types: token type ids, where the model takes them.
        whole: length of each text before it was cut, shape (n,).
    """

    ids: Sequence[Ids]
    types: Sequence[Ids] | None
    whole: NDArray[np.int64]

    @classmethod
    def of(
        cls, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], longest: int | None
    ) -> Tokens:
        """Tokenises texts once, counting what is cut off.

        A text without a token, which no model can read, becomes one that says that it ends.

        Args:
            tokenizer: a fast one, which does all texts at once.
            texts: shape (n,), at least one.
            longest: maximum length in tokens, special ones included; None is the tokenizer's own.
        """
        rows = tokenizer(
            list(texts),
            truncation=True,
            max_length=longest,
            return_overflowing_tokens=True,
            return_attention_mask=False,
        )
        owners = np.asarray(rows["overflow_to_sample_mapping"])
        lengths = np.fromiter(map(len, rows["input_ids"]), np.int64, len(owners))
        first = np.unique(owners, return_index=True)[1]
        # What was cut off comes in rows of its own, each with special tokens once more.
        added = tokenizer.num_special_tokens_to_add(pair=False)
        whole = np.bincount(owners, lengths - added).astype(np.int64) + added
        types = rows.get("token_type_ids")
        filler = [tokenizer.eos_token_id or tokenizer.pad_token_id or 0]
        return cls(
            ids=[rows["input_ids"][row] or filler for row in first],
            types=[types[row] or [0] for row in first] if types is not None else None,
            whole=whole,
        )

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Length of each text as the model reads it, shape (n,)."""
        return np.fromiter(map(len, self.ids), np.int64, len(self.ids))

    @property
    def truncated(self) -> NDArray[np.bool_]:
        """Which texts were cut, shape (n,)."""
        return self.whole > self.lengths

    def padded(
        self, chosen: Sequence[int], tokenizer: PreTrainedTokenizerBase
    ) -> dict[str, torch.Tensor]:
        """Some of the texts as a model's input, each tensor of shape (chosen, longest of them)."""
        import torch

        left = tokenizer.padding_side == "left"
        ids = [self.ids[i] for i in chosen]
        features: dict[str, Any] = {
            "input_ids": _filled(ids, tokenizer.pad_token_id or 0, left),
            "attention_mask": _filled([np.ones(len(row), np.int64) for row in ids], 0, left),
        }
        if self.types is not None:
            types = [self.types[i] for i in chosen]
            features["token_type_ids"] = _filled(types, tokenizer.pad_token_type_id, left)
        return {name: torch.from_numpy(array) for name, array in features.items()}


def batches(
    lengths: NDArray[np.int64], groups: NDArray[np.int64], budget: int, most: int | None
) -> Iterator[list[int]]:
    """Indices of texts that run together: of one group, longest first, little padding.

    Args:
        lengths: in tokens, shape (n,).
        groups: texts of different groups may not run together, shape (n,).
        budget: tokens in a batch at most, padding included; a longer text runs alone.
        most: texts in a batch at most; None sets no limit.
    """
    order = np.lexsort((-lengths, groups)).tolist()
    start = 0
    while start < len(order):
        first = order[start]
        size = max(1, budget // max(1, int(lengths[first])))
        end = min(start + (size if most is None else min(size, most)), len(order))
        while groups[order[end - 1]] != groups[first]:
            end -= 1
        yield order[start:end]
        start = end


def readable(text: str) -> str:
    """The text, half characters replaced: no tokenizer takes them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _filled(rows: Sequence[Any], value: int, left: bool) -> NDArray[np.int64]:
    width = max(map(len, rows))
    filled = np.full((len(rows), width), value, np.int64)
    for line, row in zip(filled, rows, strict=True):
        line[width - len(row) if left else 0 : width if left else len(row)] = row
    return filled
