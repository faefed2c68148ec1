"""BFCL's conversations as a world: calls are carried out on upstream's own back-ends.

They run where `tasks.judges.bfcl_state` has them, in processes of an environment that has
`bfcl-eval`, and go there as names with JSON arguments. A process attends to many sessions. The
back-ends are deterministic, so what a session has done so far is all that it takes to build it
anew: one whose process has ended meanwhile goes on in another.

After every event the check of `bfcl-state` looks at the turn, so that `state` always has a verdict:
{"state": "valid" or "invalid", "reason": ..., "checked": by whom, "digests": of each class}.

Source: ShishirPatil/gorilla @ 6ea57973, bfcl_eval/model_handler/base_handler.py and
bfcl_eval/utils.py: functions of `missed_function` are offered from their turn on, behind the
others. They can be called before all the same. Upstream stops a turn after 21 steps with calls;
here that is the agent's to count (`function-calling(..., steps=21)`).
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from typing import Any

from harness.errors import InfrastructureError, UserError
from harness.formats import strict_json
from harness.records import Message, Observation, Problem, ToolCall, ToolSpec
from tasks.judges.bfcl_process import Died, Limits, Process, Spent
from tasks.judges.bfcl_state import (
    INSTALL,
    VARIABLE,
    WORKERS,
    gold_calls,
    interpreter,
    line_of,
    setup,
    started,
)

_FAILED = "Error during execution: "
"""What a result begins with where a back-end has raised."""


def bfcl_world() -> BfclWorld | None:
    """The world of this machine's extra; None without one: ASSAY_BFCL_PYTHON names none."""
    return BfclWorld() if os.environ.get(VARIABLE) else None


