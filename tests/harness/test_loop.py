"""The loop of requests serves callers with a loop of their own and callers without."""

import _thread
import asyncio
import threading
from typing import NoReturn

import pytest

from harness.loop import awaited, run, together


async def doubled(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


async def refused() -> NoReturn:
    raise ValueError("no")


def test_a_caller_without_a_loop_gets_the_result() -> None:
    assert run(doubled(2)) == 4


def test_a_caller_whose_loop_is_running_gets_the_result() -> None:
    async def notebook_cell() -> int:
        return run(doubled(2))

    assert asyncio.run(notebook_cell()) == 4


def test_every_caller_is_served_by_the_same_loop() -> None:
    async def where() -> int:
        return id(asyncio.get_running_loop())

    places = {run(where()), asyncio.run(awaited(where())), asyncio.run(awaited(where()))}
    assert len(places) == 1


def test_what_is_raised_reaches_the_caller() -> None:
    with pytest.raises(ValueError, match="no"):
        run(refused())
    with pytest.raises(SystemExit):
        run(exits())
    assert run(doubled(3)) == 6  # the loop has outlived it


async def exits() -> NoReturn:
    raise SystemExit


def test_an_interruption_cancels_the_work_at_once() -> None:
    cancelled = threading.Event()

    async def long() -> None:
        try:
            await asyncio.sleep(0.05)  # the caller waits by now
            _thread.interrupt_main()  # as Ctrl-C does
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(KeyboardInterrupt):
        run(long())
    assert cancelled.wait(5)


def test_waiting_on_its_own_loop_is_refused() -> None:
    async def inside() -> None:
        run(doubled(1))

    with pytest.raises(RuntimeError, match="block its own loop"):
        run(inside())


def test_several_are_answered_in_order() -> None:
    assert run(together(doubled(n) for n in range(5))) == [0, 2, 4, 6, 8]


def test_the_first_failure_ends_the_others() -> None:
    cancelled = threading.Event()

    async def long() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(ValueError, match="no"):
        run(together([long(), refused()]))
    assert cancelled.is_set()
