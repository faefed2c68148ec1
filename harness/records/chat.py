"""Conversations: messages, the calls in them, and what a completion cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Usage:
    """What answering cost. Zero where a model reports nothing."""

    input_tokens: int = 0
    output_tokens: int = 0
    money: float | None = 0.0
    """US dollars; None where the price is not known, of a part of it at least."""

    def __add__(self, other: Usage) -> Usage:
        unknown = self.money is None or other.money is None
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            None if unknown else (self.money or 0.0) + (other.money or 0.0),
        )


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in a message.

    Attributes:
        url: where it lies, "https://...", or itself, "data:image/png;base64,...".
        detail: how closely a model should look ("low", "high"); "" leaves that to the model.
    """

    url: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool called by name.

    Attributes:
        name: as the model wrote it, whether there is such a tool or not.
        arguments: by parameter; plain JSON values.
        id: by which the answer to the call refers to it; "" where nothing does.
        problem: why the arguments could not be read, in which case there are none; "" if they
            could.
    """

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """What a call gave.

    Attributes:
        content: the text that the agent reads, mostly JSON.
        failed: whether the tool answered with an error of its own: a wrong id, too many requests.
    """

    content: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation.

    Attributes:
        role: "system", "user", "assistant", or "tool" for what a call gave.
        content: the text.
        images: pictures, which come behind the text.
        calls: what an assistant called in this turn, in order.
        call_id: of the call that a "tool" message answers.
        failed: whether that call failed; None where nobody said so.
    """

    role: str
    content: str = ""
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""
    failed: bool | None = None
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """What a chat model answered.

    Attributes:
        calls: the tools that it called, in order.
        finish: why it stopped: "stop", or "length" where its budget of tokens ended it.
        seconds: how long the model took; 0 where nobody looked. Answers are alike whatever it is.
    """

    text: str
    usage: Usage = Usage()
    finish: str = "stop"
    calls: tuple[ToolCall, ...] = ()
    seconds: float = field(default=0.0, compare=False)
