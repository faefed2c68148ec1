r"""Calls as a message of OpenAI's interface holds them: an object with a list "tool_calls".

    {"tool_calls": [{"id": "call_1", "type": "function",
                     "function": {"name": "weather", "arguments": "{\"city\": \"Oslo\"}"}}]}

Arguments are a JSON text, as in the interface, or an object. A "content" beside the calls is the
answer's text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.formats.toolcalls.form import (
    Broken,
    CallFormat,
    Parsed,
    answer,
    headed_result,
    malformed,
    parsed,
)
from harness.formats.toolcalls.values import bounded, call_of, value_at, written
from harness.records import ToolCall

_MARK = '"tool_calls"'
_KEYS = frozenset(("role", "content", "tool_calls"))


def read(text: str) -> Parsed:
    """The calls of an answer that is a message with them."""
    if _MARK not in text:
        return answer(text, f"in an object with {_MARK}")
    try:
        bounded(text)
        value, end = value_at(text, 0)
        if text[end:].strip():
            raise Broken("text follows the message")
        if not isinstance(value, dict) or not value.keys() <= _KEYS:
            raise Broken(f"it is no object of {', '.join(sorted(_KEYS))} alone")
        content, listed = value.get("content") or "", value.get("tool_calls")
        if not isinstance(content, str) or not isinstance(listed, list):
            raise Broken('"content" is a text, and "tool_calls" a list')
        return parsed(text, content, [_call(item) for item in listed])
    except Broken as broken:
        return malformed(text, str(broken))


def write(calls: Sequence[ToolCall]) -> str:
    """A message with the calls and nothing else."""
    listed = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": written(dict(call.arguments))},
        }
        for call in calls
    ]
    return written({"tool_calls": listed})


def _call(item: Any) -> ToolCall:
    if not isinstance(item, dict) or not isinstance(item.get("function"), dict):
        raise Broken('an item of "tool_calls" has no "function"')
    if item.get("type", "function") != "function" or item.keys() - {"id", "type", "function"}:
        raise Broken('an item of "tool_calls" is no function with an id')
    return call_of({**item["function"], "id": item.get("id", "")}, text=True)


OPENAI = CallFormat(
    name="openai-json",
    instruction=(
        "To call tools, answer with one JSON object and nothing else: "
        '{"tool_calls": [{"id": "1", "type": "function", "function": {"name": "the tool", '
        '"arguments": {"parameter": "value"}}}]}, with one item for each call.'
    ),
    read=read,
    write=write,
    result=headed_result,
)
