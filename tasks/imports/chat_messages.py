"""Messages in the form of OpenAI's chat completions, in which most transcripts are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.errors import UserError
from harness.formats import strict_json
from harness.records import Message, ToolCall

_ROLES = {
    **{role: role for role in ("system", "user", "assistant", "tool")},
    "developer": "system",
    "function": "tool",
}


def read_messages(value: Any) -> tuple[Message, ...]:
    """The messages of a list of them.

    Raises:
        UserError: it is no such list; the message says which message is wrong, and how.
    """
    if not isinstance(value, list):
        raise UserError("there is no list of messages")
    found = []
    for number, item in enumerate(value):
        try:
            found.append(read_message(item))
        except UserError as error:
            raise UserError(f"message {number}: {error}") from None
    return tuple(found)


def read_message(value: Any) -> Message:
    """One message. Whether a tool's reply is a failure is not said in this form.

    Raises:
        UserError: it is none.
    """
    if not isinstance(value, Mapping):
        raise UserError("it is no object")
    role = value.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        raise UserError(f"its role is none of {', '.join(_ROLES)}")
    content = read_content(value.get("content")) or read_content(value.get("refusal"))
    if _ROLES[role] == "tool":
        return Message("tool", content, call_id=_text(value.get("tool_call_id")))
    return Message(_ROLES[role], content, read_calls(value) if role == "assistant" else ())


def read_content(value: Any) -> str:
    """The text of a content: a text, a list of parts whose texts are joined, or nothing.

    Raises:
        UserError: it is anything else.
    """
    if value is None or isinstance(value, str):
        return value or ""
    if not isinstance(value, list) or not all(isinstance(part, Mapping) for part in value):
        raise UserError("its content is neither a text nor a list of parts")
    texts = (part.get("text", part.get("refusal")) for part in value)
    return "".join(text for text in texts if isinstance(text, str))


def read_calls(message: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    """The calls of an assistant's message, under `tool_calls` or the older `function_call`.

    Raises:
        UserError: they are not as they should be.
    """
    listed = message.get("tool_calls")
    if listed is None:
        listed = []
    if not isinstance(listed, list):
        raise UserError("its tool_calls are no list")
    calls = tuple(_call(item) for item in listed)
    older = message.get("function_call")
    return calls if calls or older is None else (_function(older, ""),)


def read_arguments(value: Any) -> tuple[dict[str, Any], str]:
    """Arguments, given as a JSON text or as an object; with why they cannot be read, or ""."""
    try:
        found = strict_json.loads(value) if isinstance(value, str) else value
        if not isinstance(found, dict):
            return {}, "the arguments are no JSON object"
        strict_json.check(found)
    except strict_json.Refused as refused:
        return {}, f"the arguments cannot be read: {refused}"
    return found, ""


def last_words(messages: tuple[Message, ...]) -> str | None:
    """What the assistant said last, where a call came with it or after it None."""
    spoken = [message for message in messages if message.role == "assistant"]
    return (spoken[-1].content or None) if spoken and not spoken[-1].calls else None


def _call(value: Any) -> ToolCall:
    if not isinstance(value, Mapping):
        raise UserError("a call is no object")
    if value.get("type", "function") != "function":
        raise UserError("a call is of no function, and so has no named arguments")
    return _function(value.get("function"), _text(value.get("id")))


def _function(value: Any, id: str) -> ToolCall:
    if not isinstance(value, Mapping) or not isinstance(value.get("name"), str):
        raise UserError("a call names no function")
    arguments, problem = read_arguments(value.get("arguments"))
    return ToolCall(value["name"], arguments, id, problem)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
