"""One event loop for all requests, in a thread of its own.

Connections belong to the loop that opened them. On one loop that never ends they are kept from one
batch to the next, and it does not matter whether the caller has a loop that is running, as in
Jupyter, or none.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import Future, wait
from typing import Any, Generic, TypeVar

T = TypeVar("T")
POLL = 0.2
"""Seconds after which a waiting thread looks for Ctrl-C, where its system does not wake it."""
FAREWELL = 5.0
"""Seconds that work which is stopped may take to end."""

_starting = threading.Lock()
_loops: dict[int, asyncio.AbstractEventLoop] = {}


def run(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns, for callers without a loop of their own.

    Whatever interrupts the caller, such as Ctrl-C, cancels the work and waits for its end.

    Raises:
        RuntimeError: it is called on the loop itself, which would wait for itself forever.
    """
    if _here():
        work.close()
        raise RuntimeError("run() would block its own loop: await the work, or use a thread")
    held = _Held(work)
    try:
        held.begin()
        while not held.over(POLL):
            pass
    except BaseException:
        held.stop()
        raise
    return held.result()


async def awaited(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns that is run on the loop of requests, awaited from any loop."""
    if _here():
        return await work
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, requests_loop()))


async def together(works: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """What several coroutines return, in order. The first to fail ends the others."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


class Flight(Generic[T]):
    """Works on the loop, so many at a time: as soon as one ends, the next begins.

    Args:
        works: each begins a work when it is called; asked for on the loop, one by one.
        most: how many are out at a time.
    """

    def __init__(self, works: Iterable[Callable[[], Coroutine[Any, Any, T]]], most: int) -> None:
        self._works, self._most = iter(works), most
        self._landed: deque[T] = deque()
        self._held: _Held[None] | None = None

    def __iter__(self) -> Iterator[list[T]]:
        """Begins; what the works return, as they end: what there is after every `POLL` seconds.

        The first to fail ends the others, and is raised after what ended before it.
        """
        self._held = _Held(self._fly())
        self._held.begin()
        over = False
        while not over:
            over = self._held.over(POLL)
            if landed := self._taken():
                yield landed
        self._held.result()

    def stop(self) -> list[T]:
        """Ends all works; returns what has ended since the last look."""
        if self._held is not None:
            self._held.stop()
        return self._taken()

    async def _fly(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._most):
                    group.create_task(self._one_by_one(group))
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def _one_by_one(self, group: asyncio.TaskGroup) -> None:
        for begin in self._works:
            self._landed.append(await group.create_task(begin()))

    def _taken(self) -> list[T]:
        return [self._landed.popleft() for _ in range(len(self._landed))]


class _Held(Generic[T]):
    """Work on the loop that is held before it begins: who is interrupted at any time can stop it.

    Args:
        work: what is awaited on the loop.
    """

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        self._work = work
        self._task: asyncio.Task[T] | None = None
        self._end: Future[T] = Future()

    def begin(self) -> None:
        """Lets it begin; returns at once."""
        requests_loop().call_soon_threadsafe(self._begin)

    def over(self, seconds: float) -> bool:
        """Whether it has ended, however it did, or does so in that time."""
        return bool(wait([self._end], timeout=seconds).done)

    def result(self) -> T:
        """What it has returned, or raised, once it has ended."""
        return self._end.result()

    def stop(self) -> None:
        """Cancels it and waits until it has ended, `FAREWELL` seconds at most."""
        if not self._end.done():
            requests_loop().call_soon_threadsafe(self._stop)
            self.over(FAREWELL)

    def _begin(self) -> None:
        try:
            self._task = asyncio.get_running_loop().create_task(self._work)
        except TypeError as error:  # it is no coroutine, such as what a method without async gives
            self._end.set_exception(error)
            return
        self._task.add_done_callback(self._tell)

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        elif not self._end.done():  # `begin` was interrupted, or would have come first
            self._work.close()
            self._cancelled()

    def _tell(self, task: asyncio.Task[T]) -> None:
        if task.cancelled():
            self._cancelled()
        elif (raised := task.exception()) is not None:
            self._end.set_exception(raised)
        else:
            self._end.set_result(task.result())

    def _cancelled(self) -> None:
        self._end.cancel()
        self._end.set_running_or_notify_cancel()  # wakes who waits for it


def requests_loop() -> asyncio.AbstractEventLoop:
    """The loop, started on first use; a forked process gets its own."""
    with _starting:
        process = os.getpid()
        if process not in _loops:
            loop = asyncio.new_event_loop()
            threading.Thread(target=_serve, args=(loop,), name="requests", daemon=True).start()
            _loops[process] = loop  # one that nobody serves would be waited for forever
        return _loops[process]


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    while True:
        try:
            loop.run_forever()
        except (KeyboardInterrupt, SystemExit):  # of the work, which is told; the loop goes on
            continue


def _here() -> bool:
    """Whether this is the loop's own thread."""
    try:
        return asyncio.get_running_loop() is requests_loop()
    except RuntimeError:
        return False
