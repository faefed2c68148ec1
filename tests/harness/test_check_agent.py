"""An agent is tried before it is let loose on a long run."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy_world import Sayings, calling, saying

from harness.check import check_model
from harness.contracts import Session
from harness.records import Problem, ToolCall, Trajectory
from models.agents.function_calling import FunctionCalling
from models.reference_agents import Abstain

EXAMPLE = Path(__file__).parents[2] / "examples" / "my_agent.py"


def failed(model: object) -> dict[str, str]:
    return {check.name: check.detail for check in check_model(model) if not check.passed}


def test_the_example_and_the_plain_loop_pass() -> None:
    assert failed(f"{EXAMPLE}:WordMatch") == {}
    call = calling(ToolCall("weather.today", {"town": "Talen"}, "1"))
    assert failed(FunctionCalling(Sayings([call, saying("9:40")] * 40))) == {}


def test_abstain_is_a_retriever_too_and_checked_as_one() -> None:
    assert {check.name for check in check_model(Abstain())} >= {"builds an index"}


class Odd:
    """Does one thing wrong."""

    version = "1"

    def __init__(self, wrong: str) -> None:
        self.wrong = wrong

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        if self.wrong == "raises":
            raise ZeroDivisionError("1 / 0")
        if self.wrong == "returns":
            return "done"  # type: ignore[return-value]
        if self.wrong == "mixes":
            return Trajectory("p1")
        if self.wrong == "calls":
            await session.call(ToolCall("weather.today", {"town": "Talen"}))
        if self.wrong == "tools":
            return Trajectory(problem.id, answer=problem.tools[0].name)
        if self.wrong == "writes":
            return Trajectory(problem.id, reward=float("nan"))
        return Trajectory(problem.id)


@pytest.mark.parametrize(
    ("wrong", "name", "detail"),
    [
        ("raises", "attempts a problem", "it raised ZeroDivisionError: 1 / 0"),
        ("returns", "attempts a problem", "solve gave str"),
        ("writes", "attempts a problem", "cannot be written"),
        ("mixes", "keeps attempts apart", "an attempt at another problem came back, 'p1'"),
        ("calls", "needs no world for one turn", "look at session.executes"),
        ("tools", "survives no tools", "it raised IndexError"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_fix(wrong: str, name: str, detail: str) -> None:
    assert detail in failed(Odd(wrong))[name]


def test_a_sound_agent_passes_everything() -> None:
    assert failed(Odd("")) == {}


def test_solve_without_async_is_told_and_not_waited_for() -> None:
    class Plain:
        version = "1"

        def solve(self, problem: Problem, session: Session) -> Trajectory:
            return Trajectory(problem.id)

    assert "write async def solve" in failed(Plain())["attempts a problem"]
