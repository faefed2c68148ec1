"""Drills: what every errand needs, many times in a short text.

A small model learns to copy a name, to look up one thing by another and to write a date in digits
long before it learns when to do so, and sooner where nothing else is asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from harness.records import Message
from tasks.worlds.draw import Draw
from tasks.worlds.starter.names import NameBook
from tasks.worlds.starter.prose import FORMS

FIRST_DAY, DAYS = date(2031, 9, 1), 90
"""The days that are written."""
_ASKED = 4
"""Things that are asked of one list."""
_FEW, _MANY = 3, 10
"""The longest lists in which something is looked up."""


def copies(seed: int, n: int) -> Iterator[tuple[Message, ...]]:
    """Conversations in which names and ids are copied, out of a sentence or out of a short list.

    Copying comes of itself within some hundred thousand tokens where it is all there is to learn;
    among other drills it does not.

    Args:
        seed: of what is drawn.
        n: how many.
    """
    draw = Draw(seed, "copies")
    for number in range(n):
        yield _spoken(_looked_up(draw, _FEW) if number % 2 else _repeated(draw))


def drills(seed: int, n: int) -> Iterator[tuple[Message, ...]]:
    """Conversations of one question and one answer, all of them short: names, ids and dates.

    Args:
        seed: of what is drawn.
        n: how many.
    """
    draw = Draw(seed, "drills")
    for number in range(n):
        kind = number % 3
        yield _spoken(
            _repeated(draw) if not kind else _looked_up(draw, _MANY) if kind == 1 else _dated(draw)
        )


def _spoken(pair: tuple[str, str]) -> tuple[Message, ...]:
    question, answer = pair
    return Message("user", question), Message("assistant", answer)


def _repeated(draw: Draw) -> tuple[str, str]:
    """Names in another surrounding: a sentence, then a list in JSON."""
    names = _names(draw, draw.integer(2, 6))
    return f"Names: {', '.join(names)}.", json.dumps(names)


def _looked_up(draw: Draw, most: int) -> tuple[str, str]:
    """Ids by names, or names by ids, in a list of at most so many, as functions give them."""
    kind = draw.choice(("person", "firm", "film", "shop", "booking", "order", "message", "event"))
    names = _names(draw, draw.integer(1, most))
    ids = [f"{kind}-{number:04d}" for number in draw.sample(range(1, 1000), len(names))]
    items = [{f"{kind}_id": id, "name": name} for id, name in zip(ids, names, strict=True)]
    asked = draw.sample(range(len(names)), min(_ASKED, len(names)))
    known, wanted = (names, ids) if draw.chance(50) else (ids, names)
    question = "\n".join([json.dumps({"items": items}), *(known[i] for i in asked)])
    return question, json.dumps([wanted[i] for i in asked])


def _dated(draw: Draw) -> tuple[str, str]:
    """Days in words, and as the functions take them."""
    days = [FIRST_DAY + timedelta(days=draw.integer(0, DAYS)) for _ in range(_ASKED)]
    return "; ".join(FORMS["full"](day) for day in days), json.dumps([str(day) for day in days])


def _names(draw: Draw, n: int) -> list[str]:
    book = NameBook(draw)
    words: tuple[Callable[[], str], ...] = (
        lambda: book.coin(draw.integer(2, 3)),
        lambda: f"{book.coin()} {book.coin(draw.integer(2, 3))}",
    )
    return [draw.choice(words)() for _ in range(n)]
