"""Conversations in the classes of inspect_ai (extra `view`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, cast

from harness.records import Message, ToolCall

if TYPE_CHECKING:
    from inspect_ai.model import ChatMessage, Content
    from inspect_ai.tool import ToolCall as Called


def messages(said: Sequence[Message]) -> Iterator[ChatMessage]:
    """Messages in inspect_ai's classes, with ids by which calls and their answers are joined.

    A call without an id, or with that of an earlier one, gets one of its own. Of calls with one id
    the first is answered first, and an answer without the id of a call is that of the first call
    that is not yet answered.
    """
    from inspect_ai.model import (
        ChatMessageAssistant,
        ChatMessageSystem,
        ChatMessageTool,
        ChatMessageUser,
    )
    from inspect_ai.tool import ToolCallError

    taken: set[str] = set()
    waiting: list[tuple[str, Called]] = []  # the id that a call was given, and the call
    for number, message in enumerate(said, 1):
        id, content = f"message-{number}", _content(message)
        if message.role == "assistant":
            calls = [
                _call(call, _own(call.id or f"call-{number}-{i}", taken))
                for i, call in enumerate(message.calls, 1)
            ]
            waiting += zip((call.id for call in message.calls), calls, strict=True)
            yield ChatMessageAssistant(id=id, content=content, tool_calls=calls or None)
        elif message.role == "tool":
            place = _answered(message.call_id, waiting)
            call = None if place is None else waiting.pop(place)[1]
            yield ChatMessageTool(
                id=id,
                content=content,
                tool_call_id=call.id if call else message.call_id or None,
                function=call.function if call else None,
                error=ToolCallError("unknown", message.content) if message.failed else None,
            )
        elif message.role == "system":
            yield ChatMessageSystem(id=id, content=content)
        else:
            yield ChatMessageUser(id=id, content=content)


def _own(id: str, taken: set[str]) -> str:
    """An id that no other call has."""
    own, number = id, 1
    while own in taken:
        number += 1
        own = f"{id}-{number}"
    taken.add(own)
    return own


def _answered(id: str, waiting: Sequence[tuple[str, Called]]) -> int | None:
    """The place of the call that an answer belongs to; None where none waits for it."""
    return next((n for n, (given, _) in enumerate(waiting) if not id or given == id), None)


def _call(call: ToolCall, id: str) -> Called:
    from inspect_ai.tool import ToolCall as Called

    return Called(
        id=id,
        function=call.name,
        arguments=dict(call.arguments),
        parse_error=call.problem or None,
    )


def _content(message: Message) -> str | list[Content]:
    from inspect_ai.model import ContentImage, ContentText

    if not message.images:
        return message.content
    parts: list[Content] = [ContentText(text=message.content)] if message.content else []
    for image in message.images:
        known = image.detail if image.detail in ("low", "high") else "auto"
        detail = cast("Literal['auto', 'low', 'high']", known)
        parts.append(ContentImage(image=image.url, detail=detail))
    return parts
