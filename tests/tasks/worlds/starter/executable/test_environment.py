from __future__ import annotations

import asyncio
import json

from harness.contracts import Session, ToolEnvironment
from harness.records import Message, Problem, ToolCall
from tasks.worlds.starter.executable import StarterWorld, core_specs
from tasks.worlds.starter.executable.environment import shared

ANY = Problem("any", ((Message("user", "hello"),), (Message("user", "more"),)))
PEOPLE = [
    person.id for person in shared(1, 24)[0].people if person.id != shared(1, 24)[1].holder_id
]


def test_it_is_an_environment_whose_sessions_hand_out_turns_and_tools() -> None:
    async def run() -> None:
        environment = StarterWorld()
        assert isinstance(environment, ToolEnvironment)
        session: Session = await environment.open(ANY, 2)
        assert (session.trial, session.executes) == (2, True)
        assert [await session.listen() for _ in range(3)] == [*ANY.turns, None]
        assert {spec.name for spec in session.tools} == core_specs().keys()
        assert session.state == {}
        await session.close()

    asyncio.run(run())


def test_only_the_tools_of_the_problem_can_be_called() -> None:
    async def run() -> None:
        problem = Problem("p", (), (core_specs()["diary.now"],))
        session = await StarterWorld().open(problem)
        assert not (await session.call(ToolCall("diary.now"))).failed
        for name in ("wallet.balance", "diary.add", "no.such", "", "__class__", "x" * 10_000):
            observation = await session.call(ToolCall(name))
            assert observation.failed
            assert json.loads(observation.content)["error"]["status"] == 404
            assert len(observation.content) < 400

    asyncio.run(run())


def test_time_stands_still_and_answers_come_out_alike() -> None:
    async def texts() -> list[str]:
        session = await StarterWorld().open(ANY)
        names = ("diary.now", "messages.inbox", "orders.list", "firms.search", "bookings.list")
        return [(await session.call(ToolCall(name))).content for name in names]

    first = asyncio.run(texts())
    shared.cache_clear()
    assert asyncio.run(texts()) == first
    assert json.loads(first[0]) == {"day": "2031-10-13", "time": "09:00"}


def test_what_is_no_unicode_is_refused_and_not_passed_on() -> None:
    async def run() -> None:
        session = await StarterWorld().open(ANY)
        said = {"person_id": PEOPLE[0], "body": "half \ud83d a character"}
        for call in (
            ToolCall("messages.send", said),
            ToolCall("\udc00"),
            ToolCall("diary.now", {"\udc00": 1}),
        ):
            observation = await session.call(call)
            assert observation.failed
            observation.content.encode()
        assert session.state == {}

    asyncio.run(run())


def test_arguments_that_could_not_be_read_are_refused() -> None:
    async def run() -> None:
        session = await StarterWorld().open(ANY)
        observation = await session.call(ToolCall("diary.now", problem="no JSON"))
        assert json.loads(observation.content)["error"]["status"] == 400

    asyncio.run(run())


def test_a_thousand_sessions_at_once_do_not_disturb_each_other() -> None:
    async def one(environment: StarterWorld, i: int) -> int:
        session = await environment.open(ANY, i)
        start = json.loads((await session.call(ToolCall("wallet.balance"))).content)["balance"]
        for _ in range(3):
            await asyncio.sleep(0)  # others go on in between
            pay = ToolCall("wallet.transfer", {"person_id": PEOPLE[i % 200], "amount": i + 1})
            assert not (await session.call(pay)).failed
        entry = {"amount": i + 1, "person_id": PEOPLE[i % 200]}
        assert session.state == {
            "transfers": {"new": [entry] * 3},
            "wallet": {"balance": start - 3 * (i + 1)},
        }
        return int(start)

    async def run() -> set[int]:
        environment = StarterWorld()
        return set(await asyncio.gather(*(one(environment, i) for i in range(1000))))

    assert len(asyncio.run(run())) == 1


def test_the_order_of_independent_writes_makes_no_difference_to_the_state() -> None:
    add = {"title": "a", "day": "2031-10-20", "time": "11:00"}
    calls = [
        ToolCall("diary.add", add),
        ToolCall("diary.add", {**add, "title": "b", "time": "12:00"}),
        ToolCall("wallet.transfer", {"person_id": PEOPLE[0], "amount": 3, "note": "remark"}),
    ]

    async def left(order: list[ToolCall]) -> str:
        session = await StarterWorld().open(ANY)
        for call in order:
            assert not (await session.call(call)).failed
        return json.dumps(session.state)

    assert asyncio.run(left(calls)) == asyncio.run(left(calls[::-1]))
    assert "remark" not in asyncio.run(left(calls))
