"""Attempts as the harness takes them from agents."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from math import nan
from typing import Any

import pytest
from toy_world import PROBLEM, Rooms

from harness.contracts import Session
from harness.errors import InfrastructureError, TooLong
from harness.formats.trajectories import from_json, to_json
from harness.loop import run
from harness.play.playing import Play
from harness.play.story import OUTGROWN
from harness.play.verdicts import Verdicts
from harness.records import Judgement, Message, Problem, ToolCall, Trajectory, Usage
from harness.store.rows import to_line


@dataclass
class Giving:
    """Gives the same attempt at every problem."""

    made: Trajectory
    version: str = "1"

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        return self.made


def attempt(made: Trajectory, **play: Any) -> Trajectory:
    return run(Play(Giving(made), {"p": PROBLEM}, {"p": Rooms()}, **play).attempt("p", 2))


def calling(arguments: Any) -> Trajectory:
    return Trajectory("p", messages=(Message("assistant", calls=(ToolCall("look", arguments),)),))


def nested(depth: int) -> Any:
    return [nested(depth - 1)] if depth else []


ODD = {
    "half a surrogate pair": Trajectory("p", answer="a\ud83d"),
    "half of one in a name": Trajectory(
        "p", messages=(Message("assistant", calls=(ToolCall("\ud83d"),)),)
    ),
    "nested deeply": calling({"day": nested(200)}),
    "nested beyond recursion": calling({"day": nested(900)}),
    "infinite": calling({"day": float("inf")}),
    "beyond a float": calling({"day": 2**1024}),
    "no JSON": calling({"day": {1, 2}}),
}


@pytest.mark.parametrize("made", ODD.values(), ids=ODD)
def test_an_attempt_that_no_file_can_hold_is_malformed_and_says_why(made: Trajectory) -> None:
    found = attempt(replace(made, usage=Usage(3, 4, 0.5), seconds=7.0, reward=1.0))
    assert (found.problem, found.trial, found.end) == ("p", 2, "malformed")
    assert "trial 2 of problem 'p' cannot be written: " in found.detail
    assert (found.messages, found.answer, found.reward) == ((), None, None)
    assert (found.usage, found.seconds) == (Usage(3, 4, 0.5), 7.0)
    line = to_line(to_json(found))
    assert from_json(json.loads(line)) == found


def test_a_cost_that_cannot_be_written_is_not_kept() -> None:
    found = attempt(Trajectory("p", answer="attic", usage=Usage(3, 4, nan)))
    assert (found.end, found.usage, found.seconds) == ("malformed", None, None)


@pytest.mark.parametrize(
    ("error", "end", "detail"),
    [
        (InfrastructureError("no \ud83d"), "error", "no ?"),
        (TimeoutError(), "error", "TimeoutError"),
        (TooLong("no \ud83d"), "stopped", f"{OUTGROWN}: no ?"),
    ],
)
def test_what_failed_is_told_in_words_that_a_file_can_hold(
    error: Exception, end: str, detail: str
) -> None:
    class Failing(Giving):
        async def solve(self, problem: Problem, session: Session) -> Trajectory:
            raise error

    play = Play(Failing(Trajectory("p")), {"p": PROBLEM}, {"p": Rooms()})
    found = run(play.attempt("p", 0))
    assert (found.end, found.detail) == (end, detail)


def test_any_other_attempt_is_left_as_it_is() -> None:
    made = Trajectory("p", 2, (Message("assistant", "é \U0001f600"),), "attic", seconds=1.0)
    assert attempt(made) == made


def test_a_judge_sees_what_is_written() -> None:
    seen = list[Trajectory]()

    class Sayer:
        name = "sayer"

        async def judge(self, problem: Problem, made: Trajectory, repeat: int = 0) -> Judgement:
            seen.append(made)
            return Judgement("sayer", "Unsolved")

    verdicts = Verdicts(Sayer(), "toy", ("sayer", "gpt"), repeats=1)
    found = attempt(ODD["half a surrogate pair"], verdicts=verdicts)
    assert [made.end for made in seen] == ["malformed"]
    assert [judgement.label for judgement in found.judgements] == ["Unsolved"]
