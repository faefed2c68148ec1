from __future__ import annotations

import asyncio
import hashlib
import os
import re
import subprocess
import sys
import time
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest

from harness.contracts import ProblemSet
from harness.errors import UserError
from harness.measures.attempt import Attempt
from harness.measures.tools.world import solved_in_world
from harness.play.programs import run_program_of
from harness.records import Problem, Setting, ToolCall, Trajectory
from tasks.starter_agent import BENCHMARK, AgentTask
from tasks.worlds.starter.executable import StarterWorld
from tasks.worlds.starter.executable.environment import shared
from tasks.worlds.starter.tools import catalogue, core

HOME = Path(__file__).parents[2]
TASKS = cast("dict[str, AgentTask]", dict(BENCHMARK.tasks))
NOWHERE: Any = None


@cache
def load(name: str, seed: int = 1, problems: int = 25) -> ProblemSet:
    task = TASKS[name]
    own = AgentTask(task.errand, task.card, seed=seed, problems=problems)
    (split,) = own.load(NOWHERE, Setting())
    return split


def everything() -> list[Problem]:
    return [problem for name in TASKS for problem in load(name).problems]


async def golden(split: ProblemSet) -> list[tuple[Problem, Trajectory]]:
    assert split.environment is not None
    runs = []
    for problem in split.problems:
        session = await split.environment.open(problem)
        runs.append((problem, await run_program_of(problem, session)))
    return runs


def digest(seed: int = 1) -> str:
    said = hashlib.sha256()
    for name in TASKS:
        split = load(name, seed, 25 if seed == 1 else 6)
        for problem, run in asyncio.run(golden(split)):
            said.update(repr((problem, run)).encode())
    return said.hexdigest()


@pytest.mark.parametrize("name", TASKS)
def test_golden_programs_give_the_gold_answer_and_state(name: str) -> None:
    # Answers and states are worked out from the world's tables, and no function is asked for them.
    for problem, run in asyncio.run(golden(load(name))):
        gold = problem.gold
        assert (run.end, run.detail) == ("finished", ""), problem.id
        assert solved_in_world(Attempt(problem, run)) == 1, problem.id
        assert run.state == (gold.state or {}), problem.id
        assert (run.answer in gold.answers) if gold.answers else run.answer is None, problem.id
        assert tuple(call.name for call in run.calls) == gold.path


@pytest.mark.parametrize("seed", [2, 3])
def test_golden_programs_work_in_other_worlds(seed: int) -> None:
    for name in TASKS:
        for problem, run in asyncio.run(golden(load(name, seed, 12))):
            assert solved_in_world(Attempt(problem, run)) == 1, problem.id


def test_there_are_eight_errands_of_25_different_problems_with_1_to_12_calls() -> None:
    assert len(TASKS) == 8
    problems = everything()
    assert len({problem.text for problem in problems}) == len(problems) == 200
    assert len({problem.id for problem in problems}) == 200
    lengths = Counter(len(problem.gold.program) for problem in problems)
    assert set(lengths) == set(range(1, 13))
    assert min(lengths.values()) >= 10
    kinds = Counter(problem.labels["kind"] for problem in problems)
    assert min(kinds["read"], kinds["write"], kinds["write and read"]) >= 20


def test_labels_tell_length_and_kind() -> None:
    for problem in everything():
        length = len(problem.gold.program)
        low, high = map(int, problem.labels["calls"].split("-"))
        assert problem.labels["plan length"] == str(length)
        assert low <= length <= high == low + 2
        assert (problem.labels["kind"] == "read") == (problem.gold.state == {})
        assert (problem.labels["kind"] == "write") == (not problem.gold.answers)
        assert problem.gold.success == "solved_in_world"


def test_tools_are_the_right_ones_among_others_in_an_order_that_tells_nothing() -> None:
    known = {tool.name for tool in catalogue(1)}
    first = 0
    for problem in everything():
        names = [tool.name for tool in problem.tools]
        assert 10 <= len(names) == len(set(names)) <= 20
        assert set(problem.gold.path) <= set(names) <= known
        assert set(names) - core().keys(), "no look-alike is offered"
        first += names[0] in problem.gold.path
    assert 20 < first < 140


def test_no_answer_stands_in_its_question() -> None:
    for problem in everything():
        for answer in problem.gold.answers:
            assert not re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", problem.text, re.IGNORECASE)


