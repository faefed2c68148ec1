"""The process in which one program runs: it drives the interpreter and speaks JSON lines.

It is run by its path, by itself, and imports nothing of the project. What a program hands out is
turned into Python values by the interpreter's bindings, and a small program can make that endless
(a set of a tuple of 60 levels, both halves of each level the same object, hashes 2**60 leaves) or
huge. So it happens here, where it can be killed, and only plain JSON of a bounded size leaves.

The limits are its argument, so that all is ready when the program comes. Read: {"code", "names",
"inputs"}, then an answer to each call, {"value"} or {"type", "message"}. Written: {"ready"},
{"begun", "interpreter", "spent"}, {"printed"}, {"call", "args", "named"} or {"call", "problem"},
and at last {"ended", "error", "value"}. How long a program computes is seen from outside.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from time import process_time
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from pydantic_monty import (
        ExternalSettledResult,
        FunctionSnapshot,
        MontyRuntimeError,
        MontySession,
        MontySyntaxError,
    )

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""What a program takes for the time: reruns are the same to the letter."""

HOST_ANSWERS = 1000
"""Of what is not a call of a tool: names that do not exist, files that cannot be opened."""

DEEPEST = 32
"""Levels of a value; JSON that a tool reads has fewer."""

REHEARSAL = "import json\nfound = [n + 1 for n in tool(n=1)]\nprint(json.dumps(found))"

LONGEST_ERROR = 2000
WIDEST_INTEGER = 1023
"""Bits. No trajectory takes larger ones (harness/formats/strict_json.py), as they are no floats."""


class NotPlain(Exception):
    """A value that is no JSON."""


class TooLong(Exception):
    """More than may leave the process."""


def confine(limits: Mapping[str, Any]) -> None:
    """Limits this process and the interpreter's, which it starts, by the operating system."""
    if sys.platform == "win32":
        return
    import resource

    seconds = int(limits["seconds"]) + 5
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, 2**30 + 8 * int(limits["memory"])),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def plain(value: Any, room: int) -> Any:
    """The value as JSON has it, a copy; tuples become lists.

    Raises:
        NotPlain: it is none.
        TooLong: it has more than `room` characters, those of texts and written numbers and one for
            each value. What is referred to twice counts twice, as it would be written twice.
    """
    left = room

    def copy(value: Any, depth: int) -> Any:
        nonlocal left
        kind = type(value)
        left -= 1 + _written(value)
        if left < 0:
            raise TooLong
        if depth > DEEPEST:
            raise NotPlain(f"it is nested more than {DEEPEST} levels deep")
        if value is None or kind in (bool, str):
            return value
        if kind is int and value.bit_length() <= WIDEST_INTEGER:
            return value
        if kind is float and value - value == 0:
            return value
        if kind in (list, tuple):
            return [copy(item, depth + 1) for item in value]
        if kind is dict and all(type(key) is str for key in value):
            return {copy(k, depth): copy(v, depth + 1) for k, v in value.items()}
        raise NotPlain(f"{_kind(value)} is no JSON")

    return copy(value, 0)


def _written(value: Any) -> int:
    """Characters of a text or a number; 0 of all else, and of integers that are not taken."""
    kind = type(value)
    if kind is str:
        return len(value)
    narrow = kind is int and value.bit_length() <= WIDEST_INTEGER
    return len(repr(value)) if narrow or kind is float else 0


def _kind(value: Any) -> str:
    kind = type(value)
    if kind is int:
        return "so large an integer"
    if kind is float:
        return str(value)
    if kind is dict:
        return "a dict whose keys are not all text"
    return f"a value of type {kind.__name__}"


def tell(**message: Any) -> None:
    """Writes a line."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def hear() -> Any:
    """Reads a line. Nobody there to write it ends the process."""
    line = sys.stdin.readline()
    if not line:
        os._exit(1)
    return json.loads(line)


def end(ended: str, error: str | None = None, value: Any = None) -> NoReturn:
    """Says how it ended and ends the process, whatever the interpreter is doing."""
    tell(ended=ended, error=error, value=value)
    os._exit(0)


class Printer:
    """Collects what is printed until it is told, and ends the program when it is too much."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._texts: list[str] = []

    def __call__(self, stream: str, text: str) -> None:
        """Takes what was printed, wherever to."""
        self._texts.append(text[: self._room])
        self._room -= len(text)
        if self._room < 0:
            self.flush()
            end("output", "it printed more than it may")

    def flush(self) -> None:
        """Tells what was printed since the last time."""
        if self._texts:
            tell(printed="".join(self._texts))
            self._texts.clear()


