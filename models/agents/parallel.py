"""The plain loop with parallel calls: what a model calls in one turn is carried out at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from harness.loop import together
from harness.play.story import UNREAD, Story
from harness.records import Message, Observation, ToolCall
from models.agents.function_calling import FunctionCalling

_NONE: Mapping[int, str] = MappingProxyType({})


@dataclass(eq=False)
class ParallelFunctionCalling(FunctionCalling):
    """Asks the model, carries out all calls of a turn at the same time, and asks again.

    The baseline of `dta`: what chat models with parallel calls do by themselves. It differs from
    `function-calling` in nothing but that calls of one turn do not wait for each other; they begin
    in the model's order, and what they gave is told in that order. Where nothing carries calls out,
    the first calls are the answer.

    Attributes and errors are those of `function-calling`.
    """

    name: ClassVar[str] = "parallel-function-calling"

    async def _carried_out(self, story: Story, calls: Sequence[ToolCall]) -> None:
        await at_once(story, calls)


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
