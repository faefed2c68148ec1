"""Calls written as text in brackets: `[GetUserToken(username='JohnDoe', password='pass123')]`.

Read by the two patterns that API-Bank publishes (api_call_extraction.py of DAMO-ConvAI/api-bank),
with what follows from them: a quoted value ends at the next quotation mark of either kind, an empty
one swallows what comes after it, and a list in quotation marks ends inside the list.
"""

from __future__ import annotations

import re

from harness.records import ToolCall

LONGEST = 20_000
"""Characters of the longest arguments that are read: the second pattern can take quadratic time."""
_OPENING = re.compile(r"\[(\w+)\(")
_ARGUMENT = re.compile(
    r"\b(?:"
    r"(?P<quoted>\w+)\s*=\s*['\"](?P<text>.+?)['\"]"
    r"|(?P<listed>\w+)\s*=\s*(?P<list>\[.*\])"
    r"|(?P<bare>\w+)\s*=\s*(?P<word>\w+))"
)


def read_call(text: str) -> ToolCall | None:
    r"""The first call in a text; None where there is none.

    It is what `\[(\w+)\((.*)\)\]` finds, so it stands in one line and ends at the last ")]" of it.
    Values stay texts, lists too; of a parameter given twice the second value counts.
    """
    for line in text.split("\n"):
        end = line.rfind(")]")
        opening = _OPENING.search(line)
        if opening and opening.end() <= end:
            return _call(opening[1], line[opening.end() : end])
    return None


def _call(name: str, written: str) -> ToolCall:
    if len(written) > LONGEST:
        return ToolCall(name, problem=f"arguments of {len(written):,} characters are not read")
    arguments: dict[str, str] = {}
    for found in _ARGUMENT.finditer(written):
        if found["quoted"]:
            arguments[found["quoted"]] = found["text"]
        elif found["listed"]:
            arguments[found["listed"]] = found["list"]
        else:
            arguments[found["bare"]] = found["word"]
    return ToolCall(name, arguments)
