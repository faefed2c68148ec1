"""The stage in which a large model says what holds for the few examples that there are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from harness.contracts import Planned
from harness.errors import UserError
from harness.records import Message
from harness.training.work import Work
from models.training.principles.answers import Malformed, principles_of
from models.training.principles.asking import TOO_LONG, Answer, Helper, Requests, booked
from models.training.principles.keeping import (
    KEPT,
    STAND_IN,
    TOKENS,
    Kept,
    Summary,
    read_principles,
    shuffled_words,
)
from models.training.principles.levels import units as units_of
from models.training.principles.seeds import Seed
from models.training.principles.wording import for_principles
from models.training.text.data import CHARACTERS

ANSWERS, DROPPED = "answers.jsonl", "dropped.jsonl"
ATTEMPTS = 3
"""At one group of examples, until an answer can be read."""


@dataclass(frozen=True, eq=False)
class Summarising:
    """Writes `principles.jsonl`, and beside it every answer and all that was dropped.

    Attributes:
        rules: see there.
        seeds: gives the examples.
        helper: the large model.
    """

    rules: Summary
    seeds: Callable[[], list[Seed]]
    helper: Helper
    name: str = field(init=False, default="principles")

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Requests and tokens at most, guessed from characters."""
        seeds = self.seeds()
        if self.rules.file:
            found = len(read_principles(self.rules.file))
            return Planned({"seeds": len(seeds), "principles": found}, 0.0, 0.0)
        rules, known = self.rules, 0
        asks: list[Message] = []
        for level in rules.levels:
            units = self.units(level, seeds)
            for unit in units:
                shown = [seeds[i] for i in unit]
                asks += for_principles(level, shown, [STAND_IN] * known, rules.each)
            known += min(rules.most, rules.each * len(units))
        read = sum(len(ask.content) for ask in asks) // CHARACTERS
        written = TOKENS * rules.each * len(asks)
        counts = {
            "seeds": len(seeds),
            "principles at most": known,
            "requests": len(asks),
            "input tokens": read,
            "output tokens": written,
        }
        notes = (
            f"tokens are guessed: {CHARACTERS} characters each, {TOKENS} a principle; requests of "
            "a level end when it is full, and an answer that cannot be read is asked for up to "
            f"{ATTEMPTS} times",
        )
        return Planned(counts, None, self.helper.kwh(read + written), notes)

    def run(self, work: Work) -> None:
        """Asks level by level, and goes on behind the answers that are there.

        Raises:
            UserError: no principle is left.
            InfrastructureError: the model does not answer.
        """
        seeds = self.seeds()
        kept = Kept(self.rules, seeds)
        if self.rules.file:
            kept.principles += read_principles(self.rules.file)
        else:
            _Session(self, work, seeds, kept).run()
            Requests(work, self.helper).settle()
        rows = list(work.rows(ANSWERS))
        if not kept.principles:
            raise UserError(
                f"no principle is left of {len(rows)} answers "
                f"({_told(kept, rows)}): see {work.folder / ANSWERS}"
            )
        found = kept.principles
        if self.rules.shuffled:
            found = shuffled_words(found, self.rules.seed)
        for file, values in ((KEPT, map(asdict, found)), (DROPPED, kept.dropped)):
            work.rows(file).keep(lambda row: False)
            work.rows(file).add(*values)
        work.summarise(
            {
                "seeds": [seed.line for seed in seeds],
                "principles": dict(Counter(each.level for each in found)),
                "dropped": dict(Counter(each["reason"] for each in kept.dropped)),
                "answers that could not be read": sum(bool(row["problem"]) for row in rows),
                "words were dealt out anew": self.rules.shuffled,
                "taken from a file": bool(self.rules.file),
                "asked": None if self.rules.file else booked(self.helper, rows),
            }
        )
        self.helper.release()

    def units(self, level: str, seeds: Sequence[Seed]) -> list[list[int]]:
        """The groups of examples of a level."""
        texts = [seed.asked for seed in seeds]
        return units_of(level, texts, self.rules.together, self.rules.clusters)


@dataclass(eq=False)
class _Session:
    """The requests of the stage, in an order that follows from the answers alone."""

    stage: Summarising
    work: Work
    seeds: Sequence[Seed]
    kept: Kept
    _asked: int = field(init=False, default=0)
    _rows: dict[int, dict[str, Any]] = field(init=False)
    _requests: Requests = field(init=False)
    _groups: Mapping[str, list[list[int]]] = field(init=False)

    def __post_init__(self) -> None:
        self._rows = {row["number"]: row for row in self.work.rows(ANSWERS)}
        self._requests = Requests(self.work, self.stage.helper)
        levels = self.stage.rules.levels
        self._groups = {level: self.stage.units(level, self.seeds) for level in levels}

    def run(self) -> None:
        """Asks about every level."""
        size = self.stage.helper.at_once
        for level, groups in self._groups.items():
            coarser = [each.text for each in self.kept.principles]
            for start in range(0, len(groups), size):
                if self.kept.full(level):
                    break
                self._ask(level, groups[start : start + size], coarser)

    def _ask(self, level: str, groups: Sequence[list[int]], coarser: Sequence[str]) -> None:
        """Some requests at a time, again where the answer could not be read."""
        found: dict[int, list[str]] = {}
        left = list(range(len(groups)))
        for _ in range(ATTEMPTS):
            numbers = dict(zip(range(self._asked, self._asked + len(left)), left, strict=True))
            self._asked += len(left)
            rows = self._answers(level, numbers, groups, coarser)
            for number, row in rows.items():
                if not row["problem"]:
                    found[numbers[number]] = principles_of(row["text"])
            # What is more than the model reads will be so again.
            left = [numbers[number] for number, row in rows.items() if _again(row)]
            if not left:
                break
        for group in sorted(found):
            self.kept.add(level, found[group])

    def _answers(
        self,
        level: str,
        numbers: Mapping[int, int],
        groups: Sequence[list[int]],
        coarser: Sequence[str],
    ) -> dict[int, dict[str, Any]]:
        prompts = {
            number: for_principles(
                level, [self.seeds[i] for i in groups[group]], coarser, self.stage.rules.each
            )
            for number, group in numbers.items()
            if number not in self._rows
        }
        if prompts:
            rows = {
                answer.number: {
                    **asdict(answer),
                    "level": level,
                    "evidence": [self.seeds[i].line for i in groups[numbers[answer.number]]],
                    "problem": _problem(answer),
                }
                for answer in self._requests.answered(prompts)
            }
            self.work.rows(ANSWERS).add(*rows.values())
            self._requests.settle()
            self._rows |= rows
            total = sum(map(len, self._groups.values()))
            told = f"{len(self.kept.principles)} principles"
            self.work.tell(min(len(self._rows), total), total, told)
        return {number: self._rows[number] for number in numbers}


def _again(row: Mapping[str, Any]) -> bool:
    return bool(row["problem"]) and row["finish"] != TOO_LONG


def _problem(answer: Answer) -> str:
    """Why an answer cannot be read; "" where it can."""
    if answer.finish == TOO_LONG:
        return "the request is longer than what the model reads: show fewer examples at a time"
    try:
        principles_of(answer.text)
    except Malformed as malformed:
        return str(malformed)
    return ""


def _told(kept: Kept, rows: Sequence[Mapping[str, Any]]) -> str:
    reasons = Counter(each["reason"] for each in kept.dropped)
    reasons.update("malformed" if _again(row) else TOO_LONG for row in rows if row["problem"])
    return json.dumps(dict(reasons))
