"""What an agent has said, called and been told so far, from which its trajectory is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from harness.contracts import Session
from harness.errors import TooLong
from harness.formats.toolcalls.form import without_thoughts
from harness.records import (
    Completion,
    End,
    Message,
    Observation,
    Problem,
    ToolCall,
    Trajectory,
    Usage,
)

UNREAD = "The call could not be read: "
"""What an agent is told of a call whose arguments are broken, before what is wrong with it."""
OUTGROWN = "the conversation is longer than the model reads"
"""Why an attempt was stopped that a model could not go on with."""
_CUT: Mapping[str, str] = MappingProxyType(
    {
        "length": "the last turn was cut at its limit of tokens",
        "content_filter": "the last turn was stopped by the server's filter",
    }
)
"""What a person should know of how a model stopped."""


class Story:
    """An attempt as it goes on.

    Args:
        problem: what is attempted.
        session: in which world; an agent that begins anew in another one puts that in its place.
    """

    def __init__(self, problem: Problem, session: Session) -> None:
        self._problem, self.session = problem, session
        self._messages: list[Message] = []
        self._usage = Usage()
        self._finish = "stop"

    @property
    def messages(self) -> tuple[Message, ...]:
        """Everything said so far."""
        return tuple(self._messages)

    def told(self, messages: Iterable[Message]) -> None:
        """Enters what was said to the agent."""
        self._messages.extend(messages)

    def said(self, completion: Completion) -> Message:
        """Enters a turn of the agent's model, and what it cost."""
        message = Message("assistant", completion.text, completion.calls)
        self._messages.append(message)
        self._usage = self._usage + completion.usage
        self._finish = completion.finish
        return message

    async def call(self, call: ToolCall) -> Observation:
        """Carries a call out and enters what it gave. One that cannot be read is told as such.

        Calls of one turn are carried out one after the other, in the order in which the model made
        them: a later one may need what an earlier one did, and a world answers the same way twice
        only where the order is the same.
        """
        if call.problem:
            found = Observation(UNREAD + call.problem, failed=True)
        else:
            found = await self.session.call(call)
        self._messages.append(Message("tool", found.content, call_id=call.id, failed=found.failed))
        return found

    def ended(self, end: End = "finished", answer: str | None = None, why: str = "") -> Trajectory:
        """The trajectory.

        Args:
            end: how the attempt came to its end.
            answer: the final answer; None takes the text of the agent's last turn, without what its
                model thought first, where the attempt has come to its end.
            why: what a person should know of that end; "" tells if the last turn was cut off.

        Nobody counted usage where no completion tells any. How long it took is for others to say.
        """
        usage = self._usage
        return Trajectory(
            self._problem.id,
            self.session.trial,
            self.messages,
            self._last_text() if answer is None and end == "finished" else answer,
            end,
            why or _CUT.get(self._finish, ""),
            usage=usage if usage.input_tokens or usage.output_tokens or usage.money else None,
            state=self.session.state,
        )

    def outgrown(self, error: TooLong) -> Trajectory:
        """The trajectory where the model does not read what has been said any more: stopped."""
        return self.ended("stopped", why=f"{OUTGROWN}: {error}")

    def _last_text(self) -> str | None:
        """What the agent said in its last turn; None where that is nothing."""
        last = next((m.content for m in reversed(self._messages) if m.role == "assistant"), "")
        return without_thoughts(last) or None


def opening(system: str, messages: Sequence[Message]) -> list[Message]:
    """The conversation behind a system message of the agent's own, if it has one.

    Where the conversation begins with one already, both are one message, the agent's own first:
    many chat templates take a system message only at the very beginning.
    """
    if not system:
        return list(messages)
    if messages and messages[0].role == "system":
        first = replace(messages[0], content=f"{system}\n\n{messages[0].content}")
        return [first, *messages[1:]]
    return [Message("system", system), *messages]
