"""Chat models behind OpenAI-compatible endpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar

from harness.errors import UserError
from harness.records import Completion, Message, Usage
from models.remote.client import Client, sendable
from models.remote.endpoint import Endpoint
from models.remote.failures import RefusedRequest, Unreadable

FILTERED = frozenset({"content_filter", "content_policy_violation", "invalid_prompt"})
"""Codes by which a server refuses what a prompt says: that is the model's answer, not a mistake of
the user."""


@dataclass(eq=False)
class OpenAIChat:
    """A chat model, asked over the network.

    Attributes:
        name: the server's name for it.
        max_tokens: tokens that an answer may have, thoughts included; 0 leaves that to the server.
        temperature: 0 for the likeliest answer; None leaves it to the server, as models that
            think first want it.
        seed: for servers that honour it; None sends none.
        base_url: address of the server; None means OPENAI_BASE_URL, or else OpenAI.
        key_env: name of the environment variable that holds the key.
        requests: how many go out at once.
        patience: seconds that a request may spend on waits and repeated attempts.
        timeout: seconds without a sign of the server after which an attempt has failed.

    Raises:
        MissingExtra: the package openai is not installed.
        UserError: a parameter makes no sense.
    """

    name: str
    _: KW_ONLY
    max_tokens: int = 0
    temperature: float | None = 0.0
    seed: int | None = None
    base_url: str | None = None
    key_env: str = "OPENAI_API_KEY"
    requests: int = 8
    patience: float = 300.0
    timeout: float = 600.0
    _client: Client = field(init=False, repr=False)

    version: ClassVar[str] = "1"
    runtime: ClassVar[frozenset[str]] = frozenset(
        {"base_url", "key_env", "requests", "patience", "timeout"}
    )

    def __post_init__(self) -> None:
        if not self.name or self.max_tokens < 0:
            raise UserError(
                f"openai({self.name!r}, max_tokens={self.max_tokens}): it needs a model's name, "
                "and max_tokens is not negative"
            )
        endpoint = Endpoint(self.base_url, self.key_env)
        self._client = Client(
            endpoint, at_once=self.requests, patience=self.patience, timeout=self.timeout
        )

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int | None = None,
        temperature: float | None = None,
    ) -> Completion:
        """The assistant's next turn.

        A prompt that the server's filter stops gives an empty text that finished with
        "content_filter".

        Args:
            messages: the conversation.
            max_tokens: for this turn; None means the model's own.
            temperature: for this turn; None means the model's own.

        Raises:
            UserError: the server refuses the request or the key.
            InfrastructureError: it does not answer.
        """
        body: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": m.role, "content": sendable(m.content)} for m in messages],
            self._limit: (self.max_tokens if max_tokens is None else max_tokens) or None,
            "temperature": self.temperature if temperature is None else temperature,
            "seed": self.seed,
        }
        given = {name: value for name, value in body.items() if value is not None}
        try:
            return await self._client.post("/chat/completions", given, _completion)
        except RefusedRequest as refusal:
            if refusal.code not in FILTERED:
                raise
        return Completion("", finish="content_filter")

    @property
    def _limit(self) -> str:
        """OpenAI's newer models know only the new name of the limit, other servers the old one."""
        return "max_completion_tokens" if self._client.endpoint.openai else "max_tokens"


def _completion(answer: Mapping[str, Any]) -> Completion:
    """What a completion object says."""
    try:
        choice = answer["choices"][0]
        text, finish = choice["message"].get("content"), choice.get("finish_reason")
        refused = choice["message"].get("refusal")
    except (KeyError, IndexError, TypeError, AttributeError):
        raise Unreadable(f"no completion: {str(dict(answer))[:60]}") from None
    if not isinstance(text, str | None):
        raise Unreadable(f"a text was wanted: {str(text)[:60]}")
    return Completion(
        text=text or "",
        usage=_usage(answer.get("usage")),
        finish="refusal" if refused and not text else str(finish or "stop"),
    )


def _usage(usage: Any) -> Usage:
    """Tokens, 0 where the server does not count them."""
    counts = usage if isinstance(usage, Mapping) else {}
    asked, answered = counts.get("prompt_tokens"), counts.get("completion_tokens")
    return Usage(int(asked or 0), int(answered or 0))
