"""Files of JSONL that people write for trainings: what each line says, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from harness.errors import UserError
from harness.formats import strict_json
from harness.formats.fields import Wrong
from harness.formats.strict_json import Refused
from harness.formats.trajectories import numbered

T = TypeVar("T")


def read_lines(path: Path, make: Callable[[int, Any], T], expected: str) -> Iterator[T]:
    """What the lines of a file say, in order; blank ones say nothing.

    Args:
        path: of the file.
        make: what to make of a line's number, from 1, and its JSON; raises `Wrong` where it says
            something else than is wanted.
        expected: what a line should be, behind "expected": for messages.

    Raises:
        UserError: the file cannot be read or is empty, or a line is wrong: it names the line, what
            is wrong and what is expected.
    """
    found = False
    for place, line in numbered(path):
        try:
            if isinstance(line, str):
                raise Wrong(line)
            yield make(int(place.removeprefix("line ")), _parsed(line))
        except Wrong as wrong:
            raise UserError(f"{path} {place}: {wrong}; expected {expected}") from None
        found = True
    if not found:
        raise UserError(f"{path} is empty: expected {expected}, one a line")


def _parsed(line: bytes) -> Any:
    try:
        value = strict_json.loads(line.decode())
        strict_json.check(value)
    except UnicodeDecodeError as error:
        raise Wrong(f"it is not UTF-8: byte {error.start + 1}") from None
    except Refused as refused:
        raise Wrong(str(refused)) from None
    return value
