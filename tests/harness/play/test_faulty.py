"""Faults come on schedule, spoil what they should, and are written in one way."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from harness.contracts import Session, ToolEnvironment
from harness.errors import UserError
from harness.loop import run
from harness.play.faulty import KINDS, Faults, Faulty, parse_faults
from harness.records import Message, Observation, Problem, ToolCall
from tasks.worlds.starter.executable import StarterWorld

PROBLEM = Problem("p", ((Message("user", "Do it."),),))
LIST, ONE = ToolCall("towns.search"), ToolCall("wallet.balance")
WRITE = ToolCall("watchlist.add", {"film_id": "film-0001"})


class Telling:
    """A world that answers every call with one text, and changes its state in place if told to."""

    def __init__(self, text: str, writes: bool = False) -> None:
        self.text, self.writes = text, writes

    async def open(self, problem: Problem, trial: int = 0) -> Session:
        return _Telling(self, trial)


class _Telling:
    executes = True
    tools = ()

    def __init__(self, world: Telling, trial: int) -> None:
        self.trial, self._world, self.state = trial, world, {"calls": 0} if world.writes else None

    async def listen(self) -> None:
        return None

    async def call(self, call: ToolCall) -> Observation:
        if self.state is not None:
            self.state["calls"] += 1
        return Observation(self._world.text)

    async def again(self) -> _Telling:
        return _Telling(self._world, self.trial)

    async def close(self) -> None:
        pass


def under(kind: str, *calls: ToolCall, world: Any = None) -> tuple[list[Observation], Any]:
    async def work() -> tuple[list[Observation], Any]:
        faulty = Faulty(world or StarterWorld(), share=1, kinds=[kind])
        session = await faulty.open(PROBLEM)
        return [await session.call(call) for call in calls], session.state

    return run(work())


def told(kind: str, text: str) -> str:
    (seen,), _ = under(kind, ONE, world=Telling(text))
    assert not seen.failed
    return seen.content


def truth(call: ToolCall) -> str:
    async def work() -> str:
        return (await (await StarterWorld().open(PROBLEM)).call(call)).content

    return run(work())


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


@pytest.mark.parametrize("kind", ["empty", "renamed", "truncated"])
def test_nor_in_a_world_that_changes_the_very_state_that_it_handed_out(kind: str) -> None:
    (seen,), state = under(kind, WRITE, world=Telling('{"a": 1}', writes=True))
    assert (seen.content, state) == ('{"a": 1}', {"calls": 1})


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


DEEP = "[" * 100_000
"""So many brackets that a reader of JSON gives up."""


@pytest.mark.parametrize(
    ("text", "empty", "renamed"),
    [
        ("It is sunny.", "", "It is sunny."),
        ("", "", ""),
        (DEEP, "", DEEP),
        ("9" * 5000, "", "9" * 5000),  # more digits than Python reads as a number
        ("42", "null", "42"),
        ('"word"', "null", '"word"'),
        ('[{"a": 1, "b": 2}, 3]', "[]", '[{"x_a": 1, "b": 2}, 3]'),
        ('{"items": "none"}', "{}", '{"x_items": "none"}'),
        ("{}", "{}", "{}"),
        (r'{"a": "\ud800"}', "{}", r'{"x_a": "\ud800"}'),  # half a pair, which UTF-8 cannot hold
        ('{"a": "Malmö"}', "{}", '{"x_a": "Malmö"}'),
    ],
)
def test_answers_of_all_kinds_can_be_spoilt(text: str, empty: str, renamed: str) -> None:
    assert told("empty", text) == empty
    assert told("renamed", text) == renamed
    assert told("truncated", text) == text[: len(text) // 2]
    for kind in KINDS:
        (seen,), _ = under(kind, ONE, world=Telling(text))
        seen.content.encode()


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


def test_a_larger_share_meets_every_fault_of_a_smaller_one() -> None:
    few, many = Faulty(StarterWorld(), share=0.1), Faulty(StarterWorld(), share=0.4)
    met = [n for n in range(500) if few.fault("p", 0, n)]
    assert met
    assert [many.fault("p", 0, n) for n in met] == [few.fault("p", 0, n) for n in met]


def test_a_session_anew_meets_the_same_faults() -> None:
    async def work() -> tuple[list[Observation], list[Observation]]:
        first = await Faulty(Telling('{"a": 1}'), share=0.5, seed=3).open(PROBLEM)
        met = [await first.call(ONE) for _ in range(30)]
        second = await first.again()
        return met, [await second.call(ONE) for _ in range(30)]

    first, second = run(work())
    assert first == second
    assert len({seen.content for seen in first}) > 3


def test_without_faults_everything_is_as_it_was() -> None:
    right = truth(LIST)

    async def work() -> None:
        faulty = Faulty(StarterWorld(), share=0)
        assert isinstance(faulty, ToolEnvironment)
        session = await faulty.open(PROBLEM, 4)
        assert (session.trial, session.executes) == (4, True)
        assert [tool.name for tool in session.tools]
        assert (await session.call(LIST)).content == right
        assert await session.listen() == PROBLEM.turns[0]
        assert await session.listen() is None
        await session.close()

    run(work())


def test_an_unknown_kind_of_fault_is_refused() -> None:
    with pytest.raises(UserError, match="unknown kind of fault '404'"):
        Faulty(StarterWorld(), kinds=["404"])


@pytest.mark.parametrize(
    ("text", "faults", "canonical"),
    [
        ("0.1", Faults(0.1), "0.1"),
        (" .10 ", Faults(0.1), "0.1"),
        ("1", Faults(1.0), "1"),
        ("0.1@0", Faults(0.1), "0.1"),
        ("0.25@7", Faults(0.25, seed=7), "0.25@7"),
        ("0.1: timeout, 429", Faults(0.1, ("429", "timeout")), "0.1:429,timeout"),
        ("0.1:429,429@2", Faults(0.1, ("429",), 2), "0.1:429@2"),
        (f"0.5:{','.join(reversed(KINDS))}", Faults(0.5), "0.5"),
    ],
)
def test_a_notation_has_one_meaning_and_a_meaning_one_notation(
    text: str, faults: Faults, canonical: str
) -> None:
    assert parse_faults(text) == faults
    assert str(faults) == canonical
    assert parse_faults(canonical) == faults


def test_no_notation_is_no_faults() -> None:
    assert parse_faults("") is None
    assert parse_faults(" ") is None


@pytest.mark.parametrize(
    "text", ["often", "1.5", "-0.1", "2", "10%", "nan", "0.1@x", "0.1@-1", "@3"]
)
def test_what_is_no_notation_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="write the share of the calls that meet one, from 0 to 1"):
        parse_faults(text)


@pytest.mark.parametrize("text", ["0.1:404", "0.1:429,tiemout", "0.1:", "0.1:429,"])
def test_so_is_a_kind_that_there_is_not(text: str) -> None:
    with pytest.raises(UserError, match="unknown kind of fault"):
        parse_faults(text)


def test_faults_go_around_any_environment() -> None:
    faults = parse_faults("0.4:500@9")
    assert faults is not None
    faulty = faults.around(StarterWorld())
    assert (faulty.share, faulty.kinds, faulty.seed) == (0.4, ("500",), 9)
