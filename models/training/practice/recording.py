"""A chat model whose turns are noted, and what of them can be learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.contracts import ChatModel
from harness.names import Names
from harness.records import Completion, Message, ToolSpec
from models.agents.answerers.answering import REWORD
from models.chat.schemas import described
from models.chat.wire import to_wire


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a model.

    Attributes:
        speaker: under which name the model was recorded.
        messages: what it was shown.
        tools: what it could call.
        said: what it answered.
        whole: whether it came to its end; else its budget of tokens was spent.
    """

    speaker: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...]
    said: Message
    whole: bool

    def row(self) -> dict[str, Any]:
        """As a row of JSON, in OpenAI's form."""
        names = Names(tool.name for tool in self.tools)
        found: dict[str, Any] = {"speaker": self.speaker, "whole": self.whole}
        if self.tools:
            found["tools"] = described(self.tools, names)
        return found | {"messages": to_wire([*self.messages, self.said], names)}


@dataclass(eq=False)
class Recorded:
    """A chat model, and all that it says.

    Attributes:
        model: that speaks.
        turns: where they are noted, in the order in which they ended.
        speaker: the name under which they are.
    """

    model: ChatModel
    turns: list[Turn]
    speaker: str = ""
    version: str = field(init=False, default="1")

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        **options: Any,
    ) -> Completion:
        """The model's turn, as it gives it."""
        made = await self.model.complete(messages, tools=tools, max_tokens=max_tokens, **options)
        said = Message("assistant", made.text, made.calls)
        whole = made.finish != "length"
        self.turns.append(Turn(self.speaker, tuple(messages), tuple(tools), said, whole))
        return made


def conversations(turns: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of turns as conversations to learn from, in which every turn is learned once.

    A turn is learned with the one whose conversation it is the next turn of. Where it stands behind
    something else than what was said and told before, a conversation of its own begins with it.

    Args:
        turns: as `Turn.row` writes them, in order.

    Returns:
        {"prompt": messages, "completion": messages} each, and "tools" where there are any.
    """
    found: list[tuple[int, Mapping[str, Any]]] = []
    """How much is prompt, and the last turn so far."""
    for turn in turns:
        begun = [n for n, one in enumerate(found) if _is_next(one[1]["messages"], turn["messages"])]
        first = found.pop(begun[-1])[0] if begun else len(turn["messages"]) - 1
        found.append((first, turn))
    return [
        {
            "prompt": turn["messages"][:first],
            "completion": turn["messages"][first:],
            **({"tools": turn["tools"]} if "tools" in turn else {}),
        }
        for first, turn in found
    ]


def understood(turns: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The turns that an answerer could read, each as it shows it to its model from then on.

    A turn that it asked for again is left out, and the one that could be read stands behind what
    was asked first. What a turn said beyond its form, such as results that it made up, is gone.

    Args:
        turns: as `Turn.row` writes them, in order.
    """
    found: list[dict[str, Any]] = []
    first: list[Any] | None = None
    for turn, after in zip(turns, (*turns[1:], None), strict=True):
        *asked, said = turn["messages"]
        begun, first = asked if first is None else first, None
        following = after["messages"][:-1] if after else []
        if following == asked:
            continue
        if len(following) == len(asked) + 2 and _is_again(asked, following):
            first = begun
            continue
        found.append({**turn, "messages": [*begun, said]})
    return [_as_shown(turn, found[place + 1 :]) for place, turn in enumerate(found)]


def _is_again(asked: Sequence[Any], following: Sequence[Any]) -> bool:
    """Whether a prompt asks for the turn again that another one has asked for."""
    begins = str(following[-1]["content"]).startswith(REWORD.partition("{")[0])
    return begins and list(following[: len(asked)]) == list(asked)


def _as_shown(turn: Mapping[str, Any], later: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A turn as later prompts of its conversation have it; as it was said if there are none."""
    *asked, said = turn["messages"]
    place, own = len(asked), _spoken(asked)
    for other in later:
        shown = other["messages"][:-1]
        if len(shown) > place and _spoken(shown[:place]) == own:
            if shown[place]["role"] == "assistant":
                said = shown[place]
            break
    return {**turn, "messages": [*asked, said]}


def _spoken(messages: Sequence[Any]) -> list[Any]:
    """What marks a conversation: all but what the user was told, which may be cut later on."""
    return [None if message["role"] == "user" else message for message in messages]


def _is_next(messages: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether another conversation is all of this one, and then no more than one turn."""
    place = len(messages)
    return (
        len(other) > place
        and list(other[:place]) == list(messages)
        and all(message["role"] != "assistant" for message in other[place:-1])
    )
