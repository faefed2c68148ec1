"""A smoke test for agents: a few tiny problems, in a world and without one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from inspect import iscoroutine
from typing import Any

from harness.contracts import Agent, Session
from harness.errors import UserError
from harness.formats.trajectories import digest, to_line
from harness.loop import run, together
from harness.play.sessions import Told
from harness.records import (
    Gold,
    Message,
    Observation,
    Problem,
    ToolCall,
    ToolSpec,
    Trajectory,
)

TOWN = {"type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]}
QUERY = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
TOOLS = (
    ToolSpec("search", "Passages about something.", QUERY),
    ToolSpec("weather.today", "Today's weather in a town.", TOWN),
    ToolSpec("ferries.next", "When the next ferry leaves a town.", TOWN),
)
PROBLEM = Problem("p1", ((Message("user", "When does the next ferry leave Talen?"),),), TOOLS)
NO_TOOLS = replace(PROBLEM, id="p2", tools=())
EMPTY = replace(PROBLEM, id="p3", turns=((Message("user", ""),),))
AGAIN = replace(PROBLEM, id="p4", turns=(*PROBLEM.turns, (Message("user", "And the weather?"),)))


PASSAGE = {"id": "1", "title": "Talen", "text": "Ferries leave Talen at 9:40.", "score": 1.0}


class Town(Told):
    """A world in which every call gets an answer."""

    executes = True

    async def call(self, call: ToolCall) -> Observation:
        """What the town says; a failure where a tool or an argument is not as documented."""
        if call.name == "search" and isinstance(call.arguments.get("query"), str):
            return Observation(json.dumps({"results": [PASSAGE]}))
        town = call.arguments.get("town")
        if call.name not in {tool.name for tool in self.tools} or not isinstance(town, str):
            return Observation(json.dumps({"error": "there is no such thing"}), failed=True)
        return Observation(json.dumps({"town": town, "answer": "9:40"}))

    async def again(self) -> Town:
        """The same town from the start."""
        return Town(self._problem, self.trial)


class Fault(Exception):
    """What is wrong, as one line."""


@dataclass(frozen=True)
class Trial:
    """One thing that is tried.

    Attributes:
        name: what a sound agent does.
        run: tries it; gives what was seen.
        fix: what to do where it fails.
    """

    name: str
    run: Callable[[Agent], str]
    fix: str


def attempt(agent: Agent, problem: Problem, world: bool = True) -> Trajectory:
    """One attempt, checked."""
    session: Session = Town(problem) if world else Told(problem)
    work: Any = agent.solve(replace(problem, gold=Gold()), session)
    if not iscoroutine(work):
        raise Fault("solve is no coroutine: write async def solve(self, problem, session)")
    made: Any = run(work)
    if not isinstance(made, Trajectory):
        raise Fault(f"solve gave {type(made).__name__}")
    try:
        to_line(made)
    except UserError as error:
        raise Fault(str(error)) from None
    return made


def _attempts(agent: Agent) -> str:
    made = attempt(agent, PROBLEM)
    return f"{len(made.calls)} calls, {made.end}"


def _without_a_world(agent: Agent) -> str:
    return f"{len(attempt(agent, PROBLEM, world=False).calls)} calls that nothing carries out"


def _side_by_side(agent: Agent) -> str:
    problems: Sequence[Problem] = [PROBLEM, AGAIN] * 4
    made = run(together(agent.solve(problem, Town(problem)) for problem in problems))
    strangers = [t.problem for t, p in zip(made, problems, strict=True) if t.problem != p.id]
    if strangers:
        raise Fault(f"an attempt at another problem came back, '{strangers[0]}'")
    return f"{len(problems)} attempts at once"


def _twice(agent: Agent) -> str:
    first, second = (digest(replace(attempt(agent, PROBLEM), seconds=None)) for _ in range(2))
    return "the same twice" if first == second else "two attempts differ: ask for several --trials"


def _survives(problem: Problem) -> Callable[[Agent], str]:
    return lambda agent: attempt(agent, problem).end


def _without_tools(agent: Agent) -> str:
    """Whoever cannot do without a tool says so."""
    try:
        return attempt(agent, NO_TOOLS).end
    except UserError as error:
        return f"refuses: {error}"


TRIALS = (
    Trial("attempts a problem", _attempts, "solve(problem, session) must return a Trajectory"),
    Trial(
        "needs no world for one turn",
        _without_a_world,
        "look at session.executes before calling session.call",
    ),
    Trial("keeps attempts apart", _side_by_side, "keep nothing of an attempt on the agent itself"),
    Trial("is asked twice", _twice, "solve(problem, session) must return a Trajectory"),
    Trial("survives several turns", _survives(AGAIN), "session.listen() gives the next turn"),
    Trial("survives no tools", _without_tools, "a problem may have no tools"),
    Trial("survives an empty request", _survives(EMPTY), "a request may be empty"),
)
