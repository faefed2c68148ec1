"""Questions as problems: a chain of hops, two chains compared, or a chain that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from harness.errors import UserError
from harness.records import Gold, Message, Problem, ToolCall, ToolSpec
from tasks.worlds.draw import Draw
from tasks.worlds.starter.passages import Passage
from tasks.worlds.starter.questions.hops import Hop, Library
from tasks.worlds.starter.questions.links import COMPARISONS, LINKS, Comparison, Link
from tasks.worlds.starter.questions.walks import Walk, Walker
from tasks.worlds.starter.world import World

MOST_HOPS = 4
SUCCESS = "exact_match"
UNANSWERABLE = "unanswerable"
COLLECTION = (
    "Answer from the passages that a search finds, in as few words as you can. Where they do not "
    f"hold the answer, answer: {UNANSWERABLE}."
)
"""What every question is preceded by."""
_DEEP = 10
"""Passages that the searches of a gold program ask for."""
_TRIES = 4000
_EVERY = 5
"""One question of so many cannot be answered, and another one compares."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, how it is answered, and the way there."""

    text: str
    answers: tuple[str, ...]
    hops: tuple[Hop, ...]
    type: str


def make_questions(
    world: World, passages: tuple[Passage, ...], hops: int, n: int, search: ToolSpec
) -> Iterator[Problem]:
    """Questions of so many hops, all different.

    Each hop is told by one passage and by no other. Of five questions one cannot be answered, for
    no passage tells its last hop; and of those of several hops one compares two things, and asks by
    turns which of them and whether they are alike.

    Args:
        world: the facts.
        passages: what is written about them.
        hops: 1 to 4.
        n: how many questions.
        search: the tool.

    Raises:
        UserError: hops is out of range, or the world is too small for so many.
    """
    if not 1 <= hops <= MOST_HOPS:
        raise UserError(f"starter questions have 1 to {MOST_HOPS} hops, not {hops}")
    maker = _Maker(Library(world, passages), Draw(world.seed, "questions", hops), hops)
    asked: set[str] = set()
    for i in range(n):
        question = maker.fresh(i, asked)
        asked.add(question.text)
        yield _problem(f"hops-{hops}-{i + 1:02d}", question, hops, search)


class _Maker:
    def __init__(self, library: Library, draw: Draw, hops: int) -> None:
        self._library, self._draw, self._hops = library, draw, hops
        self._walker = Walker(library, draw)

    def fresh(self, number: int, asked: set[str]) -> Question:
        """The question of a number, not asked before."""
        make: Callable[[], Question | None] = self._chain
        if number % _EVERY == _EVERY - 1:
            make = self._untold
        elif number % _EVERY == 1 and self._hops > 1:
            alike = number // _EVERY % 2 == 1
            make = self._alike if alike else self._which
        for _ in range(_TRIES):
            question = make()
            if question is not None and question.text not in asked:
                return question
        raise UserError(
            f"this starter world has only {len(asked)} questions of {self._hops} hops: ask for "
            "fewer, or for a larger world"
        )

    def _chain(self) -> Question | None:
        return self._ended(self._walker.last, "bridge" if self._hops > 1 else "single")

    def _untold(self) -> Question | None:
        return self._ended(self._walker.untold, "bridge" if self._hops > 1 else "single")

    def _ended(self, last: Callable[[Walk], tuple[Link, Hop] | None], type: str) -> Question | None:
        way = self._walker.walk(self._hops - 1)
        end = None if way is None else last(way)
        if way is None or end is None:
            return None
        link, hop = end
        text = link.ask.format(s=way.phrase)
        question = Question(_sentence(text), hop.answers, (*way.hops, hop), type)
        return None if _gives_away(question) else question

    def _which(self) -> Question | None:
        """Which of two has more, or less, of something."""
        chosen = self._draw.choice([c for c in COMPARISONS if c.picks != "same"])
        if (sides := self._sides(chosen)) is None:
            return None
        (a, _), (b, _) = sides
        values = [getattr(way.end, chosen.relation) for way in (a, b)]
        if values[0] == values[1]:
            return None
        first = (values[0] < values[1]) == (chosen.picks == "less")
        return self._compared(chosen, sides, self._called(a if first else b), "comparison")

    def _alike(self) -> Question | None:
        """Whether two have the same of something: as often yes as no, where the world allows."""
        chosen = self._draw.choice([c for c in COMPARISONS if c.picks == "same"])
        wanted = self._draw.chance(50)
        for _ in range(_TRIES // 10):
            sides = self._sides(chosen)
            if sides is None:
                continue
            (a, _), (b, _) = sides
            values = [getattr(way.end, chosen.relation) for way in (a, b)]
            if (values[0] == values[1]) == wanted:
                return self._compared(chosen, sides, ("yes" if wanted else "no",), "yes/no")
        return None

    def _sides(self, chosen: Comparison) -> tuple[tuple[Walk, Hop], tuple[Walk, Hop]] | None:
        """Two ways to different records, and the hop from each to its value."""
        same = (chosen.kind, chosen.relation)
        link = next(link for link in LINKS if (link.kind, link.relation) == same)
        sides = []
        for hops in (self._hops - self._hops // 2, self._hops // 2):
            way = self._walker.walk(hops - 1, chosen.kind)
            hop = None if way is None else self._library.hop(way.end, link)
            if way is None or hop is None:
                return None
            sides.append((way, hop))
        one, other = sides
        return None if one[0].seen & other[0].seen else (one, other)

    def _called(self, way: Walk) -> tuple[str, ...]:
        """What the record may be called that a way has reached."""
        if way.hops:
            return way.hops[-1].answers
        return tuple(dict.fromkeys([way.end.label, way.phrase]))

    def _compared(
        self,
        chosen: Comparison,
        sides: tuple[tuple[Walk, Hop], tuple[Walk, Hop]],
        answers: tuple[str, ...],
        type: str,
    ) -> Question:
        (a, from_a), (b, from_b) = sides
        text = chosen.ask.format(a=a.phrase, b=b.phrase)
        return Question(_sentence(text), answers, (*a.hops, from_a, *b.hops, from_b), type)


def _problem(id: str, question: Question, hops: int, search: ToolSpec) -> Problem:
    answerable = bool(question.answers)
    details: dict[str, Any] = {
        "passages": [hop.passage for hop in question.hops if hop.passage],
        "decomposition": [
            {"question": hop.question, "answer": hop.answers[0] if hop.answers else ""}
            for hop in question.hops
        ],
        "type": question.type,
        "answerable": answerable,
        "answer": question.answers[0] if answerable else UNANSWERABLE,
    }
    gold = Gold(
        success=SUCCESS,
        answers=question.answers,
        program=tuple(ToolCall(search.name, {"query": h.query, "k": _DEEP}) for h in question.hops),
        details=details,
    )
    labels = {
        "hops": str(hops),
        "type": question.type,
        "answerable": "yes" if answerable else "no",
    }
    turn = (Message("system", COLLECTION), Message("user", question.text))
    return Problem(id, (turn,), (search,), gold, labels)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _gives_away(question: Question) -> bool:
    """Whether an answer stands in the question, that of a hop between included, or comes twice."""
    earlier = {answer for hop in question.hops[:-1] for answer in hop.answers}
    return not earlier.isdisjoint(question.answers) or any(
        re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", question.text, re.IGNORECASE)
        for answer in earlier.union(question.answers)
    )
