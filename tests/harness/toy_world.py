"""A toy world of two tools, and chat models that say what they were told to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.errors import InfrastructureError
from harness.records import (
    Completion,
    Message,
    Observation,
    Problem,
    ToolCall,
    ToolSpec,
    Usage,
)

LOOK = ToolSpec(
    "look",
    "Tells where something is.",
    {"type": "object", "properties": {"thing": {"type": "string"}}, "required": ["thing"]},
)
MOVE = ToolSpec(
    "move",
    "Moves something.",
    {
        "type": "object",
        "properties": {"thing": {"type": "string"}, "to": {"type": "string"}},
        "required": ["thing", "to"],
    },
)
PROBLEM = Problem("p", ((Message("user", "Put the hat where the cat is."),),), (LOOK, MOVE))


@dataclass
class Rooms:
    """A world of things in rooms. Every session begins with the same ones.

    Attributes:
        broken: number of calls after which the network is down.
    """

    broken: int = 10**9

    async def open(self, problem: Problem, trial: int = 0) -> InRooms:
        return InRooms(problem, trial, self.broken)


@dataclass
class InRooms:
    problem: Problem
    trial: int
    broken: int
    executes: bool = True
    closed: bool = False
    places: dict[str, str] = field(default_factory=lambda: {"cat": "attic", "hat": "hall"})
    calls: int = 0

    def __post_init__(self) -> None:
        self._turns = iter(self.problem.turns)

    @property
    def tools(self) -> Sequence[ToolSpec]:
        return self.problem.tools

    async def listen(self) -> Sequence[Message] | None:
        return next(self._turns, None)

    async def call(self, call: ToolCall) -> Observation:
        self.calls += 1
        if self.calls > self.broken:
            raise InfrastructureError("the world is gone")
        thing = call.arguments.get("thing")
        if thing not in self.places:
            return Observation(json.dumps({"error": f"there is no {thing}"}), failed=True)
        if call.name == "move":
            self.places[str(thing)] = str(call.arguments["to"])
        return Observation(json.dumps({"thing": thing, "place": self.places[str(thing)]}))

    @property
    def state(self) -> Any:
        return dict(sorted(self.places.items()))

    async def again(self) -> InRooms:
        return InRooms(self.problem, self.trial, self.broken)

    async def close(self) -> None:
        self.closed = True


def calling(*calls: ToolCall, text: str = "") -> Completion:
    return Completion(text, Usage(10, 2), calls=calls)


def saying(text: str) -> Completion:
    return Completion(text, Usage(10, 2))


class Sayings:
    """Says one completion after the other, and keeps what it was asked."""

    version = "1"

    def __init__(self, completions: Iterable[Completion]) -> None:
        self._left = iter(list(completions))
        self._asked: list[tuple[list[Message], tuple[str, ...]]] = []

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float = 0.0,
    ) -> Completion:
        self._asked.append((list(messages), tuple(tool.name for tool in tools)))
        return next(self._left)


Policy = Callable[[Sequence[Message]], Completion]
