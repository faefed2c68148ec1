"""The model that training starts from: what it reads of a query and a document, and its weights."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

from harness.errors import UserError
from harness.records import Document, Query, Text
from harness.spec import value_text
from harness.workspace import workspace
from models.neural.opening import opened
from models.neural.places import Place, located

Kind = Literal["embedder", "cross-encoder"]
KINDS = ("embedder", "cross-encoder")
MINILM = "minilm"
_PAIRS = "scores pairs of a query and a document"
"""What `models.neural.kinds` says of a cross-encoder."""


class Base:
    """A model of sentence-transformers, worded by the very adapter that will run the checkpoint.

    Args:
        name: "minilm", a folder, or an id on the hub.
        revision: commit, branch or tag on the hub.
        kind: one of `KINDS`, or "" for what the model's files say.
        templates: by the adapter's parameter ("query", "instructed", "document"); those that are
            empty are the adapter's own.

    Raises:
        UserError: there is no such model, or it is of another kind.
        MissingExtra: what runs it is not installed.
    """

    def __init__(self, name: str, revision: str, kind: str, templates: dict[str, str]) -> None:
        self.name, self._templates = name, {k: v for k, v in templates.items() if v}
        own = name == MINILM and not (workspace().base / name).is_dir()
        self.place = _minilm() if own else located(name, revision)
        self.kind: Kind = _kind(self.place, kind)

    @property
    def adapter(self) -> str:
        """The expression that runs the checkpoint."""
        short = "hf" if self.kind == "embedder" else "ce"
        given = "".join(f", {k}={value_text(v)}" for k, v in self._templates.items())
        return f'{short}("."{given})'

    def query(self, text: str, prompt: str | None) -> str:
        """What the model reads of a query."""
        if self.kind == "cross-encoder":
            return str(self._adapter.pair(Query("", text, prompt), Document("", ""))[0])
        return self._rendered(Text(text, prompt), "query")

    def document(self, text: str) -> str:
        """What the model reads of a document."""
        if self.kind == "cross-encoder":
            return str(self._adapter.pair(Query("", ""), Document("", text))[1])
        return self._rendered(Text(text), "document")

    def opened(self, device: str, seed: int) -> Any:
        """The library's model, in float32 and on a device.

        Args:
            device: where it runs.
            seed: of weights that the base lacks, such as the head of a cross-encoder to be.

        Raises:
            UserError: it cannot be loaded.
        """

        def build() -> Any:
            import torch
            from sentence_transformers import CrossEncoder, SentenceTransformer

            torch.manual_seed(seed)
            options: dict[str, Any] = {
                "revision": self.place.revision or None,
                "device": device,
                "model_kwargs": {"dtype": torch.float32},
            }
            if self.kind == "embedder":
                return _with_fixed_rarity(SentenceTransformer(self.place.source, **options))
            return CrossEncoder(self.place.source, num_labels=1, **options)

        return opened(build, self.place)

    @property
    def similarity(self) -> str:
        """By which the vectors of an embedder are compared: "dot" or "cosine"."""
        from models.neural.saved import Saved

        found = Saved.at(self.place).similarity
        if found not in ("dot", "cosine"):
            raise UserError(f"'{self.place.name}' compares by '{found}', which is not searched")
        return found

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as the model reads it, uncut."""
        if not texts:
            return []
        rows = self._tokenizer(list(texts), verbose=False, return_attention_mask=False)
        return [len(ids) for ids in rows["input_ids"]]

    def _rendered(self, text: Text, kind: str) -> str:
        found = str(self._adapter.render([text], kind)[0])
        if "\x1f" in found:
            raise UserError(
                f"'{self.place.name}' reads queries and documents by different parts, or leaves "
                "prompts out of its pooling; such models are not trained here"
            )
        return found

    @cached_property
    def _adapter(self) -> Any:
        from models.cross_encoder import CrossEncoder
        from models.hf import HuggingFace

        make = HuggingFace if self.kind == "embedder" else CrossEncoder
        return make(self.place.origin, revision=self.place.revision, **self._templates)  # type: ignore[arg-type]

    @cached_property
    def _tokenizer(self) -> Any:
        def build() -> Any:
            from transformers import AutoTokenizer

            folder = self.place.settings() or self.place.origin
            return AutoTokenizer.from_pretrained(folder, revision=self.place.revision or "main")

        return opened(build, self.place)


def _with_fixed_rarity(model: Any) -> Any:
    """The model with the weights of words held fast.

    The library saves what was learned of them and never loads it again: a checkpoint, and the model
    that is shipped, would differ from the one that was trained.
    """
    from sentence_transformers.sentence_transformer.modules import WordWeights

    for module in model:
        if isinstance(module, WordWeights):
            module.requires_grad_(False)
    return model


def _minilm() -> Place:
    """Where the package of `minilm` has its model."""
    from models.minilm import SHA256, MiniLM

    folder = MiniLM()._folder
    return Place(str(folder), MINILM, digest=f"sha256:{SHA256}")


def _kind(place: Place, wanted: str) -> Kind:
    """The kind that a person wants, or that the model's files say."""
    found = _said(place)
    if wanted and wanted not in KINDS:
        raise UserError(f"kind='{wanted}': there is {' and '.join(KINDS)}")
    if wanted == "embedder" and found == "cross-encoder":
        raise UserError(f"'{place.name}' is a cross-encoder: leave kind='embedder' out")
    return wanted or found  # type: ignore[return-value]


def _said(place: Place) -> Kind:
    """The kind that the small files of a model name; a bare transformer becomes an embedder."""
    from models.neural.saved import Saved

    try:
        Saved.at(place)
    except UserError as error:
        if _PAIRS in str(error):
            return "cross-encoder"
        raise
    return "embedder"
