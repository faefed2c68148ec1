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

    A call without an id gets one, and an answer without the id of a call is that of the first call
    that is not yet answered.
    """
    from inspect_ai.model import (
        ChatMessageAssistant,
        ChatMessageSystem,
        ChatMessageTool,
        ChatMessageUser,
    )
    from inspect_ai.tool import ToolCallError

    waiting: dict[str, str] = {}  # id of a call -> its tool
    for number, message in enumerate(said, 1):
        id, content = f"message-{number}", _content(message)
        if message.role == "assistant":
            ids = [call.id or f"call-{number}-{i}" for i, call in enumerate(message.calls, 1)]
            calls = [_call(call, id) for call, id in zip(message.calls, ids, strict=True)]
            waiting |= {call.id: call.function for call in calls}
            yield ChatMessageAssistant(id=id, content=content, tool_calls=calls or None)
        elif message.role == "tool":
            call = message.call_id or next(iter(waiting), "")
            yield ChatMessageTool(
                id=id,
                content=content,
                tool_call_id=call or None,
                function=waiting.pop(call, None),
                error=ToolCallError("unknown", message.content) if message.failed else None,
            )
        elif message.role == "system":
            yield ChatMessageSystem(id=id, content=content)
        else:
            yield ChatMessageUser(id=id, content=content)


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
