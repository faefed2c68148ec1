"""Sentences whose slots walk through the world, so that what is said and what is known agree.

A template such as "{film} was shot by {film.director}, born in {film.director.birthplace}" is
filled by following the records' ids. Rendering returns the text and every fact it read on the way:
a passage cannot state a fact that the world does not hold, and the facts it states are known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache
from string import Formatter
from typing import Any, TypeAlias

from tasks.worlds.draw import Draw
from tasks.worlds.starter.records import Record
from tasks.worlds.starter.vocabulary import BULK_GOODS, MONTHS, NUMBERS, WEEKDAYS
from tasks.worlds.starter.world import NAMES, Fact, World

Slots: TypeAlias = Mapping[str, object]
"""What a template's slots may start from: records, mostly, or plain values."""


@dataclass
class Telling:
    """What has been said so far: sentences, the facts they state, the records they touch."""

    sentences: list[str] = field(default_factory=list)
    facts: set[Fact] = field(default_factory=set)
    mentions: set[str] = field(default_factory=set)


def tell(world: World, telling: Telling, template: str, slots: Slots) -> None:
    """Fills a template and adds it to a telling as one sentence (or several, as it stands)."""
    parts = []
    for literal, path, form in _parsed(template):
        parts.append(literal)
        if path:
            value = slots[path[0]]
            for step in path[1:]:
                value = _follow(world, telling, value, step)
            if isinstance(value, Record):
                telling.mentions.add(value.id)
            parts.append(FORMS[form](value))
    telling.sentences.append("".join(parts))


def render(world: World, template: str, slots: Slots) -> str:
    """A template filled, for text whose facts nobody needs to know."""
    telling = Telling()
    tell(world, telling, template, slots)
    return telling.sentences[0]


class Page:
    """One passage being written: each `say` draws one of several wordings of a sentence."""

    def __init__(
        self, world: World, kind: str, about: Record, *titles: str, **slots: object
    ) -> None:
        self.kind = kind
        self._world, self._slots = world, slots
        self._draw = Draw(world.seed, "page", kind, about.id)
        self._heading, self._body = Telling(), Telling()
        tell(world, self._heading, self._draw.choice(titles), slots)

    def say(self, *wordings: str, **slots: object) -> Page:
        """Adds one of the wordings."""
        wording = self._draw.choice(wordings)
        tell(self._world, self._body, wording, {**self._slots, **slots} if slots else self._slots)
        return self

    def maybe(self, percent: int, *wordings: str, **slots: object) -> Page:
        """Adds one of the wordings in `percent` of a hundred pages."""
        return self.say(*wordings, **slots) if self._draw.chance(percent) else self

    def imply(self, record: Record, *relations: str) -> Page:
        """Counts facts as stated that the page makes plain without words, as lists do."""
        self._body.facts.update(Fact(record.id, relation) for relation in relations)
        return self

    @property
    def title(self) -> str:
        """The heading."""
        return self._heading.sentences[0]

    @property
    def text(self) -> str:
        """The sentences as one paragraph."""
        return " ".join(self._body.sentences)

    @property
    def facts(self) -> frozenset[Fact]:
        """The facts that heading and text state."""
        return frozenset(self._heading.facts | self._body.facts)

    @property
    def mentions(self) -> frozenset[str]:
        """Ids of the records that heading and text touch."""
        return frozenset(self._heading.mentions | self._body.mentions)


@cache
def _parsed(template: str) -> tuple[tuple[str, tuple[str, ...], str], ...]:
    return tuple(
        (literal, tuple(path.split(".")) if path else (), form or "")
        for literal, path, form, _ in Formatter().parse(template)
    )


def _follow(world: World, telling: Telling, record: object, step: str) -> object:
    """The value one step along a path: the record an id points to, or the field itself."""
    if not isinstance(record, Record):
        return getattr(record, step)
    telling.mentions.add(record.id)
    own = type(record).__dataclass_fields__
    if f"{step}_id" in own:
        telling.facts.add(Fact(record.id, f"{step}_id"))
        return world[getattr(record, f"{step}_id")]
    if f"{step}_ids" in own:
        telling.facts.add(Fact(record.id, f"{step}_ids"))
        telling.mentions.update(getattr(record, f"{step}_ids"))
        return tuple(world[id] for id in getattr(record, f"{step}_ids"))
    if step in own and step not in NAMES:
        telling.facts.add(Fact(record.id, step))
    return getattr(record, step)


def plain(value: object) -> str:
    """Any value as prose has it: 14 May 2031, 07:40, "A, B and C"."""
    if isinstance(value, Record):
        return value.label
    if isinstance(value, date):
        return f"{value.day} {MONTHS[value.month - 1]} {value.year}"
    if isinstance(value, time):
        return f"{value.hour:02d}:{value.minute:02d}"
    if isinstance(value, tuple):
        return listed([plain(item) for item in value])
    return str(value)


def listed(items: list[str]) -> str:
    """Items in a row: "A, B and C"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _capital(value: object) -> str:
    text = plain(value)
    return text[:1].upper() + text[1:]


def _article(value: object) -> str:
    text = plain(value)
    return f"{'an' if text[0].lower() in 'aeiou' else 'a'} {text}"


def _word(n: int) -> str:
    return NUMBERS[n] if 0 <= n < len(NUMBERS) else str(n)


def _counted(n: int, one: str) -> str:
    return f"{n:,} {one}" if n == 1 else f"{n:,} {one}s"


def _thousands(n: int) -> str:
    """Thousands of crowns without their sign: "2.4 million", or "860 thousand"."""
    n = abs(n)
    return f"{n // 1000}.{n // 100 % 10} million" if n >= 1000 else f"{n} thousand"


def _duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [_counted(hours, "hour")] * (hours > 0) + [_counted(rest, "minute")] * (rest > 0)
    return " ".join(parts)


def _weekdays(value: int | tuple[int, ...]) -> str:
    days = (value,) if isinstance(value, int) else value
    return listed([f"{WEEKDAYS[day]}s" for day in days])


FORMS: Mapping[str, Callable[[Any], str]] = {
    "": plain,
    "cap": _capital,
    "a": _article,
    "some": lambda noun: noun if noun in BULK_GOODS else _article(noun),
    "word": _word,
    "number": lambda n: f"{n:,}",
    "crowns": lambda n: _counted(n, "crown"),
    "thousands": _thousands,
    "admission": lambda n: _counted(n, "crown") if n else "free",
    "stars": lambda n: f"{_word(n)} star{'' if n == 1 else 's'}",
    "at": lambda moment: f"{moment.hour:02d}:{moment.minute:02d}",
    "clock": lambda hour: f"{hour}:00",
    "duration": _duration,
    "weekdays": _weekdays,
    "weekday": lambda day: WEEKDAYS[day.weekday()],
    "full": lambda day: f"{WEEKDAYS[day.weekday()]} {plain(day)}",
    "day": lambda day: f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}",
}
"""How a slot is written: "{person.occupation:a}" is "an engineer"."""
