"""The plain loop, whose calls of one turn are carried out at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from planned import Planned, plans_of
from toy_world import PROBLEM, InRooms, Sayings, calling, saying

from harness.contracts import Agent, ProblemSet
from harness.errors import InfrastructureError, UserError
from harness.measures.attempt import Attempt
from harness.measures.tools.world import solved_in_world
from harness.play.sessions import Told
from harness.records import Observation, Setting, ToolCall, Trajectory
from models.agents.parallel import ParallelFunctionCalling
from tasks.starter_agent import BENCHMARK

LOOK = ToolCall("look", {"thing": "cat"}, "1")
HAT = ToolCall("look", {"thing": "hat"}, "2")
NOWHERE: Any = None


@dataclass
class Hidden(InRooms):
    """The cat is found when the hat was: who looks for one behind the other never finds it."""

    hat: asyncio.Event = field(default_factory=asyncio.Event)

    async def call(self, call: ToolCall) -> Observation:
        if call.arguments["thing"] == "cat":
            await asyncio.wait_for(self.hat.wait(), timeout=10)
        self.hat.set()
        return await super().call(call)


def solve(agent: Agent, session: Any) -> Trajectory:
    return asyncio.run(agent.solve(PROBLEM, session))


def test_calls_of_a_turn_run_at_once_and_are_told_in_their_order() -> None:
    model = Sayings([calling(LOOK, HAT), saying("Attic and hall.")])
    made = solve(ParallelFunctionCalling(model), Hidden(PROBLEM, 0, 10**9))
    assert [(m.call_id, m.content) for m in made.messages if m.role == "tool"] == [
        ("1", '{"thing": "cat", "place": "attic"}'),
        ("2", '{"thing": "hat", "place": "hall"}'),
    ]
    assert (made.end, made.answer) == ("finished", "Attic and hall.")
    assert model._asked[1][0] == list(made.messages[:4])


def test_a_call_that_cannot_be_read_is_told_beside_those_that_can() -> None:
    broken = ToolCall("look", {}, "2", problem="the arguments are no JSON")
    made = solve(
        ParallelFunctionCalling(Sayings([calling(LOOK, broken), saying("Hm.")])),
        InRooms(PROBLEM, 0, 10**9),
    )
    told = [(m.content, m.failed) for m in made.messages if m.role == "tool"]
    assert told[0][1] is False
    assert told[1] == ("The call could not be read: the arguments are no JSON", True)


def test_limits_and_worlds_that_are_none() -> None:
    made = solve(
        ParallelFunctionCalling(Sayings([calling(LOOK)] * 3), steps=2), InRooms(PROBLEM, 0, 9)
    )
    assert (made.end, made.detail) == ("stopped", "no answer after 2 steps")
    made = solve(ParallelFunctionCalling(Sayings([calling(LOOK, HAT)])), Told(PROBLEM))
    assert (made.end, made.calls) == ("finished", (LOOK, HAT))


def test_what_fails_outside_is_no_attempt() -> None:
    agent = ParallelFunctionCalling(Sayings([calling(LOOK, HAT)]))
    with pytest.raises(InfrastructureError, match="the world is gone"):
        solve(agent, InRooms(PROBLEM, 0, broken=1))


@pytest.mark.parametrize(("model", "steps"), [("gpt", 3), (Sayings([]), 0)])
def test_arguments_that_make_no_sense_are_refused(model: Any, steps: int) -> None:
    with pytest.raises(UserError, match=r"^parallel-function-calling "):
        ParallelFunctionCalling(model, steps=steps)


@pytest.mark.parametrize("name", BENCHMARK.tasks)
def test_starter_tasks_are_solved(name: str) -> None:
    (split,) = BENCHMARK.tasks[name].load(NOWHERE, Setting())
    assert isinstance(split, ProblemSet)
    world = split.environment
    assert world is not None
    agent = ParallelFunctionCalling(
        Planned(plans_of(split.problems)), system="Make independent calls in the same turn."
    )

    async def solve_all() -> list[float]:
        return [
            solved_in_world(Attempt(p, await agent.solve(p, await world.open(p))))
            for p in split.problems
        ]

    assert asyncio.run(solve_all()) == [1.0] * len(split.problems)
