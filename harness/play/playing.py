"""How attempts are made under a setting: with which tools, in which world, under whose eyes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from harness.budget import BudgetSpent
from harness.contracts import Agent, Session, ToolEnvironment
from harness.errors import InfrastructureError, TooLong, UserError
from harness.formats.trajectories import writable
from harness.play.clock import Clock
from harness.play.faulty import Faults
from harness.play.offering import Offered
from harness.play.sessions import Told, close
from harness.play.story import OUTGROWN
from harness.play.toolsets import Toolsets
from harness.play.verdicts import Verdicts
from harness.records import Gold, Problem, Trajectory
from harness.workspace import working


@dataclass(frozen=True)
class Play:
    """What an agent's attempts at the problems of a task have in common.

    Attributes:
        agent: who attempts them.
        problems: by key.
        worlds: in which calls are carried out, by key; a problem without one is only said.
        toolsets: which tools are offered; None offers each problem's own.
        faults: what goes wrong in the worlds; None is nothing.
        verdicts: who judges each attempt as soon as it is made; None is nobody.
    """

    agent: Agent
    problems: Mapping[str, Problem]
    worlds: Mapping[str, ToolEnvironment]
    toolsets: Toolsets | None = None
    faults: Faults | None = None
    verdicts: Verdicts | None = None

    async def attempt(self, key: str, trial: int) -> Trajectory:
        """One attempt in a world of its own; an error where something outside the agent failed.

        Where a model does not read any more what was said, and the agent makes nothing of that, the
        attempt has stopped. One that no file can hold is malformed; only its cost is kept.
        """
        clock = Clock()
        try:
            with working(trial=trial, clock=clock):
                made = await self._solved(key, trial)
        except BudgetSpent as spent:
            return Trajectory(key, trial, end="error", detail=f"not asked: {spent}")
        except (InfrastructureError, ConnectionError, TimeoutError) as error:
            return Trajectory(key, trial, end="error", detail=_told(error))
        seconds = clock.seconds if made.seconds is None else made.seconds
        made = writable(replace(made, problem=key, trial=trial, seconds=seconds))
        return await self.verdicts.on(self.problems[key], made) if self.verdicts else made

    async def _solved(self, key: str, trial: int) -> Trajectory:
        """What the agent made of a problem, with the names of the tools that it was offered."""
        problem, offered = self.problems[key], None
        if self.toolsets is not None:
            problem, offered = self.toolsets.problem(key), self.toolsets.of(key)
        session = await self._session(key, problem, trial)
        if offered is not None:
            session = Offered(session, offered, problem)
        told = problem if offered is None else replace(problem, tools=offered)
        if not getattr(self.agent, "sees_gold", False):
            told = replace(told, gold=Gold())
        try:
            made = await self.agent.solve(told, session)
        except TooLong as error:
            made = Trajectory(key, trial, end="stopped", detail=f"{OUTGROWN}: {_told(error)}")
        finally:
            await close(session)
        if not isinstance(made, Trajectory):
            raise UserError(f"solve gave {type(made).__name__} for '{key}': a Trajectory is wanted")
        names = None if offered is None else tuple(tool.name for tool in offered)
        return replace(made, offered=names)

    async def _session(self, key: str, problem: Problem, trial: int) -> Session:
        """The world of a problem, or its turns alone where it has none."""
        world = self.worlds.get(key)
        if world is None:
            return Told(problem, trial)
        return await (self.faults.around(world) if self.faults else world).open(problem, trial)


def _told(error: Exception) -> str:
    """What an error says, which may be a server's own words, as a file can hold it."""
    return (str(error) or type(error).__name__).encode(errors="replace").decode()
