"""What chat models on this machine have in common, whatever runs their weights."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextvars import copy_context
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from harness.errors import UserError, unknown
from harness.formats.toolcalls import FORMATS
from harness.records import Completion, Message, ToolSpec
from models.chat.asking import admission, remembered
from models.chat.request import Request
from models.local.formats import AUTO
from models.local.gathering import Gathering
from models.local.speaker import Asked, Conversation, Sampled, Speaker
from models.prices import Price

FREE = Price(0.0, 0.0)
"""What a model costs that runs here."""


class LocalChat(ABC):
    """Answers requests of the same time together, by a speaker that is loaded when needed.

    Attributes:
        name: of the model, for messages.
        max_tokens: tokens that an answer may have; 0 leaves it to the model's context.
        temperature: 0 for the likeliest answer.
        top_p: only the likeliest tokens that make up this share of the probability are drawn.
        seed: of what is drawn by chance.
        calls: the format in which the model writes calls, or "auto".
        batch_size: requests that run together at most.
    """

    name: str
    max_tokens: int
    temperature: float
    top_p: float
    seed: int
    calls: str
    batch_size: int
    _gathering: Gathering[Asked, Sampled]

    @property
    @abstractmethod
    def _speaker(self) -> Speaker:
        """The model itself, loaded by the first who needs it."""

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

    def _validate(self) -> None:
        """Raises `UserError` for a parameter that makes no sense."""
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
