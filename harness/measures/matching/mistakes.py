"""What is found wrong, and how a value that nobody vouches for is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from reprlib import Repr
from typing import Any, TypeAlias

from harness.measures.attempt import CallError
from harness.measures.faults import BFCL
from harness.records import Expected, ToolCall, ToolSpec

Check: TypeAlias = Callable[[Expected, ToolSpec, ToolCall], Iterator[CallError]]
"""What is wrong with a call where another is expected: nothing, or errors in the order in which the
rules come upon them. The tool is the expected one."""


def mistake(upstream: str, said: str, parameter: str = "") -> CallError:
    """An error by its published name, which tells the class."""
    return CallError(BFCL[upstream], said, upstream, parameter=parameter)


def shown(value: Any) -> str:
    """A value as it is quoted in a sentence: short, however long, deep or large it is."""
    return _SHORT.repr(value)


class _Short(Repr):
    """`repr` with limits. Python refuses to write out integers of thousands of digits."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxdict, self.maxlist, self.maxtuple = 3, 4, 6, 6
        self.maxstring = self.maxother = 60

    def repr_int(self, x: int, level: int) -> str:
        bits = x.bit_length()
        return repr(x) if bits < 200 else f"an integer of {bits} bits"


_SHORT = _Short()
