"""Runs a model over texts in batches of like length, on a CPU several at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.neural.devices import fitting
from models.neural.tokens import batches

T = TypeVar("T")
Chosen = NDArray[np.intp]
"""Which texts run together, shape (m,)."""
HALVED = "batches halved for lack of memory"


class Batching(Generic[T]):
    """Texts in batches of tokens, the longest first, halved for good when memory runs out.

    Padding costs as much as text, so a batch holds texts of like length, and as many as make up a
    number of tokens; the one that needs the most memory comes first, so that what does not fit
    shows at once.

    Args:
        budget: tokens in a batch, padding included.
        most: texts in a batch at most; None sets no limit.
        threads: batches that run at once, each on one core. A batch on all cores makes them wait
            for each other at every step, which costs a little on an idle machine and a multiple
            on a busy one. 1 for a GPU, and for what is not safe to call from threads.
    """

    def __init__(self, budget: int, most: int | None, *, threads: int = 1) -> None:
        self._budget, self._most, self._threads = budget, most, threads
        self.halved = 0
        """How often batches were halved in the last run."""

    @property
    def notes(self) -> dict[str, int]:
        """What is worth showing of the last run."""
        return {HALVED: self.halved} if self.halved else {}

    def run(
        self,
        lengths: NDArray[np.int64],
        groups: NDArray[np.int64],
        forward: Callable[[Chosen], T],
        told: Callable[[int], None] = lambda done: None,
    ) -> list[tuple[Chosen, T]]:
        """What `forward` gives for every batch, with the texts of the batch.

        Args:
            lengths: of the texts, in tokens, shape (n,).
            groups: texts of different groups may not run together, shape (n,).
            forward: runs the model on texts.
            told: called with the number of texts done.

        Raises:
            UserError: the memory does not even suffice for one text.
        """
        left = np.ones(len(lengths), dtype=np.bool_)
        done: list[tuple[Chosen, T]] = []
        budgets: list[int] = []

        def go_on(budget: int) -> None:
            budgets.append(budget)
            rest = np.flatnonzero(left)
            todo = [rest[b] for b in batches(lengths[rest], groups[rest], budget, self._most)]
            for chosen, found in self._each(forward, todo):
                done.append((chosen, found))
                left[chosen] = False
                told(int(left.size - left.sum()))

        # No more than there is: halving what no batch reaches would change nothing.
        longest = int(lengths.max(initial=1))
        fitting(go_on, max(1, min(self._budget, longest * len(lengths))))
        self.halved = len(budgets) - 1
        if self.halved:
            self._budget = budgets[-1]
        return done

    def _each(
        self, forward: Callable[[Chosen], T], todo: Sequence[Chosen]
    ) -> Iterator[tuple[Chosen, T]]:
        if self._threads == 1 or len(todo) < self._threads:
            for chosen in todo:
                yield chosen, forward(chosen)
            return
        with _one_core_each(self._threads) as pool:
            yield from zip(todo, pool.map(forward, todo), strict=True)


def cores(device: str) -> int:
    """How many batches should run at once on a device."""
    import torch

    return torch.get_num_threads() if device == "cpu" else 1


def one_at_a_time(model: Any) -> None:
    """Lets a library's model split texts into tokens in one thread at a time.

    A tokenizer keeps how it pads and cuts in itself, and refuses two callers at once.
    """
    lock, own = Lock(), model.preprocess

    def preprocess(*args: Any, **options: Any) -> Any:
        with lock:
            return own(*args, **options)

    model.preprocess = preprocess


@contextmanager
def _one_core_each(threads: int) -> Iterator[Executor]:
    """Threads in which torch computes on one core."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)  # counts for the libraries beneath torch in all threads
    pool = ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(before)
