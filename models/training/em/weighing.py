"""The stage that weighs samples: how likely each makes the right answer.

What is written down for each distinct sample z of a question is log p(y | x, z) under a model, y
with the token that ends its turn. The weights follow, and the conversations that are learned with
them, in which the right answer stands in the place of the one that was given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from math import fsum, inf
from typing import Any, Protocol

from harness.contracts import Planned
from harness.errors import TooLong, UserError
from harness.training.work import Rows, Work
from models.local.chat import LocalChat
from models.training.em.likelihood import Ended, ended, worth
from models.training.em.rule import Row, Rule
from models.training.em.stability import Stability
from models.training.practice.answers import target
from models.training.practice.problems import Practice
from models.training.practice.sampling import ATTEMPTS
from models.training.text.base import Base

LIKELIHOODS, WEIGHTS = "likelihoods.jsonl", "weights.jsonl"
TOO_LONG = "too long with the right answer"
_AT_ONCE = 16
"""Questions that are asked about and written together."""
Learned = Mapping[str, Sequence[Row]]
"""Who learns -> conversations."""


class Sample(Protocol):
    """What was drawn for a question, once or several times."""

    @property
    def read(self) -> Sequence[Row]:
        """The prompt behind which the right answer stands."""
        ...

    @property
    def trials(self) -> Sequence[int]:
        """The attempts that came to it."""
        ...

    @property
    def answers(self) -> Sequence[str | None]:
        """What they answered."""
        ...

    @property
    def told(self) -> Row:
        """What is written down of it for people."""
        ...

    def learned(self, right: str) -> Learned:
        """What is learned of it, where that is the right answer."""
        ...


Found = tuple[Sequence[Sample], Counter[str]]
"""Distinct samples of a question, and why how many attempts came to none."""


@dataclass(frozen=True, eq=False)
class Weighing:
    """Writes likelihoods, weights, and what is learned, a file for each who learns.

    Attributes:
        name: of the stage.
        sampled: name of the stage whose attempts are weighed.
        practice: the problems that were attempted.
        model: under which the right answer's likelihood is taken.
        base: its tokenizer and template.
        rule: by which samples are weighed.
        samples: reads them out of the attempts at one question.
        learners: who learns.
        warmup: the setting that names a warm-up's data, for messages.
        over: why there is nothing to do any more; "" where there is.
        guess: what a plan counts with.
        counted: whether a sample weighs as often as it was drawn; if not, once.
    """

    name: str
    sampled: str
    practice: Callable[[Work], Practice]
    model: Callable[[Work], LocalChat]
    base: Callable[[Work], Base]
    rule: Rule
    samples: Callable[[Iterable[Row]], Found]
    learners: Sequence[str]
    warmup: str
    over: Callable[[Work], str]
    guess: Callable[[Mapping[str, Planned]], Planned]
    counted: bool = True

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """As it is told."""
        return self.guess(before)

    def run(self, work: Work) -> None:
        """Asks about what is not there yet, then weighs everything.

        Raises:
            UserError: there is nothing to learn.
        """
        if why := self.over(work):
            work.summarise({"skipped": why})
            return
        practice = self.practice(work)
        self._ask(work, practice)
        self._weigh(work, practice)

    def _questions(self, work: Work) -> Iterator[tuple[str, Found]]:
        attempts = Rows(work.before(self.sampled) / ATTEMPTS)
        for key, found in groupby(attempts, lambda row: str(row["problem"])):
            yield key, self.samples(found)

    def _ask(self, work: Work, practice: Practice) -> None:
        """Writes a row a question, in groups that are always the same, as are so their figures."""
        rows, questions = work.rows(LIKELIHOODS), self._questions(work)
        number, there = len(practice.problems), len(rows)
        done = there if there == number else there - there % _AT_ONCE
        if done < there:  # the last group was written in part
            left = iter(range(done))
            rows.keep(lambda row: next(left, None) is not None)
        for _ in islice(questions, done):
            pass
        model = base = None
        while group := list(islice(questions, _AT_ONCE)):
            model, base = model or self.model(work), base or self.base(work)
            rows.add(*self._asked(work, practice, model, base, group))
            done += len(group)
            work.tell(done, number)

    def _asked(
        self,
        work: Work,
        practice: Practice,
        model: LocalChat,
        base: Base,
        group: Sequence[tuple[str, Found]],
    ) -> list[Row]:
        """The rows of some questions."""
        rows: list[dict[str, Any]] = []
        asked: list[tuple[dict[str, Any], Ended]] = []
        for key, (found, dropped) in group:
            told: list[dict[str, Any]] = []
            for one in found:
                try:
                    asked.append(({}, ended(base, one.read, target(practice.problems[key]))))
                except TooLong:
                    dropped[TOO_LONG] += len(one.trials)
                    continue
                told.append(asked[-1][0])
                told[-1].update(one.told, trials=list(one.trials))
                if self.rule.kind == "reward":
                    told[-1]["rewards"] = self._rewards(practice, key, one)
            rows.append({"problem": key, "samples": told, "dropped": dict(dropped)})
        logs = model.log_probs_of([turn.conversation for _, turn in asked])
        for (row, _), found_logs in zip(asked, logs, strict=True):
            row |= {"log_likelihood": fsum(found_logs.tolist()), "tokens": len(found_logs)}
        work.spend(sequences=len(asked), tokens_read=sum(turn.tokens for _, turn in asked))
        return list(rows)

    def _rewards(self, practice: Practice, key: str, one: Sample) -> list[float]:
        """What each of a sample's attempts earns."""
        made = zip(one.trials, one.answers, strict=True)
        return [worth(self.rule.reward, practice.problems[key], *pair) for pair in made]

    def _weigh(self, work: Work, practice: Practice) -> None:
        """Writes weights and conversations anew: they follow from what is there."""
        weighed = work.rows(WEIGHTS)
        learned = {name: work.rows(f"{name}.jsonl") for name in self.learners}
        for rows in (weighed, *learned.values()):
            rows.keep(lambda row: False)
        stability, counts = Stability(self.rule.temperature), Counter[str]()
        dropped, conversations = Counter[str](), Counter[str](dict.fromkeys(learned, 0))
        for (key, (drawn, _)), row in zip(
            self._questions(work), work.rows(LIKELIHOODS), strict=True
        ):
            asked = {one["trials"][0] for one in row["samples"]}
            found = [one for one in drawn if one.trials[0] in asked]
            weights = self._weights(key, row["samples"])
            weighed.add({"problem": key, "weights": weights})
            for one, weight in zip(found, weights, strict=True):
                made = one.learned(target(practice.problems[key])) if weight else {}
                for name, rows in learned.items():
                    said = [{**said, "weight": weight} for said in made.get(name, ())]
                    rows.add(*said)
                    conversations[name] += len(said)
            if found:
                stability.add(self._logs(row))
            counts["questions without a sample"] += not found
            counts["questions that weigh nothing"] += bool(found) and not any(weights)
            counts["samples"] += sum(len(one.trials) for one in found)
            counts["distinct samples"] += len(found)
            dropped.update(row["dropped"])
        self._require(conversations, dropped)
        for number, point in enumerate(stability.curve(), 1):
            work.log(number, **point)
        told = {"questions": stability.questions, **counts, "dropped": dict(dropped)}
        work.summarise({**told, "conversations": conversations, **stability.summary()})

    def _require(self, conversations: Mapping[str, int], dropped: Mapping[str, int]) -> None:
        """Raises `UserError` where somebody has nothing to learn."""
        for name, number in conversations.items():
            if not number:
                reasons = ", ".join(f"{count} {why}" for why, count in dropped.items())
                raise UserError(
                    f"no sample can be learned from by the {name} ({reasons or 'none weighs'}): "
                    f"a warm-up teaches the form ({self.warmup}=FILE), more samples find more "
                    "that is right"
                )

    def _weights(self, key: str, found: Sequence[Row]) -> list[float]:
        """What each distinct sample weighs: the sum over the draws that came to it."""
        if not found:
            return []
        draws = [
            (place, number)
            for place, row in enumerate(found)
            for number in range(len(row["trials"]) if self.counted else 1)
        ]
        rows = [
            {**found[place], "reward": found[place].get("rewards", (0.0,) * (number + 1))[number]}
            for place, number in draws
        ]
        sums = [0.0] * len(found)
        weights = self.rule.weights(f"{self.name} {key}", rows)
        for (place, _), weight in zip(draws, weights, strict=True):
            sums[place] += weight
        return sums

    def _logs(self, row: Row) -> list[float]:
        """The log-likelihoods of a question's draws in order; -inf where one came to nothing."""
        by_trial = {
            trial: self.rule.log_likelihood(one)
            for one in row["samples"]
            for trial in one["trials"]
        }
        number = len(by_trial) + sum(row["dropped"].values())
        return [by_trial.get(trial, -inf) for trial in range(number)]
