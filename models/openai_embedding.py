"""Embedders behind OpenAI-compatible endpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from harness.encoded import Encoded, Floats
from harness.errors import UserError, unknown
from harness.loop import run, together
from harness.records import Text
from models.neural.templates import Templates
from models.remote.client import Client, sendable
from models.remote.endpoint import Endpoint
from models.remote.failures import RefusedRequest
from models.remote.vectors import Answered, answered

MOST_INPUTS, MOST_BYTES = 2048, 300_000
"""What OpenAI takes in one request: texts, and tokens in all. A token is at least one byte, so that
many bytes of UTF-8 are never too many tokens, whatever the tokenizer."""
INPUTS = 256
TOO_LARGE = frozenset({400, 413, 422})
"""Statuses by which servers refuse a request for its size, or for one of its texts."""
BLANK = " "
"""Sent for an empty text, which OpenAI refuses."""
SIMILARITIES = ("cosine", "dot")


@dataclass(eq=False)
class OpenAIEmbedding:
    """An embedding model, asked over the network.

    Texts are sent whole unless `max_characters` says otherwise: how many tokens a text has, only
    the server knows. One that it refuses is named in the error. An empty text is sent as one space,
    and counted. A batch that is refused is halved until it passes or the text at fault is found.

    Attributes:
        name: the server's name for the model.
        dimensions: length of the vectors, for models that can shorten them; 0 means their own.
        query: template of a query without instruction, with the field {query}; see
            `models.neural.templates` for all four.
        instructed: of a query with one, with {instruction} and {query}.
        empty: of a query whose instruction is empty, with {query}.
        document: of a document, with {document}.
        max_characters: of a text, its template apart, how many are sent; 0 sends it whole.
        similarity: "cosine" or "dot"; one and the same for models that normalise, as OpenAI's do.
        base_url: address of the server; None means OPENAI_BASE_URL, or else OpenAI.
        key_env: name of the environment variable that holds the key.
        batch_size: texts in a request, at most 2048; None chooses, and remembers what the server
            takes.
        requests: how many go out at once.
        patience: seconds that a request may spend on waits and repeated attempts.
        timeout: seconds without a sign of the server after which an attempt has failed.

    Raises:
        MissingExtra: the package openai is not installed.
        UserError: a parameter makes no sense.
    """

    name: str
    _: KW_ONLY
    dimensions: int = 0
    query: str = ""
    instructed: str = ""
    empty: str = ""
    document: str = ""
    max_characters: int = 0
    similarity: str = "cosine"
    base_url: str | None = None
    key_env: str = "OPENAI_API_KEY"
    batch_size: int | None = None
    requests: int = 8
    patience: float = 300.0
    timeout: float = 120.0
    _client: Client = field(init=False, repr=False)

    version: ClassVar[str] = "1"
    form: ClassVar[str] = "single"
    runtime: ClassVar[frozenset[str]] = frozenset(
        {"base_url", "key_env", "batch_size", "requests", "patience", "timeout"}
    )

    def __post_init__(self) -> None:
        if not self.name or min(self.dimensions, self.max_characters) < 0:
            raise UserError(
                f"openai-embedding({self.name!r}, dimensions={self.dimensions}, "
                f"max_characters={self.max_characters}): it needs a model's name, and numbers that "
                "are not negative"
            )
        if self.batch_size is not None and self.batch_size < 1:
            raise UserError(f"batch_size={self.batch_size}: a request holds at least one text")
        if self.similarity not in SIMILARITIES:
            raise unknown("similarity", self.similarity, SIMILARITIES, "There is: cosine, dot")
        self._templates = Templates.of(self.query, self.instructed, self.empty, self.document)
        self._most = min(self.batch_size or INPUTS, MOST_INPUTS)
        self._base64 = True
        endpoint = Endpoint(self.base_url, self.key_env)
        self._client = Client(
            endpoint, at_once=self.requests, patience=self.patience, timeout=self.timeout
        )

    @property
    def encoder(self) -> Mapping[str, Any]:
        """All that turns a rendered text into its vector."""
        return {
            "adapter": "openai-embedding",
            "version": self.version,
            "name": self.name,
            "dimensions": self.dimensions,
        }

    def render(self, inputs: Sequence[Text], kind: str) -> list[str]:
        """The texts as they are sent: cut, worded by their template, never empty."""
        cut = (replace(text, text=text.text[: self.max_characters or None]) for text in inputs)
        return [sendable("".join(self._templates.filled(text, kind))) or BLANK for text in cut]

    def encode(self, inputs: Sequence[Text], *, kind: str) -> Encoded:
        """One vector a text, shape (n, d), float32.

        Raises:
            UserError: the server refuses a text or the key, or its answers do not fit the request.
            InfrastructureError: it does not answer.
        """
        texts = self.render(inputs, kind)
        answers = run(together(self._asked(part) for part in self._batches(texts)))
        notes = {
            "input tokens": sum(answer.tokens for answer in answers),
            "empty texts, sent as one space": texts.count(BLANK),
        }
        limit = self.max_characters
        return Encoded(
            values=self._joined([answer.vectors for answer in answers]),
            truncated=[len(text.text) > limit for text in inputs] if limit else None,
            notes={note: count for note, count in notes.items() if count},
        )

    def _batches(self, texts: Sequence[str]) -> Iterator[Sequence[str]]:
        """The texts in order, as many together as a request may hold."""
        start = size = 0
        for at, text in enumerate(texts):
            length = len(text.encode())
            if at > start and (at - start == self._most or size + length > MOST_BYTES):
                yield texts[start:at]
                start, size = at, 0
            size += length
        if texts:
            yield texts[start:]

    async def _asked(self, texts: Sequence[str]) -> Answered:
        """The vectors of some texts, asked for at once, or by halves where that is refused."""
        if len(texts) > self._most:
            return await self._halved(texts)
        body: dict[str, Any] = {"model": self.name, "input": list(texts)}
        if self._base64:
            body["encoding_format"] = "base64"
        if self.dimensions:
            body["dimensions"] = self.dimensions
        try:
            return await self._client.post("/embeddings", body, self._reader(len(texts)))
        except RefusedRequest as refusal:
            if refusal.status not in TOO_LARGE:
                raise
            if self._base64 and "encoding_format" in refusal.reason:
                self._base64 = False
                return await self._asked(texts)
            if len(texts) == 1:
                raise self._blamed(texts[0], refusal) from None
        both = await self._halved(texts)
        self._most = min(self._most, (len(texts) + 1) // 2)  # the halves passed: it was the size
        return both

    def _reader(self, n: int) -> Callable[[Mapping[str, Any]], Answered]:
        server = self._client.endpoint.shown
        return lambda answer: answered(answer, n, self.dimensions, server)

    async def _halved(self, texts: Sequence[str]) -> Answered:
        half = (len(texts) + 1) // 2
        first, second = await self._asked(texts[:half]), await self._asked(texts[half:])
        vectors = self._joined([first.vectors, second.vectors])
        return Answered(vectors, first.tokens + second.tokens)

    def _joined(self, parts: Sequence[Floats]) -> Floats:
        widths = sorted({part.shape[1] for part in parts})
        if len(widths) > 1:
            raise UserError(
                f"{self._client.endpoint.shown} gave vectors of {widths[0]} and of {widths[-1]} "
                f"dimensions for the one model '{self.name}'"
            )
        return np.concatenate(parts) if parts else np.zeros((0, self.dimensions), np.float32)

    def _blamed(self, text: str, refusal: RefusedRequest) -> UserError:
        beginning = " ".join(text[:60].split())
        return UserError(
            f"{refusal}; the text that it refuses has {len(text)} characters and begins "
            f"'{beginning}'. If it is too long for the model, cut texts with max_characters="
        )
