"""Conversations as OpenAI's chat interface has them, in both directions, with its dialects.

Sent is what every server documents: a text as content, or a list of text and pictures where there
are some, arguments as a JSON text, an id at every call and every answer to one. Read are also
arguments as an object (Ollama's own interface), calls without an id, or several with the same, and
content that is null or not there.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.formats.toolcalls.values import arguments_of
from harness.names import Names
from harness.records import Message, ToolCall
from models.chat.pictures import parts
from models.remote.client import sendable
from models.remote.failures import Unreadable


def identified(messages: Sequence[Message]) -> Iterator[Message]:
    """The messages with an id at every call, and at every answer that of the call it is to.

    An answer that names no call is to the first that has none yet. Ids that are missing are given
    by place: nine letters and digits, which is what Mistral's servers want.
    """
    waiting: deque[str] = deque()
    number = 0
    for message in messages:
        if message.calls:
            calls = tuple(_with_ids(message.calls, number))
            number += len(calls)
            waiting.extend(call.id for call in calls)
            message = replace(message, calls=calls)
        elif message.role == "tool":
            id = message.call_id or (waiting[0] if waiting else "")
            if id in waiting:
                waiting.remove(id)
            message = replace(message, call_id=id)
        yield message


def calls_so_far(messages: Iterable[Message]) -> int:
    """How many calls a conversation holds."""
    return sum(len(message.calls) for message in messages)


def numbered(calls: Sequence[ToolCall], before: int) -> tuple[ToolCall, ...]:
    """The calls with an id each, after so many others."""
    return tuple(_with_ids(calls, before))


def to_wire(messages: Sequence[Message], names: Names) -> list[dict[str, Any]]:
    """The messages of a request. A call that could not be read is sent without its arguments.

    Raises:
        UserError: a picture cannot be sent.
    """
    return [_message(message, names) for message in identified(messages)]


def calls_from_wire(listed: object, names: Names, before: int) -> tuple[ToolCall, ...]:
    """The calls of an answer, under the tools' own names.

    Args:
        listed: the field "tool_calls".
        names: of the tools that were offered.
        before: calls that the conversation held already.

    Raises:
        Unreadable: it is no list of objects.
    """
    if listed is None:
        return ()
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise Unreadable(f"tool_calls are no list of calls: {str(listed)[:60]}")
    return numbered([_call(item, names) for item in listed], before)


def _with_ids(calls: Sequence[ToolCall], before: int) -> Iterator[ToolCall]:
    taken = {""}
    for number, call in enumerate(calls, before):
        id = f"call{number:05d}" if call.id in taken else call.id
        taken.add(id)
        yield call if id == call.id else replace(call, id=id)


def _message(message: Message, names: Names) -> dict[str, Any]:
    content = sendable(message.content)
    sent: dict[str, Any] = {"role": message.role, "content": content}
    if message.images:
        sent["content"] = parts(replace(message, content=content))
    if message.role == "tool":
        sent["tool_call_id"] = message.call_id
    if message.calls:
        sent["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {
                    "name": names.sent(call.name),
                    "arguments": sendable(json.dumps(dict(call.arguments), ensure_ascii=False)),
                },
            }
            for call in message.calls
        ]
    return sent


def _call(item: Mapping[str, Any], names: Names) -> ToolCall:
    """One call; what is wrong with it is the model's doing and told in its `problem`."""
    id = item.get("id")
    id = sendable(id) if isinstance(id, str) else ""
    function = item.get("function")
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(function, dict) or not isinstance(name, str) or not name:
        return ToolCall("", id=id, problem="a call names no function")
    arguments, problem = arguments_of(function.get("arguments"))
    return ToolCall(names.meant(sendable(name)), arguments, id, problem)
