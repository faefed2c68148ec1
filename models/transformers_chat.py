"""Chat models that transformers runs on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextvars import copy_context
from dataclasses import KW_ONLY, dataclass, field
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from harness.errors import MissingExtra, UserError, unknown
from harness.formats.toolcalls import FORMATS
from harness.records import Completion, Message, ToolSpec
from harness.workspace import workspace
from models.chat.asking import admission, remembered
from models.chat.request import Request
from models.local.engine import Engine
from models.local.formats import AUTO
from models.local.gathering import Gathering
from models.local.prompts import Prompts
from models.local.speaker import Asked, Conversation, Sampled, Speaker
from models.neural.devices import DTYPES
from models.neural.places import Place, located
from models.prices import Price

FREE = Price(0.0, 0.0)
"""What a model costs that runs here."""


@dataclass(eq=False)
class TransformersChat:
    """A causal language model with a chat template, run by transformers.

    Requests that come at the same time are continued together. What is drawn by chance follows from
    seed, trial and request alone, so that it does not matter which requests share a batch, beyond
    the last bits of floating point. Nothing but the parameters says how tokens are chosen: what the
    model's `generation_config` recommends (top_k, a penalty for repetition) is left aside, except
    for the tokens that end a turn.

    Tools go through the model's own template, under names that every server takes, and calls are
    read strictly: see `harness.formats.toolcalls`. What a model thinks before `</think>` is no part
    of its answer. Completions are kept in the workspace's cache and charged to its budget, at no
    money.

    Attributes:
        name: a local folder, or an id on the Hugging Face hub.
        revision: commit, branch or tag on the hub; empty means its main branch.
        max_tokens: tokens that an answer may have, thoughts included; 0 means as many as the
            model's context has room for.
        temperature: 0 for the likeliest answer.
        top_p: only the likeliest tokens that make up this share of the probability are drawn.
        seed: of what is drawn by chance.
        calls: the format in which the model writes calls, one of `harness.formats.toolcalls`;
            "auto" tells by its template.
        template: a file with a chat template in the place of the model's own. Results show only its
            name; its SHA-256 is part of the identity.
        dtype: precision of the weights: "float32", "float16" or "bfloat16".
        trust_remote_code: whether code that comes with the model may run. Read it first.
        device: "cpu", "cuda", "cuda:1", "mps"; None chooses.
        batch_size: requests that run together at most.

    Raises:
        MissingExtra: transformers is not installed.
        UserError: a parameter makes no sense, or there is no such model or file.
    """

    name: str
    _: KW_ONLY
    revision: str = ""
    max_tokens: int = 1024
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    calls: str = AUTO
    template: str = ""
    dtype: str = "float32"
    trust_remote_code: bool = False
    device: str | None = None
    batch_size: int = 16
    _place: Place = field(init=False, repr=False)
    _text: str = field(init=False, repr=False, default="")
    _gathering: Gathering[Asked, Sampled] = field(init=False, repr=False)
    _loading: Lock = field(init=False, repr=False, default_factory=Lock)
    _loaded: Speaker | None = field(init=False, repr=False, default=None)

    version: ClassVar[str] = "1"
    runtime: ClassVar[frozenset[str]] = frozenset({"device", "batch_size"})
    resolved: ClassVar[tuple[str, ...]] = ("name", "revision", "template")

    def __post_init__(self) -> None:
        self._validate()
        if not find_spec("transformers"):
            raise MissingExtra("a chat model that runs on transformers", "models")
        self._place = located(self.name, self.revision)
        self.name, self.revision = self._place.name, self._place.revision
        if self.template:
            self._text, self.template = _template(self.template)
        self._gathering = Gathering(self._answered, self.batch_size)

    @property
    def contents(self) -> Mapping[str, str]:
        """What stands behind a folder's name and a template's."""
        found = {"name": self._place.digest} if self._place.digest else {}
        if self._text:
            found["template"] = f"sha256:{sha256(self._text.encode()).hexdigest()}"
        return found

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float | None = None,
    ) -> Completion:
        """The assistant's next turn.

        A call that cannot be read has a `problem`, and the answer's whole text is kept.

        Args:
            messages: the conversation; text only.
            tools: what may be called.
            max_tokens: for this turn; None means the model's own.
            temperature: for this turn; None means the model's own.

        Raises:
            TooLong: the conversation is longer than the model's context.
            UserError: the model cannot be loaded, or its template takes no tools or refuses the
                conversation.
            InfrastructureError: memory does not suffice, or the budget is spent.
        """
        request = self._request(messages, tools, max_tokens, temperature)

        async def ask() -> Completion:
            return (await self._sampled(request)).completion

        return await remembered(self, request, ask)

    async def sample(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float | None = None,
    ) -> Sampled:
        """As `complete`, with the tokens and how likely they were, past the cache."""
        return await self._sampled(self._request(messages, tools, max_tokens, temperature))

    def log_probs(
        self, messages: Sequence[Message], said: str | Sequence[int], tools: Sequence[ToolSpec] = ()
    ) -> NDArray[np.float32]:
        """How likely an assistant's turn is; see `log_probs_of`. Shape (tokens of the turn,)."""
        return self.log_probs_of([Conversation(messages, said, tools)])[0]

    def log_probs_of(self, conversations: Sequence[Conversation]) -> list[NDArray[np.float32]]:
        """How likely the tokens of assistants' turns are, natural logarithm.

        Returns:
            For each conversation shape (tokens of the turn,).

        Raises:
            UserError: as `complete` does, or a conversation is too long with its turn.
        """
        return self._speaker.log_probs(conversations)

    def _request(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec],
        max_tokens: int | None,
        temperature: float | None,
    ) -> Request:
        return Request(
            tuple(messages),
            tools if isinstance(tools, tuple) else tuple(tools),
            self.max_tokens if max_tokens is None else max_tokens,
            self.temperature if temperature is None else temperature,
        )

    async def _sampled(self, request: Request) -> Sampled:
        admission(self.name, FREE)()
        digest = sha256(f"{self.seed} {request.key()}".encode()).digest()
        asked = Asked(request, int.from_bytes(digest[:7], "big"), copy_context())
        try:
            return await asyncio.wrap_future(self._gathering.submit(asked))
        except asyncio.CancelledError:
            asked.left = True
            raise

    def _answered(self, group: Sequence[Asked]) -> Sequence[Sampled | BaseException]:
        return self._speaker.answered(group)

    @property
    def _speaker(self) -> Speaker:
        """The model itself, loaded by the first who needs it."""
        with self._loading:
            if self._loaded is None:
                engine = Engine.load(
                    self._place,
                    dtype=self.dtype,
                    device=self.device,
                    code=self.trust_remote_code,
                    batch_size=self.batch_size,
                )
                prompts = Prompts(engine.tokenizer, self.name, self._text)
                self._loaded = Speaker(engine, prompts, self.calls, self.top_p)
            return self._loaded

    def _validate(self) -> None:
        if self.dtype not in DTYPES:
            raise unknown("dtype", self.dtype, DTYPES, f"There is: {', '.join(DTYPES)}")
        if self.calls != AUTO and self.calls not in FORMATS:
            known = (AUTO, *FORMATS)
            raise unknown("format of calls", self.calls, known, f"There is: {', '.join(known)}")
        if self.max_tokens < 0 or self.batch_size < 1:
            raise UserError(
                f"max_tokens={self.max_tokens}, batch_size={self.batch_size}: a number of tokens "
                "is 0 or more, and a batch holds at least one request"
            )
        if not (0 <= self.temperature < float("inf") and 0 < self.top_p <= 1):
            raise UserError(
                f"temperature={self.temperature}, top_p={self.top_p}: a temperature is 0 or more, "
                "and top_p lies above 0 and is at most 1"
            )


def _template(path: str) -> tuple[str, str]:
    """The text of a template's file, and the file's name."""
    file = workspace().base / Path(path).expanduser()
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"no chat template can be read at {path}: {error}") from error
    if not text.strip():
        raise UserError(f"the chat template at {path} is empty")
    return text, file.name