def test_arguments_of_programs_are_literals_of_the_question_or_references() -> None:
    # Ids must be looked up: none is given in a question, and none stands in a program.
    for problem in everything():
        assert not re.search(r"\b[a-z]+-\d{4}\b", problem.text), problem.text
        for call in problem.gold.program:
            for name, value in call.arguments.items():
                if name.endswith("_id"):
                    assert str(value).startswith("$"), (problem.id, call)


def test_doing_nothing_solves_nothing() -> None:
    for problem in everything():
        idle = Trajectory(problem.id, answer=problem.text, state={})
        assert solved_in_world(Attempt(problem, idle)) == 0


def test_a_write_too_many_is_found_out() -> None:
    async def run(problem: Problem) -> Trajectory:
        session = await StarterWorld().open(problem.__class__(problem.id, problem.turns))
        trajectory = await run_program_of(problem, session)
        extra = ToolCall("diary.add", {"title": "more", "day": "2031-10-30", "time": "06:00"})
        assert not (await session.call(extra)).failed
        return Trajectory(problem.id, answer=trajectory.answer, state=session.state)

    writing = [p for p in load("starter-agent/films").problems if p.gold.state]
    assert writing
    for problem in writing:
        assert solved_in_world(Attempt(problem, asyncio.run(run(problem)))) == 0


def test_the_account_can_pay_for_every_problem() -> None:
    _, account, _ = shared(1, 24)
    for problem in everything():
        wallet = (problem.gold.state or {}).get("wallet", {"balance": account.balance})
        assert wallet["balance"] >= 0


def test_what_the_account_holds_can_be_told_apart_by_what_problems_say_of_it() -> None:
    for seed in (1, 2, 3):
        world, account, _ = shared(seed, 24)
        tables = account.tables
        tickets = [world[e["showing_id"]] for e in tables["tickets"].values()]
        for said in (
            [e["flight_id"] for e in tables["bookings"].values()],
            [e["event_id"] for e in tables["registrations"].values()],
            [e["person_id"] for e in tables["messages"].values()],
            [(s.film_id, s.starts) for s in cast("list[Any]", tickets)],
        ):
            assert len(said) == len(set(said))


def test_other_processes_generate_and_run_the_same_bytes_whatever_their_hash_seed() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_starter_agent import digest\n"
        "print(digest())"
    )
    run = [sys.executable, "-c", code, str(Path(__file__).parent)]
    for seed in ("0", "4711"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(HOME)}
        printed = subprocess.check_output(run, text=True, env=environment, cwd=HOME)
        assert printed.split() == [digest()]


def test_another_seed_gives_other_problems() -> None:
    one = {problem.text for problem in everything()}
    other = {problem.text for name in TASKS for problem in load(name, 2, 12).problems}
    assert not one & other
    assert len({digest(seed) for seed in (1, 2, 3)}) == 3


def test_the_counts_on_the_cards_are_those_of_the_data() -> None:
    for name, task in TASKS.items():
        assert task.check((load(name),)) == ()
        assert task.check((load(name, 2, 12),)) == (f"{name} has 12 problems, not 25",)
        assert task.card.kind == "tool_use"
        assert task.card.main_measure == task.measures[0] == "solved_in_world"
        assert task.card.version == "1+seed1.size24"
        assert task.requires() == []


def test_a_world_that_is_too_small_is_refused() -> None:
    task = TASKS["starter-agent/towns"]
    with pytest.raises(UserError, match="12 towns or more, not 11"):
        AgentTask(task.errand, task.card, size=11).load(NOWHERE, Setting())
    (split,) = AgentTask(task.errand, task.card, size=12).load(NOWHERE, Setting())
    for problem, run in asyncio.run(golden(split)):
        assert solved_in_world(Attempt(problem, run)) == 1, problem.id


def test_importing_the_tasks_generates_nothing() -> None:
    code = (
        "import sys, tasks.starter_agent\n"
        "assert not [name for name in sys.modules if name.startswith('tasks.worlds')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=HOME)


def test_the_whole_suite_is_generated_and_run_in_under_ten_seconds() -> None:
    shared.cache_clear()
    load.cache_clear()
    start = time.process_time()
    for name in TASKS:
        asyncio.run(golden(load(name)))
    assert time.process_time() - start < 10
