"""An attempt that somebody else's agent makes: what it calls is carried out and written down."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from harness.contracts import Session
from harness.errors import AssayError
from harness.formats import strict_json
from harness.names import Names
from harness.play.story import Story
from harness.records import (
    Completion,
    End,
    Message,
    Observation,
    Problem,
    ToolCall,
    ToolSpec,
    Trajectory,
)

MOST_CALLS = 1_000
"""Calls after which an attempt is stopped."""
OVER = "The attempt is over: nothing more is carried out or written down."
TAKEN = "The answer is written down. Thank you: there is nothing more to do."
FORBIDDEN = re.compile(r"[^A-Za-z0-9._-]")
"""What MCP advises against in a tool's name, and its longest name in characters (SEP-986)."""
LONGEST_NAME = 128


class ServedAttempt:
    """One attempt at a problem, in a session of its world.

    Args:
        key: of the problem within its task.
        problem: what is asked. What is right about it is not looked at.
        session: the attempt's own, closed by whoever opened it.
    """

    def __init__(self, key: str, problem: Problem, session: Session) -> None:
        self._key, self._session = key, session
        self._story = Story(problem, session)
        self._one_at_a_time = asyncio.Lock()
        self._calls = 0
        self._answer: str | None = None
        self._end: tuple[End, str] | None = None
        self.request = ""
        """What is said to the agent at first."""

    async def begin(self) -> None:
        """Hears what is asked."""
        self.request = await self._listen() or ""

    @property
    def over(self) -> bool:
        """Whether the attempt has come to its end."""
        return self._end is not None

    @property
    def answer_tool(self) -> ToolSpec:
        """The tool that hands in an answer; no tool of the world has its name."""
        taken = {self._names.sent(tool.name) for tool in self._session.tools}
        name = "assay_answer"
        while name in taken:
            name += "_"
        schema = {
            "type": "object",
            "properties": {"answer": {"type": "string", "description": "The whole answer."}},
            "required": ["answer"],
        }
        return ToolSpec(name, "Hands in the final answer to the request, once.", schema)

    @property
    def tools(self) -> Sequence[ToolSpec]:
        """What can be called now, by names that the protocol takes; the answer's tool is last."""
        own = [replace(tool, name=self._names.sent(tool.name)) for tool in self._session.tools]
        return [*own, self.answer_tool]

    async def call(self, name: str, arguments: dict[str, Any]) -> Observation:
        """Carries out a call, or takes the answer. Calls made together come one after the other.

        Whatever the world raises ends the attempt with an error, which is written down and not
        told: it is no mistake of the agent, and its text may say what is right.
        """
        async with self._one_at_a_time:
            if self.over:
                return Observation(OVER, failed=True)
            try:
                return await self._called(name, arguments)
            except Exception as error:
                what = "" if isinstance(error, AssayError) else f"{type(error).__name__} "
                self._end = ("error", f"{what}{error}".strip())
                return Observation(OVER, failed=True)

    async def _called(self, name: str, arguments: dict[str, Any]) -> Observation:
        if name == self.answer_tool.name:
            return await self._hand_in(arguments.get("answer"))
        if self._calls >= MOST_CALLS:
            self._end = ("stopped", f"no answer after {MOST_CALLS:,} calls")
            return Observation(OVER, failed=True)
        self._calls += 1
        call = self._read(name, arguments)
        self._story.said(Completion("", calls=(call,)))
        return await self._story.call(call)

    @property
    def trajectory(self) -> Trajectory | None:
        """The attempt as far as it has come; None where nothing was called or answered."""
        if self._end is None and self._answer is None and not self._calls:
            return None
        end, why = self._end or ("stopped", "the client left without handing in an answer")
        made = self._story.ended(end, self._answer, why)
        return replace(made, problem=self._key)

    async def _hand_in(self, answer: object) -> Observation:
        if not isinstance(answer, str) or not _plain(answer):
            return Observation('"answer" must be a text.', failed=True)
        self._story.said(Completion(answer))
        self._answer = answer
        if (more := await self._listen()) is not None:
            return Observation(f"The user says next:\n\n{more}")
        self._end = ("finished", "")
        return Observation(TAKEN)

    async def _listen(self) -> str | None:
        """What is said next, as one text."""
        if (said := await self._session.listen()) is None:
            return None
        self._story.told(said)
        return "\n\n".join(_shown(message) for message in said)

    def _read(self, name: str, arguments: dict[str, Any]) -> ToolCall:
        """The call as it is written down, under the tool's own name."""
        id = f"call-{self._calls}"
        if not _plain(name):
            return ToolCall("", id=id, problem="the name is no valid text")
        try:
            strict_json.check(arguments)
        except strict_json.Refused as error:
            return ToolCall(self._names.meant(name), id=id, problem=str(error))
        return ToolCall(self._names.meant(name), arguments, id)

    @property
    def _names(self) -> Names:
        return Names((tool.name for tool in self._session.tools), FORBIDDEN, LONGEST_NAME)


def _shown(message: Message) -> str:
    pictures = [f"[picture: {image.url[:500]}]" for image in message.images]
    return "\n".join(filter(None, [message.content, *pictures]))


def _plain(text: str) -> bool:
    """Whether a text can be written as UTF-8."""
    with suppress(strict_json.Refused):
        strict_json.check(text)
        return True
    return False
