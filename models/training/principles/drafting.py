"""What each new example is written by, drawn by chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

from harness.records import Message
from models.training.principles.keeping import Principle
from models.training.principles.seeds import Seed, shown_as
from models.training.principles.wording import for_instance

T = TypeVar("T")
U = TypeVar("U")
UNIFORM, COVERAGE = "uniform", "coverage"
SAMPLINGS = (UNIFORM, COVERAGE)


@dataclass(frozen=True)
class Recipe:
    """What examples are written by.

    Attributes:
        instances: that are wanted.
        tries: requests at most.
        principles: that each follows; 0 for none.
        sampling: of principles, see `principles_for`.
        demonstrations: examples that are shown.
        own: whether the model's own accepted examples are among those.
        seed: of chance.
    """

    instances: int
    tries: int
    principles: int
    sampling: str
    demonstrations: int
    own: bool
    seed: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What one example is written by.

    Attributes:
        frame: gives form, system and tools.
        principles: it follows.
        seeds: that are shown.
        own: numbers of the model's own examples that are shown.
        examples: both as they are shown.
    """

    frame: Seed
    principles: tuple[Principle, ...] = ()
    seeds: tuple[int, ...] = ()
    own: tuple[int, ...] = ()
    examples: tuple[str, ...] = ()


@dataclass(eq=False)
class Drafts:
    """Draws what examples are written by.

    What is drawn follows from the request's number and from the answers before.

    Attributes:
        recipe: see there.
        seeds: the examples that were given.
        principles: that there are.
    """

    recipe: Recipe
    seeds: Sequence[Seed]
    principles: Sequence[Principle] = ()
    used: Counter[str] = field(init=False, default_factory=Counter)
    _kinds: list[_Kind] = field(init=False, default_factory=list)
    _by_line: dict[int, _Kind] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for seed in self.seeds:
            kind = next((kind for kind in self._kinds if kind.form == seed.form), None)
            if kind is None:
                self._kinds.append(kind := _Kind(seed.form))
            kind.seeds.append(seed)
            self._by_line[seed.line] = kind

    def note(self, row: Mapping[str, Any]) -> None:
        """Notes an answer: what it was to follow and, where it was accepted, how it is shown.

        Principles count as used whatever the answer was worth, for else one by which nothing is
        ever accepted would be drawn again and again.
        """
        self.used.update(row["principles"])
        if self.recipe.own and not row["reason"]:
            kind = self._by_line[row["frame"]]
            shown = shown_as(row["row"]["messages"], plain=kind.seeds[0].plain)
            kind.own.append(_Own(row["number"], shown))

    def some(self, numbers: Sequence[int]) -> list[Draft]:
        """Drafts that are asked for together: each knows which principles those before it use."""
        used, found = Counter(self.used), []
        for number in numbers:
            draft = self._one(number, used)
            used.update(each.id for each in draft.principles)
            found.append(draft)
        return found

    def _one(self, number: int, used: Counter[str]) -> Draft:
        recipe, chance = self.recipe, Random(f"{self.recipe.seed} instance {number}")
        principles = principles_for(
            self.principles, recipe.principles, recipe.sampling, used, chance
        )
        frame = chance.choice(self.seeds)
        kind = self._by_line[frame.line]  # what is shown has the form that is asked for
        drawn = examples_for(kind.seeds, kind.own, recipe.demonstrations, chance)
        return Draft(
            frame,
            tuple(principles),
            tuple(each.line for each in drawn if isinstance(each, Seed)),
            tuple(each.number for each in drawn if isinstance(each, _Own)),
            tuple(each.shown for each in drawn),
        )


@dataclass(frozen=True, slots=True)
class _Own:
    """An accepted example of the model's own, as it is shown."""

    number: int
    shown: str


@dataclass(eq=False)
class _Kind:
    """Examples of one form, which can stand beside one another."""

    form: tuple[object, ...]
    seeds: list[Seed] = field(default_factory=list)
    own: list[_Own] = field(default_factory=list)


def prompt_of(draft: Draft) -> list[Message]:
    """The request for the example."""
    return for_instance(draft.frame, [each.text for each in draft.principles], draft.examples)


def principles_for(
    principles: Sequence[Principle],
    number: int,
    sampling: str,
    used: Counter[str],
    chance: Random,
) -> list[Principle]:
    """Different principles, drawn by chance.

    Args:
        principles: to draw from.
        number: how many; all where there are fewer.
        sampling: "uniform" gives each the same chance; "coverage" takes those that were used
            least, chance deciding between equals.
        used: how often each was used, by its id.
        chance: draws.
    """
    drawn = chance.sample(principles, len(principles))
    if sampling == COVERAGE:
        drawn.sort(key=lambda principle: used[principle.id])  # a stable sort keeps chance's order
    return drawn[:number]


def examples_for(given: Sequence[T], own: Sequence[U], number: int, chance: Random) -> list[T | U]:
    """Examples to be shown, drawn by chance: a quarter of them the model's own, of 2 and 3 one.

    With 8, that is Self-Instruct's mixture of 6 that people wrote and 2 that the model did (arXiv
    2212.10560, section 2.2). Where either are too few, there are more of the others.

    Args:
        given: examples that people wrote.
        own: those that the model wrote and that were accepted; empty where none shall be shown.
        number: how many.
        chance: draws.
    """
    wanted = min(len(own), max(1, number // 4) if number > 1 else 0)
    seeds = chance.sample(given, min(len(given), number - wanted))
    mine = chance.sample(own, min(len(own), number - len(seeds)))
    drawn: list[T | U] = [*seeds, *mine]
    return chance.sample(drawn, len(drawn))
