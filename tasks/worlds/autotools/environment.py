"""The worlds as environments: a session an attempt, over what all of them share and none changes.

Simulated: recorded answers, and answers in their likeness. What an agent finds here says nothing of
the real services, and no number of it compares with one that was measured on them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

from harness.records import Message, Observation, Problem, ToolCall, ToolSpec
from tasks.worlds.autotools.answers import Answer, Refusal, Tool
from tasks.worlds.autotools.arguments import check
from tasks.worlds.autotools.food import Food
from tasks.worlds.autotools.game import Game
from tasks.worlds.autotools.music import Music
from tasks.worlds.autotools.recordings import Recordings
from tasks.worlds.autotools.weather import Weather


class Service(Protocol):
    """The tools of one service."""

    @property
    def tools(self) -> Mapping[str, Tool]:
        """By name."""
        ...


SERVICES: Mapping[str, Callable[[Recordings, int, Iterable[str]], Service]] = {
    "food": Food,
    "game": Game,
    "music": Music,
    "weather": lambda recordings, seed, queries: Weather(recordings, seed),
}


class AutoToolsWorld:
    """The world of a service.

    Args:
        domain: "food", "game", "music" or "weather".
        recordings: gives the service's recordings; called with the first session, not before.
        queries: what the problems ask; what they name is to be had in the world.
        seed: which world. Answers that are made differ between seeds.
    """

    def __init__(
        self,
        domain: str,
        recordings: Callable[[], Recordings],
        queries: Sequence[str] = (),
        seed: int = 1,
    ) -> None:
        self.domain, self.seed = domain, seed
        self._recordings, self._queries = recordings, tuple(queries)

    @cached_property
    def _tools(self) -> Mapping[str, Tool]:
        return SERVICES[self.domain](self._recordings(), self.seed, self._queries).tools

    async def open(self, problem: Problem, trial: int = 0) -> ServiceSession:
        """A session in which nothing was called yet.

        Raises:
            MissingData: the recordings are not to be had.
            UserError: they cannot be read.
        """
        return ServiceSession(problem, trial, self._tools)


class ServiceSession:
    """One attempt. Every answer is JSON; the tools only read.

    Args:
        problem: its tools are what may be called.
        trial: which attempt at it.
        tools: of the service, by name.
    """

    executes = True

    def __init__(self, problem: Problem, trial: int, tools: Mapping[str, Tool]) -> None:
        self.trial = trial
        self._problem, self._service = problem, tools
        self._offered = {spec.name: spec for spec in problem.tools if spec.name in tools}
        self._turns = iter(problem.turns)
        self._counts: Counter[str] = Counter()

    @property
    def tools(self) -> Sequence[ToolSpec]:
        """Those of the problem."""
        return self._problem.tools

    async def listen(self) -> Sequence[Message] | None:
        """The next turn of the problem; None after the last."""
        return next(self._turns, None)

    async def call(self, call: ToolCall) -> Observation:
        """What a tool gives. Whatever is wrong with a call comes back as an error in JSON."""
        try:
            answer = self._answer(call)
        except Refusal as refusal:
            self._counts["refused"] += 1
            return Observation(_json(refusal.body), failed=True)
        self._counts[answer.fidelity] += 1
        return Observation(_json(answer.value))

    @property
    def state(self) -> Any:
        """How the calls were answered: {"simulated": true, "answers": {"looked up": 2, ...}}."""
        return {"simulated": True, "answers": dict(sorted(self._counts.items()))}

    async def again(self) -> ServiceSession:
        """The same, with nothing called yet."""
        return ServiceSession(self._problem, self.trial, self._service)

    async def close(self) -> None:
        """Nothing is held open."""

    def _answer(self, call: ToolCall) -> Answer:
        spec = self._offered.get(call.name)
        if spec is None:
            raise Refusal(404, f"there is no function {call.name[:80]!a}")
        if call.problem:
            raise Refusal(400, f"the arguments cannot be read: {call.problem[:200]!a}")
        return self._service[call.name](check(spec, call.arguments))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")
