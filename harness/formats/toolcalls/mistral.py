"""Calls as Mistral's models write them, text before them allowed.

    [TOOL_CALLS] [{"name": "weather", "arguments": {"city": "Oslo"}, "id": "9Ae3bDc2F"}]
    [TOOL_CALLS]weather[ARGS]{"city": "Oslo"}[TOOL_CALLS]weather[ARGS]{"city": "Bergen"}

The first is that of tokenizers up to version 7, the second that of version 11 on, where
`[CALL_ID]9Ae3bDc2F` may stand behind the name and `[ARGS]` may be missing.

Source: mistralai/mistral-common (instruct tokenizers v3 to v13), and vLLM's `mistral` parser for
the form without `[ARGS]`.
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
from harness.formats.toolcalls.values import after_blanks, bounded, call_of, value_at, written
from harness.records import ToolCall

_MARK = "[TOOL_CALLS]"
_NAMED = re.compile(r"\s*([^\s\[\]{}\"]+)\s*(?:\[CALL_ID\]\s*(\w+)\s*)?(?:\[ARGS\])?")


def read(text: str) -> Parsed:
    """The calls of an answer that ends in them."""
    before, mark, body = text.partition(_MARK)
    if not mark:
        return answer(text, f"behind {_MARK}")
    body = body.strip().removesuffix("</s>").rstrip()
    try:
        bounded(text)
        return parsed(text, before, _listed(body) if body.startswith("[") else _named(body))
    except Broken as broken:
        return malformed(text, str(broken))


def write(calls: Sequence[ToolCall]) -> str:
    """The older form, which every version reads."""
    listed = [
        {"name": call.name, "arguments": dict(call.arguments)}
        | ({"id": call.id} if call.id else {})
        for call in calls
    ]
    return f"{_MARK} {written(listed)}"


def _listed(body: str) -> list[ToolCall]:
    listed, end = value_at(body, 0)
    if body[end:].strip():
        raise Broken("text follows the calls")
    if not isinstance(listed, list) or not listed:
        raise Broken("no list of calls")
    return [call_of(item) for item in listed]


def _named(body: str) -> list[ToolCall]:
    calls, place = [], 0
    while True:
        named = _NAMED.match(body, place)
        if named is None:
            raise Broken(f"no name behind {_MARK}")
        value, place = value_at(body, named.end())
        calls.append(call_of({"name": named[1], "arguments": value, "id": named[2] or ""}))
        place = after_blanks(body, place)
        if place == len(body):
            return calls
        if not body.startswith(_MARK, place):
            raise Broken("text follows a call")
        place += len(_MARK)


MISTRAL = CallFormat(
    name="mistral",
    instruction=(
        f"To call tools, write {_MARK} and a JSON list with an object for each call, and nothing "
        f'after it: {_MARK} [{{"name": "the tool", "arguments": {{"parameter": "value"}}}}]'
    ),
    read=read,
    write=write,
    result=headed_result,
)
