"""Principles, which of those that a model told are kept, and why others are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from harness.errors import UserError
from harness.formats.fields import name, record, text
from harness.training.work import Rows
from models.training.lines import read_lines
from models.training.principles.likeness import Runs, Texts
from models.training.principles.seeds import Seed
from models.training.text.data import CHARACTERS

KEPT = "principles.jsonl"
LONGEST = 400
"""Characters of a principle: a longer one is an essay, or an example."""
TOKENS = 30
"""Of a principle, for plans."""
STAND_IN = "x" * TOKENS * CHARACTERS
"""A principle, likewise."""


@dataclass(frozen=True, slots=True)
class Principle:
    """What holds for a task.

    Attributes:
        id: "task-1", the first of its level.
        level: it belongs to.
        text: one sentence.
    """

    id: str
    level: str
    text: str


@dataclass(frozen=True)
class Summary:
    """How principles are made.

    Attributes:
        levels: from the coarsest to the finest, see `levels`.
        together: examples that are shown in one request at most.
        clusters: kinds of examples at most.
        each: principles that are wanted of a request at most.
        most: principles that are kept of a level at most.
        near: ROUGE-L above which a principle repeats another.
        run: words in a row by which a principle is taken to be copied from an example; 0 looks for
            none.
        shuffled: whether their words are dealt out anew in the end.
        file: with principles to be taken in the place of the model's; None asks it.
        seed: of chance.
    """

    levels: tuple[str, ...]
    together: int
    clusters: int
    each: int
    most: int
    near: float
    run: int
    shuffled: bool
    file: Path | None
    seed: int


@dataclass(eq=False)
class Kept:
    """Principles that were accepted so far, and why others were not."""

    rules: Summary
    seeds: Sequence[Seed]
    principles: list[Principle] = field(default_factory=list)
    dropped: list[dict[str, str]] = field(default_factory=list)
    _texts: Texts = field(init=False, default_factory=Texts)
    _runs: Runs | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.rules.run:
            self._runs = Runs.of_one_alone((seed.said for seed in self.seeds), self.rules.run)

    def full(self, level: str) -> bool:
        """Whether a level has as many as it may."""
        return sum(each.level == level for each in self.principles) >= self.rules.most

    def add(self, level: str, found: Iterable[str]) -> None:
        """Looks at what a model said, in order."""
        for said in found:
            if reason := self._reason(level, said):
                self.dropped.append({"level": level, "text": said, "reason": reason})
                continue
            number = 1 + sum(each.level == level for each in self.principles)
            self.principles.append(Principle(f"{level}-{number}", level, said))
            self._texts.add(said)

    def _reason(self, level: str, said: str) -> str:
        if len(said) > LONGEST:
            return "long"
        if self._runs is not None and self._runs.common(said):
            return "leak"
        if self._texts.nearest(said, self.rules.near)[1] >= 0:
            return "duplicate"
        return "beyond" if self.full(level) else ""


_EXPECTED = '{"id": ..., "level": ..., "text": ...}'


def read_principles(path: Path) -> list[Principle]:
    """Principles of a file of JSONL, such as `principles.jsonl` of another training.

    Raises:
        UserError: a line is no {"id", "level", "text"}, or there is none.
    """
    read = record(Principle, {"id": name, "level": name, "text": text}, "id", "level", "text")
    found = list(read_lines(path, lambda line, value: read(value), _EXPECTED))
    if len({each.id for each in found}) < len(found):
        raise UserError(f"{path}: two principles have the same id")
    return found


def kept_principles(folder: Path) -> list[Principle]:
    """The principles that the stage has left in its folder."""
    return [Principle(**row) for row in Rows(folder / KEPT)]


def shuffled_words(principles: Sequence[Principle], seed: int) -> list[Principle]:
    """As many principles of the same lengths, over which all their words are dealt out by chance.

    The words of all principles of all levels are put together and shuffled, so that what each says
    is gone, while words, lengths, levels and number stay.
    """
    words = [word for principle in principles for word in principle.text.split()]
    Random(f"{seed} words").shuffle(words)
    left = iter(words)
    return [
        Principle(each.id, each.level, " ".join(next(left) for _ in each.text.split()))
        for each in principles
    ]
