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
    over = threading.Event()
    future = asyncio.run_coroutine_threadsafe(_told(work, over), requests_loop())
    try:
        while not wait([future], timeout=POLL).done:
            pass
    except BaseException:
        _stop(future, over)
        raise
    return future.result()


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
        self._over = threading.Event()
        self._future: Future[None] | None = None

    def __iter__(self) -> Iterator[list[T]]:
        """Begins; what the works return, as they end: what there is after every `POLL` seconds.

        The first to fail ends the others, and is raised after what ended before it.
        """
        work = _told(self._fly(), self._over)
        self._future = asyncio.run_coroutine_threadsafe(work, requests_loop())
        over = False
        while not over:
            over = bool(wait([self._future], timeout=POLL).done)
            if landed := self._taken():
                yield landed
        self._future.result()

    def stop(self) -> list[T]:
        """Ends all works; returns what has ended since the last look."""
        if self._future is not None and not self._future.done():
            _stop(self._future, self._over)
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


async def _told(work: Coroutine[Any, Any, T], over: threading.Event) -> T:
    """What a coroutine returns; the event tells when it has ended, however it did."""
    try:
        return await work
    finally:
        over.set()


def _stop(future: Future[Any], over: threading.Event) -> None:
    """Cancels work and waits until it has ended, which a cancelled future does not tell."""
    future.cancel()
    over.wait(FAREWELL)


def requests_loop() -> asyncio.AbstractEventLoop:
    """The loop, started on first use; a forked process gets its own."""
    with _starting:
        process = os.getpid()
        if process not in _loops:
            _loops[process] = asyncio.new_event_loop()
            args = (_loops[process],)
            threading.Thread(target=_serve, args=args, name="requests", daemon=True).start()
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
