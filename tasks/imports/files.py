"""Files that hold one JSON value, and its items one by one."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Container, Iterable, Iterator
from math import isfinite
from pathlib import Path
from typing import Any

from harness.contracts import Unreadable
from harness.errors import UserError
from harness.formats.rows import opened
from harness.formats.trajectories import to_line
from harness.records import Trajectory


def read_json(path: Path) -> Any:
    """The value of a file, decompressed when its name ends in .gz.

    Raises:
        UserError: there is no such file, or it is no JSON.
    """
    try:
        with opened(path) as file:
            return json.loads(file.read())
    except (EOFError, gzip.BadGzipFile):
        raise UserError(f"{path} is cut off, or no gzip file") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None
    except RecursionError:
        raise UserError(f"{path} is nested too deep") from None
    except ValueError as error:
        raise UserError(f"{path} is no JSON: {error}") from None


def starts_with(path: Path, sign: bytes) -> bool:
    """True when a file's first character that is not blank is `sign`.

    Raises:
        UserError: the file cannot be read.
    """
    try:
        with opened(path) as file:
            return file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(sign)
    except (EOFError, gzip.BadGzipFile):
        raise UserError(f"{path} is cut off, or no gzip file") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None


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
        UserError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
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
