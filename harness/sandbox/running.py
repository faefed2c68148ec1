"""Programs run, each in a process of its own, whose tools are carried out here."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from harness.errors import InfrastructureError, MissingExtra, UserError
from harness.records import Observation, ToolCall, ToolSpec
from harness.sandbox import warm
from harness.sandbox.limits import Ended, Limits, Ran
from harness.sandbox.offers import Functions, Tools, bind, contents, function_names
from harness.sandbox.warm import discard, take

INSIDE = Path(__file__).with_name("inside.py")

BEGINNING = 60.0
"""Seconds in which a process must be ready; beyond that it is the machine's fault."""

PATIENCE = 60.0
"""Seconds beyond a program's own in which it must have had these of the processor; beyond that it
is the machine's fault, too."""

GLANCE = 0.05
"""Seconds between two looks at how long a program has computed, at least."""

GRACE = 2.0
"""Seconds in which a process that says nothing any more must be gone."""

OUT_OF_TIME = {"ended": "time", "error": "TimeoutError: it computed longer than it may"}
BROKEN = {"ended": "memory", "error": "MemoryError: the interpreter did not survive it"}


async def run_program(
    code: str,
    tools: Tools | Mapping[str, Callable[..., Any]],
    limits: Limits | None = None,
    inputs: Mapping[str, Any] | None = None,
) -> Ran:
    """Runs Python that nobody has looked at.

    It runs in pydantic-monty, an interpreter of a part of Python that has no way to the machine, in
    a process of its own with an empty environment, which is killed when it is over. Tools are plain
    functions in it (`search("x", limit=3)`); what they give is a Python value where it is JSON, and
    an observation that failed raises RuntimeError. A builtin cannot call a tool back
    (`max(songs, key=length)`), a comprehension can. Time stands still and chance has a seed: a
    rerun is the same.

    Args:
        code: the program.
        tools: a `Session`, of which the tools of this moment are offered, or functions by name.
        limits: what it may use up.
        inputs: variable -> plain JSON.

    Raises:
        MissingExtra: pydantic-monty or psutil is not installed.
        UserError: tools or inputs have names that a program cannot tell apart.
        InfrastructureError: no process is to be had, the machine stands still, or a tool met
            something outside the world.
    """
    _require_installed()
    limits = limits or Limits()
    carrier = Functions(tools) if isinstance(tools, Mapping) else tools
    offered = function_names(carrier.tools)
    given = _inputs(inputs or {}, offered)
    if reason := _unfit(code, limits):
        return Ran("", None, (), reason, "refused")
    run = _Run(carrier, offered, limits)
    async with _process(limits) as process:
        return await run.follow(_Line(process), code, given)


def prepare(limits: Limits | None = None) -> None:
    """Gets ready for a program that is being written: it will begin at once.

    An agent says so before it asks its model. No program need come of it.

    Args:
        limits: those that the program will have.

    Raises:
        MissingExtra: as of `run_program`, told before the model is asked.
    """
    _require_installed()
    warm.prepare(INSIDE, limits or Limits())


def _require_installed() -> None:
    if not all(importlib.util.find_spec(name) for name in ("pydantic_monty", "psutil")):
        raise MissingExtra("running model-written programs", "sandbox")


def _unfit(code: str, limits: Limits) -> str:
    if len(code) > limits.source:
        return f"the program has {len(code):,} characters; {limits.source:,} are allowed"
    try:
        code.encode()
    except UnicodeEncodeError as error:
        return f"SyntaxError: the program is no valid Unicode: {error.reason}"
    return ""


def _inputs(inputs: Mapping[str, Any], offered: Mapping[str, ToolSpec]) -> Mapping[str, Any]:
    for name in inputs:
        if not name.isidentifier():
            raise UserError(f"input '{name}': a program's variables are identifiers")
        if name in offered:
            raise UserError(f"input '{name}' has the name of a tool: rename it")
    try:
        json.dumps(dict(inputs))
    except (TypeError, ValueError, RecursionError) as error:
        raise UserError(f"inputs of a program are plain JSON: {error}") from error
    return inputs


class _Gone(Exception):
    """The process ended without a word."""


@dataclass(frozen=True)
class _Meter:
    """How long a program has computed. A clock would run on while its machine stands still.

    Attributes:
        pids: of the process in which it runs, and of the interpreter.
        before: seconds of the processor that were spent when it began.
    """

    pids: tuple[int, ...]
    before: float

    def seconds(self) -> float:
        """Seconds of the processor that it has had; a process that is gone counts none."""
        import psutil

        spent = -self.before
        for pid in self.pids:
            with suppress(psutil.Error):
                times = psutil.Process(pid).cpu_times()
                spent += times.user + times.system
        return spent


