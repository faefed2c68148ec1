"""Calls as plain JSON: `{"name": "weather", "arguments": {"city": "Oslo"}}`, or a list of such.

The JSON ends the answer: text may precede it, nothing may follow. It may stand in a fence of three
backticks. Several objects may follow one another without a list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.formats.toolcalls.form import (
    Broken,
    CallFormat,
    Parsed,
    answer,
    headed_result,
    malformed,
    parsed,
)
from harness.formats.toolcalls.values import bounded, call_of, is_call, values, written
from harness.records import ToolCall

_FENCE = re.compile(r"^[ \t]*```(?:json)?[ \t]*\n", re.MULTILINE)
_FENCE_END = re.compile(r"^[ \t]*```[ \t]*$", re.MULTILINE)
_START = re.compile(r"^[ \t]*[\[{]", re.MULTILINE)
_WANTED = "one JSON object, or a list of them, at the end of the answer"


def read(text: str) -> Parsed:
    """The calls of an answer that ends in them."""
    try:
        bounded(text)
        before, body, after = _parts(text)
        found = list(values(body)) if body else []
    except Broken as broken:
        told = answer(text, _WANTED)
        return malformed(text, str(broken)) if told.calls else told
    listed = found[0] if len(found) == 1 and isinstance(found[0], list) else found
    if not any(map(is_call, listed)):
        return answer(text, _WANTED)
    if after:
        return malformed(text, "text follows the call")
    try:
        return parsed(text, before, [call_of(value) for value in listed])
    except Broken as broken:
        return malformed(text, str(broken))


def _parts(text: str) -> tuple[str, str, str]:
    """What precedes the JSON, the JSON or nothing, and what follows its fence."""
    opened = _FENCE.search(text)
    closed = _FENCE_END.search(text, opened.end()) if opened else None
    if opened and closed:
        return (
            text[: opened.start()],
            text[opened.end() : closed.start()],
            text[closed.end() :].strip(),
        )
    start = _START.search(text)
    return (text[: start.start()], text[start.start() :], "") if start else (text, "", "")


def write(calls: Sequence[ToolCall]) -> str:
    """An object, or a list of several."""
    plain = [{"name": call.name, "arguments": dict(call.arguments)} for call in calls]
    return written(plain[0] if len(plain) == 1 else plain)


PLAIN = CallFormat(
    name="json",
    instruction=(
        "To call a tool, end your answer with a JSON object of this shape and write nothing after "
        'it: {"name": "the tool", "arguments": {"parameter": "value"}}. To call several at once, '
        "give a JSON list of such objects."
    ),
    read=read,
    write=write,
    result=headed_result,
)
