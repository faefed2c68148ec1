"""How the answer is read from a reader's turn."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.agents.answerers.answering import Unreadable
from models.agents.answerers.passages import Passage

CONCLUSION = "So the answer is:"
"""What a chain of thought ends with before the answer."""
_ANSWER = re.compile(r"^\W{0,3}answer\W{0,2}:\W{0,2}[ \t]*(?P<answer>\S.*)\Z", re.I | re.M | re.S)
_CONCLUSION = re.compile(r"answer is\b[ \t]*:?\s*(?=\S)", re.I)
_CITATION = re.compile(r"(?<![ \t])[ \t]*\[\s*(\d{1,6}(?:\s*,\s*\d{1,6})*)\s*\]")


def plain_answer(text: str) -> str:
    """What follows "Answer:", else all of the turn. Raises `Unreadable` where that is nothing."""
    match = _ANSWER.search(text)
    answer = (match["answer"] if match else text).strip()
    if not answer:
        raise Unreadable("there is no answer")
    return answer


def concluded(text: str) -> str:
    """What follows the last "the answer is:", without a full stop.

    Raises:
        Unreadable: there is no conclusion.
    """
    text = text.strip()
    matches = list(_CONCLUSION.finditer(text))
    if not matches:
        raise Unreadable(f'there is no "{CONCLUSION}"')
    answer = text[matches[-1].end() :].partition("\n")[0].strip()
    return answer[:-1].rstrip() if answer.endswith(".") and answer.count(".") == 1 else answer


def concludes(text: str) -> bool:
    """Whether a text says what the answer is."""
    return _CONCLUSION.search(text.strip()) is not None


def cited(text: str, shown: Sequence[Passage]) -> tuple[tuple[str, ...], int]:
    """Ids of the passages that a text cites as [1] or [1, 2], and how many others it cites."""
    numbers = [int(n) for found in _CITATION.findall(text) for n in found.split(",")]
    known = [n for n in numbers if 1 <= n <= len(shown)]
    return tuple(dict.fromkeys(shown[n - 1].id for n in known)), len(numbers) - len(known)


def without_citations(text: str) -> str:
    """The text without [1], [2, 3] and their like."""
    return _CITATION.sub("", text).strip()
