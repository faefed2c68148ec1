from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import pytest

from harness.contracts import ToolEnvironment
from harness.errors import UserError
from harness.records import Observation, Problem, ToolCall
from tasks.worlds.starter.executable import KINDS, Faulty, StarterWorld

PROBLEM = Problem("p", ())
LIST, ONE = ToolCall("towns.search"), ToolCall("wallet.balance")
WRITE = ToolCall("watchlist.add", {"film_id": "film-0001"})


def under(kind: str, *calls: ToolCall) -> tuple[list[Observation], Any]:
    async def run() -> tuple[list[Observation], Any]:
        session = await Faulty(StarterWorld(), share=1, kinds=[kind]).open(PROBLEM)
        return [await session.call(call) for call in calls], session.state

    return asyncio.run(run())


def truth(call: ToolCall) -> str:
    async def run() -> str:
        return (await (await StarterWorld().open(PROBLEM)).call(call)).content

    return asyncio.run(run())


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("500", 500), ("timeout", 504)])
def test_some_faults_keep_a_call_from_being_carried_out(kind: str, status: int) -> None:
    (seen,), state = under(kind, WRITE)
    assert seen.failed
    assert json.loads(seen.content)["error"]["status"] == status
    assert state == {}


@pytest.mark.parametrize("kind", ["empty", "renamed", "truncated"])
def test_no_fault_hides_that_something_was_written(kind: str) -> None:
    (seen,), state = under(kind, WRITE)
    assert seen.content == truth(WRITE)
    assert state == {"watchlist": {"new": [{"film_id": "film-0001"}]}}


def test_an_empty_result_has_no_entries() -> None:
    (listed, one), _ = under("empty", LIST, ONE)
    assert json.loads(listed.content) == {"items": [], "page": 1, "pages": 0, "count": 0}
    assert json.loads(one.content) == {}


def test_a_renamed_field_keeps_its_value() -> None:
    (listed, one), _ = under("renamed", LIST, ONE)
    right = json.loads(truth(LIST))["items"]
    assert [row["x_town"] for row in json.loads(listed.content)["items"]] == [
        row["town"] for row in right
    ]
    assert json.loads(one.content) == {"x_balance": json.loads(truth(ONE))["balance"]}


def test_truncated_json_is_the_beginning_of_the_right_one() -> None:
    (listed,), _ = under("truncated", LIST)
    assert truth(LIST).startswith(listed.content)
    with pytest.raises(json.JSONDecodeError):
        json.loads(listed.content)


def test_the_schedule_hangs_on_seed_problem_trial_and_number_only() -> None:
    def schedule(seed: int, problem: str = "p", trial: int = 0) -> list[str | None]:
        faulty = Faulty(StarterWorld(), share=0.3, seed=seed)
        return [faulty.fault(problem, trial, number) for number in range(200)]

    one = schedule(1)
    assert schedule(1) == one
    assert len({tuple(s) for s in (one, schedule(2), schedule(1, "q"), schedule(1, "p", 1))}) == 4


def test_the_share_is_kept_and_the_kinds_are_alike_frequent() -> None:
    faulty = Faulty(StarterWorld(), share=0.1)
    met = Counter(faulty.fault("p", trial, n) for trial in range(100) for n in range(100))
    faults = 10_000 - met.pop(None)
    assert 900 < faults < 1100  # 10,000 draws of 0.1: standard deviation 30
    assert set(met) == set(KINDS)
    assert max(met.values()) < 1.5 * min(met.values())


def test_without_faults_everything_is_as_it_was() -> None:
    right = truth(LIST)

    async def run() -> None:
        faulty = Faulty(StarterWorld(), share=0)
        assert isinstance(faulty, ToolEnvironment)
        session = await faulty.open(PROBLEM, 4)
        assert (session.trial, session.executes) == (4, True)
        assert (await session.call(LIST)).content == right
        assert await session.listen() is None
        await session.close()

    asyncio.run(run())


def test_an_unknown_kind_of_fault_is_refused() -> None:
    with pytest.raises(UserError, match="unknown kind of fault '404'"):
        Faulty(StarterWorld(), kinds=["404"])
