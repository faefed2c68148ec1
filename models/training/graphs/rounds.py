"""A solution in rounds, as the agent that makes calls at the same time would have held it.

The agent itself attempts the request, with a model that says what the rounds say and a world that
gives what was given: so what is trained is what it asks, to the letter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from harness.contracts import Agent, ChatModel
from harness.errors import UserError
from harness.play.sessions import Told
from harness.records import Completion, Observation, Problem, ToolCall
from models.agents.dta import DTA, dependent
from models.agents.parallel import ParallelFunctionCalling
from models.agents.tree_search import ANSWERS, DEEPEST, FINISH
from models.scripted import Scripted
from models.training.graphs.dag import Levels
from models.training.graphs.flow import needs
from models.training.graphs.solutions import Solution, Step
from models.training.practice.recording import Recorded, Turn, conversations


@dataclass(frozen=True, slots=True)
class Round:
    """Calls that are made at the same time.

    Attributes:
        thought: with which they are made.
        steps: what they are and what they gave.
    """

    thought: str
    steps: tuple[Step, ...]


def aggregatable(solution: Solution, levels: Levels) -> bool:
    """Whether calls of each level can be made in one turn.

    They cannot where one refers to another of its round in a way that the agent refuses, nor where
    one holds a value that only the result of a call of its own or a later round is the first to
    tell.
    """
    at = {number: place for place, level in enumerate(levels) for number in level}
    for number, need in enumerate(needs(solution), 1):
        if any(at[told] >= at[number] for told in need.told):
            return False
    return not any(dependent([solution.steps[n - 1].call for n in level]) for level in levels[:-1])


async def played(
    solution: Solution, rounds: Sequence[Round], thought: str, agent: str, longest: int
) -> dict[str, Any]:
    """The conversation of an agent that solves the request in these rounds.

    Args:
        solution: the request, its tools and its answer.
        rounds: in order.
        thought: with which it answers.
        agent: a name of `AGENTS`.
        longest: characters that `dta` reads of what a call gave.

    Returns:
        {"prompt", "completion", "tools"}, as `models.training.text.conversations` reads them.

    Raises:
        UserError: the agent did otherwise.
    """
    turns: list[Turn] = []
    make, last = AGENTS[agent]
    script = [
        *(Completion(r.thought, calls=tuple(step.call for step in r.steps)) for r in rounds),
        last(thought, solution.answer),
    ]
    tools = tuple(tool for tool in solution.tools if tool.name != FINISH.name)  # dta has its own
    problem = Problem(f"line {solution.line}", (solution.opening,), tools)
    world = _Replayed(problem, [step for one in rounds for step in one.steps])
    attempt = await make(Recorded(Scripted(script), turns), len(script), longest).solve(
        problem, world
    )
    if attempt.end != "finished" or len(turns) != len(script):
        raise UserError(f"line {solution.line}: {agent} did not follow it: {attempt.detail}")
    [conversation] = conversations([turn.row() for turn in turns])
    return conversation


class _Replayed(Told):
    """A world in which every call gives what is next."""

    executes = True

    def __init__(self, problem: Problem, steps: Sequence[Step]) -> None:
        super().__init__(problem)
        self._left = iter(steps)

    async def call(self, call: ToolCall) -> Observation:
        """What the step gave that is next; it is the one that is called."""
        step = next(self._left)
        if (step.call.name, step.call.arguments) != (call.name, call.arguments):
            raise UserError(f"{call.name} is called where {step.call.name} is next")
        return Observation(step.gave, step.failed)


def _dta(model: ChatModel, turns: int, longest: int) -> Agent:
    return DTA(model, rounds=min(turns, DEEPEST), beam=1, queries=turns, longest=longest)


def _finish(thought: str, answer: str) -> Completion:
    arguments = {"return_type": ANSWERS, "final_answer": answer}
    return Completion(thought, calls=(ToolCall(FINISH.name, arguments),))


def _parallel(model: ChatModel, turns: int, longest: int) -> Agent:
    return ParallelFunctionCalling(model, steps=turns)


def _answer(thought: str, answer: str) -> Completion:
    return Completion(answer)


AGENTS: Mapping[
    str,
    tuple[Callable[[ChatModel, int, int], Agent], Callable[[str, str], Completion]],
] = MappingProxyType({"dta": (_dta, _finish), "parallel-function-calling": (_parallel, _answer)})
"""By name: how an agent is made, and how its model answers in the end."""
