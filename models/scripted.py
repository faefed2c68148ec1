"""Chat models that say what a test or an example wrote down for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias

from harness.errors import UserError
from harness.records import Completion, Message, ToolCall, ToolSpec
from models.chat.wire import calls_so_far, numbered

Turn: TypeAlias = "str | ToolCall | Sequence[ToolCall] | Completion"
"""An answer, a call, several calls, or all that a completion holds."""
Policy: TypeAlias = "Callable[[Sequence[Message], Sequence[ToolSpec]], Turn]"


@dataclass(eq=False)
class Scripted:
    """Answers by a function of the conversation and the tools, or with turns in their order.

    It keeps no state: which turn it is follows from how often the assistant spoke since the
    conversation began, so that conversations may run side by side. Pictures reach a function with
    their messages; a list of turns does not look at them.

    Attributes:
        policy: a function, or a list of turns.

    Raises:
        UserError: it is neither.
    """

    policy: Policy | Sequence[Turn]

    version: ClassVar[str] = "1"

    def __post_init__(self) -> None:
        if not callable(self.policy) and not isinstance(self.policy, list | tuple):
            raise UserError(
                "scripted(...) takes a function of messages and tools, or a list of turns such as "
                '["the first answer", "the second"]'
            )

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float | None = None,
    ) -> Completion:
        """The turn that is written down. Calls without an id get one.

        Raises:
            UserError: the script is over, or what it says is no turn.
        """
        said = _completion(self._turn(messages, tools))
        return replace(said, calls=numbered(said.calls, calls_so_far(messages)))

    def _turn(self, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        if callable(self.policy):
            return self.policy(messages, tools)
        number = sum(message.role == "assistant" for message in messages)
        if number >= len(self.policy):
            raise UserError(
                f"the script has {len(self.policy)} turns, and turn {number + 1} was asked for"
            )
        return self.policy[number]


def _completion(turn: object) -> Completion:
    if isinstance(turn, Completion):
        return turn
    if isinstance(turn, str):
        return Completion(turn)
    calls = (turn,) if isinstance(turn, ToolCall) else turn
    if isinstance(calls, list | tuple) and all(isinstance(call, ToolCall) for call in calls):
        return Completion("", calls=tuple(calls), finish="tool_calls" if calls else "stop")
    raise UserError(
        f"a script said {type(turn).__name__}: a text, a call or a Completion is wanted"
    )
