"""Trajectories, read out of recorded attempts of an agent that thinks, searches and answers.

A trajectory z is all that its model said and was told before the final answer. What could not be
read and was asked for again is no part of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.agents.answerers.exsearch_turns import FACT, QUERY
from models.training.practice.recording import conversations, understood

CUT, SILENT, EMPTY = "a turn was cut short", "a turn says nothing", "too many records of nothing"
Turns = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Trajectory:
    """A trajectory for one question.

    Attributes:
        learner: who learns it.
        turns: of the model; the last one gives the answer.
        trials: the attempt that came to it.
        answers: what that answered.
    """

    learner: str
    turns: Turns
    trials: tuple[int]
    answers: tuple[str | None]

    @property
    def read(self) -> Sequence[Mapping[str, Any]]:
        """What the answer stands behind."""
        found: Sequence[Mapping[str, Any]] = self.turns[-1]["messages"][:-1]
        return found

    @property
    def told(self) -> Mapping[str, Any]:
        """Nothing: the attempt is there to read."""
        return {}

    def learned(self, right: str) -> dict[str, list[dict[str, Any]]]:
        """Every turn, with the right answer in the place of the last one."""
        *turns, last = self.turns
        answer = {"role": "assistant", "content": right}
        righted = {**last, "messages": [*self.read, answer]}
        return {self.learner: conversations([*turns, righted])}


def trajectories(
    attempts: Iterable[Mapping[str, Any]], learner: str, empty: int
) -> tuple[list[Trajectory], Counter[str]]:
    """The trajectories of one question, in the order of their trials.

    Args:
        attempts: at one problem, as `models.training.practice.sampling` writes them.
        learner: who learns them.
        empty: records of nothing that one may have.

    Returns:
        The trajectories, and how many attempts were dropped, by reason.
    """
    found: list[Trajectory] = []
    dropped: Counter[str] = Counter()
    for attempt in attempts:
        turns = understood(attempt["turns"])
        if why := _unfit(attempt["end"], turns, empty):
            dropped[why] += 1
        else:
            made = (attempt["trial"],), (attempt["answer"],)
            found.append(Trajectory(learner, turns, *made))
    return found, dropped


def _unfit(end: str, turns: Turns, empty: int) -> str:
    """Why a trajectory is dropped; "" where it is not.

    What becomes of the last turn does not matter: the right answer takes its place.
    """
    if end != "finished":
        return end
    if not all(turn["whole"] for turn in turns[:-1]):
        return CUT
    before = [turn["messages"][:-1] for turn in turns]
    if any(m["role"] == "assistant" and not m.get("content") for one in before for m in one):
        return SILENT
    said = [str(turn["messages"][-1].get("content") or "") for turn in turns[:-1]]
    if not all(said):
        return SILENT
    nothing = sum(QUERY in text and text.split(QUERY)[0].strip() == FACT for text in said)
    return EMPTY if nothing > empty else ""
