"""A session in which only some tools are there for the agent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from operator import is_not
from typing import Any

from harness.contracts import Session
from harness.measures.endpoints import resolve
from harness.records import Gold, Message, Observation, Problem, ToolCall, ToolSpec

_LONGEST = 80
"""Characters of a name that are said again."""


class Offered:
    """A session of which an agent is offered only some tools, in a certain order.

    A call of anything else is answered as a world answers one of a tool that it has not, and never
    reaches it. Where tools are endpoints, a request may be written in other ways than the tool's
    name; it counts as a call of the endpoint that it reaches among all tools there are. What the
    world itself holds back in some turn is not offered in that turn either.

    Args:
        session: of a world that has these tools.
        tools: those offered, in order.
        problem: with every tool of the world that is known; see `Toolsets.problem`.
    """

    def __init__(self, session: Session, tools: Sequence[ToolSpec], problem: Problem) -> None:
        self.trial, self.executes = session.trial, session.executes
        self._session, self._offered, self._problem = session, tuple(tools), problem
        self._names = frozenset(tool.name for tool in tools)
        self._here: tuple[ToolSpec, ...] = ()

    @property
    def tools(self) -> Sequence[ToolSpec]:
        """Those offered that the session has at this time; as long as they stay, one object."""
        there = {tool.name for tool in self._session.tools}
        here = tuple(tool for tool in self._offered if tool.name in there)
        if len(here) != len(self._here) or any(map(is_not, here, self._here)):
            self._here = here
        return self._here

    async def listen(self) -> Sequence[Message] | None:
        """What is said to the agent next."""
        return await self._session.listen()

    async def call(self, call: ToolCall) -> Observation:
        """Carries out a call of a tool that was offered; any other has failed."""
        if call.name in self._names or self._reached(call) in self._names:
            return await self._session.call(call)
        message = f"there is no function '{call.name[:_LONGEST]}'"
        error = {"status": 404, "code": "not_found", "message": message}
        return Observation(json.dumps({"error": error}), failed=True)

    @property
    def state(self) -> Any:
        """What the session's world is like."""
        return self._session.state

    async def again(self) -> Offered:
        """The same offer, of another session."""
        return Offered(await self._session.again(), self._offered, self._problem)

    async def close(self) -> None:
        """Ends the session."""
        await self._session.close()

    def _reached(self, call: ToolCall) -> str | None:
        """The tool that a call is for, told without the help of the gold path."""
        details = self._problem.gold.details
        return resolve(replace(self._problem, gold=Gold(details=details)), call)
