"""The stage that makes conversations to learn from, line by line of what it is given."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from harness.contracts import Planned
from harness.errors import UserError
from harness.files import replacing
from harness.loop import run, together
from harness.training.work import Rows, Work

MADE, PENDING, CONVERSATIONS = "made.jsonl", "pending.jsonl", "conversations.jsonl"
Row = dict[str, Any]


class Maker(Protocol):
    """Makes rows."""

    def make(self, item: Any) -> Coroutine[Any, Any, Row]:
        """The row of a line: its "line", its "outcome", and "conversations", none or more.

        Raises:
            InfrastructureError: what it needs is not to be had.
        """
        ...

    def spent(self) -> Mapping[str, int]:
        """What its models have cost since this was last asked."""
        ...


@dataclass(frozen=True, eq=False)
class Construction:
    """Writes `made.jsonl`, a row a line, and all their conversations as `conversations.jsonl`.

    A row stands in `pending.jsonl` from when it is made until those beside it are, so that it is
    not made twice, whatever happens to them.

    Attributes:
        read: gives the lines; whatever is malformed is told before anything is written.
        open: makes the maker, with its models.
        guess: what a plan counts with: "rows" and "tokens" among its counts.
        summary: what people are told of the rows, besides how many came out how.
        concurrent: lines that are made at the same time.
    """

    read: Callable[[], Sequence[Any]]
    open: Callable[[], Maker]
    guess: Callable[[Sequence[Any]], Planned]
    summary: Callable[[Iterable[Row]], Mapping[str, Any]]
    concurrent: int = 8
    name: str = field(init=False, default="construct")

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Reads everything, and guesses what comes of it."""
        return self.guess(self.read())

    def run(self, work: Work) -> None:
        """Makes what is not made yet.

        Raises:
            UserError: a line is malformed, or no conversation comes of any.
            InfrastructureError: a model is not to be had; the same command goes on from here, with
                the rows that were made.
        """
        items, made = self.read(), work.rows(MADE)
        if len(made) < len(items):
            self._make(work, items, made)
        (work.folder / PENDING).unlink(missing_ok=True)
        with replacing(work.folder / CONVERSATIONS) as file:
            kept = 0
            for conversation in _conversations(made):
                file.write(json.dumps(conversation, ensure_ascii=False).encode() + b"\n")
                kept += 1
        outcomes = Counter(row["outcome"] for row in made)
        work.summarise(
            {
                "lines": len(items),
                "outcomes": dict(outcomes.most_common()),
                "conversations": kept,
                **self.summary(made),
            }
        )
        if not kept:
            told = ", ".join(f"{n} {outcome}" for outcome, n in outcomes.most_common(3))
            raise UserError(f"no line gives anything to learn from ({told}): see {made.path}")

    def _make(self, work: Work, items: Sequence[Any], made: Rows) -> None:
        """Adds the rows of the lines that have none, so many at a time."""
        done, pending, maker = len(made), work.rows(PENDING), self.open()
        landed: dict[int, Row] = {
            row["place"]: row["made"] for row in pending if row["place"] >= done
        }

        async def land(place: int) -> None:
            landed[place] = await maker.make(items[place])
            pending.add({"place": place, "made": landed[place]})

        while done < len(items):
            group = range(done, min(done + self.concurrent, len(items)))
            try:
                run(together(land(place) for place in group if place not in landed))
            finally:
                work.spend(**maker.spent())
            made.add(*(landed.pop(place) for place in group))
            done = group.stop
            pending.keep(lambda row: row["place"] in landed)
            work.tell(done, len(items))


def constructed(work: Work) -> Path:
    """The conversations that the stage has written."""
    return work.before("construct") / CONVERSATIONS


def expected(before: Mapping[str, Planned]) -> Planned:
    """What the data that is made of them would be, as far as the stage can tell before."""
    counts = before["construct"].counts
    note = "tokens are guessed from characters: the conversations are yet to be made"
    return Planned({name: counts[name] for name in ("rows", "tokens")}, 0.0, 0.0, (note,))


def _conversations(made: Rows) -> Iterator[Row]:
    for row in made:
        yield from row["conversations"]
