"""Calls between tags, as Hermes and Qwen 2.5 and 3 write them, text around them allowed.

    <tool_call>
    {"name": "weather", "arguments": {"city": "Oslo"}}
    </tool_call>

Source: the model cards and chat templates of NousResearch/Hermes-2-Pro-Llama-3-8B and of
Qwen/Qwen2.5-7B-Instruct. Results go back between `<tool_response>` tags: Hermes has an object with
the tool's name in them, Qwen the content alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from harness.formats.toolcalls.form import Broken, CallFormat, Parsed, answer, malformed, parsed
from harness.formats.toolcalls.values import after_blanks, bounded, call_of, value_at, written
from harness.records import ToolCall

OPEN, CLOSE = "<tool_call>", "</tool_call>"


def read(text: str) -> Parsed:
    """The calls of an answer, each between its tags; what is around them is its text."""
    return between_tags(text, _call)


def between_tags(
    text: str, call: Callable[[str, int], tuple[ToolCall, int]], lost: Sequence[str] = (CLOSE,)
) -> Parsed:
    """The calls of an answer, in whatever form, each between its tags.

    Args:
        text: the answer.
        call: the call behind an opening tag that ends at a place of the text, and the place where
            what follows its closing tag begins.
        lost: tags which say, where they stand around the calls, that one more was meant.
    """
    try:
        bounded(text)
    except Broken as broken:
        return malformed(text, str(broken))
    calls: list[ToolCall] = []
    around: list[str] = []
    place = 0
    while (start := text.find(OPEN, place)) >= 0:
        around.append(text[place:start])
        found, place = call(text, start + len(OPEN))
        calls.append(found)
    around.append(text[place:])
    outside = "\n".join(part.strip() for part in around if part.strip())
    if tag := next((tag for tag in lost if tag in outside), ""):
        calls.append(ToolCall("", problem=f"a {tag} outside of {OPEN} and {CLOSE}"))
    stray = answer(outside, f"between {OPEN} and {CLOSE}").calls
    if not calls and not stray:
        return Parsed(text)
    return parsed(text, outside, [*calls, *stray])


def write(calls: Sequence[ToolCall]) -> str:
    """Each call between its tags."""
    plain = [{"name": call.name, "arguments": dict(call.arguments)} for call in calls]
    return "\n".join(f"{OPEN}\n{written(call)}\n{CLOSE}" for call in plain)


def _call(text: str, start: int) -> tuple[ToolCall, int]:
    """The call behind an opening tag, and where what follows its closing tag begins."""
    try:
        value, end = value_at(text, start)
        end = after_blanks(text, end)
        if not text.startswith(CLOSE, end):
            raise Broken(f"a {OPEN} has no {CLOSE} behind its call")
        return call_of(value), end + len(CLOSE)
    except Broken as broken:
        close = text.find(CLOSE, start)
        return ToolCall("", problem=str(broken)), close + len(CLOSE) if close >= 0 else len(text)


def _named_result(name: str, content: str) -> str:
    return f"<tool_response>\n{written({'name': name, 'content': content})}\n</tool_response>"


def _bare_result(name: str, content: str) -> str:
    return f"<tool_response>\n{content}\n</tool_response>"


HERMES = CallFormat(
    name="hermes",
    instruction=(
        f"To call a tool, write {OPEN}, a JSON object with its name and arguments, and {CLOSE}:\n"
        f'{OPEN}\n{{"name": "the tool", "arguments": {{"parameter": "value"}}}}\n{CLOSE}\n'
        "Each call has tags of its own. What the calls give comes back between <tool_response> and "
        "</tool_response>."
    ),
    read=read,
    write=write,
    result=_named_result,
)
QWEN = replace(HERMES, name="qwen", result=_bare_result)
