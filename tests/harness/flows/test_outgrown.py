"""A conversation that outgrows its model ends its attempt, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from toy_tools import ToolToy, attempt
from toy_world import LOOK, MOVE, PROBLEM, Rooms, calling, saying

from harness import evaluate
from harness.answering import Progress
from harness.contracts import ProblemSet, Session
from harness.errors import TooLong
from harness.formats.trajectories import read_trajectories
from harness.loop import run
from harness.play.playing import Play
from harness.play.story import OUTGROWN
from harness.play.toolsets import Toolsets
from harness.play.verdicts import Verdicts
from harness.records import (
    Completion,
    Gold,
    Judgement,
    Message,
    Problem,
    Setting,
    ToolCall,
    ToolSpec,
    Trajectory,
    Usage,
)
from models.agents.best_of import BestOf
from models.agents.function_calling import FunctionCalling
from models.agents.react import ReAct

FULL = "9,000 tokens are more than 8,192"
WHY = f"{OUTGROWN}: {FULL}"
CALL = calling(ToolCall("look", {"thing": "cat"}, "1"))
STEP = saying('Thought: where?\nAction: look\nInput: {"thing": "cat"}')


class Small:
    """Says one thing until a conversation has more than so many messages."""

    version = "1"

    def __init__(self, says: Completion = CALL, reads: int = 1) -> None:
        self.says, self.reads = says, reads

    async def complete(
        self, messages: Sequence[Message], *, tools: Sequence[ToolSpec] = (), **options: Any
    ) -> Completion:
        if len(messages) > self.reads:
            raise TooLong(FULL)
        return self.says


class Careless:
    """Asks and thinks no further."""

    version = "1"

    def __init__(self, model: Small) -> None:
        self.model = model

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        await self.model.complete([Message("user", problem.text)])
        return attempt(problem.id, "search")


def made(agent: Any, **play: Any) -> Trajectory:
    return run(Play(agent, {"p": PROBLEM}, {"p": Rooms()}, **play).attempt("p", 2))


@pytest.mark.parametrize(
    "agent", [FunctionCalling(Small()), ReAct(Small(STEP, reads=2))], ids=["calls", "react"]
)
def test_what_was_done_until_then_is_kept(agent: Any) -> None:
    found = made(agent)
    assert (found.trial, found.end, found.detail, found.answer) == (2, "stopped", WHY, None)
    assert [message.role for message in found.messages] == ["user", "assistant", "tool"]
    assert found.usage == Usage(10, 2)
    assert found.state == {"cat": "attic", "hat": "hall"}


def test_an_agent_that_does_not_care_has_stopped_too() -> None:
    one = ProblemSet("test", (Problem("p", PROBLEM.turns, (LOOK, MOVE), Gold(path=("move",))),))
    offers = Toolsets(Setting(tools="gold"), (one,))
    found = made(Careless(Small(reads=0)), toolsets=offers)
    assert (found.end, found.detail, found.trial, found.offered) == ("stopped", WHY, 2, ("move",))


def test_of_several_tries_the_others_count() -> None:
    class OnceTooLong:
        version = "1"
        tries = 0

        async def solve(self, problem: Problem, session: Session) -> Trajectory:
            self.tries += 1
            if self.tries == 1:
                raise TooLong(FULL)
            return Trajectory(problem.id, answer="yes", usage=Usage(1, 1))

    found = made(BestOf(OnceTooLong(), n=3))
    assert (found.end, found.answer, found.detail) == ("finished", "yes", "2 of 3 tries agree")
    found = made(BestOf(OnceTooLong(), n=3, by=Small(reads=0)))
    assert (found.answer, found.usage) == ("yes", Usage(2, 2))
    assert found.detail == "2 of 3 tries agree; the tries are too long for the model that picks"
    found = made(BestOf(FunctionCalling(Small(reads=0)), n=2))
    assert (found.end, found.detail.partition(";")[0]) == ("stopped", WHY)


def test_the_run_goes_on_and_says_so(tmp_path: Path) -> None:
    said: list[str] = []

    def watch(progress: Progress) -> None:
        said.extend([progress.message] if progress.message else [])

    class Sometimes(Careless):
        async def solve(self, problem: Problem, session: Session) -> Trajectory:
            self.model = Small(reads=int(problem.id != "two"))
            return await super().solve(problem, session)

    agent = Sometimes(Small())
    [result] = evaluate(agent, ToolToy(), out=tmp_path, cache=False, watch=watch).results
    assert (result.status, result.counts.answered, result.counts.errors) == ("complete", 3, 0)
    assert said == [f"1 attempt was stopped: {OUTGROWN}. Fewer tools or steps make it shorter"]
    [file] = tmp_path.rglob("trajectories.jsonl.gz")
    ends = {t.problem: t.end for t in read_trajectories(file) if isinstance(t, Trajectory)}
    assert ends == {"one": "finished", "two": "stopped", "three": "finished"}


def test_a_judge_whose_model_reads_less_leaves_the_attempt_unjudged() -> None:
    class Short:
        name = "short"

        async def judge(
            self, problem: Problem, trajectory: Trajectory, repeat: int = 0
        ) -> Judgement:
            if repeat == 0:
                raise TooLong(FULL)
            return Judgement("short", "Solved")

    judge = Verdicts(Short(), "toy", ("short", "gpt"), repeats=2)
    found = made(FunctionCalling(Small(saying("done"))), verdicts=judge)
    assert (found.end, len(found.judgements)) == ("finished", 1)
    assert judge.failures == {"problem p, trial 2, repeat 0": FULL}
