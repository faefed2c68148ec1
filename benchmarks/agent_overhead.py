"""What each agent adds to its model's own time: python benchmarks/agent_overhead.py

A scripted model takes 100 ms a request and plays each agent's roles by the gold programs of starter
errands. Attempts are made one after the other. Model time is the time during which a request was
out; whatever else passed, from the opening of the session to the trajectory, was added: by the
agent, by the world that carries out its calls, and where it writes programs by the sandbox, whose
share of it is told apart. The last column is how much longer than 100 ms a request was out, by the
timer's lag and by what is done on the loop behind its back. The best of `ROUNDS`.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from unittest.mock import patch

from harness import load_task
from harness.contracts import Agent, ChatModel, ProblemSet
from harness.loop import run
from harness.play.programs import ANSWER, REFERENCE, resolve
from harness.play.python_programs import as_python
from harness.records import Completion, Message, Problem, Setting, ToolCall, ToolSpec, Usage
from harness.sandbox import run_program
from harness.sources import Source
from models.agents import atc, conagents, rea360
from models.agents.best_of import BestOf
from models.agents.dfsdt import DFSDT
from models.agents.dta import DTA
from models.agents.function_calling import FunctionCalling
from models.agents.parallel import ParallelFunctionCalling
from models.agents.react import ReAct

DELAY = 0.1
ROUNDS = 3
TASKS = ("flights", "weather")
PROBLEMS = 8
"""Of each task."""
LONGEST = 6
"""Calls of a problem's program."""
BAR = 0.05

Turn = Callable[[Problem, Sequence[Message], Sequence[ToolSpec]], Completion]


@dataclass
class Delayed:
    """Answers after `DELAY` seconds by a function of the problem and the prompt."""

    turn: Turn
    problems: Sequence[Problem]
    requests: int = 0
    out: int = 0
    seconds: float = 0.0
    lag: float = 0.0
    _since: float = 0.0

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float = 0.0,
    ) -> Completion:
        start = perf_counter()
        if not self.out:
            self._since = start
        self.out += 1
        self.requests += 1
        told = "\n".join(message.content for message in messages)
        asked = (problem for problem in self.problems if problem.text in told)
        turn = self.turn(next(asked, self.problems[0]), messages, tools)
        await asyncio.sleep(DELAY - (perf_counter() - start))
        self.out -= 1
        self.lag += perf_counter() - start - DELAY
        if not self.out:
            self.seconds += perf_counter() - self._since
        return turn


def said(text: str, *calls: ToolCall) -> Completion:
    return Completion(text, Usage(100, 20), calls=calls)


# -- what the model says in each role ----------------------------------------------------------


def ready(problem: Problem, given: Sequence[Any]) -> list[ToolCall]:
    """The next calls of the gold program that need nothing but what was given."""
    calls: list[ToolCall] = []
    for number, call in enumerate(problem.gold.program[len(given) :], len(given) + 1):
        text = json.dumps(dict(call.arguments))
        if any(int(found[1]) > len(given) for found in REFERENCE.finditer(text)):
            break
        calls.append(ToolCall(call.name, resolve(dict(call.arguments), given), f"c{number}"))
    return calls


def one_by_one(problem: Problem, messages: Sequence[Message], tools: Sequence[Any]) -> Completion:
    return _native(problem, messages, tools, 1)


def at_once(problem: Problem, messages: Sequence[Message], tools: Sequence[Any]) -> Completion:
    return _native(problem, messages, tools, 100)


def _native(
    problem: Problem, messages: Sequence[Message], tools: Sequence[ToolSpec], most: int
) -> Completion:
    calls = ready(problem, [json.loads(m.content) for m in messages if m.role == "tool"])[:most]
    if not calls and any(tool.name == "Finish" for tool in tools):
        answer = {"return_type": "give_answer", "final_answer": "It is done."}
        return said("That is all.", ToolCall("Finish", answer, "end"))
    return said("Next." if calls else "It is done.", *calls)


def in_text(problem: Problem, messages: Sequence[Message], tools: Sequence[Any]) -> Completion:
    head = "Observation: "
    given = [json.loads(m.content[len(head) :]) for m in messages if m.content.startswith(head)]
    for call in ready(problem, given):
        arguments = json.dumps(call.arguments)
        return said(f"Thought: next\nAction: {call.name}\nInput: {arguments}")
    return said("Thought: that is all\nAnswer: It is done.")


def programming(problem: Problem, messages: Sequence[Message], tools: Sequence[Any]) -> Completion:
    code = as_python(problem.gold.program, problem.tools, problem.gold.details.get(ANSWER))
    return said(f"```python\n{code}\n```")


