"""The plain loop: a chat model calls tools until it answers without a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from harness.contracts import ChatModel, Session
from harness.errors import TooLong, UserError
from harness.play.story import Story, opening
from harness.records import Problem, ToolCall, Trajectory
from models.agents.asked import require_chat_model


@dataclass(eq=False)
class FunctionCalling:
    """Asks the model, carries out its calls in order, tells it what they gave, and asks again.

    Where nothing carries calls out, as in BFCL's single turns, the first calls are the answer.
    Calls of one turn are carried out in the model's order, one after the other. How the answers are
    drawn is the model's own setting, `openai("name", temperature=0.7)`: at a temperature of 0 it is
    the likeliest answer that is asked for, which all trials have in common.

    Attributes:
        model: a chat model that calls tools.
        steps: turns of the model for each turn of the user, after which the attempt is stopped.
        system: what the model is told first, before what the problem tells it; nothing by default.

    Raises:
        UserError: `model` is no chat model, or there is no step.
    """

    model: ChatModel
    _: KW_ONLY
    steps: int = 20
    system: str = ""

    name: ClassVar[str] = "function-calling"
    version: ClassVar[str] = "1"
    needs_world: ClassVar[bool] = True

    def __post_init__(self) -> None:
        require_chat_model(self.name, self.model)
        if self.steps < 1:
            raise UserError(f"{self.name} with steps={self.steps}: at least one is needed")

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """One attempt. A conversation that the model does not read any more has stopped."""
        story = Story(problem, session)
        try:
            return await self._told(story, session)
        except TooLong as error:
            return story.outgrown(error)

    async def _told(self, story: Story, session: Session) -> Trajectory:
        while (said := await session.listen()) is not None:
            story.told(said)
            for _ in range(self.steps):
                completion = await self.model.complete(
                    opening(self.system, story.messages), tools=session.tools
                )
                calls = story.said(completion).calls
                if not calls:
                    break
                if not session.executes:
                    return story.ended()
                await self._carried_out(story, calls)
            else:
                return story.ended("stopped", why=f"no answer after {self.steps} steps")
        return story.ended()

    async def _carried_out(self, story: Story, calls: Sequence[ToolCall]) -> None:
        for call in calls:
            await story.call(call)
