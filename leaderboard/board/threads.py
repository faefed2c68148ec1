"""How many threads a matrix product takes."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from importlib.util import find_spec


def one_thread() -> AbstractContextManager[object]:
    """Within this context a matrix product takes one thread, where threadpoolctl is installed.

    The products of a board are small and many, and its work is shared out to processes as it is.
    Threads that wait for each other's part of every product then take more than they give: a third
    more of all processors' time, and several times as long beside other programs.
    """
    if find_spec("threadpoolctl") is None:
        return nullcontext()
    limits: AbstractContextManager[object] = import_module("threadpoolctl").threadpool_limits(
        1, user_api="blas"
    )
    return limits
