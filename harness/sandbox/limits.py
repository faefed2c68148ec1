"""What a program may use up, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from harness.errors import UserError
from harness.records import Observation, ToolCall

Ended = Literal["finished", "raised", "time", "memory", "output", "calls", "refused"]
"""How a program ended: at its last line; with an exception that it did not catch; at one of the
limits ("memory" also where the interpreter broke down); or it was not begun, because it is no
program that the interpreter understands."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use up. A program cannot catch that it met one, save that of `depth`.

    Attributes:
        seconds: of the processor; waiting for tools, or for a busy machine, is not counted.
        memory: bytes that the interpreter may allocate.
        depth: of calls within calls; beyond it the program sees a RecursionError.
        output: characters that may be printed, and that the arguments of one call may have.
        calls: of tools.
        source: characters of the program itself.
    """

    seconds: float = 5.0
    memory: int = 64 * 2**20
    depth: int = 200
    output: int = 100_000
    calls: int = 100
    source: int = 100_000

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not value > 0 or value == float("inf"):
                raise UserError(f"{field.name}={value}: the limits of a program are above zero")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program did.

    Attributes:
        output: what it printed.
        value: of its last line where that is an expression, as plain JSON; None where it is none,
            is no JSON, or is longer than `Limits.output`.
        calls: the tools that it called and what they gave, in order.
        error: what its author should read: type, message and line; None if it finished.
        ended: how it ended.
    """

    output: str
    value: Any
    calls: tuple[tuple[ToolCall, Observation], ...]
    error: str | None
    ended: Ended
