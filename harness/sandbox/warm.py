"""Processes for programs, some of them started ahead. Each runs one program and is then ended.

A process takes many times as long to start as most programs take to run. So where programs come
with the same limits one after the other, a few processes wait for the next ones: as many as there
are cores, and no more than `MOST`. They are started when a program is over, or by `prepare`, while
a model writes the next one: beside a program, starting them would hold it up. They end with the
program that started them, however that ends: they are killed at its exit, and end by themselves
when nobody is left to tell them anything.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import InfrastructureError
from harness.loop import requests_loop
from harness.sandbox.limits import Limits

MOST = 4
Process = asyncio.subprocess.Process
_For = tuple[Path, Limits]
"""What a process can be used for: the script that it runs, and the limits that it has."""


async def start(script: Path, limits: Limits) -> Process:
    """A process that leads a group of its own and knows nothing of this one.

    Raises:
        InfrastructureError: none is to be had.
    """
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-X",
            "utf8",
            str(script),
            json.dumps(asdict(limits)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
            cwd=Path(sys.executable).anchor,
            start_new_session=True,
            limit=2**16 + 12 * limits.output,  # a character is 12 bytes at most: two escapes
        )
    except OSError as error:
        raise InfrastructureError(f"the sandbox's process could not be started: {error}") from error


async def end(process: Process) -> None:
    """Kills the whole group of a process and waits until it is gone."""
    kill(process)
    if process.stdin is not None:
        process.stdin.close()
    while process.stdout is not None and await process.stdout.read(2**20):
        pass  # a process whose pipe is full is never seen to end
    await process.wait()


async def discard(process: Process) -> None:
    """Kills the whole group of a process. Nobody waits for it to be gone.

    On a loop other than the one of all requests, which may close at any time, somebody does.
    """
    if asyncio.get_running_loop() is requests_loop():
        kill(process)
        _POOL.discard(process)
    else:
        await end(process)


def kill(process: Process) -> None:
    """Kills the whole group of a process."""
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


async def take(script: Path, limits: Limits) -> Process:
    """A process that nobody has used; whoever takes it ends it.

    On a loop other than the one of all requests, which may close at any time, none waits.

    Raises:
        InfrastructureError: none is to be had.
    """
    if asyncio.get_running_loop() is not requests_loop():
        return await start(script, limits)
    waiting = _POOL.take((script, limits))
    return waiting if waiting is not None else await start(script, limits)


def prepare(script: Path, limits: Limits) -> None:
    """Lets a process wait for a program that is to come, on the loop of all requests."""
    if asyncio.get_running_loop() is requests_loop():
        _POOL.prepare((script, limits))


@dataclass
class Pool:
    """Processes that wait, all of them for programs of one kind.

    Attributes:
        idle: those that are there; the oldest is used first.
    """

    idle: list[Process] = field(default_factory=list)
    _kind: _For | None = None
    _wanted: int = 0
    _works: set[asyncio.Task[None]] = field(default_factory=set)
    _starting: int = 0
    _others: list[Process] = field(default_factory=list)

    def take(self, kind: _For) -> Process | None:
        """The next one, if there is one of that kind; the second program in a row begins a row."""
        if not self._turn(kind):
            return None
        self._wanted = min(MOST, os.cpu_count() or 1)
        usable = [process for process in self._all() if process.returncode is None]
        taken = usable.pop(0) if usable else None
        self.idle = usable
        if not usable:  # programs come faster than they end
            self._fill()
        return taken

    def prepare(self, kind: _For) -> None:
        """Sees to it that one waits at least, and as many as in a row where one has begun."""
        self._turn(kind)
        self._wanted = self._wanted or 1
        self._fill()

    def discard(self, process: Process) -> None:
        """Sweeps a process up that was killed; then there is time to start others."""
        self._work(self._swept(process))

    def close(self) -> None:
        """Kills all that wait."""
        for process in self._all():
            kill(process)

    def forget(self) -> None:
        """Leaves them to the process that started them, of which this one is a copy."""
        self._kind, self._wanted, self._starting = None, 0, 0
        self._others, self.idle = self.idle, []

    def _turn(self, kind: _For) -> bool:
        """Whether that is their kind already; where it is not, they end, and from now on it is."""
        if kind == self._kind:
            return True
        self._kind, self._wanted = kind, 0
        for process in self._all():
            self._work(end(process))
        return False

    def _fill(self) -> None:
        if self._kind is not None:
            for _ in range(self._wanted - len(self.idle) - self._starting):
                self._starting += 1
                self._work(self._start(self._kind))

    async def _swept(self, process: Process) -> None:
        await end(process)
        self._fill()

    def _all(self) -> list[Process]:
        found, self.idle = self.idle, []
        return found

    async def _start(self, kind: _For) -> None:
        try:
            process = await start(*kind)
        except InfrastructureError:
            return  # whoever needs one is told
        finally:
            self._starting -= 1
        if kind == self._kind:
            self.idle.append(process)
        else:
            await end(process)

    def _work(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._works.add(task)  # the loop itself keeps no hold of it
        task.add_done_callback(self._works.discard)


_POOL = Pool()
atexit.register(_POOL.close)
if sys.platform != "win32":
    os.register_at_fork(after_in_child=_POOL.forget)
