"""One step from a record to what a single passage tells of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tasks.worlds.starter.passages import Passage
from tasks.worlds.starter.prose import FORMS, plain, render
from tasks.worlds.starter.questions.links import LINKS, NAMED, Link
from tasks.worlds.starter.records import Event, Firm, Person, Record
from tasks.worlds.starter.vocabulary import MONTHS
from tasks.worlds.starter.world import Fact, World


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a question.

    Attributes:
        question: asked of the record by its name.
        answers: how the answer may be written, as the passage writes it first; none where no
            passage tells it.
        passage: id of the only passage that tells it; "" where none does.
        query: a search that finds the passage.
    """

    question: str
    answers: tuple[str, ...]
    passage: str
    query: str


class Library:
    """The passages of a world, by what they state."""

    def __init__(self, world: World, passages: Iterable[Passage]) -> None:
        self.world, self._passages = world, tuple(passages)

    @cached_property
    def _stating(self) -> Mapping[Fact, Sequence[Passage]]:
        stating: defaultdict[Fact, list[Passage]] = defaultdict(list)
        for passage in self._passages:
            for fact in passage.facts:
                stating[fact].append(passage)
        return stating

    def named(self, record: Record) -> str:
        """How a question names a record."""
        return render(self.world, NAMED[type(record)], {"s": record})

    def links(self, record: Record) -> list[Link]:
        """What can be asked of a record."""
        return [link for link in LINKS if isinstance(record, link.kind)]

    def hop(self, record: Record, link: Link) -> Hop | None:
        """The step, if exactly one passage tells it and names in words what it leads to.

        None where there are several, or none, or where something else lets one guess.
        """
        fact = Fact(record.id, link.relation)
        stating = self._stating.get(fact, ())
        if len(stating) != 1 or self._guessed(record, link):
            return None
        answers = self._answers(self.reached(record, link), link)
        passage = stating[0]
        words = f"{passage.title} {passage.text}".casefold()
        told = (*self._names(record), answers[0])
        if not all(name.casefold() in words for name in told):
            return None
        question = link.ask.format(s=self.named(record))
        query = f"{question} {passage.title} {answers[0]}"
        return Hop(question, answers, passage.id, query)

    def untold(self, record: Record, link: Link) -> Hop | None:
        """The step as nobody can take it: no passage tells it, and none lets one guess."""
        if self._stating.get(Fact(record.id, link.relation)) or self._guessed(record, link):
            return None
        question = link.ask.format(s=self.named(record))
        return Hop(question, (), "", question)

    def reached(self, record: Record, link: Link) -> object:
        """The record or value that a link leads to; None where there is none."""
        value = getattr(record, link.relation)
        return self.world[value] if value and link.relation.endswith("_id") else value

    def _guessed(self, record: Record, link: Link) -> bool:
        """Whether somebody may be thought to work for the firm that they founded or lead."""
        roles = ("founder_id", "head_id") if link.relation == "employer_id" else ()
        return any(self.world.where(Firm, role, record.id) for role in roles)

    def _names(self, record: Record) -> tuple[str, ...]:
        """What a passage must say to name the record as a question does."""
        if isinstance(record, Event):
            return record.kind, plain(self.world[record.town_id])
        return (record.label,)

    def _answers(self, value: object, link: Link) -> tuple[str, ...]:
        written = FORMS[link.form](value)
        others = [_other_forms(value, written), [self._also(form, written) for form in link.also]]
        if "," in written and isinstance(value, int):
            others.append([written.replace(",", "")])
        return tuple(dict.fromkeys([written, *(form for some in others for form in some)]))

    def _also(self, form: str, written: str) -> str:
        return render(self.world, form, {"a": written})


def _other_forms(value: object, written: str) -> list[str]:
    if isinstance(value, Person):
        return [f"{value.family}, {value.given}"]
    if isinstance(value, date):
        return [f"{MONTHS[value.month - 1]} {value.day}, {value.year}", value.isoformat()]
    if written.endswith("days"):
        return [written.removesuffix("s")]
    return []
