"""An attempt as a conversation that a person can follow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from math import isnan

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from harness.records import Image, Message, ToolCall, Trajectory
from harness.render.words import BAD, COMMAND, GOOD, QUIET, STRONG, WARNING, count, number

LONGEST_ADDRESS = 120
"""Characters that are shown of a picture's address."""
SHORTEST = 0.05
"""Seconds of an attempt that are worth telling."""
NAMED = 12
"""Tools that are named of those that were offered."""
LONGEST = 4_000
"""Characters that are shown of one text; the file has all of them."""


def conversation(
    trajectory: Trajectory, values: Mapping[str, float] | None = None, *, trials: int = 1
) -> Iterator[RenderableType]:
    """Everything that was said and called, in order, and how it ended.

    Args:
        trajectory: the attempt.
        values: what measures say of its problem, where they are known.
        trials: of how many attempts they are the means.
    """
    yield Text(f"{_plain(trajectory.problem)}, trial {trajectory.trial}", STRONG)
    if trajectory.offered is not None:
        names = ", ".join(map(_plain, trajectory.offered[:NAMED]))
        more = ", ..." if len(trajectory.offered) > NAMED else ""
        yield Text(f"offered {count(len(trajectory.offered), 'tool')}: {names}{more}", QUIET)
    for message in trajectory.messages:
        yield from _message(message)
    yield ""
    yield _end(trajectory)
    if trajectory.answer is not None:
        yield Text.assemble(("answer  ", STRONG), _shown(trajectory.answer))
    for judgement in trajectory.judgements:
        said = f"{judgement.question}: {judgement.label} (repeat {judgement.repeat})"
        yield Text(_plain(f"{said}, {judgement.judge}"), QUIET)
    known = {name: value for name, value in (values or {}).items() if not isnan(value)}
    if known:
        over = f"mean of {trials} trials: " if trials > 1 else ""
        said = "  ".join(f"{name} {number(name, value)}" for name, value in known.items())
        yield Text.assemble((over, QUIET), said)


def _message(message: Message) -> Iterator[RenderableType]:
    if message.role == "tool":
        style = BAD if message.failed else GOOD if message.failed is False else QUIET
        yield Padding(Text(_shown(message.content), style), (0, 0, 0, 4))
        return
    yield ""
    if message.content or message.images:
        yield Text.assemble((f"{message.role}  ", STRONG), _shown(message.content))
    for image in message.images:
        yield Text(f"[image {_image(image)}]", QUIET)
    for call in message.calls:
        yield Padding(_call(call), (0, 0, 0, 2))


def _image(image: Image) -> str:
    """The address of a picture, or of what kind and how large it is where it is given as data."""
    head, comma, data = image.url.partition(",")
    if comma and head[:5].lower() == "data:":
        kind, size = head[5:].partition(";")[0], len(data) * 3 // 4 - data[-2:].count("=")
        return f"{_plain(kind[:LONGEST_ADDRESS])}, {size:,} bytes"
    cut = " ..." if len(image.url) > LONGEST_ADDRESS else ""
    return _plain(image.url[:LONGEST_ADDRESS]) + cut


def _call(call: ToolCall) -> Text:
    arguments = json.dumps(dict(call.arguments), ensure_ascii=False)
    if call.problem and not call.name:
        return Text(f"no call: {_plain(call.problem)}", WARNING)
    text = Text.assemble((_plain(call.name), COMMAND), " ", _shown(arguments))
    if call.problem:
        text.append(f"  {_plain(call.problem)}", WARNING)
    return text


def _end(trajectory: Trajectory) -> Text:
    style = GOOD if trajectory.end == "finished" else WARNING
    text = Text.assemble((trajectory.end, style))
    if trajectory.detail:
        text.append(f": {_shown(trajectory.detail)}")
    took = []
    if usage := trajectory.usage:
        took.append(f"{usage.input_tokens:,} + {usage.output_tokens:,} tokens")
        took += [f"${usage.money:,.4f}"] if usage.money else []
    if (trajectory.seconds or 0) >= SHORTEST:
        took.append(f"{trajectory.seconds:,.1f} s")
    if took:
        text.append(f"  ({', '.join(took)})", QUIET)
    return text


def _shown(text: str) -> str:
    more = f" ... and {len(text) - LONGEST:,} more characters" if len(text) > LONGEST else ""
    return _plain(text[:LONGEST]) + more


def _plain(text: str) -> str:
    """The text without what would steer a terminal; models write what they like."""
    return "".join(c if c.isprintable() or c in "\n\t" else "?" for c in text)
