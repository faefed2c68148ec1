"""A process that runs calls in another environment, and what becomes of it.

It gets no variables of this one's but PATH, has bounds on processor time and memory, and is never
waited for longer than it is given. It ends by itself when its standard input closes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any

SCRIPT = Path(__file__).with_name("bfcl_worker.py")
_LONGEST = 1 << 24
"""Bytes of an answer: more of them are no answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one attempt may use.

    Attributes:
        seconds: of processor time, which does not depend on what else the machine does.
        patience: seconds after which a process that does not answer is given up.
        megabytes: of memory.
    """

    seconds: float = 30.0
    patience: float = 300.0
    megabytes: int = 2048


class Died(Exception):
    """The process gave no answer; the message says how it ended."""


class Spent(Exception):
    """The process used up the processor time of the attempt."""


class Process:
    """The worker script, run by an interpreter.

    Attributes:
        greeting: what it said first: the "version" it runs, or what is "broken".

    Raises:
        Died: it does not start.
    """

    def __init__(self, python: str, limits: Limits) -> None:
        self._patience = limits.patience
        # -I: neither variables nor the user's own packages nor this folder change what it imports
        command = [python, "-I", str(SCRIPT), str(limits.seconds), str(limits.megabytes)]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=os.sep,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                start_new_session=True,  # Ctrl-C is for whoever waits
            )
        except OSError as error:
            raise Died(error.strerror or str(error)) from None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self.greeting = self._answer(b"")

    def ask(self, job: bytes) -> dict[str, Any]:
        """The answer to a job.

        Raises:
            Died: there is none.
            Spent: it took too much processor time.
        """
        return self._answer(job + b"\n")

    def close(self) -> None:
        """Ends the process, whatever it does."""
        self._process.kill()
        with suppress(OSError):  # of what it never read
            self._stdin.close()
        self._stdout.close()
        self._process.wait()

    def _answer(self, job: bytes) -> dict[str, Any]:
        late = Timer(self._patience, self._process.kill)
        late.daemon = True
        late.start()
        try:
            said = self._exchange(job)
        finally:
            late.cancel()
        try:
            answer = json.loads(said)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise self._end()
        return answer

    def _exchange(self, job: bytes) -> bytes:
        try:
            self._stdin.write(job)
            self._stdin.flush()
            return self._stdout.readline(_LONGEST)
        except OSError:  # it is gone, and reads no more
            return b""

    def _end(self) -> Died | Spent:
        """How the process ended. One that goes on, having said something else, is ended."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)  # its output ends a moment before it does
        code = self._process.poll()
        self.close()
        if code == -signal.SIGPROF:
            return Spent()
        if code is None:
            return Died("it said something else")
        return Died(signal.strsignal(-code) or str(code) if code < 0 else f"exit status {code}")
