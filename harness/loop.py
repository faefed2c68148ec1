"""One event loop for all requests, in a thread of its own.

Connections belong to the loop that opened them. On one loop that never ends they are kept from one
batch to the next, and it does not matter whether the caller has a loop that is running, as in
Jupyter, or none.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterable
from concurrent.futures import wait
from typing import Any, TypeVar

T = TypeVar("T")
POLL = 0.2
"""Seconds after which a waiting thread looks for Ctrl-C, where its system does not wake it."""

_starting = threading.Lock()
_loops: dict[int, asyncio.AbstractEventLoop] = {}


def run(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns, for callers without a loop of their own.

    Whatever interrupts the caller, such as Ctrl-C, cancels the work.

    Raises:
        RuntimeError: it is called on the loop itself, which would wait for itself forever.
    """
    if _here():
        work.close()
        raise RuntimeError("run() would block its own loop: await the work, or use a thread")
    future = asyncio.run_coroutine_threadsafe(work, requests_loop())
    try:
        while not wait([future], timeout=POLL).done:
            pass
    except BaseException:
        future.cancel()
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
