"""BFCL's conversations held live on upstream's own back-ends, and scored by the check of states.

Needs an environment that has bfcl-eval, named by ASSAY_BFCL_PYTHON.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import ToolEnvironment
from harness.judging import judge_all
from harness.loop import run, together
from harness.measures.attempt import Attempt
from harness.measures.tools.outcome import success
from harness.play.story import Story
from harness.records import Completion, Problem, Setting, ToolCall, Trajectory
from harness.sources import Source
from models.reference_agents import oracle_attempt
from tasks.bfcl import BENCHMARK
from tasks.judges.bfcl_state import VARIABLE, BfclState, bfcl_state

pytestmark = pytest.mark.realdata

CATEGORIES = ("base", "miss_func", "miss_param", "long_context")
SAMPLE = 10
"""Conversations of each category."""
Part = tuple[list[Problem], ToolEnvironment]
Turns = list[list[ToolCall]]


@pytest.fixture(scope="module")
def judge() -> Iterator[BfclState]:
    if not os.environ.get(VARIABLE):
        pytest.skip(f"needs an environment that has bfcl-eval: set {VARIABLE} to its python")
    made = bfcl_state(workers=2)
    yield made
    made.close()


@pytest.fixture
def parts(judge: BfclState, data: Path) -> list[Part]:
    draw = random.Random(6)
    found = []
    for category in CATEGORIES:
        task: Any = BENCHMARK.tasks[f"bfcl/multi_turn_{category}"]
        (part,) = task.load(Source(data), Setting())
        found.append((draw.sample(part.problems, SAMPLE), part.environment))
    return found


def gold(problem: Problem) -> Turns:
    return list(map(list, Attempt(problem, oracle_attempt(problem)).turns))


async def play(world: ToolEnvironment, problem: Problem, turns: Turns) -> Trajectory:
    """The attempt that calls these, a call a step."""
    session = await world.open(problem)
    story = Story(problem, session)
    for calls in turns:
        story.told(await session.listen() or ())
        for call in calls:
            story.said(Completion("", calls=(call,)))
            await story.call(call)
        story.said(Completion("Done."))
    assert await session.listen() is None
    made = story.ended()
    await session.close()
    return made


def scores(judge: BfclState, parts: list[Part], attempts: list[Trajectory]) -> list[float]:
    """Success by the stored judgement of the check, which must be the session's own verdict."""
    problems = {problem.id: problem for chosen, _ in parts for problem in chosen}
    judged = judge_all(problems, attempts, judge, repeats=1)
    assert not judged.failures
    for attempt in judged.trajectories:
        (said,) = attempt.judgements
        told = (attempt.state["state"], attempt.state["reason"], attempt.state["checked"])
        assert told == (said.label, said.reason, said.judge)
    return [success(Attempt(problems[t.problem], t)) for t in judged.trajectories]


def test_gold_calls_held_live_are_valid(judge: BfclState, parts: list[Part]) -> None:
    async def all_of_them() -> list[Trajectory]:
        return await together(
            play(world, problem, gold(problem)) for chosen, world in parts for problem in chosen
        )

    attempts = run(all_of_them())
    assert scores(judge, parts, attempts) == [1.0] * (SAMPLE * len(CATEGORIES))


def test_a_corrupted_call_fails(judge: BfclState, parts: list[Part]) -> None:
    """The last call of a conversation gets an argument that no function has."""

    def corrupted(problem: Problem) -> Turns:
        turns = gold(problem)
        last = max(i for i, calls in enumerate(turns) if calls)
        call = turns[last][-1]
        turns[last][-1] = replace(call, arguments={**call.arguments, "unheard_of": 1})
        return turns

    async def all_of_them() -> list[Trajectory]:
        return await together(
            play(world, problem, corrupted(problem))
            for chosen, world in parts
            for problem in chosen
        )

    attempts = run(all_of_them())
    assert all(t.messages[-2].failed for t in attempts)
    assert scores(judge, parts, attempts) == [0.0] * (SAMPLE * len(CATEGORIES))


def test_functions_held_back_come_with_the_turn_that_asks_for_nothing_else(
    parts: list[Part],
) -> None:
    async def offered(world: ToolEnvironment, problem: Problem) -> list[set[str]]:
        session = await world.open(problem)
        seen = []
        while await session.listen() is not None:
            seen.append({tool.name for tool in session.tools})
        await session.close()
        return seen

    chosen, world = parts[CATEGORIES.index("miss_func")]
    for problem in chosen:
        ((turn, names),) = problem.gold.details["missed_function"].items()
        for number, seen in enumerate(run(offered(world, problem))):
            assert seen.isdisjoint(names) == (number < int(turn))
            assert seen | set(names) == {tool.name for tool in problem.tools}
