"""Requests that come within a short time, handed on together to one thread."""

from __future__ import annotations

import atexit
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Condition, Thread
from typing import Generic, TypeVar
from weakref import WeakSet

T = TypeVar("T")
R = TypeVar("R")
MOMENT = 0.01
"""Seconds without another request after which those that came are handed on."""
LONGEST = 0.1
"""Seconds that the first of them waits at most."""
FAREWELL = 5.0
"""Seconds that a group may take to its end when the program ends, by Ctrl-C, say."""

_serving: WeakSet[Thread] = WeakSet()


class Gathering(Generic[T, R]):
    """Hands requests on in groups; while one group is worked on, the next one gathers.

    The thread ends when nothing is left to do and is started anew by the next request.

    Args:
        work: answers a group, an answer or an error for each request in its order. What it raises
            itself is the answer to all of them.
        enough: requests after which nobody waits for more.
    """

    def __init__(
        self, work: Callable[[Sequence[T]], Sequence[R | BaseException]], enough: int
    ) -> None:
        self._work, self._enough = work, enough
        self._changed = Condition()
        self._waiting: list[tuple[T, Future[R]]] = []
        self._running = False

    def submit(self, request: T) -> Future[R]:
        """The answer to come. A request that is cancelled before its group's turn is left out."""
        future: Future[R] = Future()
        with self._changed:
            self._waiting.append((request, future))
            self._changed.notify()
            if not self._running:
                self._running = True
                thread = Thread(target=self._serve, name="chat model", daemon=True)
                thread.start()
                _serving.add(thread)
        return future

    def _serve(self) -> None:
        while group := self._next():
            asked = [(request, future) for request, future in group if _starts(future)]
            answers: Sequence[R | BaseException]
            try:
                answers = self._work([request for request, _ in asked]) if asked else ()
            except BaseException as error:
                answers = [error] * len(asked)
            for (_, future), answer in zip(asked, answers, strict=True):
                if isinstance(answer, BaseException):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)

    def _next(self) -> list[tuple[T, Future[R]]]:
        """The next group; none, and the thread is over, when nobody waits."""
        with self._changed:
            until, seen = time.monotonic() + LONGEST, -1
            while seen < len(self._waiting) < self._enough and time.monotonic() < until:
                seen = len(self._waiting)
                if seen:
                    self._changed.wait(MOMENT)
            group, self._waiting = self._waiting, []
            self._running = bool(group)
            return group


@atexit.register
def _await_groups() -> None:
    """A library's code that is cut off within a thread aborts the whole program."""
    until = time.monotonic() + FAREWELL
    for thread in list(_serving):
        thread.join(max(0.0, until - time.monotonic()))


def _starts(future: Future[R]) -> bool:
    """Whether somebody still waits for it; from now on it cannot be cancelled."""
    return future.set_running_or_notify_cancel()
