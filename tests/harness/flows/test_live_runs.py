"""Attempts side by side: none waits for another, nothing that was made is lost or made twice."""

from __future__ import annotations

import _thread
import asyncio
import gc
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from toy_tools import ToolToy, attempt, problem
from toy_world import InRooms, Rooms

from harness import evaluate
from harness.answering import Progress
from harness.budget import Budget
from harness.contracts import ProblemSet, Session
from harness.errors import InfrastructureError, UserError
from harness.formats.trajectories import read_trajectories
from harness.records import Problem, Trajectory
from harness.store import Result, find_results
from harness.workspace import workspace

MANY = tuple(problem(f"p{n}", "search") for n in range(12))


class Playing:
    """Does something at every attempt, and keeps which were begun."""

    version = "1"
    query_batch = 4

    def __init__(self, act: Callable[[str, int], object] = lambda id, trial: None) -> None:
        self._act = act
        self._begun: list[tuple[str, int]] = []

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        self._begun.append((problem.id, session.trial))
        waits = self._act(problem.id, session.trial)
        if asyncio.iscoroutine(waits):
            await waits
        return attempt(problem.id, "search")


def result(agent: object, out: Path | None = None, *, n: int = 12, **more: object) -> Result:
    task = ToolToy((ProblemSet("test", MANY[:n]),))
    [found] = evaluate(agent, task, out=out, cache=False, **more).results  # type: ignore[arg-type]
    return found


def written(out: Path) -> list[Trajectory]:
    """The attempts of the one result, without what differs from run to run."""
    [folder] = find_results(out)
    found = [t for t in read_trajectories(folder.predictions) if isinstance(t, Trajectory)]
    assert all(t.seconds is not None for t in found if t.end != "error")
    return [replace(t, seconds=None) for t in found]


def test_an_attempt_that_takes_long_holds_nobody_up() -> None:
    others: set[str] = set()
    everybody = asyncio.Event()

    async def act(id: str) -> None:
        if id == "p0":
            await asyncio.wait_for(everybody.wait(), 20)
        others.add(id)
        if len(others) == 11:
            everybody.set()

    assert result(Playing(lambda id, _: act(id))).status == "complete"


def test_no_more_are_out_than_the_agent_wants() -> None:
    out = most = 0

    async def act() -> None:
        nonlocal out, most
        out += 1
        most = max(most, out)
        await asyncio.sleep(0.01)
        out -= 1

    result(Playing(lambda *_: act()), trials=2)
    assert most == 4


def test_the_order_in_which_attempts_end_changes_nothing(tmp_path: Path) -> None:
    first = result(Playing(lambda id, _: asyncio.sleep(int(id[1:]) / 300)), tmp_path / "a")
    other = result(Playing(lambda id, _: asyncio.sleep((12 - int(id[1:])) / 300)), tmp_path / "b")
    assert first.predictions_hash == other.predictions_hash == result(Playing()).predictions_hash
    assert written(tmp_path / "a") == written(tmp_path / "b")


def test_an_interrupted_run_keeps_every_attempt_that_was_made(tmp_path: Path) -> None:
    ended: set[tuple[str, int]] = set()
    stopping: list[str] = []

    async def act(id: str, trial: int) -> None:
        if len(ended) == 9:  # four problems of two trials, and half a one
            stopping.append(id)
            if len(stopping) == 1:
                _thread.interrupt_main()
            await asyncio.sleep(60)
        ended.add((id, trial))

    with pytest.raises(KeyboardInterrupt):
        result(Playing(act), tmp_path, trials=2)
    again = Playing()
    assert result(again, tmp_path, trials=2).status == "complete"
    assert len(again._begun) == 24 - 9
    assert not ended & set(again._begun)


def test_a_mistake_of_the_agent_ends_the_run_and_its_worlds_and_keeps_the_rest(
    tmp_path: Path,
) -> None:
    opened: list[InRooms] = []

    class Watched(Rooms):
        async def open(self, problem: Problem, trial: int = 0) -> InRooms:
            opened.append(await super().open(problem, trial))
            return opened[-1]

    async def act(id: str) -> None:
        if id == "p5":
            await asyncio.sleep(0.05)
            raise ValueError("no")
        await asyncio.sleep(60 if int(id[1:]) > 5 else 0)

    task = ToolToy((ProblemSet("test", MANY, environment=Watched()),))
    with pytest.raises(UserError, match="failed on toy-tools: ValueError: no"):
        evaluate(Playing(lambda id, _: act(id)), task, out=tmp_path, cache=False)
    assert len(opened) == 9  # five that were made, the one that failed, three that were out
    assert all(session.closed for session in opened)
    again = Playing()
    evaluate(again, task, out=tmp_path, cache=False)
    assert [id for id, _ in again._begun] == [f"p{n}" for n in range(5, 12)]


