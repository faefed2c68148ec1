"""Work that a second process does meanwhile, and arrays in which it leaves what it found."""

from __future__ import annotations

import math
import mmap
import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray


def processors() -> int:
    """How many processes can run at a time; 1 where none can be forked safely."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def shared_zeros(*shape: int) -> NDArray[np.float32]:
    """Zeros that this process and those forked from it see and change together."""
    size = math.prod(shape)
    memory = mmap.mmap(-1, max(1, 4 * size))
    return np.frombuffer(memory, dtype=np.float32, count=size).reshape(shape)


@contextmanager
def aside(work: Callable[[], None], *, pays: bool) -> Iterator[None]:
    """Has done the work when the context ends.

    Args:
        work: what to do; only its changes to `shared_zeros` are seen.
        pays: whether it is enough for a process of its own.

    Raises:
        RuntimeError: the process failed.
    """
    if not pays or processors() < 2:
        work()
        yield
        return
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    try:
        yield
    finally:
        process.join()
    if process.exitcode:
        raise RuntimeError(f"the process that resamples ended with {process.exitcode}")