class _Line:
    """JSON lines to and from the process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:  # pragma: no cover
            raise InfrastructureError("the sandbox's process has no pipes")
        self._process, self._in, self._out = process, process.stdin, process.stdout

    async def hear(self) -> dict[str, Any]:
        try:
            line = await self._out.readline()
            if not line:
                raise _Gone
            found = json.loads(line)
        except (ValueError, RecursionError, ConnectionError) as error:
            raise _Gone from error
        if not isinstance(found, dict):
            raise _Gone
        return found

    async def begin(self, job: Mapping[str, Any]) -> _Meter:
        """Hands the program over; what tells from now on how long it computes.

        Raises:
            InfrastructureError: the process did not get ready.
        """
        try:
            async with asyncio.timeout(BEGINNING):
                await self.hear()
                await self.tell(job)
                begun = await self.hear()
        except (TimeoutError, _Gone) as error:
            raise InfrastructureError(
                "the sandbox did not start: does `python -m pydantic_monty --version` work?"
            ) from error
        return _Meter((self._process.pid, begun["interpreter"]), begun["spent"])

    async def tell(self, message: Mapping[str, Any]) -> None:
        with suppress(ConnectionError):  # who listens next hears that it is gone
            text = json.dumps(message, ensure_ascii=False)
            self._in.write(text.encode(errors="replace") + b"\n")  # half a surrogate pair is "?"
            await self._in.drain()

    async def ended_by_time(self) -> bool:
        """Whether the system ended the process for that; one that talks nonsense is still there."""
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                return -await self._process.wait() == getattr(signal, "SIGXCPU", None)
        return False


@dataclass
class _Run:
    """One program while it runs."""

    carrier: Tools
    offered: Mapping[str, ToolSpec]
    limits: Limits
    printed: list[str] = field(default_factory=list)
    calls: list[tuple[ToolCall, Observation]] = field(default_factory=list)
    left: float = field(init=False)
    """Seconds in which it cannot have computed longer than it may."""
    waited: float = 0.0
    """Seconds in which it had the word."""

    def __post_init__(self) -> None:
        self.left = self.limits.seconds

    async def follow(self, line: _Line, code: str, inputs: Mapping[str, Any]) -> Ran:
        meter = await line.begin(self._job(code, inputs))
        while True:
            message = await self._hear(line, meter)
            if "ended" in message:
                return self._ran(message["ended"], message.get("error"), message.get("value"))
            if "printed" in message:
                self.printed.append(message["printed"])
            elif len(self.calls) == self.limits.calls:
                return self._ran("calls", f"it called more than {self.limits.calls} tools")
            else:
                await line.tell(await self._answer(message))

    async def _hear(self, line: _Line, meter: _Meter) -> Mapping[str, Any]:
        """What the process says next, or what its silence means.

        Raises:
            InfrastructureError: it has not had the processor for a long time.
        """
        while True:
            start = monotonic()
            try:
                async with asyncio.timeout(self.left):
                    return await line.hear()
            except TimeoutError:
                spent = meter.seconds()
            except _Gone:
                return OUT_OF_TIME if await line.ended_by_time() else BROKEN
            finally:
                self.left -= monotonic() - start
                self.waited += monotonic() - start
            if spent >= self.limits.seconds:
                return OUT_OF_TIME
            if self.waited > self.limits.seconds + PATIENCE:
                raise InfrastructureError(
                    f"a program had {spent:.1f} seconds of the processor in {self.waited:.0f}: "
                    "the machine stands still, or has too much to do"
                )
            self.left = max(self.limits.seconds - spent, GLANCE)

    def _job(self, code: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {"code": code, "names": list(self.offered), "inputs": dict(inputs)}

    async def _answer(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        name = message["call"]
        tool = self.offered[name]
        if "problem" in message:
            call = ToolCall(tool.name, problem=message["problem"])
        else:
            call = bind(tool, message["args"], message["named"])
        if call.problem:
            seen = Observation(f"TypeError: {name}() {call.problem}", failed=True)
        elif all(tool.name != now.name for now in self.carrier.tools):
            seen = Observation(f"there is no tool '{tool.name}' any more", failed=True)
        else:
            seen = await self.carrier.call(call)
        self.calls.append((call, seen))
        if call.problem:
            return {"type": "TypeError", "message": f"{name}() {call.problem}"}
        if seen.failed:
            return {"type": "RuntimeError", "message": seen.content}
        return {"value": contents(seen)}

    def _ran(self, ended: Ended, error: str | None, value: Any = None) -> Ran:
        return Ran("".join(self.printed), value, tuple(self.calls), error, ended)


@asynccontextmanager
async def _process(limits: Limits) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process for one program, which is killed in the end."""
    process = await take(INSIDE, limits)
    try:
        yield process
    finally:
        await discard(process)
