"""Rounds of calls that do not need each other, and what they save."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest
from planned import Plan, Planned, plans_of
from toy_world import PROBLEM, InRooms, Rooms, Sayings, calling, saying

from harness.contracts import Agent, ProblemSet
from harness.errors import InfrastructureError, UserError
from harness.measures.attempt import Attempt
from harness.measures.tools.effort import parallelism, steps
from harness.measures.tools.world import solved_in_world
from harness.records import Message, Observation, Problem, Setting, ToolCall, Trajectory
from models.agents.dfsdt import DFSDT
from models.agents.dta import DTA, dependent
from models.agents.react import ReAct
from tasks.starter_agent import BENCHMARK

NOWHERE: Any = None
LOOK = ToolCall("look", {"thing": "cat"}, "1")
TOOLS = PROBLEM.tools
FIVE = Problem("five", ((Message("user", "Where are the five things?"),),), TOOLS)
PLAN = Plan([ToolCall("look", {"thing": f"thing {n}"}) for n in range(5)], "$5.place")


@dataclass
class Five(InRooms):
    """A world of five things that counts how many calls are under way at most."""

    under_way: int = 0
    most: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.places |= {f"thing {n}": f"room {n}" for n in range(5)}

    async def call(self, call: ToolCall) -> Observation:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.01)
        self.under_way -= 1
        return await super().call(call)


def counted(agent: Agent) -> tuple[Trajectory, int]:
    """An attempt at the five, and how many calls were under way at most."""
    world = Five(FIVE, 0, 10**9)
    return asyncio.run(agent.solve(FIVE, world)), world.most


def attempt(*said: Any, session: Any = None, **options: Any) -> tuple[Trajectory, Sayings]:
    model = Sayings(said)

    async def solve() -> Trajectory:
        return await DTA(model, **options).solve(PROBLEM, session or await Rooms().open(PROBLEM))

    return asyncio.run(solve()), model


def test_independent_calls_need_fewer_rounds_and_wait_for_nothing() -> None:
    model = Planned({FIVE.text: PLAN})
    for agent, rounds, most in (
        (DTA(model), 2, 5),
        (DTA(model, concurrent=False), 2, 1),
        (ReAct(model), 6, 1),
        (DFSDT(model), 6, 1),
    ):
        made, at_once = counted(agent)
        assert (made.end, made.answer, len(made.calls)) == ("finished", "room 4", 5)
        assert steps(Attempt(FIVE, made)) == rounds
        assert parallelism(Attempt(FIVE, made)) == (5 if rounds == 2 else 1)
        assert at_once == most


def test_a_call_that_needs_another_one_of_its_round_is_told_so_and_not_made() -> None:
    two = [LOOK, ToolCall("move", {"thing": "hat", "to": "$1.place"}, "2")]
    made, model = attempt(calling(*two), calling(_to("attic")), saying("Done."))
    told = model._asked[1][0][-1]
    assert told.failed
    assert told.content.startswith("This call was not made: '$1.place' refers to what look gives")
    assert made.state == {"cat": "attic", "hat": "attic"}
    made, _ = attempt(calling(*two), saying("Done."), checked=False)
    assert made.state == {"cat": "attic", "hat": "$1.place"}


def test_a_call_alone_means_what_it_says() -> None:
    made, _ = attempt(calling(_to("$1.place")), saying("Done."))
    assert made.state == {"cat": "attic", "hat": "$1.place"}


def _to(place: Any) -> ToolCall:
    return ToolCall("move", {"thing": "hat", "to": place}, "2")


@pytest.mark.parametrize(
    "text",
    [
        "$1",
        "$1.items.0.id",
        "${1}.id",
        "#E1",
        "{{look.place}}",
        "<result of look>",
        "look().place",
        "look.place",
        "look['place']",
        ["x", {"deep": " $1.id "}],
    ],
)
def test_references_are_seen(text: Any) -> None:
    assert list(dependent([LOOK, _to(text)])) == [1]


@pytest.mark.parametrize(
    "text",
    [
        "$1.50",
        "$3.id",
        "$2",
        "look",
        "look there.",
        "Look <b>at</b> it",
        "[1]",
        "{{name}}",
        "outlook.com",
        "",
        1,
        None,
        "<" * 5_000 + "look",
    ],
)
def test_other_texts_are_no_references(text: Any) -> None:
    assert dependent([LOOK, _to(text)]) == {}


def test_a_round_is_told_in_the_order_of_its_calls_each_under_its_own_name() -> None:
    made, model = attempt(
        calling(LOOK, ToolCall("look", {"thing": "hat"}, "2"), text="Both."), saying("So.")
    )
    told = [(m.call_id, json.loads(m.content)["thing"]) for m in model._asked[1][0][-2:]]
    assert told == [("1", "cat"), ("2", "hat")]
    assert made.answer == "So."


def test_a_round_counts_once_however_many_calls_it_has() -> None:
    many = calling(*[LOOK] * 20)
    made, model = attempt(many, many, rounds=2, beam=1)
    assert (made.end, made.detail) == ("stopped", "every branch grew too deep")
    assert len(model._asked) == 2
    made, _ = attempt(many, saying("Attic."), rounds=2)
    assert made.answer == "Attic."


def test_giving_up_undoes_a_round_of_writes() -> None:
    away = [ToolCall("move", {"thing": t, "to": "moon"}, t) for t in ("cat", "hat")]
    up = ToolCall("Finish", {"return_type": "give_up_and_restart"})
    made, model = attempt(calling(*away), calling(up), saying("Nothing moved."))
    assert (made.end, made.answer) == ("finished", "Nothing moved.")
    assert made.state == {"cat": "attic", "hat": "hall"}
    assert "moon" in model._asked[2][0][-1].content
    made, _ = attempt(calling(*away), calling(up), beam=1)
    assert made.end == "gave up"


def test_what_fails_outside_is_no_attempt() -> None:
    with pytest.raises(InfrastructureError, match="the world is gone"):
        attempt(calling(LOOK, LOOK), session=InRooms(PROBLEM, 0, broken=1))


@pytest.mark.parametrize("name", BENCHMARK.tasks)
def test_starter_tasks_are_solved(name: str) -> None:
    (split,) = BENCHMARK.tasks[name].load(NOWHERE, Setting())
    assert isinstance(split, ProblemSet)
    world = split.environment
    assert world is not None
    agent = DTA(Planned(plans_of(split.problems)), rounds=13, longest=50_000)

    async def solve_all() -> list[tuple[float, float, int]]:
        made = [(p, await agent.solve(p, await world.open(p))) for p in split.problems]
        return [
            (solved_in_world(Attempt(p, m)), steps(Attempt(p, m)), len(m.calls)) for p, m in made
        ]

    found = asyncio.run(solve_all())
    assert [solved for solved, _, _ in found] == [1.0] * len(split.problems)
    assert any(rounds < calls + 1 for _, rounds, calls in found)


def test_as_many_rounds_as_there_may_be_end_in_order() -> None:
    made, _ = attempt(*[calling(LOOK)] * 501, rounds=500, queries=501)
    assert (made.end, len(made.calls)) == ("stopped", 501)
    with pytest.raises(UserError, match="500 at most"):
        DTA(Sayings([]), rounds=501)


@pytest.mark.parametrize(
    ("model", "options"), [("gpt", {}), (Sayings([]), {"rounds": 0}), (Sayings([]), {"beam": 0})]
)
def test_arguments_that_make_no_sense_are_refused(model: Any, options: dict[str, int]) -> None:
    with pytest.raises(UserError, match="dta"):
        DTA(model, **options)
