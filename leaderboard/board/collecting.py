"""Python's cycle collector, held back while a board is put together."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Within this context no cycles are searched for.

    A board is millions of small records without cycles. The collector would go through all of them
    again and again while they are made, which takes three times as long as making them. What is
    there at the end is left out of later searches too; it goes as its last reference does.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.enable()
