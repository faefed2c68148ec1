"""Sessions are ended, whenever an attempt is cut short."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from toy_world import PROBLEM, InRooms, Rooms

from harness.contracts import Session
from harness.loop import run
from harness.play.playing import Play
from harness.play.sessions import close
from harness.records import Problem, Trajectory
from models.agents.best_of import BestOf


class Slow(InRooms):
    """Takes a while to end, like a process that is told to stop."""

    async def close(self) -> None:
        self.calls += 1
        await asyncio.sleep(0.05)
        self.closed = True

    async def again(self) -> InRooms:
        return _opened(self.problem, self.trial)


SESSIONS: list[Slow] = []


def _opened(problem: Problem, trial: int) -> Slow:
    SESSIONS.append(Slow(problem, trial, 10**9))
    return SESSIONS[-1]


class SlowRooms(Rooms):
    async def open(self, problem: Problem, trial: int = 0) -> InRooms:
        return _opened(problem, trial)


class Done:
    version = "1"

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        return Trajectory(problem.id, answer="yes")


@pytest.mark.parametrize("agent", [Done(), BestOf(Done(), n=3)])
def test_who_is_stopped_while_sessions_end_lets_them_end(agent: Done | BestOf) -> None:
    SESSIONS.clear()

    async def stopped() -> Sequence[bool]:
        play = Play(agent, {"p": PROBLEM}, {"p": SlowRooms()})
        attempt = asyncio.ensure_future(play.attempt("p", 0))
        await asyncio.sleep(0.02)
        attempt.cancel()
        with pytest.raises(asyncio.CancelledError):
            await attempt
        return [session.closed for session in SESSIONS]

    assert run(stopped()) == [True] * getattr(agent, "n", 1)


def test_a_session_ends_once_where_nothing_comes_between() -> None:
    session = Slow(PROBLEM, 0, 1)
    run(close(session))
    assert (session.closed, session.calls) == (True, 1)
