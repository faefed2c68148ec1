"""Sentence encoders that onnxruntime runs on this machine, without torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import KW_ONLY, dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from harness.encoded import Encoded, Floats
from harness.errors import UserError
from harness.records import Text
from models.embedded.graphs import cores, named, opened
from models.embedded.places import exported
from models.embedded.words import Words, settings_of
from models.neural.places import Place
from models.neural.templates import Templates
from models.neural.tokens import batches, readable

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

ADAPTER = "onnx-embedder"
INPUTS = ("input_ids", "attention_mask")
TOKENS = 1024
"""Tokens in a batch, padding included: what is computed then fits a core's caches."""
PROMPTS = "config_sentence_transformers.json"
"""The file in which sentence-transformers keeps what stands before a query or a document."""


@dataclass(eq=False)
class OnnxEmbedder:
    """An exported sentence encoder, run by onnxruntime on the CPU.

    Pooling and everything behind it are part of the graph.

    Attributes:
        name: a folder that `models.training.export` wrote, or an embedder that comes with the
            package ("starter-embedder").
        query: template of a query without instruction, with {query}; empty for the model's own,
            which is its prompt "query" with the query behind it.
        instructed: template of a query with one, with {instruction} and {query}; empty for the
            model's own, its prompt "instructed", else ToolRet's wording.
        document: template of a document, with {document}; empty for the model's own.
        normalize: whether vectors are scaled to length 1.
        max_length: in tokens, special ones included; 0 for the model's own.

    Raises:
        MissingExtra: onnxruntime or tokenizers is not installed.
        UserError: a parameter is out of range, or there is no such folder.
    """

    name: str
    _: KW_ONLY
    query: str = ""
    instructed: str = ""
    document: str = ""
    normalize: bool = True
    max_length: int = 0
    _place: Place = field(init=False, repr=False)
    _templates: Templates = field(init=False, repr=False)
    _longest: int = field(init=False, repr=False)
    _loading: Lock = field(init=False, repr=False, default_factory=Lock)
    _loaded: tuple[InferenceSession, Words] | None = field(init=False, repr=False, default=None)

    version: ClassVar[str] = "1"
    resolved: ClassVar[tuple[str, ...]] = ("name",)

    def __post_init__(self) -> None:
        self._place = exported(self.name, ADAPTER)
        self.name = self._place.name
        settings = settings_of(self._place, PROMPTS)
        own = settings.get("prompts")
        prompts = own if isinstance(own, dict) else {}
        self._templates = Templates.of(
            self.query or f"{prompts.get('query', '')}{{query}}",
            self.instructed or prompts.get("instructed", ""),
            document=self.document or f"{prompts.get('document', '')}{{document}}",
        )
        longest = _longest(self._place)
        if not 0 <= self.max_length <= longest:
            raise UserError(
                f"{ADAPTER} with max_length={self.max_length}: '{self.name}' reads {longest} "
                "tokens at most"
            )
        self._longest = self.max_length or longest

    @property
    def contents(self) -> Mapping[str, str]:
        """What stands behind the folder's name."""
        return {"name": self._place.digest or ""}

    @property
    def encoder(self) -> Mapping[str, Any]:
        """Everything that turns a worded text into its vector."""
        return {**self.contents, "max_length": self._longest, "normalize": self.normalize}

    def render(self, inputs: Sequence[Text], kind: str) -> list[str]:
        """What the model reads of texts of that kind ("query" or "document")."""
        return ["".join(self._templates.filled(text, kind)) for text in inputs]

    def encode(self, inputs: Sequence[Text], *, kind: str) -> Encoded:
        """The vectors of texts, shape (len(inputs), d).

        Raises:
            UserError: the folder holds no sentence encoder.
        """
        session, words = self._model
        whole = words.all_of([readable(text) for text in self.render(inputs, kind)])
        fitting = [_cut(ids, self._longest) for ids in whole]
        lengths = np.array([len(ids) for ids in fitting], np.int64)
        padding = words.id("pad_token") or 0
        todo = list(batches(lengths, np.zeros(len(fitting), np.int64), TOKENS, None))

        def run(chosen: Sequence[int]) -> Floats:
            ids, mask = _padded([fitting[i] for i in chosen], padding)
            found: Floats = session.run(None, dict(zip(INPUTS, (ids, mask), strict=True)))[0]
            return found

        with ThreadPoolExecutor(cores()) as pool:
            rows = np.concatenate([*pool.map(run, todo)] or [np.zeros((0, 0), np.float32)])
        values = np.empty_like(rows)
        values[[i for chosen in todo for i in chosen]] = rows
        if self.normalize:
            values /= np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12)
        return Encoded(
            values,
            tokens=[len(ids) for ids in whole],
            truncated=[len(ids) > self._longest for ids in whole],
        )

    @property
    def _model(self) -> tuple[InferenceSession, Words]:
        with self._loading:
            if self._loaded is None:
                session = opened(self._place)
                named(session, INPUTS, self._place, "sentence encoder", alone=True)
                self._loaded = session, Words.of(self._place)
            return self._loaded


def _longest(place: Place) -> int:
    """Tokens that an encoder reads at most.

    Raises:
        UserError: its files do not say so.
    """
    for file, key in (
        ("sentence_bert_config.json", "max_seq_length"),
        ("tokenizer_config.json", "model_max_length"),
        ("config.json", "max_position_embeddings"),
    ):
        found = settings_of(place, file).get(key)
        if isinstance(found, int) and 0 < found < 1 << 20:
            return found
    raise UserError(f"'{place.name}' does not say how many tokens it reads: give max_length")


def _cut(ids: list[int], longest: int) -> list[int]:
    """The ids that fit, the mark of the end among them."""
    return ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]]


def _padded(
    rows: Sequence[Sequence[int]], padding: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ids and their mask, each of shape (rows, longest of them)."""
    width = max(map(len, rows))
    ids = np.full((len(rows), width), padding, np.int64)
    mask = np.zeros_like(ids)
    for line, seen, row in zip(ids, mask, rows, strict=True):
        line[: len(row)], seen[: len(row)] = row, 1
    return ids, mask