def test_only_the_trials_that_failed_are_made_again(tmp_path: Path) -> None:
    def down(id: str, trial: int) -> None:
        if (id, trial) in {("p1", 2), ("p3", 0)}:
            raise InfrastructureError("the network is down")

    first = result(Playing(down), tmp_path, n=5, trials=3)
    assert (first.status, sorted(first.errors)) == ("incomplete", ["p1", "p3"])
    again = Playing()
    assert result(again, tmp_path, n=5, trials=3).status == "complete"
    assert again._begun == [("p1", 2), ("p3", 0)]
    assert [(t.problem, t.trial) for t in written(tmp_path)] == [
        (f"p{n}", trial) for n in range(5) for trial in range(3)
    ]


def test_what_fails_again_and_again_costs_no_attempt_that_was_made(tmp_path: Path) -> None:
    def down(id: str, trial: int) -> None:
        if trial == 1:
            raise InfrastructureError("the network is down")

    for _ in range(2):
        assert result(Playing(down), tmp_path, n=3, trials=2).status == "incomplete"
    again = Playing()
    assert result(again, tmp_path, n=3, trials=2).status == "complete"
    assert sorted(again._begun) == [("p0", 1), ("p1", 1), ("p2", 1)]


def paying(id: str, trial: int) -> None:
    budget = workspace().budget
    assert budget is not None
    budget.admit(priced=True)
    budget.charge(10, 0.001)


def test_when_the_budget_is_spent_nothing_more_is_begun_and_the_rest_is_not_asked(
    tmp_path: Path,
) -> None:
    agent = Playing(paying)
    task = ToolToy((ProblemSet("test", MANY),))
    report = evaluate(agent, task, out=tmp_path, cache=False, trials=2, budget="tokens=70")
    [first] = report.results
    # Seven attempts of 10 tokens: three problems of two, and half of the fourth.
    assert not report.complete
    assert report.spent is not None
    assert (report.spent.completions, report.spent.tokens) == (7, 70)
    assert len(agent._begun) <= 7 + 3  # of the four that are out together one spends the last
    assert sorted(first.errors) == sorted(f"p{n}" for n in range(3, 12))
    assert set(first.errors.values()) == {"not asked: the budget is spent: 70 of 70 tokens"}
    rest = Playing(paying)
    more = evaluate(rest, task, out=tmp_path, cache=False, trials=2, budget={"money": 5})
    assert more.complete
    assert len(rest._begun) == 24 - 7
    assert not set(rest._begun) & set(agent._begun[:7])


def test_a_budget_is_one_for_all_tasks_and_models() -> None:
    agents = [Playing(paying), Playing(paying)]
    budget = Budget(tokens=120)
    task = ToolToy((ProblemSet("test", MANY),))
    for agent in agents:
        evaluate(agent, task, cache=False, budget=budget)
    assert [len(agent._begun) for agent in agents] == [12, 0]


def test_an_attempt_has_the_time_that_it_took_unless_the_agent_says_it(tmp_path: Path) -> None:
    class Timed(Playing):
        async def solve(self, problem: Problem, session: Session) -> Trajectory:
            made = await super().solve(problem, session)
            return replace(made, seconds=7.0) if problem.id == "p0" else made

    result(Timed(lambda *_: asyncio.sleep(0.05)), tmp_path, n=2)
    [folder] = find_results(tmp_path)
    found = [t for t in read_trajectories(folder.predictions) if isinstance(t, Trajectory)]
    assert found[0].seconds == 7.0
    assert found[1].seconds is not None
    assert 0.05 <= found[1].seconds < 5
    assert found[1].seconds == round(found[1].seconds, 3)


def test_with_results_on_disk_attempts_are_not_held_in_memory(tmp_path: Path) -> None:
    alive = []

    def count() -> int:
        gc.collect()
        return sum(type(found) is Trajectory for found in gc.get_objects())

    def watch(progress: Progress) -> None:
        if progress.state == "scoring":
            alive.append(count())

    before = count()
    result(Playing(), tmp_path, trials=50, watch=watch)
    assert alive[0] - before < 5 < len(written(tmp_path)) == 600


def test_what_another_process_removed_is_still_there_for_the_one_that_wrote_it(
    tmp_path: Path,
) -> None:
    def vanish(id: str, trial: int) -> object:
        return asyncio.sleep(0.5 if id == "p11" else 0)

    def watch(progress: Progress) -> None:
        if progress.state == "answering" and progress.done:
            for path in tmp_path.rglob("answers.jsonl"):
                path.unlink()

    assert result(Playing(vanish), tmp_path, watch=watch).status == "complete"
    assert len(written(tmp_path)) == 12


def test_the_lines_of_a_checkpoint_hold_whole_problems(tmp_path: Path) -> None:
    def stop(id: str, trial: int) -> None:
        if id == "p6":
            raise ValueError("no")

    with pytest.raises(UserError):
        result(Playing(stop), tmp_path, trials=2)
    [path] = tmp_path.rglob("answers.jsonl")
    rows = [json.loads(line) for line in path.read_text().splitlines()[1:]]
    assert {row["query"] for row in rows} >= {f"p{n}" for n in range(5)}
    assert all([a.get("trial", 0) for a in row["attempts"]] == [0, 1] for row in rows)