class BfclWorld:
    """The back-ends, each session its own. Processes start with the first session.

    Args:
        python: the interpreter of an environment that has bfcl-eval; None takes the one that
            ASSAY_BFCL_PYTHON names.
        workers: processes at once; None takes one a core, and no more than `WORKERS`.
        limits: what one call may use.
    """

    def __init__(
        self, python: str | None = None, workers: int | None = None, limits: Limits | None = None
    ) -> None:
        count = workers or min(WORKERS, os.cpu_count() or 1)
        self._python = python
        self._places = [_Place(limits or Limits()) for _ in range(count)]
        self._threads = ThreadPoolExecutor(count, "bfcl-world")
        self._numbers = itertools.count()
        self.close = weakref.finalize(self, _close, self._threads, self._places)

    async def open(self, problem: Problem, trial: int = 0) -> BfclSession:
        """A session in the problem's initial state.

        Raises:
            UserError: bfcl-eval cannot be run, or the problem is no conversation of BFCL's.
            InfrastructureError: a process does not start.
        """
        number = next(self._numbers)
        place = self._places[number % len(self._places)]
        version = await self._apart(place.ready, interpreter(self._python))
        return BfclSession(self, place, number, problem, trial, f"bfcl-state {version}")

    async def _apart(self, work: Any, *given: Any) -> Any:
        """What some work gives that waits for a process."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)


class _Place:
    """Where a process is, or will be. One thread at a time talks to it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._process: Process | None = None
        self._python, self._version = "", ""
        self._lock = Lock()

    def ready(self, python: str) -> str:
        """The version of bfcl-eval that runs here."""
        with self._lock:
            self._python = python
            self._running()
            return self._version

    def ask(self, job: bytes) -> dict[str, Any]:
        """The answer to a job.

        Where the process has died, has used up its time (which raise `Died` and `Spent`) or has no
        memory left, the next job gets a new one.
        """
        with self._lock:
            try:
                said = self._running().ask(job)
            except (Died, Spent):
                self.end()
                raise
            if "memory" in said:
                self.end()
            return said

    def forget(self, number: int) -> None:
        """Ends a session; nothing is started for that."""
        with self._lock, suppress(Died, Spent):
            if self._process is not None:
                self._process.ask(json.dumps({"session": number, "closed": True}).encode())

    def end(self) -> None:
        """Ends the process; the next job gets a new one."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _running(self) -> Process:
        if self._process is None:
            try:
                self._process, self._version = started(self._python, self.limits)
            except UserError as error:
                if self._version:  # it has run before
                    raise InfrastructureError(str(error)) from None
                raise
        return self._process


def _close(threads: ThreadPoolExecutor, places: Sequence[_Place]) -> None:
    threads.shutdown(cancel_futures=True)
    for place in places:
        place.end()


class BfclSession:
    """One attempt at a conversation.

    Args:
        world: where it belongs.
        place: of the process that attends to it.
        number: by which the process knows it.
        problem: the conversation.
        trial: which attempt at it.
        checker: who checks it.
    """

    executes = True

    def __init__(
        self,
        world: BfclWorld,
        place: _Place,
        number: int,
        problem: Problem,
        trial: int,
        checker: str,
    ) -> None:
        self.trial = trial
        self._world, self._place, self._number = world, place, number
        self._problem, self._checker = problem, checker
        self._setup = {**setup(problem), "gold": gold_calls(problem)}
        self._past: list[dict[str, Any]] = []
        self._turn = -1
        self._reason, self._digests = "", dict[str, str]()

    @property
    def tools(self) -> Sequence[ToolSpec]:
        """What is offered in this turn: what came with a turn last, in the order of its list."""
        held = self._problem.gold.details.get("missed_function", {})
        late = {str(name): int(turn) for turn, names in held.items() for name in names}
        tools = {tool.name: tool for tool in self._problem.tools}
        at_once = [tool for name, tool in tools.items() if name not in late]
        added = [name for name in sorted(late, key=late.__getitem__) if late[name] <= self._turn]
        return (*at_once, *(tools[name] for name in added if name in tools))

    async def listen(self) -> Sequence[Message] | None:
        """The next turn; None after the last."""
        if self._turn + 1 >= len(self._problem.turns):
            return None
        await self._happen({})
        self._turn += 1
        return self._problem.turns[self._turn]

    async def call(self, call: ToolCall) -> Observation:
        """Carries a call out. One that cannot be read, or takes too much, changes nothing.

        Raises:
            InfrastructureError: the process died over it; other sessions are not concerned.
        """
        if self._turn < 0:
            raise UserError("nobody has said anything yet: an agent listens before it calls")
        try:
            if call.problem:
                raise strict_json.Refused(ascii(call.problem[:200]))
            strict_json.check([call.name, dict(call.arguments)])
        except (strict_json.Refused, TypeError, ValueError) as error:
            return Observation(f"{_FAILED}the call cannot be read: {error}"[:300], failed=True)
        try:
            result = await self._happen({"name": call.name, "arguments": dict(call.arguments)})
        except Spent:
            limits = self._place.limits
            much = f"{limits.seconds:g} s of processor time or {limits.megabytes:,} MB of memory"
            return Observation(f"{_FAILED}the call takes more than {much}", failed=True)
        return Observation(result, failed=_failed(result))

    @property
    def written(self) -> dict[str, str]:
        """Digest of every back-end, which changes with what an attempt writes, and only then."""
        return dict(self._digests)

    @property
    def state(self) -> Any:
        """The verdict as the conversation stands, and a digest of each class."""
        begun, wanted = self._turn + 1, len(self._problem.gold.turns)
        early = f"multi_turn:force_terminated {begun} of {wanted} turns" if begun < wanted else ""
        reason = early or self._reason
        label = "invalid" if reason else "valid"
        return {
            "state": label,
            "reason": reason,
            "checked": self._checker,
            "digests": self._digests,
        }

    async def again(self) -> BfclSession:
        """The conversation from the start."""
        return await self._world.open(self._problem, self.trial)

    async def close(self) -> None:
        """The process forgets the session."""
        await self._world._apart(self._place.forget, self._number)

    async def _happen(self, event: Mapping[str, Any]) -> str:
        """What an event gave; "" for the beginning of a turn. It counts once it has happened."""
        said = await self._world._apart(self._said, event)
        self._past.append(dict(event))
        self._reason, self._digests = str(said["reason"]), dict(said["digests"])
        return str(said.get("result", "")).encode(errors="replace").decode()

    def _said(self, event: Mapping[str, Any]) -> dict[str, Any]:
        job = {"session": self._number, "events": len(self._past), "event": event}
        anew = {**job, "setup": self._setup, "past": self._past}
        try:
            said = self._place.ask(line_of(job, self._problem.id))
            # It may owe it to other sessions that it has no memory left: what a new one says counts
            if "lost" in said or "memory" in said:
                said = self._place.ask(line_of(anew, self._problem.id))
        except Died as death:
            raise InfrastructureError(
                f"{self._checker} has died on problem {self._problem.id}: {death}"
            ) from None
        if "memory" in said:
            raise Spent
        if "reason" not in said:
            what = said.get("broken", "it cannot be understood")
            raise UserError(
                f"{self._checker} cannot run problem {self._problem.id}: {what}. {INSTALL}"
            )
        return said


def _failed(result: str) -> bool:
    """Whether a result is an error: one raised, or told under that name."""
    if result.startswith(_FAILED):
        return True
    try:
        value = json.loads(result) if result.startswith('{"error"') else None
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict)
