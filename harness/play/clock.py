"""How long an attempt takes, or took when its completions were made."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """The time of one attempt: what passes, and what answers from a cache once took.

    Args:
        now: what time it is, in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now, self._began, self._credit = now, now(), 0.0

    def credit(self, seconds: float) -> None:
        """Counts time that was spent when an answer was made, and not now."""
        self._credit += max(0.0, seconds)

    @property
    def seconds(self) -> float:
        """Since the attempt began, with what was credited, in whole milliseconds."""
        return round(self._now() - self._began + self._credit, 3)
