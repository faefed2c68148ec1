"""Information needs: a text, an instruction, the facts that settle it, and so who is relevant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any, TypeAlias

from tasks.worlds.draw import Draw
from tasks.worlds.starter.passages import Passage
from tasks.worlds.starter.prose import render
from tasks.worlds.starter.records import Record
from tasks.worlds.starter.world import Fact, World

Facts: TypeAlias = frozenset[Fact]
Groups: TypeAlias = list[Facts]
"""Alternatives: whoever states all of one group has answered in full."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing to want to know about a subject.

    Attributes:
        instructions: several wordings of the want; none of them names the subject.
        wanted: the groups of facts that settle it.
        related: further facts that help in part.
    """

    name: str
    instructions: tuple[str, ...]
    wanted: Callable[[World, Any], Groups]
    related: Callable[[World, Any], Groups] = lambda _world, _subject: []


@dataclass(frozen=True, slots=True)
class Ask:
    """A way to ask: about whom, in which words (templates over `s`), and what may be wanted."""

    subjects: Callable[[World], Sequence[Record]]
    texts: tuple[str, ...]
    aspects: tuple[Aspect, ...]


@dataclass(frozen=True, slots=True)
class Theme:
    """A task's worth of asks, which take turns."""

    name: str
    title: str
    asks: tuple[Ask, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """One query. Two needs share each text and differ in everything else.

    Attributes:
        grades: passage id -> 2 where the passage states all that is wanted, 1 where it states a
            part of it. Never empty, and some passage has grade 2.
    """

    text: str
    instruction: str
    aspect: str
    grades: Mapping[str, int]


def told(record: Record, *relations: str) -> Facts:
    """These facts of one record, as a group."""
    return frozenset(Fact(record.id, relation) for relation in relations)


def each(records: Iterable[Record], *relations: str) -> Groups:
    """One group for each record: any one of them will do."""
    return [told(record, *relations) for record in records]


def singled_out(records: Iterable[Record], *relations: str) -> list[Record]:
    """The records that these fields together tell apart from all others."""
    alike: defaultdict[tuple[object, ...], list[Record]] = defaultdict(list)
    for record in records:
        alike[tuple(getattr(record, relation) for relation in relations)].append(record)
    return [group[0] for group in alike.values() if len(group) == 1]


class Assessor:
    """Grades the passages of a world."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._stated = {passage.id: passage.facts for passage in passages}

    @cached_property
    def _stating(self) -> Mapping[Fact, list[str]]:
        stating: defaultdict[Fact, list[str]] = defaultdict(list)
        for id, facts in self._stated.items():
            for fact in facts:
                stating[fact].append(id)
        return stating

    def grades(self, wanted: Groups, related: Groups) -> dict[str, int]:
        """Passage id -> grade, by id: 2 for all of a wanted group, 1 for any fact that counts."""
        touched = {
            id
            for group in (*wanted, *related)
            for fact in group
            for id in self._stating.get(fact, ())
        }
        return {
            id: 2 if any(group <= self._stated[id] for group in wanted) else 1
            for id in sorted(touched)
        }


def ask_theme(world: World, theme: Theme, assessor: Assessor, pairs: int) -> list[Need]:
    """The needs of a theme: pairs with one text, two instructions, no full answer in common.

    There are `pairs` of them at most; a small world may not yield as many.
    """
    draw = Draw(world.seed, "needs", theme.name)
    streams = [_candidates(world, ask, assessor, draw) for ask in theme.asks]
    needs: list[Need] = []
    seen: set[str] = set()
    while streams and len(needs) < 2 * pairs:
        stream = streams.pop(0)
        if pair := _next_pair(stream, draw, seen):
            needs += pair
            streams.append(stream)
    return needs


Candidate: TypeAlias = tuple[str, list[tuple[Aspect, dict[str, int]]]]
"""A text, and each aspect with its grades."""


def _candidates(world: World, ask: Ask, assessor: Assessor, draw: Draw) -> Iterator[Candidate]:
    """Every subject once before any comes twice, each time in other words."""
    texts = draw.shuffled(ask.texts)
    for turn in range(len(texts)):
        for i, subject in enumerate(draw.shuffled(ask.subjects(world))):
            text = render(world, texts[(i + turn) % len(texts)], {"s": subject})
            yield (
                text,
                [
                    (
                        aspect,
                        assessor.grades(
                            aspect.wanted(world, subject), aspect.related(world, subject)
                        ),
                    )
                    for aspect in ask.aspects
                ],
            )


def _next_pair(candidates: Iterator[Candidate], draw: Draw, seen: set[str]) -> list[Need]:
    """The next text whose aspects allow two needs, as such; nothing when there is none left."""
    for text, aspects in candidates:
        if text in seen:
            continue
        for pair in draw.shuffled(list(combinations(aspects, 2))):
            one, other = ({id for id, grade in grades.items() if grade == 2} for _, grades in pair)
            if one and other and not one & other:
                seen.add(text)
                return [
                    Need(text, draw.choice(aspect.instructions), aspect.name, grades)
                    for aspect, grades in pair
                ]
    return []
