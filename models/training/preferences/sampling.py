"""The stage that lets the base say its calls, and what it might have said, and pairs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count, islice
from pathlib import Path
from typing import Any

from harness.contracts import Planned
from harness.errors import AssayError, UserError
from harness.measures.attempt import Fault
from harness.records import Completion
from harness.training.work import Work
from models.local.formats import AUTO
from models.neural.opening import quiet
from models.training.preferences.counting import (
    guessed,
    means,
    plain,
    rendered,
    right,
    summary,
)
from models.training.preferences.pairing import distinct, normal_form, pairs, tossed
from models.training.preferences.policy import Branching, Decoded, Policy, Turn
from models.training.preferences.scoring import errors, score
from models.training.preferences.steps import Step, read_steps
from models.training.text.base import Base, open_base
from models.training.text.data import CHARACTERS
from models.training.text.settings import TextTraining

STEPS = "steps.jsonl"
_AT_ONCE = 16
"""Steps whose turns are decoded together, and written together."""
_TURN = 64
"""Tokens of a turn that calls something, where a plan can but guess."""


@dataclass(frozen=True, slots=True)
class Preferring:
    """How candidates become pairs.

    Attributes:
        weights: what a fault of each kind takes from a score.
        margin: by which the score of what is chosen is higher.
        against: one of `pairing.AGAINST`.
        shuffled: whether a coin decides which of a pair is chosen.
        gold: whether the right calls are a candidate too, though the base did not say them.
        calls: the format in which the base writes calls, or "auto".
        answers: whether turns in which nothing is called are steps, too.
    """

    weights: Mapping[Fault, float]
    margin: float
    against: str
    shuffled: bool = False
    gold: bool = False
    calls: str = AUTO
    answers: bool = False


@dataclass(frozen=True, eq=False)
class Sample:
    """Writes `steps.jsonl`: of each step the turns, what is wrong with them, and the pairs.

    Attributes:
        settings: of the training; their base is the policy.
        branching: how turns are drawn.
        preferring: how they become pairs.
        source: the conversations, of the settings' data or of an earlier stage.
        at_once: turns that are decoded together.
    """

    settings: TextTraining
    branching: Branching
    preferring: Preferring
    source: Callable[[Work], Path]
    at_once: int = 16
    name: str = field(init=False, default="sample")

    def plan(self, before: Mapping[str, Planned]) -> Planned:
        """Turns and pairs at most: which positions branch shows when the base has spoken.

        Conversations that are yet to be made count with the most calls that they may have.
        """
        counts, notes = self._counted(before)
        how, steps, length = self.branching, counts["steps"], counts["prompt"] + counts["turn"]
        others = how.top_k - (how.temperature == 0)  # there, the likeliest is what is said
        forced = steps * how.branches * others
        every = forced + steps * self.preferring.gold
        paired = every if self.preferring.against == "every" else steps
        tokens = (steps + forced + steps) * length  # what is said first is read once more
        hours = self.settings.hours(tokens / 3)
        told = {
            "steps": steps,
            "turns": steps + forced,
            "tokens": round(tokens),
            "pairs": paired,
            "pair tokens": round(2 * paired * length),
        }
        return Planned(told, hours, self.settings.kwh(hours), (*notes, _MOST))

    def _counted(self, before: Mapping[str, Planned]) -> tuple[dict[str, float], tuple[str, ...]]:
        """Steps, at most where they are yet to be made, and mean lengths of prompts and turns."""
        if "construct" in before:
            told = before["construct"].counts
            number = told["calls"] + self.preferring.answers * told["instances"]  # each ends in one
            return {"steps": number, "prompt": told["tokens an instance"], "turn": _TURN}, ()
        steps = self._steps(self.settings.inputs["data"])
        try:
            base = open_base(self.settings)
        except AssayError as error:
            if self.settings.is_here:
                raise
            note = f"tokens are guessed from characters, {CHARACTERS} a token: {error}"
            return means(map(guessed, steps)), (note,)
        with quiet():
            return means(rendered(base, step) for step in steps), ()

    def run(self, work: Work) -> None:
        """Decodes, compares and pairs, and goes on behind the last steps that were written.

        Raises:
            UserError: no step gives a pair.
        """
        path, rows = self.source(work), work.rows(STEPS)
        total = sum(1 for _ in self._steps(path))
        there = len(rows)
        done = there if there == total else there // _AT_ONCE * _AT_ONCE
        if done < there:  # what is decoded together is decoded together again
            number = count()
            rows.keep(lambda row: next(number) < done)
        left = islice(self._steps(path), done, None)
        if done < total:
            with quiet():
                policy = Policy.load(self.settings, self.preferring.calls, self.at_once)
                while steps := list(islice(left, _AT_ONCE)):
                    decoded = policy.decoded(steps, self.branching)
                    rows.add(*self._rows(policy, steps, decoded))
                    done += len(steps)
                    work.spend(**spent(decoded))
                    work.tell(done, total)
        told = summary(rows)
        work.summarise(told)
        if not told["pairs"]:
            raise UserError(_NO_PAIRS.format(**told))

    def _steps(self, path: Path) -> Iterator[Step]:
        return read_steps(path, self.preferring.answers)

    @cached_property
    def _base(self) -> Base:
        return open_base(self.settings)

    def _rows(
        self, policy: Policy, steps: Sequence[Step], decoded: Sequence[Decoded]
    ) -> Iterator[dict[str, Any]]:
        """What is written of steps."""
        for step, found in zip(steps, decoded, strict=True):
            if found.prompt and self.preferring.gold:
                gold = Turn(right(self._base, step).ids[len(found.prompt) :])
                found = Decoded(found.prompt, (*found.turns, gold))
            yield self._row(policy, step, found)

    def _row(self, policy: Policy, step: Step, decoded: Decoded) -> dict[str, Any]:
        """A step as it is written: turns, pairs of their numbers, and what was left out."""
        ended = [turn for turn in decoded.turns if turn.ended]
        said = [policy.read(turn, step) for turn in ended]
        kept = distinct([normal_form(each) for each in said])
        turns = [self._turn(step, ended[i], said[i]) for i in kept]
        found = pairs(
            [turn["score"] for turn in turns], self.preferring.margin, self.preferring.against
        )
        if self.preferring.shuffled:
            found = tossed(found, self.settings.seed, step.line, step.number)
        return {
            "line": step.line,
            "number": step.number,
            "too_long": not decoded.prompt,
            "cut": len(decoded.turns) - len(ended),
            "same": len(ended) - len(kept),
            "policy": _policy(decoded, turns),
            "gold": plain(step.gold),
            "turns": turns,
            "pairs": found,
            "prompt": decoded.prompt,
        }

    def _turn(self, step: Step, turn: Turn, said: Completion) -> dict[str, Any]:
        wrong = errors(said, step.gold, step.tools)
        return {
            "said": said.text,
            "calls": plain(said.calls),
            "score": score(wrong, len(step.gold), self.preferring.weights),
            "wrong": [{"fault": error.fault, "said": error.said} for error in wrong],
            "forced": turn.forced,
            "ids": turn.ids,
        }


def spent(decoded: Sequence[Decoded]) -> dict[str, int]:
    """Tokens, with all prompts, and sequences that ran through the base.

    What it says when nothing is forced runs twice: said, then read for what was nearly said.
    """
    runs = [
        len(each.prompt) + len(turn.ids)
        for each in decoded
        for turn in (*each.turns[:1], *each.turns)
    ]
    return {"tokens": sum(runs), "sequences": len(runs)}


_MOST = (
    "turns and pairs are what there are at most, and tokens what these take where turns are as "
    "long as the right ones: which positions branch, and which candidates differ in their scores, "
    "shows when the base has spoken"
)
_NO_PAIRS = (
    "no step gives a pair ({steps} steps, {candidates} candidates, of {policy_right} the base's "
    "own turn is right; {too_long} steps were too long, {cut} turns came to no end): raise delta, "
    "branches or temperature, lower margin, or take gold=true; where much is too long or comes to "
    "no end, raise max_length or max_tokens"
)


def _policy(decoded: Decoded, turns: Sequence[Mapping[str, Any]]) -> list[str] | None:
    """What is wrong with what the base says when nothing is forced; None where it was cut."""
    if not decoded.turns or not decoded.turns[0].ended:
        return None
    return [error["fault"] for error in turns[0]["wrong"]]
