"""A conversation with tools in words alone, for models whose server knows no tools."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from harness.formats.toolcalls import CallFormat
from harness.names import Names
from harness.records import Message, ToolSpec
from models.chat.wire import identified

_HEAD = "You can call tools. Each line describes one of them in JSON:"
_TAIL = (
    "Call a tool only where it helps and only with arguments that you know. You are told what the "
    "calls gave, and can then call again. Once you know the answer, or where no tool helps, answer "
    "in plain words without any call."
)


def worded(
    messages: Sequence[Message],
    tools: Sequence[ToolSpec],
    form: CallFormat,
    names: Names,
    *,
    system: bool = True,
) -> list[Message]:
    """The conversation as messages without calls.

    Tools and the way to call them are told in the system message, calls are written as the format
    has them, and what they gave is told by the user. Messages of one role that follow one another
    become one, as many chat templates want it.

    Args:
        messages: the conversation.
        tools: what may be called.
        form: how calls are written.
        names: of the tools, as the format takes them.
        system: whether the model knows system messages; if not, the first message of the user
            begins with what they say.
    """
    given = list(messages)
    first = given.pop(0) if given and given[0].role == "system" else Message("system")
    told = [first.content] if first.content else []
    told += [introduction(tools, form, names)] if tools else []
    role = "system" if system else "user"
    head = [Message(role, "\n\n".join(told), images=first.images)] if told else []
    return list(_joined([*head, *_spoken(given, form, names)]))


def introduction(tools: Sequence[ToolSpec], form: CallFormat, names: Names) -> str:
    """What a model is told of its tools and of how to call them."""
    listed = "\n".join(
        json.dumps(
            {
                "name": names.sent(tool.name),
                "description": tool.description,
                "parameters": dict(tool.parameters),
            },
            ensure_ascii=False,
        )
        for tool in tools
    )
    return f"{_HEAD}\n{listed}\n\n{form.instruction}\n{_TAIL}"


def _spoken(messages: Iterable[Message], form: CallFormat, names: Names) -> Iterator[Message]:
    """The messages with calls and their results as text."""
    called: dict[str, str] = {}
    for message in identified(list(messages)):
        if message.calls:
            sent = [replace(c, name=names.sent(c.name)) if c.name else c for c in message.calls]
            called |= {call.id: call.name for call in sent}
            unread = any(call.problem for call in sent) and message.content
            written = "" if unread else form.write([call for call in sent if call.name])
            parts = [part for part in (message.content, written) if part]
            yield Message("assistant", "\n".join(parts), images=message.images)
        elif message.role == "tool":
            name = called.get(message.call_id) or "the call"
            content = f"failed: {message.content}" if message.failed else message.content
            yield Message("user", form.result(name, content), images=message.images)
        else:
            yield message


def _joined(messages: Iterable[Message]) -> Iterator[Message]:
    """The messages, those of one role that follow one another as one."""
    last: Message | None = None
    for message in messages:
        if last is not None and last.role == message.role:
            content = f"{last.content}\n\n{message.content}"
            last = replace(last, content=content, images=(*last.images, *message.images))
            continue
        if last is not None:
            yield last
        last = message
    if last is not None:
        yield last
