"""The starter world as an environment: a session an attempt, over facts that all of them share."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from harness.records import Message, Observation, Problem, ToolCall, ToolSpec
from tasks.worlds.starter.executable.account import Account, draw_account
from tasks.worlds.starter.executable.arguments import check, look_up
from tasks.worlds.starter.executable.desk import Desk
from tasks.worlds.starter.executable.functions import FUNCTIONS
from tasks.worlds.starter.executable.lookalikes import answer
from tasks.worlds.starter.executable.refusal import Refusal
from tasks.worlds.starter.executable.shelf import as_page
from tasks.worlds.starter.executable.specs import core_specs
from tasks.worlds.starter.generate import generate
from tasks.worlds.starter.tools import Tool, catalogue
from tasks.worlds.starter.world import World


class StarterWorld:
    """The world of a seed in which calls are carried out.

    Args:
        seed: which world.
        size: number of towns.
    """

    def __init__(self, seed: int = 1, size: int = 24) -> None:
        self.seed, self.size = seed, size

    async def open(self, problem: Problem, trial: int = 0) -> WorldSession:
        """A session at the frozen moment of the world, with nothing written yet."""
        world, account, tools = shared(self.seed, self.size)
        return WorldSession(problem, trial, Desk(world, account), tools)


@lru_cache(maxsize=4)
def shared(seed: int, size: int) -> tuple[World, Account, Mapping[str, Tool]]:
    """What the sessions of a world share; none of them changes it."""
    world = generate(seed, size)
    return world, draw_account(world), {tool.name: tool for tool in catalogue(seed)}


class WorldSession:
    """One attempt's copy of the world. Every answer is JSON.

    Args:
        problem: its tools are what may be called; all of the world's own where it names none.
        trial: which attempt at it.
        desk: the facts, and what is written.
        tools: the catalogue by name.
    """

    executes = True

    def __init__(self, problem: Problem, trial: int, desk: Desk, tools: Mapping[str, Tool]) -> None:
        self.trial = trial
        self._problem, self._catalogue = problem, tools
        self._tools = problem.tools or tuple(core_specs().values())
        self._callable = {spec.name: tools[spec.name] for spec in self._tools if spec.name in tools}
        self._turns = iter(problem.turns)
        self._desk = desk

    @property
    def tools(self) -> Sequence[ToolSpec]:
        """The tools of the problem, the same in every turn."""
        return self._tools

    async def listen(self) -> Sequence[Message] | None:
        """The next turn of the problem; None after the last."""
        return next(self._turns, None)

    async def call(self, call: ToolCall) -> Observation:
        """Carries a call out. Whatever is wrong with it comes back as an error in JSON."""
        try:
            return Observation(_json(self._answer(call)))
        except Refusal as refusal:
            return Observation(_json(refusal.body), failed=True)

    @property
    def state(self) -> Any:
        """What the attempt has changed: JSON in canonical order, {} where it changed nothing."""
        return self._desk.state

    async def again(self) -> WorldSession:
        """The world as it was before the first call."""
        desk = Desk(self._desk.world, self._desk.account)
        return WorldSession(self._problem, self.trial, desk, self._catalogue)

    async def close(self) -> None:
        """Nothing is held open."""

    def _answer(self, call: ToolCall) -> Any:
        tool = self._callable.get(call.name)
        if tool is None:
            raise Refusal(404, f"there is no function '{call.name[:80]}'")
        if call.problem:
            raise Refusal(400, f"the arguments cannot be read: {call.problem[:200]}")
        checked = check(tool, call.arguments)
        if not tool.core:
            return answer(tool, checked)
        function = FUNCTIONS[tool.name]
        page = checked.pop("page", 1)
        given = function.body(self._desk, **look_up(self._desk, checked))
        if function.shape == "pages":
            return as_page(given, page)
        return given if function.shape == "one" else {"items": given}


def _json(value: Any) -> str:
    """JSON that can be written as UTF-8, whatever a model has put into the name of a call."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")