def stand_in(name: str) -> Any:
    """What makes the interpreter offer a function of that name."""

    def function() -> None: ...

    function.__name__ = name
    return function


def answer(snapshot: FunctionSnapshot, names: frozenset[str], room: int) -> ExternalSettledResult:
    """What a call of a function gives."""
    name = snapshot.function_name
    if name not in names or snapshot.object_id is not None:
        return {"exc_type": "NameError", "message": f"name '{name}' is not defined"}
    try:
        args, named = plain([snapshot.args, snapshot.kwargs], room)
    except NotPlain as error:
        tell(call=name, problem=f"got an argument that cannot be handed over: {error}")
    except TooLong:
        end("output", f"{name}() got longer arguments than it may")
    else:
        tell(call=name, args=args, named=named)
    heard = hear()
    if "value" in heard:
        return {"return_value": heard["value"]}
    return {"exc_type": heard["type"], "message": heard["message"]}


def drive(session: MontySession, job: Mapping[str, Any], room: int) -> Any:
    """Runs the program to its end; its last value."""
    from pydantic_monty import FunctionSnapshot, MontyComplete, NameLookupSnapshot

    names = frozenset(job["names"])
    printer = Printer(room)
    given = {name: stand_in(name) for name in names} | job["inputs"]
    try:
        snapshot = session.feed_start(job["code"], inputs=given, print_callback=printer)
        while not isinstance(snapshot, MontyComplete):
            printer.flush()
            if isinstance(snapshot, NameLookupSnapshot):
                snapshot = snapshot.resume()
            elif not isinstance(snapshot, FunctionSnapshot):
                end("raised", "RuntimeError: it waits for something that never happens")
            elif snapshot.is_os_function:
                snapshot = snapshot.resume_not_handled()
            else:
                snapshot = snapshot.resume(answer(snapshot, names, room))
    finally:
        printer.flush()
    try:
        return plain(snapshot.output, room)
    except (NotPlain, TooLong):
        return None


def rehearse(session: MontySession) -> None:
    """Runs a program of our own, in a session of its own, before the one that is waited for.

    What the first program in a process costs beyond any other, several milliseconds, is spent.
    """
    from pydantic_monty import FunctionSnapshot

    given = {"tool": stand_in("tool")}
    snapshot = session.feed_start(REHEARSAL, inputs=given, print_callback=lambda *said: None)
    while isinstance(snapshot, FunctionSnapshot):
        snapshot = snapshot.resume({"return_value": [1]})


def blame(error: MontyRuntimeError | MontySyntaxError) -> tuple[str, str]:
    """How a program ended that raised, and what its author should read."""
    text = error.display("type-msg")[:LONGEST_ERROR]
    kind, _, message = text.partition(": ")
    frames = error.traceback()
    last = frames[-1] if frames else None
    if len(frames) == 1 and frames[0].function_name is None:  # it failed before its first line
        ended = "refused"
    elif kind == "MemoryError" and "memory limit" in message:
        ended, text = "memory", "MemoryError: it used more memory than it may"
    elif kind == "RuntimeError" and message.startswith("suspension limit"):
        ended, text = "calls", "it asked too often for what does not exist"
    else:
        ended = "raised"
    return ended, f"{text} (line {last.line})" if last is not None else text


def main() -> None:
    """Runs the one program that this process is for."""
    from pydantic_monty import Monty, MontyCrashedError, MontyRuntimeError, MontySyntaxError

    limits = json.loads(sys.argv[1])
    confine(limits)
    with Monty(min_processes=1, max_processes=1) as pool, ExitStack() as opened:

        def anew() -> MontySession:
            session = pool.checkout(
                limits={
                    "max_memory": limits["memory"],
                    "max_recursion_depth": limits["depth"],
                    "max_suspensions": limits["calls"] + HOST_ANSWERS,
                },
                os_policy={"datetime": NOON, "sleep": "zero", "random_start": {"seed": 0}},
            )
            return opened.enter_context(session)

        rehearse(anew())
        opened.close()
        session = anew()
        tell(ready=True)
        job = hear()
        tell(begun=True, interpreter=session.worker_pid, spent=process_time())
        value, error = None, None
        try:
            value = drive(session, job, limits["output"])
            ended = "finished"
        except MontyCrashedError as crash:
            ended, error = "memory", str(crash)[:LONGEST_ERROR]
        except (MontyRuntimeError, MontySyntaxError) as raised:
            ended, error = blame(raised)
        except (MemoryError, RecursionError):
            ended, error = "memory", "MemoryError: it used more memory than it may"
        end(ended, error, value)  # here: to leave the pool takes longer than most programs


if __name__ == "__main__":
    main()
