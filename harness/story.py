"""What an agent has said, called and been told so far, from which its trajectory is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.contracts import Session
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


class Story:
    """An attempt as it goes on.

    Args:
        problem: what is attempted.
        session: in which world.
    """

    def __init__(self, problem: Problem, session: Session) -> None:
        self._problem, self._session = problem, session
        self._messages: list[Message] = []
        self._usage = Usage()

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
        return message

    async def call(self, call: ToolCall) -> Observation:
        """Carries a call out and enters what it gave. One that cannot be read is told as such."""
        if call.problem:
            found = Observation(UNREAD + call.problem, failed=True)
        else:
            found = await self._session.call(call)
        self._messages.append(Message("tool", found.content, call_id=call.id, failed=found.failed))
        return found

    def ended(self, end: End = "finished", answer: str | None = None, why: str = "") -> Trajectory:
        """The trajectory.

        Args:
            end: how the attempt came to its end.
            answer: the final answer; None takes the last text of the agent.
            why: what a person should know of that end.
        """
        texts = (m.content for m in reversed(self._messages) if m.role == "assistant" and m.content)
        return Trajectory(
            self._problem.id,
            self._session.trial,
            self.messages,
            next(texts, None) if answer is None else answer,
            end,
            why,
            usage=self._usage if self._usage != Usage() else None,
            state=self._session.state,
        )


def opening(system: str, messages: Sequence[Message]) -> list[Message]:
    """The conversation behind a system message of the agent's own, if it has one."""
    return [*([Message("system", system)] if system else []), *messages]
