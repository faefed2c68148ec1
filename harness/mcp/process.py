"""A server's process, and messages over its standard input and output.

The SDK's own transport gathers a line however long it gets, hands down variables of the environment
that nobody named, and leaves the process behind where its task is cancelled at the wrong moment.
Here lines and all that a server says are bounded, and its process group is killed in every case.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
    from mcp.shared.message import SessionMessage

INHERITED = ("HOME", "LANG", "LC_ALL", "PATH", "SYSTEMROOT", "TMPDIR")
"""Variables of our environment that a server gets unasked: none of them is a secret."""
LONGEST = 16 * 2**20
"""Bytes of the longest line that is read."""
MOST = 512 * 2**20
"""Bytes that a server may say in one session."""
PATIENCE = 2.0
"""Seconds that a server has to end once its input is closed; as many again after SIGTERM."""
_CHUNK = 2**16
_LAST_WORDS = 2_000
_POLL = 0.01

_alive: set[int] = set()


@dataclass
class Outcome:
    """What became of a server: of use once it has gone silent.

    Attributes:
        reason: why it was given up, or how it ended; "" while it lives.
        words: the end of its standard error.
        unread: lines of its standard output that were no messages.
        secrets: texts that are left out of what is told.
        cut: whether `words` have lost their beginning.
    """

    reason: str = ""
    words: bytes = b""
    unread: int = 0
    secrets: tuple[str, ...] = ()
    cut: bool = False

    def __str__(self) -> str:
        lines = self._words().strip().splitlines()
        strange = f"lines that were no messages: {self.unread:,}" if self.unread else ""
        return "; ".join(filter(None, (self.reason, strange, lines[-1] if lines else "")))

    def heard(self, words: bytes) -> None:
        """Keeps the end of what it said on its standard error."""
        room = _LAST_WORDS + self._longest
        self.words += words
        if len(self.words) > room:
            self.words, self.cut = self.words[-room:], True

    def cleared(self, told: str) -> str:
        """A text without the secrets, as they are and as JSON and Python write them.

        Clear first and cut afterwards: half a secret is found by nobody.
        """
        for form in self._forms:
            told = told.replace(form, "***")
        return told

    def line(self, told: str) -> str:
        """A text in one line of bounded length, without the secrets."""
        return "".join(c if c.isprintable() else " " for c in self.cleared(told)[:500])

    def _words(self) -> str:
        """The last words without the secrets, nor the end of one that has lost its beginning."""
        told = self.words.decode("utf-8", "replace")
        if self.cut:
            told = told.lstrip("\ufffd")
            ends = (form[i:] for form in self._forms for i in range(1, len(form)))
            told = told[max((len(end) for end in ends if told.startswith(end)), default=0) :]
        return self.cleared(told)

    @property
    def _longest(self) -> int:
        return max((len(form.encode(errors="replace")) for form in self._forms), default=0)

    @cached_property
    def _forms(self) -> list[str]:
        """The longest first: one secret may be a part of another."""
        written = {
            form
            for secret in filter(None, self.secrets)
            for form in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1])
        }
        return sorted(written, key=len, reverse=True)


@dataclass
class Stdio:
    """How a server is started.

    Attributes:
        command: the program and its arguments.
        env: variables that it gets, beside `INHERITED`.
        cwd: where it runs; "" for here.
        outcome: what is learnt of it.
    """

    command: Sequence[str]
    env: Mapping[str, str]
    cwd: str = ""
    outcome: Outcome = field(default_factory=Outcome)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[tuple[Any, Any]]:
        """The streams of messages from and to a new process, which is dead afterwards.

        Raises:
            OSError: it cannot be started.
        """
        import anyio

        own = {name: os.environ[name] for name in INHERITED if name in os.environ}
        process = await asyncio.create_subprocess_exec(
            *self.command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            cwd=self.cwd or None,
            env={**own, **self.env},
            start_new_session=True,  # Ctrl-C is for whoever waits; and its children die with it
        )
        _alive.add(process.pid)
        to_us, heard = anyio.create_memory_object_stream[Any](0)
        said, to_it = anyio.create_memory_object_stream[Any](0)
        works = [
            asyncio.create_task(self._hear(process, to_us)),
            asyncio.create_task(_tell(process, to_it)),
            asyncio.create_task(self._last_words(process)),
        ]
        try:
            yield heard, said
            await _ended(process)
        finally:
            kill(process.pid)
            for work in works:
                work.cancel()
            for stream in (to_us, heard, said, to_it):
                stream.close()
            close = getattr(getattr(process, "_transport", None), "close", None)
            if close is not None:  # else a grandchild that holds a pipe keeps it open
                close()

    async def _hear(self, process: Process, out: MemoryObjectSendStream[Any]) -> None:
        """Passes messages on until the server has no more, or has said too much."""
        import anyio

        with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):
            async with aclosing(self._lines(process)) as lines:
                async for line in lines:
                    if (message := _message(line)) is not None:
                        await out.send(message)
                    elif line.strip():
                        self.outcome.unread += 1
        if not self.outcome.reason:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(_gone(process), PATIENCE)
            code = process.returncode
            self.outcome.reason = "it closed its output" if code is None else f"it ended ({code})"
        out.close()

    async def _lines(self, process: Process) -> AsyncGenerator[bytes, None]:
        assert process.stdout
        line, total = bytearray(), 0
        while chunk := await process.stdout.read(_CHUNK):
            total += len(chunk)
            line += chunk
            if b"\n" in chunk:
                *whole, rest = line.split(b"\n")
                line = bytearray(rest)
                for one in whole:
                    yield bytes(one)
            if len(line) > LONGEST or total > MOST:
                self.outcome.reason = (
                    f"a message of more than {LONGEST:,} bytes"
                    if len(line) > LONGEST
                    else f"more than {MOST:,} bytes in one session"
                )
                kill(process.pid)
                return

    async def _last_words(self, process: Process) -> None:
        assert process.stderr
        while chunk := await process.stderr.read(_CHUNK):
            self.outcome.heard(chunk)


def kill(pid: int) -> None:
    """Kills a server with all that it has started in its process group, once."""
    if pid in _alive:
        _alive.discard(pid)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


@atexit.register
def _kill_all() -> None:
    """The loop of requests ends with the program, and so does whoever would have closed them."""
    for pid in tuple(_alive):
        kill(pid)


def _message(line: bytes) -> SessionMessage | None:
    from mcp.shared.message import SessionMessage
    from mcp.types import jsonrpc_message_adapter

    try:
        return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError:
        return None


async def _tell(process: Process, source: MemoryObjectReceiveStream[Any]) -> None:
    """Writes what is to be said."""
    assert process.stdin
    with suppress(OSError):  # that it is gone shows in what it says: nothing
        async for said in source:
            text = said.message.model_dump_json(by_alias=True, exclude_unset=True)
            process.stdin.write(text.encode() + b"\n")
            await process.stdin.drain()


async def _ended(process: Process) -> None:
    """Lets a server end by itself, as the protocol has it: its input closed, then SIGTERM."""
    assert process.stdin
    process.stdin.close()
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(_gone(process), PATIENCE)
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(_gone(process), PATIENCE)


async def _gone(process: Process) -> None:
    """Waits for its end alone: `wait` also waits for whoever has inherited its pipes."""
    while process.returncode is None:
        await asyncio.sleep(_POLL)
