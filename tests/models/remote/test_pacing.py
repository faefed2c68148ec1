"""Requests at once: halved by a storm, grown by answers, and nobody goes out during a pause."""

import asyncio
from typing import Any

import pytest

from models.remote.pacing import Pacer


def test_backoff_doubles_up_to_a_minute(clock: Any) -> None:
    # chance draws its highest: min(60, 2^(failures - 1))
    waits = [clock.clock.backoff(failures) for failures in range(1, 9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_one_storm_halves_once(clock: Any) -> None:
    pacer = Pacer(8, clock.clock)

    async def storm() -> None:
        async with pacer.slot() as first, pacer.slot() as second, pacer.slot() as third:
            assert pacer.overloaded(first, 20.0) == 20.0
            assert pacer.overloaded(second, 20.0) == 20.0
            assert pacer.overloaded(third, 25.0) == 25.0  # asks for more
            assert pacer.overloaded(third, None) == 25.0
        assert pacer.limit == 4
        async with pacer.slot() as later:
            assert clock.time == 25.0
            pacer.overloaded(later, 1.0)
        assert pacer.limit == 2

    asyncio.run(storm())
    assert clock.slept == [25.0]


def test_storms_in_a_row_make_longer_pauses_and_an_answer_ends_the_row(clock: Any) -> None:
    pacer = Pacer(8, clock.clock)

    async def pauses() -> list[float]:
        found = []
        for answered in (False, False, True, False):
            async with pacer.slot() as storms:
                if answered:
                    pacer.answered()
                else:
                    found.append(pacer.overloaded(storms, None))
        return found

    # 2^0, then 2^1; after the answer 2^0 again
    assert asyncio.run(pauses()) == [1.0, 2.0, 1.0]


def test_a_round_of_answers_adds_one(clock: Any) -> None:
    pacer = Pacer(8, clock.clock)
    pacer.overloaded(0, None)
    # 4, 4.25, 4.25 + 1/4.25 = 4.485, 4.708, 4.921, 5.124
    limits = [pacer.limit]
    for _ in range(5):
        pacer.answered()
        limits.append(pacer.limit)
    assert limits == [4, 4, 4, 4, 4, 5]


def test_neither_below_one_nor_above_the_start(clock: Any) -> None:
    pacer = Pacer(2, clock.clock)
    for storms in range(3):
        pacer.overloaded(storms, 0.0)
    assert pacer.limit == 1
    for _ in range(9):
        pacer.answered()
    assert pacer.limit == 2


@pytest.mark.parametrize("at_once", [1, 3])
def test_no_more_are_out_than_the_limit(clock: Any, at_once: int) -> None:
    pacer, out, most = Pacer(at_once, clock.clock), 0, 0

    async def request() -> None:
        nonlocal out, most
        async with pacer.slot():
            out += 1
            most = max(most, out)
            await asyncio.sleep(0)
            out -= 1

    async def everything() -> None:
        await asyncio.gather(*(request() for _ in range(20)))

    asyncio.run(everything())
    assert most == at_once


def test_whoever_waited_for_a_place_when_a_pause_began_waits_too(clock: Any) -> None:
    pacer, went = Pacer(1, clock.clock), []

    async def request() -> None:
        async with pacer.slot():
            went.append(clock.time)

    async def everything() -> None:
        async with pacer.slot() as storms:
            waiting = [asyncio.create_task(request()) for _ in range(3)]
            await asyncio.sleep(0)
            pacer.overloaded(storms, 30.0)
        await asyncio.gather(*waiting)

    asyncio.run(everything())
    assert went == [30.0, 30.0, 30.0]
