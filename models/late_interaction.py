"""Late interaction: a vector for each token, compared by MaxSim (ColBERT and its kin)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from harness.encoded import Floats
from harness.errors import UserError
from models.neural.modules import pool_in_float32, require_positions
from models.neural.sentence import token_budget
from models.neural.two_sided import TwoSided
from models.neural.wording import Wording


class LateInteraction(TwoSided):
    """A `MultiVectorEncoder` of sentence-transformers, which also loads Stanford's and PyLate's.

    The model's own prompts and marks, query expansion, skipped words, projection and normalisation
    apply. A score is the sum, over the query's tokens, of the best inner product with a token of
    the document; a model that divides it by the number of the query's tokens ranks alike.

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
        query_length: tokens of a query that are read, or to which it is expanded where the model
            does that; 0 is the model's own.
        document_length: tokens of a document that are read; 0 is the model's own.
        dtype: "float32", "float16" or "bfloat16".
        trust_remote_code: whether code that comes with the model is executed.
        device: "cpu", "cuda", "cuda:1", ...; "cuda:0,cuda:1" runs a process on each; None chooses.
        batch_size: texts in a batch at most; None chooses by their length.

    Raises:
        UserError: a parameter is out of range, or there is no such model.
        MissingExtra: sentence-transformers is not installed.
    """

    form = "multi"
    settings: ClassVar[tuple[str, ...]] = ("query_length", "document_length")

    def __init__(
        self,
        name: str,
        *,
        revision: str = "",
        query: str = "",
        instructed: str = "",
        empty: str = "",
        document: str = "",
        query_length: int = 0,
        document_length: int = 0,
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
        if query_length < 0 or document_length < 0:
            raise UserError(
                f"query_length={query_length}, document_length={document_length}: "
                "neither may be negative"
            )
        self.query, self.instructed, self.empty, self.document = query, instructed, empty, document
        self.query_length, self.document_length = query_length, document_length

    def _opened(self, source: str, **options: Any) -> Any:
        from sentence_transformers import MultiVectorEncoder
        from sentence_transformers.base.modules import Transformer

        model: Any = MultiVectorEncoder(source, **options)
        for name in self.settings:
            try:
                require_positions(model, getattr(self, name))
            except UserError as error:
                raise UserError(str(error).replace("max_length", name)) from None
        for module in model.modules():
            if isinstance(module, Transformer):
                self._resize(module)
        if self.dtype != "float32":
            pool_in_float32(model)
        return model

    def _resize(self, module: Any) -> None:
        """Sets the lengths to which a transformer reads texts."""
        module.document_length = self.document_length or module.document_length
        expansion = module.query_expansion
        if not self.query_length:
            return
        if expansion is None:
            module.query_length = self.query_length
        elif expansion["strategy"] == "fixed":
            # That length is both the least and the most, and no other may contradict it.
            module.query_length = None
            module.query_expansion = {**expansion, "length": self.query_length}
        elif self.query_length < expansion["length"]:
            raise UserError(
                f"query_length={self.query_length}: the model expands queries to "
                f"{expansion['length']} tokens at least; give no less"
            )
        else:
            module.query_length = self.query_length

    def _refuse_invented(self, model: Any, saved: Sequence[str]) -> None:
        architectures = getattr(model.config, "architectures", None) or []
        if any(name == "HF_ColBERT" or name.endswith("ForRetrieval") for name in architectures):
            return
        projections = sum(type(module).__name__ == "Dense" for module in model.children())
        known = sum(name.endswith(".Dense") for name in saved)
        pooled = any(name.endswith(".Pooling") for name in saved)
        if pooled or projections > known or not saved:
            raise UserError(
                f"'{self.name}' was not trained for late interaction: the library would have to "
                f'invent its projection; an embedder is run by hf("{self.name}")'
            )

    def _unpacked(self, model: Any, answer: Any) -> list[Floats]:
        import torch

        # One copy from the device instead of one a text.
        rows = torch.cat([vectors.float() for vectors in answer]).cpu().numpy()
        return np.split(rows, np.cumsum([len(vectors) for vectors in answer])[:-1])

    def _budget(self, model: Any) -> int:
        return token_budget(model)
