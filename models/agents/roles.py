"""One chat model in several roles, and what each of them said, called and cost.

A turn of a role stands in the trajectory behind a line that names the role and the tokens of that
turn: "[observation, 812 + 34 tokens]". So what `by_role` tells can be computed from every
trajectory that was written down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.contracts import ChatModel
from harness.formats.toolcalls.form import without_thoughts
from harness.play.story import Story
from harness.records import Completion, Message, ToolCall, ToolSpec, Trajectory

LONGEST_NAME = 60
"""Characters of a role's name, which a model may have made up."""
_MARK = re.compile(
    r"\[(?P<role>[^\[\],\n]+)(?:, (?P<input>\d+) \+ (?P<output>\d+) tokens)?\](?:\n|\Z)"
)


@dataclass(frozen=True, slots=True)
class Share:
    """What one role did in an attempt.

    Attributes:
        turns: of the model.
        calls: of tools.
        input_tokens: as far as the model counts them.
        output_tokens: likewise.
    """

    turns: int = 0
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


def by_role(trajectory: Trajectory) -> Mapping[str, Share]:
    """The share of each role, in the order in which they first spoke.

    A call that stands by itself is of the role that spoke last.
    """
    shares: dict[str, Share] = {}
    role = ""
    for message in trajectory.messages:
        if message.role != "assistant":
            continue
        match = _MARK.match(message.content)
        role = match["role"] if match else role
        had = shares.get(role, Share())
        shares[role] = Share(
            had.turns + bool(match),
            had.calls + len(message.calls),
            had.input_tokens + int((match and match["input"]) or 0),
            had.output_tokens + int((match and match["output"]) or 0),
        )
    return shares


def spoken_by(trajectory: Trajectory) -> Iterator[tuple[str, str]]:
    """What was said, in order: the role and its words."""
    for message in trajectory.messages:
        match = _MARK.match(message.content) if message.role == "assistant" else None
        if match is not None:
            yield match["role"], message.content[match.end() :]


def role_name(text: str) -> str:
    """A name that a model made up as one that stands on a line of its own."""
    return re.sub(r"[\[\],\s*`]+", " ", text).strip()[:LONGEST_NAME].strip()


class Roles:
    """Asks a model in its roles, and enters into the story who said what.

    Args:
        model: speaks for all of them.
        story: of the attempt.
    """

    def __init__(self, model: ChatModel, story: Story) -> None:
        self._model, self._story = model, story

    async def asked(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec] = (),
        temperature: float | None = None,
    ) -> Completion:
        """A turn, without what the model thought first; nothing is entered yet.

        Args:
            messages: the conversation that the role sees.
            tools: that it may call.
            temperature: None leaves it to the model.
        """
        if temperature is None:
            found = await self._model.complete(messages, tools=tools)
        else:
            found = await self._model.complete(messages, tools=tools, temperature=temperature)
        return replace(found, text=without_thoughts(found.text))

    def said(self, role: str, completion: Completion, calls: Sequence[ToolCall] = ()) -> str:
        """Enters a turn of a role, with what it called; returns its words."""
        used = completion.usage
        counted = used.input_tokens or used.output_tokens
        tokens = f", {used.input_tokens} + {used.output_tokens} tokens" if counted else ""
        marked = f"[{role}{tokens}]\n{completion.text}"
        self._story.said(replace(completion, text=marked, calls=tuple(calls)))
        return completion.text

    async def turn(
        self, role: str, messages: Sequence[Message], temperature: float | None = None
    ) -> str:
        """Asks for a turn without calls and enters it; its words."""
        return self.said(role, await self.asked(messages, temperature=temperature))
