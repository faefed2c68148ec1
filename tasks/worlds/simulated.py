"""Worlds whose tools nobody can call any more: something else answers in their place.

Several answer in turn, the first that has something to say is heard: a store of recorded answers, a
look at the arguments, a chat model that plays the API. An attempt's `state` says how often each of
them did, so that a trajectory tells by itself what was simulated.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from harness.formats import strict_json
from harness.records import Message, Observation, Problem, ToolCall, ToolSpec

LONGEST = 20_000
"""Characters of the arguments of a call."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that is to be answered.

    Attributes:
        problem: in whose attempt.
        tool: what is called.
        arguments: plain JSON values, in the order in which they were written.
        earlier: what was called before in this session, and what it gave, oldest first.
    """

    problem: Problem
    tool: ToolSpec
    arguments: Mapping[str, Any]
    earlier: Sequence[tuple[str, Mapping[str, Any], str]] = ()


class Answerer(Protocol):
    """Somebody who may know what a call gives."""

    @property
    def name(self) -> str:
        """What its answers are counted as: "cached", "simulated"."""
        ...

    async def answer(self, asked: Asked) -> Observation | None:
        """What the call gives; None where that is for others to say.

        Raises:
            InfrastructureError: whoever should know cannot be asked.
        """
        ...


class Manner(Protocol):
    """How a benchmark's tools speak."""

    def given(self, tool: str, status: int, response: Any) -> Observation:
        """The answer of a tool, by HTTP status."""
        ...

    def refused(self, reason: str) -> Observation:
        """That there was no call."""
        ...


class Simulated:
    """A world of stand-ins.

    Args:
        answerers: makes those who answer, in the order in which they are heard. Called with the
            first session, not before: what is only scored needs none of them.
        manner: how answers look.
    """

    def __init__(self, answerers: Callable[[], Iterable[Answerer]], manner: Manner) -> None:
        self._make, self.manner = answerers, manner

    @cached_property
    def _answerers(self) -> tuple[Answerer, ...]:
        return tuple(self._make())

    async def open(self, problem: Problem, trial: int = 0) -> SimulatedSession:
        """A session in which nothing was called yet.

        Raises:
            UserError: who should answer cannot be loaded.
        """
        return SimulatedSession(problem, trial, self._answerers, self.manner)


@dataclass
class SimulatedSession:
    """One attempt's own conversation with the stand-ins. The same call gives the same answer.

    Attributes:
        problem: its tools are what may be called.
        trial: which attempt.
        answerers: who answers.
        manner: how answers look.
        written: nothing is changed by a call: one that is repeated gives the same answer.
    """

    problem: Problem
    trial: int
    answerers: Sequence[Answerer]
    manner: Manner
    executes: bool = True
    written: None = None
    _counts: Counter[str] = field(default_factory=Counter, init=False)
    _known: dict[str, Observation] = field(default_factory=dict, init=False)
    _earlier: list[tuple[str, Mapping[str, Any], str]] = field(default_factory=list, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def __post_init__(self) -> None:
        self._turns = iter(self.problem.turns)
        self._tools = {tool.name: tool for tool in self.problem.tools}

    @property
    def tools(self) -> Sequence[ToolSpec]:
        """Those of the problem."""
        return self.problem.tools

    async def listen(self) -> Sequence[Message] | None:
        """The next turn of the problem; None after the last."""
        return next(self._turns, None)

    async def call(self, call: ToolCall) -> Observation:
        """What the first who knows says; a failed answer where nobody does.

        Calls that are made at once are answered one after the other, so that the later know what
        the earlier gave.

        Raises:
            InfrastructureError: whoever should answer cannot be asked.
        """
        tool = self._tools.get(call.name)
        if tool is None:
            return self._refused(f"there is no function {call.name[:80]!a}")
        try:
            if call.problem:
                raise strict_json.Refused(ascii(call.problem[:200]))
            strict_json.check(dict(call.arguments))
        except strict_json.Refused as refused:
            return self._refused(f"the arguments cannot be read: {refused}")
        arguments = json.loads(json.dumps(dict(call.arguments)))
        key = json.dumps([call.name, arguments], sort_keys=True)
        if len(key) > LONGEST:
            return self._refused(f"the arguments have more than {LONGEST:,} characters")
        async with self._turn:
            if key not in self._known:
                self._known[key] = await self._answered(tool, arguments)
        return self._known[key]

    async def _answered(self, tool: ToolSpec, arguments: Mapping[str, Any]) -> Observation:
        asked = Asked(self.problem, tool, arguments, tuple(self._earlier))
        for answerer in self.answerers:
            found = await answerer.answer(asked)
            if found is not None:
                self._counts[answerer.name] += 1
                self._earlier.append((tool.name, arguments, found.content))
                return found
        self._counts["unanswered"] += 1
        return self.manner.refused(
            "nothing is known of what this call gives, and nobody simulates the function"
        )

    def _refused(self, reason: str) -> Observation:
        self._counts["refused"] += 1
        return self.manner.refused(reason)

    @property
    def state(self) -> Any:
        """How many different calls each kind of stand-in answered, as {"answers": {kind: n}}."""
        return {"answers": dict(sorted(self._counts.items()))}

    async def again(self) -> SimulatedSession:
        """The same, with nothing called yet."""
        return SimulatedSession(self.problem, self.trial, self.answerers, self.manner)

    async def close(self) -> None:
        """Nothing is held open."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """Refuses calls without a parameter that is required, before anybody is asked.

    Types are not looked at: documentations of web APIs are often wrong about them.

    Attributes:
        manner: how a refusal looks.
        closed: whether parameters that are not documented are refused too.
    """

    manner: Manner
    closed: bool = True

    @property
    def name(self) -> str:
        """Counted with the other refusals."""
        return "refused"

    async def answer(self, asked: Asked) -> Observation | None:
        """A refusal, or None where the arguments are in order."""
        known = asked.tool.parameters.get("properties") or {}
        if self.closed and (strange := [name for name in asked.arguments if name not in known]):
            told = ", ".join(known) or "none"
            return self.manner.refused(
                f"{asked.tool.name} has no parameter '{strange[0][:80]}'; it has: {told}"
            )
        required = asked.tool.parameters.get("required") or ()
        if missing := [name for name in required if name not in asked.arguments]:
            return self.manner.refused(f"{asked.tool.name} wants: {', '.join(missing)}")
        return None
