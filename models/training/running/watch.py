"""Tells when training diverges."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from math import isfinite
from statistics import fmean

WINDOW = 20
"""Steps over which losses are averaged."""
TIMES, BEYOND = 2.0, 1.0
"""The limit: so many times the mean loss of the first steps, and so much more."""
RULE = (
    f"the loss or the gradient is no finite number, or the mean loss of {WINDOW} steps is more "
    f"than {TIMES:g} times that of the first {WINDOW} plus {BEYOND:g}"
)


class Watch:
    """Sees every loss.

    Args:
        losses: of the steps taken so far, in order.
    """

    def __init__(self, losses: Iterable[float] = ()) -> None:
        self._first: list[float] = []
        self._last: deque[float] = deque(maxlen=WINDOW)
        for loss in losses:
            self._note(loss)

    def wrong(self, loss: float) -> str:
        """What is wrong with the next step's loss in view of those before; "" for nothing."""
        if not isfinite(loss):
            return f"the loss is {loss}"
        self._note(loss)
        if len(self._last) == WINDOW and fmean(self._last) > self._limit:
            return (
                f"the mean loss of {WINDOW} steps is {fmean(self._last):.3g}, that of the first "
                f"{len(self._first)} was {fmean(self._first):.3g}"
            )
        return ""

    @property
    def calm(self) -> bool:
        """Whether the last losses are no reason to fear that training diverges."""
        return not self._last or self._last[-1] <= self._limit

    @property
    def _limit(self) -> float:
        """Above which the mean loss of the last steps may not be.

        A loss of the first steps may itself be large, but those are not yet measured by it.
        """
        return TIMES * fmean(self._first) + BEYOND if self._first else float("inf")

    def _note(self, loss: float) -> None:
        if len(self._first) < WINDOW:
            self._first.append(loss)
        self._last.append(loss)
