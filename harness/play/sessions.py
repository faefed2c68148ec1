"""Sessions come to their end; and those of problems that have no world, where nothing is called."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from harness.contracts import Session
from harness.errors import UserError
from harness.records import Message, Observation, Problem, ToolCall, ToolSpec


async def close(session: Session) -> None:
    """Ends a session. Where that is cut short, as by Ctrl-C, it is ended once more, to the end."""
    try:
        await session.close()
    except asyncio.CancelledError:
        with suppress(Exception):
            await session.close()
        raise


class Told:
    """A session in which the problem's turns are said one after the other.

    Args:
        problem: what is asked.
        trial: which attempt at it.
    """

    executes = False

    def __init__(self, problem: Problem, trial: int = 0) -> None:
        self.trial = trial
        self._problem = problem
        self._turns = iter(problem.turns)

    @property
    def tools(self) -> Sequence[ToolSpec]:
        """Those of the problem."""
        return self._problem.tools

    async def listen(self) -> Sequence[Message] | None:
        """The next turn."""
        return next(self._turns, None)

    async def call(self, call: ToolCall) -> Observation:
        """Refused: there is no world. Raises `UserError`."""
        raise UserError(
            f"problem '{self._problem.id}' has no world in which '{call.name}' could be called: an "
            "agent looks at session.executes first"
        )

    @property
    def state(self) -> Any:
        """Nothing."""
        return None

    async def again(self) -> Told:
        """The same turns from the start."""
        return Told(self._problem, self.trial)

    async def close(self) -> None:
        """Nothing is to be ended."""
