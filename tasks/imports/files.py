"""Files that hold one JSON value, and its items one by one."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Container, Iterable, Iterator
from math import isfinite
from pathlib import Path
from typing import Any

from harness.contracts import Unreadable
from harness.errors import UserError
from harness.formats.rows import opened
from harness.formats.trajectories import to_line
from harness.records import Trajectory

MAX_BYTES = 2**28
"""The longest file that is read as a whole, unpacked: it takes up to thirty times the room."""
_LARGEST = 2**53


def read_json(path: Path) -> Any:
    """The value of a file, decompressed when its name ends in .gz.

    Raises:
        UserError: there is no such file, or it is no JSON, or too long.
    """
    try:
        return json.loads(read_bytes(path))
    except RecursionError:
        raise UserError(f"{path} is nested too deep") from None
    except ValueError as error:
        raise UserError(f"{path} is no JSON: {error}") from None


def read_bytes(path: Path, most: int | None = None) -> bytes:
    """What a file holds, decompressed when its name ends in .gz.

    Args:
        path: of the file.
        most: how many bytes are wanted at most; None wants all of them.

    Raises:
        UserError: there is no such file, or it cannot be read, or is too long to be read whole.
    """
    if path.exists() and not path.is_file():
        raise UserError(f"{path} is no file")
    try:
        with opened(path) as file:
            content = file.read(MAX_BYTES + 1 if most is None else most)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise UserError(f"{path} is cut off, or no gzip file") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise UserError(f"{path} is longer than {MAX_BYTES:,} bytes: take it apart")
    return content


def starts_with(path: Path, sign: bytes) -> bool:
    """True when a file's first character that is not blank is `sign`.

    Raises:
        UserError: the file cannot be read.
    """
    return read_bytes(path, 4096).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(sign)


def converted(
    items: Iterable[tuple[str, Any]],
    convert: Callable[[Any], Trajectory],
    problems: Container[str],
) -> Iterator[Trajectory | Unreadable]:
    """Every item converted, or why it cannot be used.

    Args:
        items: place and value of each; a value that is an `Unreadable` is handed on.
        convert: makes a trajectory of an item; raises `UserError` where it is none.
        problems: the keys that a trajectory may have.
    """
    for place, item in items:
        if isinstance(item, Unreadable):
            yield item
            continue
        try:
            found = convert(item)
            if found.problem not in problems:
                raise UserError(f"the task has no problem {found.problem[:80]!a}")
            to_line(found)  # raises where it cannot be written
        except UserError as error:
            yield Unreadable(place, str(error))
        else:
            yield found


def whole(value: Any, name: str) -> int:
    """A whole number from 0, such as that of a trial.

    Raises:
        UserError: it is none, or too large to be told.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST:
        raise UserError(f"its {name} is no whole number")
    return value


def number(value: Any) -> float | None:
    """A finite number, or None where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if isfinite(value) else None
    except OverflowError:
        return None
