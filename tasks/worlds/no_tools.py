"""A world without tools, for problems that are answered in text alone."""

from __future__ import annotations

from dataclasses import dataclass

from harness.play.sessions import Told
from harness.records import Observation, Problem, ToolCall

NOTHING = "There are no tools here: answer in text."


class TextSession(Told):
    """The problem's turns are said; whatever is called fails, and the attempt goes on."""

    executes = True

    async def call(self, call: ToolCall) -> Observation:
        """Tells the agent that there is nothing to call."""
        return Observation(NOTHING, failed=True)

    async def again(self) -> TextSession:
        """The same turns from the start."""
        return TextSession(self._problem, self.trial)


@dataclass(frozen=True)
class NoTools:
    """Opens sessions in which an agent can do nothing but answer."""

    async def open(self, problem: Problem, trial: int = 0) -> TextSession:
        """A session of its own for each attempt."""
        return TextSession(problem, trial)
