"""Passages as the tool `search` gives them, and how much of them a reader is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from harness.errors import unknown

NONE_FOUND = "(no passage was found)"
ORDERS = ("best-first", "best-last")
_WORD = re.compile(r"\w+")
_TAG = re.compile(r"<( ?/? ?[A-Za-z][A-Za-z0-9_-]{0,60} ?/?)>")
_NUMBER = re.compile(r"\[( ?\d{1,6}(?: ?, ?\d{1,6}){0,30} ?)\]")
_END = re.compile(r"\bFINISH ?\[")


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that a search gave."""

    id: str
    title: str = ""
    text: str = ""

    def __str__(self) -> str:
        """As a reader is shown it, see `quoted`."""
        text = f"Title: {self.title}. Content: {self.text}" if self.title else self.text
        return quoted(text) or "(no text)"


def quoted(text: str) -> str:
    """A text out of a corpus as a model is shown it: on one line, and without a mark of ours.

    A passage can so begin no line, number or turn of its own, and a model that repeats it says
    nothing by that which an answerer would take for an action or an answer: <answer> is shown as
    ‹answer›, [3] as (3), and FINISH[ as FINISH(.
    """
    text = _TAG.sub(r"‹\1›", " ".join(text.split()))
    return _END.sub("FINISH(", _NUMBER.sub(r"(\1)", text))


def read_results(content: str) -> tuple[Passage, ...] | None:
    """The passages of an observation, best first, each once; None where it cannot be read."""
    try:
        results = json.loads(content)["results"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(results, list):
        return None
    sound = (r for r in results if isinstance(r, dict) and isinstance(r.get("id"), str))
    return distinct(Passage(r["id"], _text(r.get("title")), _text(r.get("text"))) for r in sound)


def distinct(passages: Iterable[Passage]) -> tuple[Passage, ...]:
    """Every passage once, where it stood first."""
    kept: dict[str, Passage] = {}
    for passage in passages:
        kept.setdefault(passage.id, passage)
    return tuple(kept.values())


def numbered(passages: Sequence[Passage]) -> str:
    """The passages as a reader is shown them, one a line, from [1] on."""
    lines = (f"[{number}] {passage}" for number, passage in enumerate(passages, 1))
    return "\n".join(lines) or NONE_FOUND


def ordered(passages: Sequence[Passage], order: str) -> tuple[Passage, ...]:
    """Passages that come best first, in the order in which a reader is shown them."""
    if order not in ORDERS:
        raise unknown("order of passages", order, ORDERS, f"There are: {', '.join(ORDERS)}")
    return tuple(passages if order == "best-first" else reversed(passages))


def overlap(passage: Passage, text: str) -> int:
    """Distinct words that a passage and a text have in common."""
    held = _WORD.findall(f"{passage.title} {passage.text}".casefold())
    return len({*held}.intersection(_WORD.findall(text.casefold())))


class Context:
    """What a reader is shown of passages. The rule is one for all answerers.

    Of a passage, title and text are shown up to `longest` characters. Passages are taken in their
    order, best first, as long as all of them together have at most `total` characters; the first
    that does not fit and all behind it are left out. The very first one is cut to fit.

    Args:
        longest: characters of a passage.
        total: characters of all passages of a prompt.
    """

    def __init__(self, longest: int, total: int) -> None:
        self.longest, self.total = longest, total
        self._cut: set[str] = set()
        self._left_out: set[str] = set()

    def fitted(self, passages: Sequence[Passage], left: int | None = None) -> list[Passage]:
        """The passages that are shown, each as far as it is shown.

        Args:
            passages: best first.
            left: characters that are left for them behind others; None where they are the first.
        """
        shown: list[Passage] = []
        first, left = left is None, self.total if left is None else left
        for place, passage in enumerate(passages):
            most = min(self.longest, left) if first and not shown else self.longest
            short = _first_characters(passage, most)
            left -= len(short.title) + len(short.text)
            if left < 0:
                self._left_out.update(p.id for p in passages[place:])
                break
            if short != passage:
                self._cut.add(passage.id)
            shown.append(short)
        return shown

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not shown, at any time, a sentence each."""
        longest = min(self.longest, self.total)
        cut = f"{len(self._cut)} passages cut to {longest:,} characters at most"
        left = f"{len(self._left_out)} passages left out beyond {self.total:,} characters"
        return (*((cut,) if self._cut else ()), *((left,) if self._left_out else ()))


def _first_characters(passage: Passage, most: int) -> Passage:
    title = passage.title[:most]
    return replace(passage, title=title, text=passage.text[: most - len(title)])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
