"""Conversations to learn from, as JSONL: one line a conversation, or a pair of continuations.

A conversation is a line of either kind:

    {"messages": [{"role": "user", "content": "..."}, {"role": "assistant", ...}], "tools": [...]}
    {"prompt": ..., "completion": ..., "tools": [...]}

either of them with a "weight", by which more is learned of one than of another (1 where none is
told), and a pair of which one continuation is preferred

    {"prompt": ..., "chosen": ..., "rejected": ..., "tools": [...]}

Messages and tools are as OpenAI's chat interface has them. Prompts and continuations are lists of
messages, or texts: what a user said, and what the assistant answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.formats.fields import (
    Wrong,
    amount,
    list_of,
    name,
    one_of,
    or_null,
    plain,
    plain_object,
    record,
    text,
)
from harness.names import Names
from harness.records import Message, ToolCall, ToolSpec
from models.chat.wire import calls_from_wire
from models.remote.failures import Unreadable
from models.training.lines import read_lines

_ROLES = frozenset(("system", "user", "assistant", "tool"))
_CONVERSATION = '{"messages": [...]} or {"prompt": ..., "completion": ...}'
_PAIR = '{"prompt": ..., "chosen": ..., "rejected": ...}'


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation, of which the assistant's turns are learned.

    Attributes:
        line: of the file, from 1.
        messages: all of it.
        tools: what could be called.
        first: number of the first message that may be learned.
        weight: how much is learned of it, against others; None where the line tells none.
    """

    line: int
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    first: int = 0
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Preference:
    """Two continuations of one conversation.

    Attributes:
        line: of the file, from 1.
        chosen: the conversation with the better one.
        rejected: the conversation with the worse one.
    """

    line: int
    chosen: Dialogue
    rejected: Dialogue


def read_dialogues(path: Path) -> Iterator[Dialogue]:
    """The conversations of a file, in order.

    Raises:
        UserError: the file cannot be read or is empty, or a line is no conversation: it names the
            line, what is wrong and what is expected.
    """
    return read_lines(path, lambda line, value: dialogue(line, _told(value)), _CONVERSATION)


def read_preferences(path: Path) -> Iterator[Preference]:
    """The pairs of a file, in order.

    Raises:
        UserError: as `read_dialogues` does, or both continuations of a pair are the same.
    """
    return read_lines(path, lambda line, value: _preference(line, _told(value)), _PAIR)


def _told(value: Any) -> Any:
    if isinstance(value, dict) and "problem" in value:
        raise Wrong(
            "it is an attempt that `assay run` wrote, which holds neither its tools nor all of its "
            "conversation"
        )
    return value


def dialogue(line: int, value: Any) -> Dialogue:
    """The conversation that a line's JSON tells. Raises `Wrong` where it is none."""
    if isinstance(value, dict) and "messages" in value:
        return _whole(value)(line)
    prompt, completion, tools, weight = _prompted(value)
    return replace(_continued(line, prompt, completion, tools, "completion"), weight=weight)


def tools_of(value: Any) -> tuple[ToolSpec, ...]:
    """The tools that a list of OpenAI's definitions tells, none where it is null.

    Raises:
        Wrong: it is no such list, or two of the tools have the same name.
    """
    tools = _tools(value) or ()
    if len({tool.name for tool in tools}) < len(tools):
        raise Wrong("two tools have the same name")
    return tools


def _preference(line: int, value: Any) -> Preference:
    prompt, chosen, rejected, tools = _compared(value)
    if chosen == rejected:
        raise Wrong("chosen and rejected are the same")
    return Preference(
        line,
        _continued(line, prompt, chosen, tools, "chosen"),
        _continued(line, prompt, rejected, tools, "rejected"),
    )


