"""Faults on a schedule: an environment whose answers are spoilt now and then, always alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.contracts import Session, ToolEnvironment
from harness.errors import unknown
from harness.records import Message, Observation, Problem, ToolCall, ToolSpec
from tasks.worlds.draw import Draw

KINDS = ("429", "500", "timeout", "empty", "renamed", "truncated")
"""What can go wrong, each as likely as the others."""
_UNDONE = {
    "429": {"status": 429, "code": "too_many_requests", "message": "try again in 1 second"},
    "500": {"status": 500, "code": "internal", "message": "something went wrong"},
    "timeout": {"status": 504, "code": "timeout", "message": "no answer came in time"},
}
"""Faults that keep a call from being carried out."""
_FINEST = 1_000_000


class Faulty:
    """An environment with faults.

    Whether a call meets a fault, and which, hangs on the seed, the problem, the trial and the
    number of the call in its session, and on nothing else: a rerun meets the same faults, a call
    that is repeated stands a new chance. "429", "500" and "timeout" keep a call from being carried
    out. "empty", "renamed" and "truncated" spoil what a call gave; a call that failed by itself or
    has written something is spared these, so that nobody needs to repeat what is done already.

    Args:
        environment: the one without faults.
        share: how many calls in one meet a fault, 0 to 1.
        seed: of the schedule.
        kinds: faults to choose from, of `KINDS`.

    Raises:
        UserError: there is no such kind of fault.
    """

    def __init__(
        self,
        environment: ToolEnvironment,
        share: float = 0.1,
        seed: int = 0,
        kinds: Sequence[str] = KINDS,
    ) -> None:
        for kind in kinds:
            if kind not in KINDS:
                raise unknown("kind of fault", kind, KINDS)
        self.environment, self.share, self.seed, self.kinds = environment, share, seed, tuple(kinds)

    async def open(self, problem: Problem, trial: int = 0) -> Session:
        """A session of the environment, with faults between it and the agent."""
        return _FaultySession(self, await self.environment.open(problem, trial), problem.id)

    def fault(self, problem: str, trial: int, number: int) -> str | None:
        """The fault that a call meets, by the problem's id and the call's number from 0."""
        draw = Draw(self.seed, "fault", problem, trial, number)
        if not self.kinds or draw.below(_FINEST) >= self.share * _FINEST:
            return None
        return draw.choice(self.kinds)


class _FaultySession:
    def __init__(self, schedule: Faulty, session: Session, problem: str) -> None:
        self.trial, self.executes = session.trial, session.executes
        self._schedule, self._session, self._problem = schedule, session, problem
        self._calls = 0

    @property
    def tools(self) -> Sequence[ToolSpec]:
        return self._session.tools

    async def listen(self) -> Sequence[Message] | None:
        return await self._session.listen()

    async def call(self, call: ToolCall) -> Observation:
        fault = self._schedule.fault(self._problem, self.trial, self._calls)
        self._calls += 1
        if fault in _UNDONE:
            return Observation(json.dumps({"error": _UNDONE[fault]}), failed=True)
        if fault is None:
            return await self._session.call(call)
        before = self._session.state
        given = await self._session.call(call)
        if given.failed or self._session.state != before:
            return given
        return Observation(_SPOILT[fault](given.content))

    @property
    def state(self) -> Any:
        return self._session.state

    async def again(self) -> Session:
        return _FaultySession(self._schedule, await self._session.again(), self._problem)

    async def close(self) -> None:
        await self._session.close()


def _emptied(content: str) -> str:
    """The answer without its entries, or without its fields where it is no list."""
    value = json.loads(content)
    if isinstance(value, dict) and isinstance(value.get("items"), list):
        counts = {name: 0 for name in ("pages", "count") if name in value}
        return json.dumps({**value, "items": [], **counts}, ensure_ascii=False)
    return json.dumps({} if isinstance(value, dict) else None)


def _renamed(content: str) -> str:
    """The answer with the first field of every entry, or its own, under another name."""
    value = json.loads(content)
    if isinstance(value, dict) and isinstance(value.get("items"), list):
        value = {**value, "items": [_first_renamed(item) for item in value["items"]]}
    return json.dumps(_first_renamed(value) if "items" not in value else value, ensure_ascii=False)


def _first_renamed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {f"x_{name}" if i == 0 else name: v for i, (name, v) in enumerate(value.items())}


def _truncated(content: str) -> str:
    """The first half of the text."""
    return content[: len(content) // 2]


_SPOILT: Mapping[str, Callable[[str], str]] = {
    "empty": _emptied,
    "renamed": _renamed,
    "truncated": _truncated,
}
"""Faults that spoil an answer."""
