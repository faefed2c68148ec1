"""Questions of the starter world: what one search with the question finds, and what steps find."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from small_library import Mind

from harness.contracts import ProblemSet
from harness.loop import run, together
from harness.measures.attempt import Attempt
from harness.measures.qa.answers import exact_match
from harness.measures.qa.trail import cited, found
from harness.records import Problem, Setting, Trajectory
from models.agents.answerers.exsearch import ExSearch
from models.agents.answerers.genground import GenGround
from models.agents.answerers.rag import RAG
from tasks.starter_qa import QuestionTask, _tasks

ASKED = re.compile(r"In which town was the (?:head|founder|owner) of .* born\?")


@cache
def questions(seed: int) -> tuple[ProblemSet, tuple[Problem, ...]]:
    """The questions of two hops that the scripted mind can read: of people's places of birth."""
    two = next(task for task in _tasks() if task.hops == 2)
    (split,) = QuestionTask(2, two.card, seed, questions=100).load(None, Setting())  # type: ignore[arg-type]
    read = (p for p in split.problems if ASKED.fullmatch(p.text) and p.gold.answers)
    return split, tuple(read)


def attempts(agent: Any, seed: int) -> list[tuple[Problem, Trajectory]]:
    split, problems = questions(seed)
    assert split.environment is not None
    world = split.environment

    async def one(problem: Problem) -> tuple[Problem, Trajectory]:
        made: Trajectory = await agent.solve(problem, await world.open(problem))
        return problem, made

    return run(together(one(problem) for problem in problems))


def right(problem: Problem, made: Trajectory) -> bool:
    return exact_match(made.answer or "", problem.gold.answers) == 1


def all_found(problem: Problem, made: Trajectory) -> bool:
    needed = set(problem.gold.details["passages"])
    return needed <= {passage.id for passage in found(Attempt(problem, made))}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    "agent",
    [GenGround(Mind()), ExSearch(Mind(), shown=10), ExSearch(Mind(), k=20, selection=True)],
    ids=["genground", "exsearch", "exsearch with selection"],
)
def test_steps_solve_what_one_search_does_not(agent: Any, seed: int) -> None:
    once, made = attempts(RAG(Mind()), seed), attempts(agent, seed)
    assert len(made) >= 4
    assert [right(*one) for one in once] == [False] * len(made)
    assert [right(*one) for one in made] == [True] * len(made)
    # The trail tells why: both passages are needed, and what the first one says finds the second.
    assert [all_found(*one) for one in once] == [False] * len(made)
    assert [all_found(*one) for one in made] == [True] * len(made)
    for problem, trajectory in made:
        steps = [step["answer"] for step in problem.gold.details["decomposition"]]
        assert steps[0] in trajectory.calls[-1].arguments["query"]
        assert set(problem.gold.details["passages"]) <= set(cited(trajectory))


def test_selection_reads_what_is_not_among_the_first_three() -> None:
    first = sum(right(*one) for one in attempts(ExSearch(Mind(), k=20), 1))
    selected = sum(right(*one) for one in attempts(ExSearch(Mind(), k=20, selection=True), 1))
    assert first < selected == len(questions(1)[1])
