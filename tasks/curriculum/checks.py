"""Whether a call follows from a request, or an answer from a text: no world is needed to see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from harness.records import ToolCall
from tasks.worlds.starter.prose import FORMS
from tasks.worlds.starter.questions.compose import UNANSWERABLE

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FRAME = re.compile(r"^Passages:$|^\[\d+\] (?:Title: )?|\. Content: ", re.M)
"""What stands around passages where they are read, and tells nothing."""


def unfounded(request: str, call: ToolCall) -> str:
    """Which value of a call the request does not tell; "" where it tells all of them.

    Words and numbers stand in it as they are, whatever their case; days as they are or in words
    ("20 October 2031"); that there is 1 of something needs no word. Of every errand of the starter
    world that takes one call, the call follows so from the request.

    Args:
        request: what was asked for.
        call: with which that is to be done.
    """
    said = " ".join(request.casefold().split())
    for name, value in call.arguments.items():
        for part in _parts(value):
            if not any(_stands(form, said) for form in _forms(part)):
                return f"{name}={part} of {call.name} does not stand in the request"
    return ""


def untold(answer: str, text: str) -> str:
    """Why an answer does not follow from a text; "" where it stands there, or says that none does.

    Args:
        answer: a name, a date, a number.
        text: passages and the question.
    """
    words = answer.strip()
    passages = _FRAME.sub(" ", text.rpartition("\nQuestion:")[0]).casefold()
    if not words:
        return "there is no answer"
    if words == UNANSWERABLE or _stands(words, " ".join(passages.split())):
        return ""
    return f"{words[:80]} does not stand in the passages"


def _parts(value: Any) -> Iterator[str]:
    """The texts and numbers in a value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from _parts(one)
    elif value is not None and not isinstance(value, bool) and value != 1:
        yield str(value)


def _forms(text: str) -> Iterator[str]:
    """How a text may be said in a request."""
    yield text
    if _DAY.fullmatch(text):
        try:
            yield FORMS["full"](date.fromisoformat(text)).partition(" ")[2]
        except ValueError:  # there is no such day
            return


def _stands(text: str, said: str) -> bool:
    """Whether words stand in others, as words of their own."""
    words = " ".join(text.casefold().split())
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", said) is not None
