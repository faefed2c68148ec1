"""A toy task of tool use and toy agents, whose every number can be worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.contracts import Problems, ProblemSet, Session
from harness.errors import InfrastructureError
from harness.records import (
    Gold,
    Message,
    Problem,
    Setting,
    TaskCard,
    ToolCall,
    ToolSpec,
    Trajectory,
)
from harness.sources import Source

SEARCH = ToolSpec(
    "search", "Finds films.", {"type": "object", "properties": {"q": {"type": "string"}}}
)
CAST = ToolSpec("cast", "Lists a film's actors.")


def problem(id: str, *path: str, success: str = "path_set_all") -> Problem:
    """A problem whose gold is a path."""
    text = f"Solve {id}."
    labels = {"plan length": str(len(path))}
    gold = Gold(success=success, path=path)
    return Problem(id, ((Message("user", text),),), (SEARCH, CAST), gold, labels)


def attempt(id: str, *calls: str, trial: int = 0) -> Trajectory:
    """An attempt that makes these calls, one a step."""
    messages = tuple(Message("assistant", calls=(ToolCall(name),)) for name in calls)
    return Trajectory(id, trial, messages, answer="done")


PROBLEMS = (problem("one", "search"), problem("two", "search", "cast"), problem("three", "cast"))


CARD = TaskCard(
    "toy-tools", "Toy tools", "Three problems.", kind="tool_use", main_measure="path_recall"
)


@dataclass(eq=False)
class ToolToy:
    """Three problems in one set, unless others are given."""

    sets: Problems = (ProblemSet("test", PROBLEMS),)
    card: TaskCard = CARD
    measures: Sequence[str] = ("path_recall", "path_set_all", "pass^1")

    def load(self, source: Source, setting: Setting) -> Problems:
        return self.sets


@dataclass
class Scripted:
    """Calls what it was told to, problem by problem.

    Attributes:
        script: problem -> names of tools.
    """

    script: Mapping[str, Sequence[str]]
    version: str = "1"
    _down: set[str] = field(default_factory=set)
    """Problems on which the network is down."""
    _seen: list[Problem] = field(default_factory=list)

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        self._seen.append(problem)
        if problem.id in self._down:
            raise InfrastructureError("the network is down")
        return attempt("whatever", *self.script.get(problem.id, ()))
