"""What a model is asked for one turn, and the key by which its answer is found again."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, TypeVar

from harness.contracts import ChatModel
from harness.records import Completion, Message, ToolSpec
from harness.workspace import workspace
from models.chat.pictures import digests

T = TypeVar("T")
_SHOWN = 120
"""Characters by which people recognise a request."""


@dataclass(frozen=True, slots=True)
class Request:
    """One turn that is asked for.

    Attributes:
        messages: the conversation.
        tools: what may be called.
        max_tokens: that the answer may have; None and 0 leave it to the model.
        temperature: None leaves it to the model.
    """

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    max_tokens: int | None = None
    temperature: float | None = 0.0

    @property
    def trial(self) -> int:
        """Of which attempt the answer is; 0 where it is the likeliest one, as for all attempts."""
        return 0 if self.temperature == 0 else workspace().trial

    @property
    def shown(self) -> str:
        """The last message, in one line that is cut."""
        if not self.messages:
            return "no message"
        last = self.messages[-1]
        text = " ".join(last.content[: 4 * _SHOWN].split())
        pictures = f" [{len(last.images)} pictures]" if last.images else ""
        return f"{last.role}: {text[:_SHOWN]}{pictures}"

    def key(self, model: str = "") -> str:
        """SHA-256 of all that the answer depends on, the order of fields and arguments included.

        Args:
            model: fingerprint of who is asked; "" where that is no part of the key.
        """
        content = {
            "max_tokens": self.max_tokens or None,
            "messages": [_message(message) for message in self.messages],
            "model": model,
            "temperature": self.temperature,
            "tools": _digests.of(self.tools),
            "trial": self.trial,
        }
        return _digest(content)


async def turn(model: ChatModel, request: Request) -> Completion:
    """What a model answers to a request; a temperature of None is left to the model."""
    if request.temperature is None:  # the contract has no word for it
        return await model.complete(
            request.messages, tools=request.tools, max_tokens=request.max_tokens
        )
    return await model.complete(
        request.messages,
        tools=request.tools,
        max_tokens=request.max_tokens,
        temperature=request.temperature,
    )


class Remembered(Generic[T]):
    """What was made of the last few tuples of tools: an agent offers the same one turn by turn.

    Args:
        make: makes something of tools.
        most: how many tuples are remembered.
    """

    def __init__(self, make: Callable[[tuple[ToolSpec, ...]], T], most: int = 256) -> None:
        self._make, self._most = make, most
        self._made: OrderedDict[int, tuple[tuple[ToolSpec, ...], T]] = OrderedDict()

    def of(self, tools: tuple[ToolSpec, ...]) -> T:
        """What is made of these tools."""
        found = self._made.get(id(tools))
        if found is not None and found[0] is tools:
            return found[1]
        made = self._make(tools)
        self._made[id(tools)] = (tools, made)
        while len(self._made) > self._most:
            self._made.popitem(last=False)
        return made


def _message(message: Message) -> dict[str, Any]:
    """All of a message that a model may be told."""
    answers = message.call_id or message.failed is not None
    found: dict[str, Any] = {
        "answers": [message.call_id, message.failed] if answers else None,
        "calls": [[c.name, dict(c.arguments), c.id, c.problem] for c in message.calls],
        "content": message.content,
        "images": digests(message.images),
        "role": message.role,
    }
    return {name: item for name, item in found.items() if item or name in ("content", "role")}


def _tools(tools: Sequence[ToolSpec]) -> str:
    listed = [
        [t.name, t.description, dict(t.parameters), _plain(t.returns), t.group] for t in tools
    ]
    return _digest(listed)


def _plain(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if value is None else dict(value)


def _digest(content: object) -> str:
    text = json.dumps(content, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


_digests = Remembered(_tools)
