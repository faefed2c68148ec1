"""Any embedder that mteb implements, with its prompts, through mteb's own protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from harness.encoded import Encoded, Floats
from harness.errors import UserError
from harness.records import Text
from models.neural import mteb_bridge as bridge
from models.neural.devices import choose_device

if TYPE_CHECKING:
    from mteb.models import ModelMeta

ELSEWHERE = {
    "cross-encoder": 'scores pairs; use bm25 % 100 >> mteb-reranker("{name}")',
    "late-interaction": 'gives a vector a token; use late("{name}")',
    "sparse": 'gives sparse vectors; use splade("{name}")',
}
"""Which adapter runs what this one does not, by mteb's type of model."""


class MTEB:
    """An embedder of mteb's registry.

    A query's instruction travels as in mteb's instructed tasks: behind the query, after a space, in
    one text that the model's own prompt precedes. mteb's models do not tell what they cut off, so
    truncation is not counted.

    Args:
        name: as mteb registers it, such as "intfloat/e5-base-v2".
        revision: the one that mteb knows; empty means that one.
        task: an MTEB task ("SciFact") whose prompts the model shall use; empty means its prompts
            for retrieval.
        device: "cpu", "cuda", ...; None chooses.
        batch_size: texts at a time; None chooses.

    Raises:
        MissingExtra: on first use, mteb is not installed.
        UserError: on first use, mteb has no such model, revision or task, or the model is no
            embedder, or none whose vectors cosine or dot compare.
    """

    version = "1"
    form = "single"
    runtime: ClassVar[tuple[str, ...]] = ("device", "batch_size")

    def __init__(
        self,
        name: str,
        *,
        revision: str = "",
        task: str = "",
        device: str | None = None,
        batch_size: int | None = None,
    ) -> None:
        self.name, self.revision, self.task = name, revision, task
        self.device, self.batch_size = device, batch_size

    @property
    def contents(self) -> Mapping[str, object]:
        """Which model answers to the name: mteb's revision of it, and mteb's version."""
        return {"name": bridge.identity_of(self._meta)}

    def encode(self, inputs: Sequence[Text], *, kind: str) -> Encoded:
        """The vectors that mteb's `encode` gives, shape (len(inputs), d), for the dot product.

        Where mteb compares by cosine, or does not say how, they are divided by their lengths.

        Raises:
            InfrastructureError: a model behind an API did not answer.
        """
        bare = np.array([text.instruction is None for text in inputs])
        parts = [part for part in (np.flatnonzero(bare), np.flatnonzero(~bare)) if part.size]

        def run(size: int) -> Floats:
            found = [self._vectors([inputs[int(i)] for i in part], kind, size) for part in parts]
            joined: Floats = np.concatenate(found)[np.argsort(np.concatenate(parts))]
            return joined

        with bridge.answering(self._meta):
            vectors, notes = self._batching.run(run)
        if self._meta.similarity_fn_name != "dot":
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            vectors = np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return Encoded(vectors, notes=notes)

    def _vectors(self, inputs: Sequence[Text], kind: str, size: int) -> Floats:
        """The vectors of texts that all have an instruction, or that all have none."""
        texts = [text.text for text in inputs]
        query = kind == "query"
        vectors = self._encoder.encode(
            bridge.query_loader(inputs, size) if query else bridge.document_loader(texts, size),
            task_metadata=bridge.task_of(self.task),
            prompt_type=bridge.prompt_type(kind),
            **bridge.said(size),
        )
        return bridge.floats(vectors)

    @cached_property
    def _meta(self) -> ModelMeta:
        meta = bridge.meta_of(self.name, self.revision)
        for kind, other in ELSEWHERE.items():
            if list(meta.model_type) == [kind]:
                raise UserError(f"'{self.name}' {other.format(name=self.name)}")
        if meta.similarity_fn_name not in (None, "cosine", "dot"):
            raise UserError(
                f"mteb compares the vectors of '{self.name}' by {meta.similarity_fn_name}; here "
                "are only cosine and dot: use another model"
            )
        return meta

    @cached_property
    def _batching(self) -> bridge.Batching:
        return bridge.Batching(self._meta, choose_device(self.device), self.batch_size)

    @cached_property
    def _encoder(self) -> Any:
        encoder = bridge.load(self._meta, choose_device(self.device))
        if not callable(getattr(encoder, "encode", None)):
            raise UserError(f"mteb's '{self.name}' gives no vectors: it searches by itself")
        return encoder
