"""Reads the order out of a model's answer, and repairs it by a stated rule."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_BRACKETED = r"\[\s*\d{1,9}(?:\s*,\s*\d{1,9})*\s*\]"
_BETWEEN = r"[\s>=,;*`≻]*"
_CHAIN = re.compile(rf"{_BRACKETED}(?:{_BETWEEN}{_BRACKETED})*")
_BARE_CHAIN = re.compile(r"\d{1,9}(?:\s*>\s*\d{1,9})+")
_NUMBER = re.compile(r"\d+")
_EXCERPT = 80


class NoOrder(Exception):
    """An answer without a single usable identifier."""


@dataclass(frozen=True)
class Order:
    """The order of a window.

    Attributes:
        places: every place of the window once, best first, counted from 0.
        unknown: identifiers of passages that there are not, which were dropped.
        repeated: identifiers named again, of which the first counted.
        missing: passages not named, which follow the others in their previous order.
    """

    places: tuple[int, ...]
    unknown: int
    repeated: int
    missing: int

    @property
    def repaired(self) -> bool:
        """Whether the answer was anything but each identifier once."""
        return bool(self.unknown or self.repeated or self.missing)


def read_order(answer: str, n: int) -> Order:
    """The order that a model gave to n passages.

    Args:
        answer: what it wrote; see `identifiers` for how it is read.
        n: how many passages it was shown.

    Raises:
        NoOrder: not one identifier from 1 to n is in it. The message shows how it begins.
    """
    named = identifiers(answer)
    known = [i - 1 for i in named if 1 <= i <= n]
    if not known:
        raise NoOrder(f"no identifier in the answer: {excerpt(answer)}")
    places = list(dict.fromkeys(known))
    rest = sorted(set(range(n)).difference(places))
    return Order(
        places=(*places, *rest),
        unknown=len(named) - len(known),
        repeated=len(known) - len(places),
        missing=len(rest),
    )


def identifiers(answer: str) -> list[int]:
    """The identifiers of an answer, in order.

    What a model thinks aloud (`<think>...</think>`) is skipped. Of the rest, the longest chain
    such as [3] > [1] > [2] is read, the last one of those that are equally long. Where all
    identifiers stand alone between words, as in a list with reasons, they are read as they come.
    An answer without brackets may be a chain of bare numbers, 3 > 1 > 2.
    """
    spoken = _without_thoughts(answer)
    chains = [_numbers(chain) for chain in _CHAIN.findall(spoken)]
    if not chains:
        chains = [_numbers(chain) for chain in _BARE_CHAIN.findall(spoken)]
    longest = max(map(len, chains), default=0)
    if longest == 1:
        return [number for chain in chains for number in chain]
    return next((chain for chain in reversed(chains) if len(chain) == longest), [])


def excerpt(text: str) -> str:
    """The beginning of an untrusted text in quotes, with everything unprintable escaped."""
    return json.dumps(text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}...")


def _without_thoughts(answer: str) -> str:
    """The answer proper. A template may have opened the thoughts; a limit may have cut them off."""
    *closed, last = answer.split("</think>")
    spoken: list[str] = []
    for part in closed:
        before, opened, _ = part.partition("<think>")
        if opened:
            spoken.append(before)
        else:
            spoken.clear()
    return " ".join([*spoken, last.partition("<think>")[0]])


def _numbers(chain: str) -> list[int]:
    return [int(number) for number in _NUMBER.findall(chain)]
