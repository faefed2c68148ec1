"""Rerankers that ask a language model about one candidate at a time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from harness.errors import UserError
from harness.records import Document, Query, Text
from models.neural.devices import torch_dtype
from models.neural.opening import opened
from models.neural.pairs import Batches, Pair, Scored, one_device
from models.neural.pointwise import Pointwise
from models.neural.prompts import PromptReader, PromptTemplate
from models.neural.templates import Templates
from models.neural.verdicts import keep_words, padded, word_ids

if TYPE_CHECKING:
    import torch


@dataclass(eq=False, kw_only=True)
class Prompted(Pointwise):
    """A language model that is asked whether a document answers a query.

    What is too long is cut from the end of the document, see `models.neural.prompts.PromptReader`.

    Attributes:
        template: the prompt, with {query} and {document}, and with {instruction} where the model
            has a place of its own for it. The tokenizer's mark of a text's beginning is added.
        instructed: how instruction and query become one where the template has no {instruction};
            empty is "Instruct: {instruction}", a new line and "Query: {query}".
        default_instruction: what a template with {instruction} gets for a query without one.
    """

    template: str
    instructed: str = ""
    default_instruction: str = ""

    closed: ClassVar[bool]
    """Whether the tokenizer's mark of a text's end follows the prompt."""

    def __post_init__(self) -> None:
        self._prompt = PromptTemplate(self.template)
        self._wording = Templates.of(instructed=self.instructed, empty="{query}")
        placed = "instruction" in self._prompt.fields
        if self.default_instruction and not placed:
            raise UserError(
                f"default_instruction={self.default_instruction!r}: template={self.template!r} "
                "has no {instruction} to put it into"
            )
        if self.instructed and placed:
            raise UserError(
                f"instructed={self.instructed!r}: template={self.template!r} has a place of its "
                "own for the instruction; leave one of the two out"
            )
        super().__post_init__()

    @property
    @abstractmethod
    def words(self) -> tuple[str, ...]:
        """The answers whose logits are read."""

    @abstractmethod
    def load(self, source: str, options: Mapping[str, Any]) -> Any:
        """The model, from what and with what `from_pretrained` takes."""

    @abstractmethod
    def logits(self, model: Any, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """The logits of the words as an answer to each prompt, shape (n, words), float32."""

    @abstractmethod
    def verdict(self, logits: torch.Tensor) -> torch.Tensor:
        """Scores from logits, shape (n,)."""

    def pair(self, query: Query, document: Document) -> Pair:
        """The texts of the template's fields, in its order."""
        texts = {"document": document.full_text, "query": query.text}
        if "instruction" in self._prompt.fields:
            own = query.instruction
            texts["instruction"] = self.default_instruction if own is None else own
        else:
            texts["query"] = "".join(
                self._wording.filled(Text(query.text, query.instruction), "query")
            )
        return tuple(texts[field] for field in self._prompt.fields)

    def score(self, pairs: Sequence[Pair]) -> Scored:
        """The scores of some pairs, at least one and all of them different."""
        loaded, fields = self._loaded, self._prompt.fields
        filled = [self._prompt.fill(dict(zip(fields, pair, strict=True))) for pair in pairs]
        tokens, truncated = loaded.reader.read(filled)

        def forward(chosen: list[int]) -> torch.Tensor:
            inputs = padded([tokens[i] for i in chosen], str(loaded.model.device))
            return self.verdict(self.logits(loaded.model, inputs))

        values, notes = loaded.batches.run(np.array([len(ids) for ids in tokens]), forward)
        return Scored(values, truncated, notes)

    @cached_property
    def _loaded(self) -> _Loaded:
        device = one_device(self.device)
        model, tokenizer = opened(lambda: self._opened(device), self._place)
        positions = getattr(model.config, "max_position_embeddings", None)
        self.refuse_long(positions)
        keep_words(model, word_ids(tokenizer, self.words, self.name), self.name)
        longest = min(filter(None, (tokenizer.model_max_length, positions)))
        reader = PromptReader(tokenizer, self.max_length or longest, closed=self.closed)
        return _Loaded(reader, model, Batches(model, self.batch_size))

    def _opened(self, device: str) -> tuple[Any, Any]:
        from transformers import AutoTokenizer

        source = self._place.source
        options: dict[str, Any] = {"trust_remote_code": self.trust_remote_code}
        if self._place.revision:
            options["revision"] = self._place.revision
        tokenizer = AutoTokenizer.from_pretrained(source, **options)
        model = self.load(source, {**options, "dtype": torch_dtype(self.dtype)})
        return model.eval().to(device), tokenizer


@dataclass(frozen=True)
class _Loaded:
    """What a model needs to answer."""

    reader: PromptReader
    model: Any
    batches: Batches
