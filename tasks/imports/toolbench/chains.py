"""From a chain of thoughts and calls, as ToolBench's files hold it, to messages and their end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from harness.formats import strict_json
from harness.records import Message, ToolCall, Trajectory
from harness.records.tools import End

FINISH = "Finish"
"""The function by which upstream's models end an attempt."""
GIVE_UP = "give_up_and_restart"
LONGEST = 64
"""Characters that upstream keeps of a function's name."""
_ERROR = re.compile(r'\s*\{\s*"error"\s*:\s*"(?P<error>(?:[^"\\]|\\.)*)"')
"""Begins a reply; the rest may be cut."""

T = TypeVar("T")


class Refused(ValueError):
    """An answer that is not in upstream's form. The message is the reason."""


@dataclass(frozen=True, slots=True)
class Called:
    """A function called: its name, its arguments as written, and the reply."""

    name: str
    arguments: object
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A thought, or calls that were made at once."""

    thought: str = ""
    calls: tuple[Called, ...] = ()


def trajectory(id: str, steps: Sequence[Step], tools: frozenset[str], **rest: Any) -> Trajectory:
    """The attempt that a chain is.

    As in upstream's evaluation only the last step can end it: a chain whose last step is not
    Finish was stopped.

    Args:
        id: of the problem.
        steps: in order.
        tools: names of the problem's tools.
        rest: further fields of the trajectory.
    """
    last = steps[-1] if steps else Step()
    ended = next((call for call in last.calls if call.name == FINISH), None)
    end, answer, detail = _ending(ended.arguments) if ended else ("stopped", None, "no Finish")
    messages = tuple(_messages(steps, tools, ended))
    return Trajectory(id, messages=messages, answer=answer, end=end, detail=detail, **rest)


def text(value: object) -> str:
    """A text as it can be written anywhere: half a surrogate pair becomes a question mark."""
    shown = value if isinstance(value, str) else "" if value is None else json.dumps(value)
    return shown.encode("utf-8", "replace").decode()


def field(row: object, name: str, kind: type[T]) -> T:
    """A field of an object that nobody vouches for. Raises `Refused` unless it is of the kind."""
    if not isinstance(row, Mapping) or not isinstance(row.get(name), kind):
        raise Refused(f"it has no '{name}' that is a {kind.__name__}")
    value: T = row[name]
    return value


def _messages(
    steps: Iterable[Step], tools: frozenset[str], ended: Called | None
) -> Iterator[Message]:
    """A thought and the calls behind it are one turn, as the model wrote them."""
    thought, number = "", 0
    for step in steps:
        refused = [c for c in step.calls if c.name == FINISH and c is not ended]
        calls = [c for c in step.calls if c.name != FINISH]
        said = [step.thought, *(text(c.arguments) for c in refused)]
        if thought and not step.calls:
            yield Message("assistant", thought)
            thought = ""
        thought = "\n".join(filter(None, (thought, *said)))
        if not calls:
            continue
        made = [_call(c, f"call_{number + n}", tools) for n, c in enumerate(calls)]
        yield Message("assistant", thought, tuple(made))
        for call, given in zip(made, calls, strict=True):
            yield Message("tool", given.reply, call_id=call.id, failed=_failed(given.reply))
        thought, number = "", number + len(calls)
    if thought or ended:
        yield Message("assistant", thought)


def _call(given: Called, id: str, tools: frozenset[str]) -> ToolCall:
    short = given.name[-LONGEST:]
    name = short if given.name not in tools and short in tools else given.name
    try:
        arguments = _arguments(given.arguments)
    except strict_json.Refused as refused:
        return ToolCall(name, id=id, problem=f"the arguments cannot be read: {refused}")
    return ToolCall(name, arguments, id)


def _arguments(given: object) -> dict[str, Any]:
    """The arguments of a call; an empty text is none, as for upstream's server."""
    value = strict_json.loads(given) if isinstance(given, str) and given.strip() else given or {}
    strict_json.check(value)
    if not isinstance(value, dict):
        raise strict_json.Refused("they are no object")
    return value


def _ending(arguments: object) -> tuple[End, str | None, str]:
    """How Finish was called, and with which answer."""
    if GIVE_UP in text(arguments):  # wherever it stands, as for upstream's judge
        return "gave up", None, ""
    try:
        answer = _arguments(arguments).get("final_answer", "")
    except strict_json.Refused as refused:
        return "finished", text(arguments), f"the arguments of Finish cannot be read: {refused}"
    return "finished", text(answer), ""


def _failed(reply: str) -> bool | None:
    """Whether the environment's reply tells of an error."""
    match = _ERROR.match(reply)
    return bool(match["error"].strip()) if match else None
