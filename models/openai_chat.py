"""Chat models behind OpenAI-compatible endpoints: OpenAI, vLLM, SGLang, Ollama, llama.cpp, ..."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar

from harness.errors import TooLong, UserError
from harness.names import Names
from harness.records import Completion, Message, ToolSpec, Usage
from models.chat.asking import admission, charge, remembered
from models.chat.request import Remembered, Request
from models.chat.schemas import described
from models.chat.wire import calls_from_wire, calls_so_far, to_wire
from models.prices import Price, prices
from models.remote.client import Client, sendable
from models.remote.endpoint import Endpoint
from models.remote.failures import RefusedRequest, Unreadable, too_long

FILTERED = frozenset({"content_filter", "content_policy_violation", "invalid_prompt"})
"""Codes by which a server refuses what a prompt says: that is the model's answer, not a mistake of
the user."""

MOST_RANDOM = 2
"""The highest temperature that servers take."""


@dataclass(eq=False)
class OpenAIChat:
    """A chat model, asked over the network; the server itself says what it calls.

    Tools are sent under names that every server takes and answered under their own. Completions are
    kept in the workspace's cache, charged to its budget, and priced by `models.prices`: of a model
    whose price is not known, or a server that does not count tokens, the money is None, not 0.
    Pictures go out as they are given, by address or as data; servers fetch and bound them.

    Attributes:
        name: the server's name for it.
        max_tokens: tokens that an answer may have, thoughts included; 0 leaves that to the server.
        temperature: 0 for the likeliest answer; None leaves it to the server, as models that
            think first want it.
        seed: for servers that honour it; None sends none. Where answers are drawn by chance, each
            trial adds its number, or all of them would be the same.
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
    _offers: Remembered[_Offer] = field(init=False, repr=False)

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
        drawn = self.temperature
        if drawn is not None and not (isinstance(drawn, int | float) and 0 <= drawn <= MOST_RANDOM):
            raise UserError(
                f"openai({self.name!r}, temperature={drawn!r}): a number from 0 to {MOST_RANDOM}, "
                "or none to leave it to the server"
            )
        endpoint = Endpoint(self.base_url, self.key_env)
        self._client = Client(
            endpoint, at_once=self.requests, patience=self.patience, timeout=self.timeout
        )
        self._offers = Remembered(_Offer.of)

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float | None = None,
    ) -> Completion:
        """The assistant's next turn.

        A prompt that the server's filter stops gives an empty text that finished with
        "content_filter". A call whose arguments are no JSON object has a `problem` and none.

        Args:
            messages: the conversation.
            tools: what may be called.
            max_tokens: for this turn; None means the model's own.
            temperature: for this turn; None means the model's own.

        Raises:
            TooLong: the server says that the conversation is longer than the model reads.
            UserError: the server refuses the request or the key, a tool cannot be described, or a
                picture cannot be sent.
            InfrastructureError: it does not answer, or the budget is spent.
        """
        request = Request(
            tuple(messages),
            tuple(tools),
            self.max_tokens if max_tokens is None else max_tokens,
            self.temperature if temperature is None else temperature,
        )
        return await remembered(self, request, lambda: self._asked(request))

    async def _asked(self, request: Request) -> Completion:
        offer, endpoint = self._offers.of(request.tools), self._client.endpoint
        price = prices().price(endpoint.host, self.name)
        before = calls_so_far(request.messages)
        try:
            return await self._client.post(
                "/chat/completions",
                self._body(request, offer),
                lambda answer: _charged(_Answered.of(answer, offer.names, before, price)),
                admission(f"{self.name} at {endpoint.host}", price),
            )
        except RefusedRequest as refusal:
            if refusal.code in FILTERED:
                return Completion("", finish="content_filter")
            if too_long(refusal):
                raise TooLong(str(refusal)) from None
            if request.tools and "tool" in refusal.reason.lower():
                raise UserError(
                    f"{refusal}. A server that cannot call tools is asked in words by "
                    f'prompted(openai("{self.name}"))'
                ) from None
            raise

    def _body(self, request: Request, offer: _Offer) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.name,
            "messages": to_wire(request.messages, offer.names),
            "tools": offer.described or None,
            self._limit: request.max_tokens or None,
            "temperature": request.temperature,
            "seed": None if self.seed is None else self.seed + request.trial,
        }
        return {name: value for name, value in body.items() if value is not None}

    @property
    def _limit(self) -> str:
        """OpenAI's newer models know only the new name of the limit, other servers the old one."""
        return "max_completion_tokens" if self._client.endpoint.openai else "max_tokens"


@dataclass(frozen=True, slots=True)
class _Offer:
    """Tools as a request has them, and their names there."""

    names: Names
    described: list[dict[str, Any]]

    @classmethod
    def of(cls, tools: tuple[ToolSpec, ...]) -> _Offer:
        names = Names(tool.name for tool in tools)
        return cls(names, described(tools, names))


@dataclass(frozen=True, slots=True)
class _Answered:
    """A completion and what it costs: tokens and US dollars, None where nobody knows."""

    completion: Completion
    tokens: int | None
    money: float | None

    @classmethod
    def of(
        cls, answer: Mapping[str, Any], names: Names, before: int, price: Price | None
    ) -> _Answered:
        """What a completion object says, its texts mended as those of requests are.

        Raises:
            Unreadable: it is none.
        """
        try:
            choice = answer["choices"][0]
            message = choice["message"]
            text, finish = message.get("content"), choice.get("finish_reason")
            refused, listed = message.get("refusal"), message.get("tool_calls")
        except (KeyError, IndexError, TypeError, AttributeError):
            raise Unreadable(f"no completion: {str(dict(answer))[:60]}") from None
        if not isinstance(text, str | None):
            raise Unreadable(f"a text was wanted: {str(text)[:60]}")
        calls = calls_from_wire(listed, names, before)
        usage, tokens, money = _usage(answer.get("usage"), price)
        if refused and not text and not calls:
            finish = "refusal"
        elif calls and finish != "length":
            finish = "tool_calls"
        said = Completion(sendable(text or ""), usage, sendable(str(finish or "stop")), calls)
        return cls(said, tokens, money)


def _charged(answered: _Answered) -> Completion:
    """The completion, charged before the next request may go out."""
    charge(answered.tokens, answered.money)
    return answered.completion


def _usage(given: Any, price: Price | None) -> tuple[Usage, int | None, float | None]:
    """Usage, all its tokens, and US dollars; None where the server or the price does not tell.

    Input holds what the server had cached, output what the model thought. Servers that leave
    thoughts out of the output, such as xAI's, are told by their total.
    """
    counts = given if isinstance(given, Mapping) else {}
    read, wrote = _count(counts, "prompt_tokens"), _count(counts, "completion_tokens")
    thought = _count(counts.get("completion_tokens_details"), "reasoning_tokens")
    cached = _count(counts.get("prompt_tokens_details"), "cached_tokens")
    if thought and _count(counts, "total_tokens") == read + wrote + thought:
        wrote += thought
    if not read + wrote:
        return Usage(money=None), None, None
    money = None if price is None else price.of(read, wrote, cached)
    return Usage(read, wrote, money), read + wrote, money


def _count(counts: Any, name: str) -> int:
    """A number of tokens, 0 where there is none."""
    found = counts.get(name) if isinstance(counts, Mapping) else None
    return found if type(found) is int and found > 0 else 0
