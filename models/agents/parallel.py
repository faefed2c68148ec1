"""The plain loop with parallel calls: what a model calls in one turn is carried out at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from types import MappingProxyType
from typing import ClassVar

from harness.contracts import ChatModel, Session
from harness.errors import TooLong, UserError
from harness.loop import together
from harness.records import Message, Observation, Problem, ToolCall, Trajectory
from harness.story import UNREAD, Story, opening

_NONE: Mapping[int, str] = MappingProxyType({})


@dataclass(eq=False)
class ParallelFunctionCalling:
    """Asks the model, carries out all calls of a turn at the same time, and asks again.

    The baseline of `dta`: what chat models with parallel calls do by themselves. It differs from
    `function-calling` in nothing but that calls of one turn do not wait for each other; they begin
    in the model's order, and what they gave is told in that order. Where nothing carries calls out,
    the first calls are the answer.

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

    version: ClassVar[str] = "1"
    needs_world: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not isinstance(self.model, ChatModel):
            raise UserError(
                f"parallel-function-calling wants a chat model, and {type(self.model).__name__} "
                'is none: give one such as openai("name")'
            )
        if self.steps < 1:
            raise UserError(
                f"parallel-function-calling with steps={self.steps}: at least one is needed"
            )

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """One attempt."""
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
                await at_once(story, calls)
            else:
                return story.ended("stopped", why=f"no answer after {self.steps} steps")
        return story.ended()


async def at_once(
    story: Story, calls: Sequence[ToolCall], refused: Mapping[int, str] = _NONE
) -> None:
    """Carries calls out at the same time, and enters what they gave in the order of the calls.

    Args:
        story: whose session carries them out.
        calls: those of one turn.
        refused: place among the calls -> what is told of a call instead of carrying it out.

    Raises:
        InfrastructureError: something outside the world failed; the other calls are ended.
    """

    async def given(place: int, call: ToolCall) -> Observation:
        if call.problem:
            return Observation(UNREAD + call.problem, failed=True)
        if place in refused:
            return Observation(refused[place], failed=True)
        return await story.session.call(call)

    found = await together(given(place, call) for place, call in enumerate(calls))
    story.told(
        Message("tool", one.content, call_id=call.id, failed=one.failed)
        for call, one in zip(calls, found, strict=True)
    )
