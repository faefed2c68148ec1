"""Rounds of a method: each goes on from the last, until what is held out gets no better."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from harness.contracts import Agent, Planned
from harness.errors import UserError
from harness.evaluation import evaluate
from harness.loading.identity import copy_folder
from harness.training.work import SUMMARY, Work
from models.training.practice.problems import unregistered

RESULTS = "results"
"""Where a stage that scores keeps what the round's models answered."""
Places = Mapping[str, Path | str]
"""Where a round's models lie, by the names under which the checkpoint keeps them."""


@dataclass(frozen=True, eq=False)
class Rounds:
    """What the stages of a method know of its rounds; round 0 is what training begins with.

    Attributes:
        number: of rounds at most.
        heldout: tasks by which rounds are compared, none of them a registered one; without any, all
            rounds run and the last is taken.
        measure: of theirs, of which more is better.
        patience: rounds without a better one after which no other begins.
        agent: makes the agent of a round's models, as it is scored.
        places: where the models of a round lie.
        setting: how the tasks are asked: fields of `harness.records.Setting`.

    Raises:
        UserError: one of the tasks is there to evaluate, or two go by one name.
    """

    number: int
    heldout: Sequence[str]
    measure: str
    patience: int
    agent: Callable[[Work, int], Agent]
    places: Callable[[Work, int], Places]
    setting: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [task.card.name for task in unregistered(self.heldout)]
        if twice := [name for name, number in Counter(names).items() if number > 1]:
            raise UserError(f"two tasks that are held out are called '{twice[0]}': leave one out")

    def over(self, work: Work, number: int) -> str:
        """Why a round does not take place; "" where it does."""
        values = self.values(work, number)
        best = max(range(len(values)), key=lambda i: values[i], default=0)
        since = len(values) - 1 - best
        if values and since >= self.patience:
            return f"round {best} was the best of {len(values)}, {since} rounds ago"
        return ""

    def values(self, work: Work, before: int) -> list[float]:
        """The measure of each round before one, as far as they took place."""
        found: list[float] = []
        for number in range(before) if self.heldout else ():
            told = json.loads((work.before(judging(number)) / SUMMARY).read_bytes())
            if "value" not in told:
                break
            found.append(told["value"])
        return found

    def best(self, work: Work) -> int:
        """The round whose models are taken: the first of the best; the last if none is held out."""
        values = self.values(work, self.number + 1)
        return max(range(len(values)), key=lambda i: values[i], default=self.number)


@dataclass(frozen=True, eq=False)
class Judging:
    """The stage that scores a round's models on what is held out.

    Attributes:
        rounds: of the method.
        number: of the round.
    """

    rounds: Rounds
    number: int
    shared: bool = field(init=False, default=False)

    @property
    def name(self) -> str:
        """By the round."""
        return judging(self.number)

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """So many tasks; nobody knows how long they take."""
        number = len(self.rounds.heldout)
        return Planned({"tasks": number}, *((None, None) if number else (0.0, 0.0)))

    def run(self, work: Work) -> None:
        """Writes the mean of the tasks' measures into the summary.

        Raises:
            UserError: a task lacks the measure; or something outside the models failed, and the
                same command goes on.
        """
        rounds = self.rounds
        if why := rounds.over(work, self.number):
            work.summarise({"skipped": why})
            return
        if not rounds.heldout:
            work.summarise({"skipped": "nothing is held out"})
            return
        report = evaluate(
            rounds.agent(work, self.number),
            list(rounds.heldout),
            measures=rounds.measure,
            out=work.folder / RESULTS,
            cache=False,
            **rounds.setting,
        )
        if not report.complete:
            left = [f"{one.task}: {one.reason}" for one in report.missing]
            for one in report.results:
                if one.status != "complete":
                    left.append(f"{one.task}: {one.counts.errors} failed outside the model")
            why = "; ".join(left)
            raise UserError(f"what is held out cannot be scored ({why}): the same command goes on")
        found = [result.main for result in report.results]
        value = sum(one.value for one in found) / len(found)
        if not isfinite(value):
            raise UserError(f"{rounds.measure} says nothing of what is held out: choose another")
        work.summarise(
            {
                "measure": rounds.measure,
                "value": value,
                "by task": {
                    result.task: [one.value, one.ci_low, one.ci_high, one.n]
                    for result, one in zip(report.results, found, strict=True)
                },
            }
        )


@dataclass(frozen=True, eq=False)
class Choosing:
    """The last stage: the best round's models become the checkpoint.

    Attributes:
        rounds: of the method.
    """

    rounds: Rounds
    name: str = field(init=False, default="choose")

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Files are copied."""
        return Planned(hours=0.0, kwh=0.0)

    def run(self, work: Work) -> None:
        """Copies, and tells how the rounds compare."""
        rounds = self.rounds
        best = rounds.best(work)
        for name, place in rounds.places(work, best).items():
            copy_folder(Path(place), work.out / name)
        told: dict[str, Any] = {"round": best}
        if values := rounds.values(work, rounds.number + 1):
            told |= {"measure": rounds.measure, "values": values}
            for number, value in enumerate(values):
                work.log(number, value=value)
        work.summarise(told)


def judging(number: int) -> str:
    """The name of the stage that scores a round."""
    return f"judge_{number}"
