from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from harness.errors import InfrastructureError
from harness.loop import run
from harness.workspace import working, workspace
from tasks.worlds.search.batches import Batches
from tasks.worlds.search.found import Found


class Echo:
    """Finds k copies of a query; remembers what it was asked, and waits where it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], int]] = []
        self.trials: list[int] = []
        self.wait: asyncio.Event | None = None
        self.fails = False

    async def search(self, queries: Sequence[str], k: int) -> list[tuple[Found, ...]]:
        self.asked.append((list(queries), k))
        self.trials.append(workspace().trial)
        if self.wait is not None:
            await self.wait.wait()
        if self.fails:
            raise InfrastructureError("down")
        return [tuple(Found(f"{q}{i}", "", q, None) for i in range(k)) for q in queries]


def test_what_is_asked_meanwhile_goes_out_together_and_no_more_than_a_batch_holds() -> None:
    echo = Echo()
    batches = Batches(echo, largest=2)

    async def asked() -> None:
        echo.wait = asyncio.Event()
        first = asyncio.create_task(batches.search("a", 1))
        await asyncio.sleep(0.01)
        rest = [asyncio.create_task(batches.search(q, 1)) for q in "abcd"]
        await asyncio.sleep(0.01)
        assert echo.asked == [(["a"], 1)]  # a second batch waits for the first
        echo.wait.set()
        found = await asyncio.gather(first, *rest)
        assert [f[0].text for f in found] == list("aabcd")

    run(asked())
    assert echo.asked == [(["a"], 1), (["b", "c"], 1), (["d"], 1)]


def test_other_depths_are_other_questions() -> None:
    echo = Echo()
    batches = Batches(echo)

    async def asked() -> list[int]:
        keys = [("a", 1), ("a", 2), ("b", 1)]
        return [len(f) for f in await asyncio.gather(*(batches.search(*key) for key in keys))]

    assert run(asked()) == [1, 2, 1]
    assert echo.asked == [(["a", "b"], 1), (["a"], 2)]


def test_answers_are_remembered_as_long_as_there_is_room() -> None:
    echo = Echo()
    batches = Batches(echo, kept=2)

    async def asked() -> None:
        for query in "abacab":
            await batches.search(query, 1)

    run(asked())
    # a and b are new; a is known; c drives out b, the one used longest ago; a is known; b is new
    assert [queries for queries, _ in echo.asked] == [["a"], ["b"], ["c"], ["b"]]


def test_what_is_remembered_is_bounded_by_passages() -> None:
    echo = Echo()
    batches = Batches(echo, kept=4)

    async def asked() -> None:
        for query, k in (("a", 1), ("b", 3), ("a", 1), ("c", 2), ("a", 1), ("b", 3)):
            await batches.search(query, k)

    run(asked())
    # a and b fill the room: 1 + 3 passages; a is known; c wants 2, b goes; a is known; b is new
    assert echo.asked == [(["a"], 1), (["b"], 3), (["c"], 2), (["b"], 3)]


def test_errors_reach_everybody_who_asked_and_are_not_remembered() -> None:
    echo = Echo()
    batches = Batches(echo)

    async def asked() -> list[BaseException | tuple[Found, ...]]:
        return await asyncio.gather(*(batches.search(q, 1) for q in "aab"), return_exceptions=True)

    echo.fails = True
    assert [str(error) for error in run(asked())] == ["down"] * 3
    echo.fails = False
    assert len(run(batches.search("a", 1))) == 1


def test_whoever_goes_leaves_the_others_their_answer() -> None:
    echo = Echo()
    batches = Batches(echo)

    async def asked() -> tuple[Found, ...]:
        echo.wait = asyncio.Event()
        gone = asyncio.create_task(batches.search("a", 1))
        await asyncio.sleep(0.01)
        stays = asyncio.create_task(batches.search("a", 1))
        await asyncio.sleep(0.01)
        gone.cancel()
        echo.wait.set()
        with pytest.raises(asyncio.CancelledError):
            await gone
        return await stays

    assert len(run(asked())) == 1
    assert len(echo.asked) == 1


def test_an_answer_does_not_hang_on_who_asked_first() -> None:
    echo = Echo()
    with working(trial=7):
        run(Batches(echo).search("a", 1))
    assert echo.trials == [0]


def test_loops_of_their_own_may_ask_too() -> None:
    loop = asyncio.new_event_loop()
    try:
        assert len(loop.run_until_complete(Batches(Echo()).search("a", 2))) == 2
    finally:
        loop.close()


def test_a_searcher_that_answers_too_little_has_failed() -> None:
    class Silent:
        async def search(self, queries: Sequence[str], k: int) -> list[tuple[Found, ...]]:
            return []

    with pytest.raises(ValueError, match="shorter"):
        run(Batches(Silent()).search("a", 1))