def _whole_of(
    messages: tuple[Message, ...],
    tools: tuple[ToolSpec, ...] = (),
    weight: float | None = None,
) -> Callable[[int], Dialogue]:
    if all(message.role != "assistant" for message in messages):
        raise Wrong("no assistant says anything, so there is nothing to learn").within("messages")
    return lambda line: Dialogue(line, messages, tools, weight=weight)


def _continued(
    line: int,
    prompt: Sequence[Message] | str,
    said: Sequence[Message] | str,
    tools: tuple[ToolSpec, ...],
    field: str,
) -> Dialogue:
    before = (Message("user", prompt),) if isinstance(prompt, str) else tuple(prompt)
    after = (Message("assistant", said),) if isinstance(said, str) else tuple(said)
    if not before:
        raise Wrong("it is empty").within("prompt")
    if not after or after[0].role != "assistant":
        raise Wrong("it does not begin with a message of the assistant").within(field)
    return Dialogue(line, (*before, *after), tools, len(before))


def _text_or_messages(value: Any) -> str | tuple[Message, ...]:
    return text(value) if isinstance(value, str) else _messages(value)


def _content(value: Any) -> str:
    """A text, null, or a list of parts that are texts."""
    if value is None:
        return ""
    return "".join(_parts(value)) if isinstance(value, list) else text(value)


def _calls(value: Any) -> tuple[ToolCall, ...]:
    try:
        calls = calls_from_wire(value, Names(()), 0)
    except Unreadable as error:
        raise Wrong(str(error)) from None
    for number, call in enumerate(calls):
        if call.problem:
            raise Wrong(call.problem).within(f"[{number}]")
    given = [call.get("id") for call in value or ()]
    return tuple(
        call if id else ToolCall(call.name, call.arguments)
        for call, id in zip(calls, given, strict=True)
    )


def _message_of(
    role: str,
    content: str = "",
    tool_calls: tuple[ToolCall, ...] = (),
    tool_call_id: str = "",
    name: str = "",
) -> Message:
    if tool_calls and role != "assistant":
        raise Wrong(f"a message of the role '{role}' calls tools: only an assistant's does")
    if role == "assistant" and not (content or tool_calls):
        raise Wrong("an assistant's message says nothing and calls nothing")
    return Message(role, content, tool_calls, tool_call_id)


def _tool_of(function: ToolSpec, type: str = "function") -> ToolSpec:
    return function


def _function_of(
    name: str,
    description: str = "",
    parameters: Mapping[str, Any] | None = None,
    strict: Any = None,
) -> ToolSpec:
    return ToolSpec(name, description, parameters or {})


_parts = list_of(
    record(
        lambda text, type="text": text, {"type": one_of(frozenset(("text",))), "text": text}, "text"
    )
)
_messages = list_of(
    record(
        _message_of,
        {
            "role": one_of(_ROLES),
            "content": _content,
            "tool_calls": _calls,
            "tool_call_id": text,
            "name": text,
        },
        "role",
    )
)
_tools = or_null(
    list_of(
        record(
            _tool_of,
            {
                "type": one_of(frozenset(("function",))),
                "function": record(
                    _function_of,
                    {
                        "name": name,
                        "description": text,
                        "parameters": or_null(plain_object),
                        "strict": plain,
                    },
                    "name",
                ),
            },
            "function",
        )
    )
)


_whole = record(_whole_of, {"messages": _messages, "tools": tools_of, "weight": amount}, "messages")
_prompted = record(
    lambda prompt, completion, tools=(), weight=None: (prompt, completion, tools, weight),
    {
        "prompt": _text_or_messages,
        "completion": _text_or_messages,
        "tools": tools_of,
        "weight": amount,
    },
    "prompt",
    "completion",
)
_compared = record(
    lambda prompt, chosen, rejected, tools=(): (prompt, chosen, rejected, tools),
    {
        "prompt": _text_or_messages,
        "chosen": _text_or_messages,
        "rejected": _text_or_messages,
        "tools": tools_of,
    },
    "prompt",
    "chosen",
    "rejected",
)
