"""A producer for tests: it counts the words of a text, and keeps the most frequent ones."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from harness.contracts import Planned, Stage
from harness.training import Work
from harness.training.work import Rows

Nothing = Callable[[int], None]


@dataclass(frozen=True)
class Counting:
    """Counts words.

    It reads a text line by line.

    Attributes:
        data: a text, one
            sentence a line.
        most: words that are kept.
        share: of nothing in particular.
        loud: changes nothing.
        words: that are kept in any case.
    """

    data: str
    most: int = 2
    share: float = 0.5
    loud: bool = False
    words: tuple[str, ...] = ()
    before_line: Nothing = field(default=lambda line: None, repr=False, compare=False)

    version: ClassVar[str] = "1"
    runtime: ClassVar[frozenset[str]] = frozenset({"loud", "before_line"})
    taught: ClassVar[Mapping[str, str]] = {"starter": "{} >> random"}

    @property
    def adapter(self) -> str:
        return "bm25"

    @property
    def parent(self) -> Mapping[str, str]:
        return {}

    @property
    def inputs(self) -> Mapping[str, Path]:
        return {"data": Path(self.data)}

    def stages(self) -> Sequence[Stage]:
        return [Split(self), Count(self)]


@dataclass(frozen=True)
class Split:
    of: Counting
    name: str = "split"

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        return Planned({"lines": len(_lines(self.of))}, notes=("Lines are split at blanks.",))

    def run(self, work: Work) -> None:
        rows, lines = work.rows("rows.jsonl"), _lines(self.of)
        for number in range(len(rows), len(lines)):
            self.of.before_line(number)
            words = lines[number].split()
            rows.add({"words": words})
            work.log(number, words=len(words))
            work.spend(words=len(words))
            work.tell(number + 1, len(lines))
        work.summarise({"lines": len(lines)})


@dataclass(frozen=True)
class Count:
    of: Counting
    name: str = "count"

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        return Planned({"lines": before["split"].counts["lines"]}, hours=2.0, kwh=0.5)

    def run(self, work: Work) -> None:
        assert list(work.out.iterdir()) == []
        rows = Rows(work.before("split") / "rows.jsonl")
        counts = Counter(word for row in rows for word in row["words"])
        (work.out / "counts.json").write_text(json.dumps(counts.most_common(self.of.most)))


def _lines(of: Counting) -> list[str]:
    return Path(of.data).read_text(encoding="utf-8").splitlines()