def in_three_roles(
    problem: Problem, messages: Sequence[Message], tools: Sequence[Any]
) -> Completion:
    role, last = messages[0].content[:40], messages[-1].content
    if role == conagents.COMPLETE[:40]:
        arguments = json.loads(last.rpartition("What the call is for:\n")[2])
        return said(json.dumps({"arguments": arguments, "instruction": "all of it"}))
    if role == conagents.READ[:40]:
        return said(last.partition("The response:\n")[2])
    if role == conagents.PROGRAM[:40]:
        return said("```python\nimport json\nprint(json.dumps(response))\n```")
    head = "Result: "
    given = [json.loads(m.content[len(head) :]) for m in messages if m.content.startswith(head)]
    for call in ready(problem, given):
        return said(f"Thought: {json.dumps(call.arguments)}\nTool: {call.name}")
    return said("Thought: that is all\nAnswer: It is done.")


def in_a_team(problem: Problem, messages: Sequence[Message], tools: Sequence[Any]) -> Completion:
    role = messages[0].content
    if role.startswith(rea360.PLAN[:30]):
        return said("Goals: serve it\nTasks:\nDoer: calls what there is to call\nCritic: looks on")
    if names := re.search(r"The names: (.*?)\.", role):
        return said("\n".join(f"{name}: Good. Go on." for name in names[1].split(", ")))
    if "You are the Doer" in role and "Calls made already" not in messages[1].content:
        return one_by_one(problem, messages, tools)
    return said("It is done.")


# -- measuring ---------------------------------------------------------------------------------


@dataclass
class Sandbox:
    """Programs that agents run, and the time that these take."""

    seconds: float = 0.0
    programs: int = 0

    async def run_program(self, *args: Any, **options: Any) -> Any:
        start = perf_counter()
        try:
            return await run_program(*args, **options)
        finally:
            self.seconds += perf_counter() - start
            self.programs += 1


@dataclass(frozen=True)
class Measured:
    requests: int
    programs: int
    model: float
    wall: float
    sandbox: float
    lag: float

    @property
    def added(self) -> float:
        return (self.wall - self.model) / self.model


AGENTS: dict[str, tuple[Callable[[ChatModel], Agent], Turn]] = {
    "function-calling": (FunctionCalling, one_by_one),
    "parallel-function-calling": (ParallelFunctionCalling, at_once),
    "react": (ReAct, in_text),
    "best_of(function-calling, n=3)": (lambda m: BestOf(FunctionCalling(m), n=3), one_by_one),
    "dfsdt": (lambda m: DFSDT(m, depth=50), one_by_one),
    "dta": (DTA, at_once),
    "atc": (atc.ATC, programming),
    "conagents": (lambda m: conagents.ConAgents(m, steps=20), in_three_roles),
    "conagents, a program a call": (
        lambda m: conagents.ConAgents(m, steps=20, switch=0),
        in_three_roles,
    ),
    "rea360": (lambda m: rea360.REA360(m, crew=2), in_a_team),
}


def measured(name: str, parts: Sequence[ProblemSet]) -> Measured:
    """The attempts of one agent, one after the other."""
    make, turn = AGENTS[name]
    model = Delayed(turn, [problem for part in parts for problem in part.problems])
    agent, sandbox = make(model), Sandbox()

    async def attempts() -> float:
        start = perf_counter()
        for part in parts:
            for problem in part.problems:
                assert part.environment is not None
                session = await part.environment.open(problem)
                made = await agent.solve(problem, session)
                await session.close()
                assert made.end == "finished", (name, made.end, made.detail)
        return perf_counter() - start

    with (
        patch.object(atc, "run_program", sandbox.run_program),
        patch.object(conagents, "run_program", sandbox.run_program),
    ):
        wall = run(attempts())
    return Measured(
        model.requests,
        sandbox.programs,
        model.seconds,
        wall,
        sandbox.seconds,
        model.lag,
    )


def problems() -> list[ProblemSet]:
    """Errands of few calls, in the worlds that answer them."""
    parts: list[ProblemSet] = []
    for name in TASKS:
        (part,) = load_task(f"starter-agent/{name}").load(Source(), Setting())
        assert isinstance(part, ProblemSet)
        chosen = [p for p in part.problems if len(p.gold.program) <= LONGEST][:PROBLEMS]
        parts.append(ProblemSet(name, chosen, environment=part.environment))
    return parts


def main() -> None:
    parts = problems()
    calls = [len(problem.gold.program) for part in parts for problem in part.problems]
    print(
        f"{len(calls)} starter errands of {min(calls)} to {max(calls)} calls, one after the other, "
        f"{DELAY * 1000:.0f} ms a request of the model; best of {ROUNDS}"
    )
    print(
        f"{'':<32} {'requests':>8} {'programs':>8} {'model s':>8} {'wall s':>8} {'added':>7} "
        f"{'sandbox':>8} {'lag':>8}"
    )
    over = []
    for name in AGENTS:
        best = min((measured(name, parts) for _ in range(ROUNDS)), key=lambda found: found.added)
        over += [name] * (best.added >= BAR)
        print(
            f"{name:<32} {best.requests:8} {best.programs:8} {best.model:8.2f} {best.wall:8.2f} "
            f"{best.added:7.1%} {best.sandbox / best.model:8.1%} "
            f"{best.lag / best.requests * 1000:5.1f} ms"
        )
    print(f"{BAR:.0%} or more: {', '.join(over) or 'none'}")


if __name__ == "__main__":
    main()
