"""What a format of calls is, and what its reader gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.records import ToolCall

MAX_LENGTH = 1_000_000
"""Characters of an answer that is read for calls."""
_LIKE_A_CALL = re.compile(
    r'"(?:name|function)"\s*:\s*(?:"[^"]{0,200}"|\{)\s*(?:,\s*)?"(?:arguments|parameters|name)"\s*:'
)
_THOUGHTS_END = "</think>"


@dataclass(frozen=True, slots=True)
class Parsed:
    """What an answer says.

    Attributes:
        text: what it says besides its calls; the whole answer where a call could not be read.
        calls: in order. One that could not be read has a `problem`, and no name where that could
            not be read either.
    """

    text: str
    calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class CallFormat:
    """A way to write calls as text.

    Attributes:
        name: by which people choose it.
        instruction: tells a model how to write a call.
        read: what an answer says. It never raises.
        write: calls that could be read, as the model would have written them.
        result: what a call gave, as the model is told it, from the tool's name and the text.
        python_names: whether a name of a tool must be one of Python's, dots allowed.
        texts: whether arguments are bare texts, of which only the tool's schema tells what they
            stand for: what was read is then to go through `by_schema.typed`.
    """

    name: str
    instruction: str
    read: Callable[[str], Parsed]
    write: Callable[[Sequence[ToolCall]], str]
    result: Callable[[str, str], str]
    python_names: bool = False
    texts: bool = False


class Broken(ValueError):
    """What should be a call is none. The message is the reason."""


def malformed(text: str, reason: str) -> Parsed:
    """An answer that looks like a call, none of which could be read."""
    return Parsed(text, (ToolCall("", problem=reason),))


def parsed(whole: str, text: str, calls: Sequence[ToolCall]) -> Parsed:
    """An answer with calls; its text is the whole of it where one could not be read."""
    unread = any(call.problem for call in calls)
    return Parsed(whole if unread else text.strip(), tuple(calls))


def answer(text: str, wanted: str) -> Parsed:
    """An answer without a call in the format's own marks.

    Args:
        text: the answer.
        wanted: where a call must stand, for the reason that is given if there is one elsewhere.
    """
    if _LIKE_A_CALL.search(text):
        return malformed(text, f"something like a call, but not {wanted}")
    return Parsed(text)


def without_thoughts(text: str) -> str:
    """The answer without what a model thought first: all up to `</think>`.

    Thoughts that were not finished, since the answer was cut, leave nothing.
    """
    if _THOUGHTS_END in text:
        return text.partition(_THOUGHTS_END)[2].strip()
    return "" if text.lstrip().startswith("<think>") else text


def headed_result(name: str, content: str) -> str:
    """A result under a line that names the tool."""
    return f"Result of {name}:\n{content}"
