"""Answers read strictly: lists of principles, and examples. What breaks the form is not mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.formats import strict_json
from harness.formats.fields import Wrong, list_of, one_of, record, text
from harness.formats.strict_json import Refused
from harness.formats.toolcalls.form import without_thoughts
from harness.names import Names
from harness.records import Message, ToolCall, ToolSpec
from models.chat.wire import calls_from_wire
from models.remote.failures import Unreadable
from models.training.principles.seeds import Seed, wire

LONGEST = 100_000
"""Characters of an answer that is read."""
_FENCE = "```"
_ROLES = frozenset(("user", "assistant", "tool"))


class Malformed(ValueError):
    """An answer that is not what was asked for. The message is the reason."""


def principles_of(answer: str) -> list[str]:
    """The texts of a JSON list, blanks between words made one.

    Raises:
        Malformed: it is no list of texts, an empty one, or one with an empty text.
    """
    try:
        found = [" ".join(each.split()) for each in list_of(text)(_value(answer))]
    except Wrong as wrong:
        raise Malformed(str(wrong)) from None
    if not found or not all(found):
        raise Malformed("there is a principle without words" if found else "the list is empty")
    return found


def instance_of(answer: str, frame: Seed) -> dict[str, Any]:
    """An example as a line of data: {"messages": [...], "tools": [...]}.

    Args:
        answer: a JSON object, in the form of `frame`.
        frame: gives the system's words and the tools.

    Raises:
        Malformed: it has another form, messages are missing or out of order, or a call is none of
            the tools'.
    """
    try:
        talk = (_pair if frame.plain else _conversation)(_value(answer))
    except Wrong as wrong:
        raise Malformed(str(wrong)) from None
    _require_order(talk)
    _require_calls(talk, frame.dialogue.tools)
    row: dict[str, Any] = {"messages": wire((*frame.system, *talk))}
    return {**row, "tools": frame.row["tools"]} if frame.row.get("tools") else row


def _value(answer: str) -> Any:
    """The JSON of an answer: it may stand in a fence of Markdown, and behind thoughts."""
    answer = without_thoughts(answer)
    if len(answer) > LONGEST:
        raise Malformed(f"it is longer than {LONGEST:,} characters")
    body = answer.strip()
    if body.startswith(_FENCE) and body.endswith(_FENCE) and len(body) > 2 * len(_FENCE):
        body = body.removeprefix(_FENCE).removesuffix(_FENCE).removeprefix("json").strip()
    try:
        value = strict_json.loads(body)
        strict_json.check(value)
    except Refused as refused:
        raise Malformed(str(refused)) from None
    return value


def _spoken(role: str, content: str = "", tool_calls: Any = (), tool_call_id: str = "") -> Message:
    if role != "assistant" and tool_calls:
        raise Wrong(f"a message of the role '{role}' calls tools")
    if role != "tool" and not (content.strip() or tool_calls):
        raise Wrong(f"a message of the role '{role}' is empty")
    return Message(role, content, tuple(tool_calls), tool_call_id)


def _calls(value: Any) -> tuple[ToolCall, ...]:
    try:
        calls = calls_from_wire(value, Names(()), 0)
    except Unreadable as error:
        raise Wrong(str(error)) from None
    if problem := next((call.problem for call in calls if call.problem), ""):
        raise Wrong(problem)
    named = [call.get("id") for call in value or ()]
    return tuple(
        call if id else ToolCall(call.name, call.arguments)
        for call, id in zip(calls, named, strict=True)
    )


_pair = record(
    lambda prompt, completion: [_spoken("user", prompt), _spoken("assistant", completion)],
    {"prompt": text, "completion": text},
    "prompt",
    "completion",
)
_conversation = record(
    lambda messages: list(messages),
    {
        "messages": list_of(
            record(
                _spoken,
                {
                    "role": one_of(_ROLES),
                    "content": lambda value: "" if value is None else text(value),
                    "tool_calls": _calls,
                    "tool_call_id": text,
                },
                "role",
            )
        )
    },
    "messages",
)


def _require_order(talk: Sequence[Message]) -> None:
    """Raises `Malformed` unless users and assistant take turns, and each call is answered once."""
    waiting: list[str] = []
    before = "assistant"
    for number, message in enumerate(talk):
        if message.role == "tool":
            fits = message.call_id in (*waiting, "") and bool(waiting)
        else:
            before_it = ("assistant",) if message.role == "user" else ("user", "tool")
            fits = not waiting and before in before_it
        if not fits:
            raise Malformed(f"messages[{number}] of the role '{message.role}' is out of its turn")
        if message.role == "tool":
            waiting.remove(message.call_id if message.call_id in waiting else waiting[0])
        else:
            waiting = [call.id for call in message.calls]
        before = message.role
    if not talk or talk[-1].role != "assistant":
        raise Malformed("it does not end with what the assistant says")


def _require_calls(talk: Sequence[Message], tools: Sequence[ToolSpec]) -> None:
    """Raises `Malformed` where a tool is called that is not there, or with other arguments."""
    known = {tool.name: tool.parameters for tool in tools}
    for call in (call for message in talk for call in message.calls):
        if call.name not in known:
            raise Malformed(f"it calls {call.name[:80]!a}, which is none of the tools")
        schema: Mapping[str, Any] = known[call.name]
        properties, needed = schema.get("properties"), schema.get("required")
        lacks = [n for n in needed if n not in call.arguments] if isinstance(needed, list) else []
        if lacks:
            raise Malformed(f"the call of {call.name} lacks {str(lacks[0])[:80]!a}")
        unknown = [
            n for n in call.arguments if isinstance(properties, dict) and n not in properties
        ]
        if unknown:
            raise Malformed(
                f"the call of {call.name} has {unknown[0][:80]!a}, which it does not take"
            )
