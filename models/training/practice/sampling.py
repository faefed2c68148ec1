"""The stage in which an agent attempts problems, and every turn of its models is written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from harness.contracts import Agent, ChatModel, Planned
from harness.errors import UserError
from harness.loop import run, together
from harness.play.playing import Play
from harness.training.work import Rows, Work
from models.training.practice.problems import Practice
from models.training.practice.recording import Recorded, Turn

ATTEMPTS = "attempts.jsonl"
_AT_ONCE = 32
"""Attempts that are made at the same time, and written together."""
Models = Mapping[str, ChatModel]


@dataclass(frozen=True, eq=False)
class Sampling:
    """Writes `attempts.jsonl`: of each problem and trial what was said, and how it ended.

    Attributes:
        practice: what is attempted.
        open: loads the chat models, by the name under which each is recorded.
        agent: makes an agent of them.
        trials: attempts at each problem.
        name: of the stage.
        over: why there is nothing to do any more; "" where there is.
        guess: what a plan counts with.
    """

    practice: Callable[[Work], Practice]
    open: Callable[[Work], Models]
    agent: Callable[[Models], Agent]
    trials: int
    name: str = "sample"
    over: Callable[[Work], str] = lambda work: ""
    guess: Callable[[Mapping[str, Planned]], Planned] = field(default=lambda before: Planned())

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """As many attempts as there are problems, times trials."""
        guessed = self.guess(before)
        counts = {"attempts": before["problems"].counts["of use"] * self.trials, **guessed.counts}
        return Planned(counts, guessed.hours, guessed.kwh, guessed.notes)

    def run(self, work: Work) -> None:
        """Attempts what has not been attempted yet.

        Raises:
            UserError: something outside the models failed; the same command goes on.
        """
        if why := self.over(work):
            work.summarise({"skipped": why})
            return
        practice, rows = self.practice(work), work.rows(ATTEMPTS)
        wanted = list(product(practice.problems, range(self.trials)))
        groups = [wanted[i : i + _AT_ONCE] for i in range(0, len(wanted), _AT_ONCE)]
        there = {(row["problem"], row["trial"]) for row in rows}
        left = [group for group in groups if not there.issuperset(group)]
        torn = {pair for group in left for pair in group}
        rows.keep(lambda row: (row["problem"], row["trial"]) not in torn)
        models = self.open(work) if left else {}
        done = len(wanted) - len(torn)
        for group in left:
            made = run(together(self._attempt(practice, models, *pair) for pair in group))
            rows.add(*made)
            done += len(group)
            work.spend(
                attempts=len(group),
                tokens_read=sum(row["input_tokens"] for row in made),
                tokens_written=sum(row["output_tokens"] for row in made),
            )
            work.tell(done, len(wanted))
        work.summarise(_summary(rows))

    async def _attempt(
        self, practice: Practice, models: Models, key: str, trial: int
    ) -> dict[str, Any]:
        """One attempt as a row."""
        turns: list[Turn] = []
        recorded = {name: Recorded(model, turns, name) for name, model in models.items()}
        play = Play(self.agent(recorded), practice.problems, practice.worlds)
        made = await play.attempt(key, trial)
        if made.end == "error":
            raise UserError(f"problem {key}: {made.detail}; the same command goes on from here")
        usage = made.usage
        return {
            "problem": key,
            "trial": trial,
            "end": made.end,
            "detail": made.detail,
            "answer": made.answer,
            "state": made.state,
            "input_tokens": usage.input_tokens if usage else 0,
            "output_tokens": usage.output_tokens if usage else 0,
            "turns": [turn.row() for turn in turns],
        }


def _summary(rows: Rows) -> dict[str, Any]:
    ends: dict[str, int] = {}
    turns = number = 0
    for row in rows:
        ends[row["end"]] = ends.get(row["end"], 0) + 1
        turns += len(row["turns"])
        number += 1
    return {"attempts": number, "ended": ends, "turns an attempt": round(turns / max(number, 1), 2)}
