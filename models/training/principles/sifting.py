"""The stage that leaves what is learned from, and says how good, how new and how dear it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from harness.contracts import Planned
from harness.training.work import SUMMARY, Rows, Work
from models.training.principles.accounts import accounts
from models.training.principles.keeping import Principle
from models.training.principles.reports import coverage, diversity, leaks
from models.training.principles.seeds import Seed, asked_in, said_in
from models.training.principles.writing import TRIES
from models.training.text.data import CHARACTERS

CONVERSATIONS = "conversations.jsonl"


@dataclass(frozen=True, eq=False)
class Sifting:
    """Writes `conversations.jsonl`: the accepted instances, and seeds where that is wanted.

    Attributes:
        wanted: instances; where there are none, seeds take their places, again and again.
        seeds: gives the examples that were given.
        written: whether an earlier stage wrote instances.
        principles: gives those that instances were written by.
        with_seeds: whether the seeds are learned from beside the instances.
    """

    wanted: int
    seeds: Callable[[], list[Seed]]
    written: bool
    principles: Callable[[Work], Sequence[Principle]]
    with_seeds: bool
    name: str = field(init=False, default="filter")

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Rows, and tokens guessed from the characters of the seeds."""
        seeds = self.seeds()
        rows = self._rows(seeds)
        length = sum(len(json.dumps(seed.row, ensure_ascii=False)) for seed in seeds) / len(seeds)
        note = f"tokens are guessed: as many as seeds have, {CHARACTERS} characters of JSON each"
        tokens = round(rows * length / CHARACTERS)
        return Planned({"rows": rows, "tokens": tokens}, 0.0, 0.0, (note,))

    def run(self, work: Work) -> None:
        """Writes what is there, and looks at it."""
        seeds = self.seeds()
        tries = Rows(work.before("instances") / TRIES) if self.written else ()
        accepted = [row for row in tries if not row["reason"]]
        conversations = work.rows(CONVERSATIONS)
        conversations.keep(lambda row: False)
        conversations.add(*self._lines(seeds, accepted))
        told: dict[str, Any] = {"rows": len(conversations), "wanted": self.wanted}
        if self.written:
            told |= self._reported(work, seeds, accepted)
        else:
            told["seeds stand in for instances, each so often"] = self._rows(seeds) / len(seeds)
        # What this stage itself takes is booked behind it, and so is an earlier sitting of it.
        (work.folder / SUMMARY).unlink(missing_ok=True)
        told["accounts"] = accounts(work.folder.parent, len(accepted) or None)
        work.summarise(told)

    def _lines(
        self, seeds: Sequence[Seed], accepted: Sequence[Mapping[str, Any]]
    ) -> Iterator[Mapping[str, Any]]:
        if not self.written:
            yield from islice(cycle(seed.row for seed in seeds), self._rows(seeds))
            return
        yield from (row["row"] for row in accepted)
        if self.with_seeds:
            yield from (seed.row for seed in seeds)

    def _rows(self, seeds: Sequence[Seed]) -> int:
        """Rows that are wanted: seeds alone are repeated to as many as other controls have."""
        return self.wanted + len(seeds) * self.with_seeds

    def _reported(
        self, work: Work, seeds: Sequence[Seed], accepted: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        principles = self.principles(work)
        rows = [row["row"]["messages"] for row in accepted]
        return {
            "instances": len(rows),
            "diversity": diversity(list(map(asked_in, rows)), [seed.asked for seed in seeds]),
            "principles": coverage(
                [each.id for each in principles], [row["principles"] for row in accepted]
            ),
            "leaks of seeds": leaks(
                {
                    "principles": [each.text for each in principles],
                    "instances": [said for row in rows for said in said_in(row)],
                },
                [seed.said for seed in seeds],
            ),
        }


def conversations_of(work: Work) -> Path:
    """The file that the stage has left."""
    return work.before("filter") / CONVERSATIONS


def planned_rows(before: Mapping[str, Planned]) -> Planned:
    """What the stage that encodes them counts with, before they are written."""
    return Planned(dict(before["filter"].counts), 0.0, 0.0, ("rows are yet to be written",))
