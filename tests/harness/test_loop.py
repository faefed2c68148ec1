"""The loop of requests serves callers with a loop of their own and callers without."""

import _thread
import asyncio
import contextlib
import gc
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from functools import partial
from itertools import chain
from typing import NoReturn

import pytest

from harness.loop import FAREWELL, Flight, awaited, requests_loop, run, together


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


def test_an_interruption_cancels_the_work_and_waits_for_its_end() -> None:
    ended = []

    async def long() -> None:
        try:
            await asyncio.sleep(0.05)  # the caller waits by now
            _thread.interrupt_main()  # as Ctrl-C does
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.05)
            ended.append("long")

    with pytest.raises(KeyboardInterrupt):
        run(long())
    assert ended == ["long"]


@pytest.mark.filterwarnings("error")
def test_work_that_is_stopped_before_it_began_is_at_its_end_at_once() -> None:
    busy = threading.Event()

    async def blocking() -> None:
        busy.wait(0.5)  # the loop does nothing else meanwhile
        _thread.interrupt_main()
        busy.wait(0.5)

    def other() -> None:
        with contextlib.suppress(CancelledError):
            run(blocking())

    thread = threading.Thread(target=other)
    thread.start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(doubled(1))
    thread.join()
    gc.collect()
    assert time.monotonic() - began < FAREWELL
    assert run(doubled(3)) == 6


@pytest.fixture(params=["not yet on the loop", "on the loop"])
def early(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C comes while the next work is handed over to the loop."""
    loop = requests_loop()
    handed_over = loop.call_soon_threadsafe

    def interrupted(call: Callable[[], object]) -> None:
        monkeypatch.undo()
        if request.param == "on the loop":
            handed_over(call)
        raise KeyboardInterrupt

    monkeypatch.setattr(loop, "call_soon_threadsafe", interrupted)


@pytest.mark.usefixtures("early")
@pytest.mark.filterwarnings("error")
def test_an_interruption_while_work_begins_leaves_none_behind() -> None:
    busy = Busy()
    with pytest.raises(KeyboardInterrupt):
        run(busy.work())
    assert busy.under_way() == 0
    assert run(doubled(3)) == 6


@pytest.mark.usefixtures("early")
@pytest.mark.filterwarnings("error")
def test_an_interruption_while_a_flight_begins_leaves_no_work_behind() -> None:
    busy = Busy()
    flight: Flight[int] = Flight([busy.work] * 3, 2)
    with pytest.raises(KeyboardInterrupt):
        next(iter(flight))
    assert flight.stop() == []
    assert busy.under_way() == 0


class Busy:
    """Works that go on for long, counted."""

    def __init__(self) -> None:
        self._count = 0

    async def work(self) -> int:
        self._count += 1
        try:
            await asyncio.sleep(60)
        finally:
            self._count -= 1
        return self._count

    def under_way(self) -> int:
        """How many there are after whatever is on the loop by now has begun."""
        run(asyncio.sleep(0.01))
        gc.collect()
        return self._count


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


def test_works_in_flight_hand_over_what_they_return_as_they_end() -> None:
    works = [partial(doubled, number) for number in range(100)]
    assert sorted(chain.from_iterable(Flight(works, 7))) == [2 * n for n in range(100)]
    assert list(Flight[int]([], 7)) == []


def test_the_first_work_to_fail_ends_the_others_and_what_ended_before_is_handed_over() -> None:
    ended = []

    async def waiting() -> int:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("waiting")
        return 0

    async def failing() -> int:
        await asyncio.sleep(0.02)
        return await refused()

    landed: list[int] = []
    works = [partial(doubled, 4), waiting, failing, partial(doubled, 5)]
    with pytest.raises(ValueError, match="no"):
        landed.extend(chain.from_iterable(Flight(works, 3)))
    assert (landed, ended) == ([8, 10], ["waiting"])


def test_a_flight_that_is_stopped_ends_its_works_before_it_goes_on() -> None:
    ended = []

    async def waiting() -> int:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.05)
            ended.append("waiting")
        return 0

    flight = Flight([waiting, partial(doubled, 1)], 2)
    for found in flight:
        assert found == [2]
        break
    assert flight.stop() == []
    assert ended == ["waiting"]
    assert Flight([waiting], 1).stop() == []  # it never began


def test_what_is_no_coroutine_is_told_and_not_waited_for() -> None:
    with pytest.raises(TypeError, match="coroutine"):
        run("nothing of the kind")  # type: ignore[arg-type]
