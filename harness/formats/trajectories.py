"""Attempts at problems as JSONL, one `Trajectory` a line; gzipped when the name ends in .gz.

    {"problem": "simple_3", "messages": [{"role": "assistant", "calls": [{"name": "f"}]}]}

`problem` must be there; a field that has its default value may be left out, and is when written.

    problem     text    the problem's id; "split/id" where the task has several splits
    trial       whole   which attempt at it, from 0
    messages    list    of {role, content, images, calls, call_id, failed}, see below
    answer      text    the final answer; null where there is none (the default)
    end         text    "finished" (the default), "gave up", "stopped", "malformed", "error",
                        "missing"
    detail      text    why it was malformed, stopped or failed
    usage       object  {input_tokens, output_tokens, money}; null: nobody counted. `money` is in
                        US dollars, null where the price of a part is not known
    seconds     number  how long it took; null: nobody looked
    reward      number  what the benchmark's own environment gave for it; null: nothing
    state       any     what the world was like in the end; null: there is none
    offered     list    names of the tools that the agent was offered; null: the problem's own
    judgements  list    of {judge, label, question, repeat, swapped, reason}

A message has the role "system", "user", "assistant" or "tool". `calls`, of an assistant, is a list
of {name, arguments, id, problem}: `arguments` is an object of plain JSON, `problem` says why it
could not be read. `images` is a list of {url, detail}. `call_id` and `failed` are a tool's: which
call it answers, and whether that call failed (true, false, or null where nobody said so).

A line that breaks any of this, repeats a key or has an unknown one, holds NaN or half a surrogate
pair, nests arguments more than 64 deep, names a problem, judge, label or question in nothing or in
more than 1,000 characters, or is longer than 64 MiB is reported as `Unreadable`, and reading goes
on behind it.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import MISSING, fields, replace
from hashlib import sha256
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, cast, get_args

from harness.contracts import Unreadable
from harness.errors import UserError
from harness.files import replacing
from harness.formats import strict_json
from harness.formats.fields import (
    Wrong,
    amount,
    count,
    flag,
    list_of,
    name,
    number,
    one_of,
    or_null,
    plain,
    plain_object,
    record,
    text,
)
from harness.formats.rows import opened
from harness.formats.strict_json import Refused
from harness.records import End, Image, Judgement, Message, ToolCall, Trajectory, Usage

MAX_LINE = 64 * 2**20
"""Bytes of the longest line that is read or written."""
MAX_SKIPPED = 2**30
"""Bytes of a line at which reading ends: a file of a megabyte may unpack to that, over and over."""
MAX_BLANK = 1_000_000
"""Blank lines in a row at which reading ends."""
_ROLES = frozenset(("system", "user", "assistant", "tool"))
_ENDS = frozenset(get_args(End))


def read_trajectories(path: Path) -> Iterator[Trajectory | Unreadable]:
    """The trajectories of a file in order, one in memory at a time; blank lines are skipped.

    Yields:
        A trajectory, or for a line that is none `Unreadable("line 12", reason)`.

    Raises:
        UserError: the file cannot be opened.
    """
    for place, line in numbered(path):
        if isinstance(line, str):
            yield Unreadable(place, line)
        else:
            try:
                yield from_line(line)
            except UserError as error:
                yield Unreadable(place, str(error))


def write_trajectories(path: Path, trajectories: Iterable[Trajectory]) -> None:
    """Writes a file whole or not at all; the same trajectories give the same bytes.

    Raises:
        UserError: the disk is full or read-only, or a trajectory cannot be written, see `to_line`.
    """
    with replacing(path) as file, ExitStack() as stack:
        out: BinaryIO = file
        if path.suffix == ".gz":
            packed = gzip.GzipFile("", "wb", 6, fileobj=file, mtime=0)
            out = cast("BinaryIO", stack.enter_context(packed))
        for trajectory in trajectories:
            out.write(to_line(trajectory))


def to_line(trajectory: Trajectory) -> bytes:
    """The line of a trajectory, with its line break.

    Raises:
        UserError: it holds what the format does not, such as NaN, or is too long.
    """
    try:
        written = to_json(trajectory)
        from_json(written)
    except UserError as error:
        raise _unwritable(trajectory, str(error)) from None
    line = _dumped(trajectory, written) + b"\n"
    if len(line) > MAX_LINE:
        raise _unwritable(trajectory, f"it takes more than {MAX_LINE:,} bytes")
    return line


def writable(made: Trajectory) -> Trajectory:
    """The attempt; where no file can hold it, a malformed one that says why and cost as much."""
    if not (why := _flaw(made)):
        return made
    bare = Trajectory(made.problem, made.trial, end="malformed", detail=why, offered=made.offered)
    costly = replace(bare, usage=made.usage, seconds=made.seconds)
    return bare if _flaw(costly) else costly


def _flaw(made: Trajectory) -> str:
    """Why an attempt cannot be written; "" where it can."""
    try:
        to_line(made)
    except UserError as error:
        return str(error)
    return ""


def from_line(line: bytes) -> Trajectory:
    """The trajectory of a line.

    Raises:
        UserError: it is none; the message is the reason.
    """
    try:
        value = strict_json.loads(line.decode())
    except UnicodeDecodeError as error:
        raise UserError(f"it is not UTF-8: byte {error.start + 1}") from None
    except Refused as error:
        raise UserError(str(error)) from None
    return from_json(value)


def to_json(trajectory: Trajectory) -> dict[str, Any]:
    """A trajectory as plain values, without the fields that have their default.

    Raises:
        UserError: a call's arguments are nested too deep.
    """
    try:
        return cast("dict[str, Any]", _plain(trajectory))
    except RecursionError:
        raise UserError("the arguments of a call are nested too deep") from None


def from_json(value: object) -> Trajectory:
    """The trajectory of plain values.

    Raises:
        UserError: they are none; the message names the field.
    """
    try:
        return _trajectory(value)
    except Wrong as wrong:
        raise UserError(str(wrong)) from None


def digest(trajectory: Trajectory) -> str:
    """SHA-256 of a trajectory, in which the order of a call's arguments does not count.

    Raises:
        UserError: it holds what JSON does not.
    """
    return sha256(_dumped(trajectory, to_json(trajectory), sort_keys=True)).hexdigest()


def numbered(path: Path) -> Iterator[tuple[str, bytes | str]]:
    """The lines that are not blank by place, each as it is or, where it cannot be had, why."""
    number = used = 0
    try:
        with BufferedReader(cast("RawIOBase", opened(path)), 2**16) as file:
            while line := file.readline(MAX_LINE + 1):
                number += 1
                place = f"line {number}"
                if len(line) > MAX_LINE:
                    used = number
                    yield place, f"it is longer than {MAX_LINE:,} bytes"
                    if not _skipped(file, line):
                        yield place, f"it is longer than {MAX_SKIPPED:,} bytes: reading ends here"
                        return
                    continue
                line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if line.strip():
                    used = number
                    yield place, line
                elif number - used >= MAX_BLANK:
                    yield place, f"the {MAX_BLANK:,}th blank line in a row: reading ends here"
                    return
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        if not number:
            raise UserError(f"{path} is no gzip file, as its name says: {error}") from None
        yield f"line {number + 1}", f"the file is cut off or damaged here: {error}"
    except FileNotFoundError:
        raise UserError(f"there is no file {path}: name a JSONL file of trajectories") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None


def _skipped(file: BinaryIO, line: bytes) -> bool:
    """Goes to the end of a long line, of which the start was read; False where it is too far."""
    length = len(line)
    while line and not line.endswith(b"\n") and length <= MAX_SKIPPED:
        line = file.readline(2**20)
        length += len(line)
    return length <= MAX_SKIPPED


def _dumped(trajectory: Trajectory, value: object, *, sort_keys: bool = False) -> bytes:
    """The plain values of a trajectory as JSON, without a space."""
    try:
        dumped = json.dumps(
            value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=sort_keys
        )
        return dumped.encode()
    except UnicodeEncodeError:
        raise _unwritable(trajectory, "a text holds half a surrogate pair") from None
    except (TypeError, ValueError) as error:
        raise _unwritable(trajectory, str(error)) from None


def _unwritable(trajectory: Trajectory, reason: str) -> UserError:
    return UserError(
        f"trial {trajectory.trial} of problem {trajectory.problem!a} cannot be written: {reason}"
    )


def _plain(value: object) -> object:
    """Records as objects without what is default, everything else as JSON has it."""
    kind: type = type(value)
    if kind in _SCALARS:
        return value
    if (defaults := _DEFAULTS.get(kind)) is not None:
        found: dict[str, object] = {}
        for name, default in defaults:
            item = getattr(value, name)
            if item is not default and item != default:
                found[name] = item if type(item) in _SCALARS else _plain(item)
        return found
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value


_SCALARS = frozenset((str, int, float, bool, type(None)))
_DEFAULTS: dict[type, tuple[tuple[str, object], ...]] = {
    record: tuple(
        (f.name, f.default if f.default_factory is MISSING else f.default_factory())
        for f in fields(record)
    )
    for record in (Trajectory, Message, Image, ToolCall, Usage, Judgement)
}
"""The fields of each record, and what they are where nobody says so."""


_call = record(
    ToolCall, {"name": text, "arguments": plain_object, "id": text, "problem": text}, "name"
)
_image = record(Image, {"url": text, "detail": text}, "url")
_message = record(
    Message,
    {
        "role": one_of(_ROLES),
        "content": text,
        "calls": list_of(_call),
        "call_id": text,
        "failed": or_null(flag),
        "images": list_of(_image),
    },
    "role",
)
_usage = record(Usage, {"input_tokens": count, "output_tokens": count, "money": or_null(amount)})
_judgement = record(
    Judgement,
    {
        "judge": name,
        "label": name,
        "question": name,
        "repeat": count,
        "swapped": flag,
        "reason": text,
    },
    "judge",
    "label",
)
_trajectory = record(
    Trajectory,
    {
        "problem": name,
        "trial": count,
        "messages": list_of(_message),
        "answer": or_null(text),
        "end": one_of(_ENDS),
        "detail": text,
        "usage": or_null(_usage),
        "seconds": or_null(amount),
        "reward": or_null(number),
        "state": plain,
        "offered": or_null(list_of(text)),
        "judgements": list_of(_judgement),
    },
    "problem",
)
