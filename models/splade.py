"""Learned sparse models: weights for the words of a vocabulary (SPLADE and its kin)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from harness.encoded import Floats
from harness.errors import UserError
from models.neural.modules import require_positions
from models.neural.sentence import token_budget
from models.neural.two_sided import TwoSided
from models.neural.wording import Wording

COPIES = 4
"""How often a batch's logits, one a token and word, are held at a time at most."""


class Splade(TwoSided):
    """A `SparseEncoder` of sentence-transformers; scores are inner products of the weights.

    The weights of a model that compares by cosine are scaled to length 1.

    Args:
        name: id on the hub, or path of a folder; an id is resolved to its commit, and a folder to
            the hash of its files.
        revision: commit, branch or tag on the hub.
        query: template of a query without instruction, with {query}, in place of the model's own
            prompt.
        instructed: template of a query with one, with {instruction} and {query}; by default the
            instruction, a space and the query stand where the query stands alone.
        empty: template of a query whose instruction is the empty string; by default `instructed`
            with nothing filled in.
        document: template of a document, with {document}, in place of the model's own prompt.
        max_active: weights of a text that are kept, the largest; 0 is the model's own.
        max_length: tokens of a text that are read, special ones included; 0 is the model's own.
        dtype: "float32", "float16" or "bfloat16".
        trust_remote_code: whether code that comes with the model is executed.
        device: "cpu", "cuda", "cuda:1", ...; "cuda:0,cuda:1" runs a process on each; None chooses.
        batch_size: texts in a batch at most; None chooses by their length.

    Raises:
        UserError: a parameter is out of range, or there is no such model.
        MissingExtra: sentence-transformers is not installed.
    """

    form = "sparse"
    settings: ClassVar[tuple[str, ...]] = ("max_active", "max_length")

    def __init__(
        self,
        name: str,
        *,
        revision: str = "",
        query: str = "",
        instructed: str = "",
        empty: str = "",
        document: str = "",
        max_active: int = 0,
        max_length: int = 0,
        dtype: str = "float32",
        trust_remote_code: bool = False,
        device: str | None = None,
        batch_size: int | None = None,
    ) -> None:
        super().__init__(
            name,
            revision,
            Wording(query, instructed, empty, document),
            dtype=dtype,
            trust_remote_code=trust_remote_code,
            device=device,
            batch_size=batch_size,
        )
        if max_active < 0 or max_length < 0:
            raise UserError(
                f"max_active={max_active}, max_length={max_length}: neither may be negative"
            )
        self.query, self.instructed, self.empty, self.document = query, instructed, empty, document
        self.max_active, self.max_length = max_active, max_length

    def _opened(self, source: str, **options: Any) -> Any:
        from sentence_transformers import SparseEncoder
        from sentence_transformers.base.modules import Transformer

        model: Any = SparseEncoder(source, max_active_dims=self.max_active or None, **options)
        if model.similarity_fn_name not in ("dot", "cosine"):
            raise UserError(
                f"'{self.name}' compares by '{model.similarity_fn_name}', which is not searched"
            )
        if self.max_length:
            require_positions(model, self.max_length)
            for module in model.modules():
                if isinstance(module, Transformer):
                    module.max_seq_length = self.max_length
        return model

    def _refuse_invented(self, model: Any, saved: Sequence[str]) -> None:
        made = sum(type(module).__name__ == "SparseAutoEncoder" for module in model.children())
        if made > sum(name.endswith(".SparseAutoEncoder") for name in saved):
            raise UserError(
                f"'{self.name}' is no sparse model: the library would have to invent what makes "
                f'its vectors sparse; an embedder is run by hf("{self.name}")'
            )

    def _unpacked(self, model: Any, answer: Any) -> list[Floats]:
        import torch

        if model.similarity_fn_name == "cosine":
            answer = torch.nn.functional.normalize(answer.float(), dim=1)
        texts, dimensions = answer.nonzero(as_tuple=True)  # by text, then by dimension
        weights = answer[texts, dimensions].float()
        pairs = torch.stack([dimensions.float(), weights], dim=1).cpu().numpy()
        counts = torch.bincount(texts, minlength=len(answer)).cpu().numpy()
        return np.split(pairs, np.cumsum(counts)[:-1])

    def _options(self) -> Mapping[str, Any]:
        return {"convert_to_sparse_tensor": False}

    def _budget(self, model: Any) -> int:
        """What a transformer may read at a time, or less where its logits would not fit."""
        import torch

        budget = token_budget(model)
        if model.device.type != "cuda":
            return budget
        words = int(getattr(model.config, "vocab_size", 0) or 1)
        free, _ = torch.cuda.mem_get_info(model.device)
        return max(1, min(budget, free // 2 // (COPIES * 4 * words)))
