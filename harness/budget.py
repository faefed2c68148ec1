"""Limits on what a run may spend on completions: tokens, money, seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from math import isfinite

from harness.errors import InfrastructureError, UserError


class BudgetSpent(InfrastructureError):
    """A limit of the budget is reached: nothing was asked, so nothing counts as an answer."""


class Budget:
    """What may be spent, and what was. Whatever asks a model shares it, threads included.

    A request that is out when a limit is reached is let finish and is counted, so that a budget is
    overspent by at most what is out at that time. Answers from a cache cost nothing.

    Args:
        tokens: input and output tokens together; None sets no limit, here as below.
        money: US dollars.
        seconds: from the first request on.
        clock: what time it is, in seconds.

    Raises:
        UserError: a limit is no number from 0 on.
    """

    def __init__(
        self,
        *,
        tokens: float | None = None,
        money: float | None = None,
        seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        limits = {"tokens": tokens, "money": money, "seconds": seconds}
        for name, limit in limits.items():
            if limit is not None and not (isfinite(limit) and limit >= 0):
                raise UserError(f"a budget of {limit} {name}: a number from 0 on is wanted")
        self._limits = limits
        self._clock = clock
        self._began: float | None = None
        self._tokens = self._completions = self._uncounted = self._unpriced = 0
        self._money = 0.0
        self._lock = threading.Lock()

    def admit(self, *, priced: bool, model: str = "it") -> None:
        """Lets a request go out.

        Args:
            priced: whether the price of the model that is asked is known.
            model: how a message calls it.

        Raises:
            BudgetSpent: a limit is reached.
            UserError: a limit could not hold: money is limited and the price is not known, or
                tokens or money are, and a server did not count its tokens.
        """
        with self._lock:
            if self._began is None:
                self._began = self._clock()
            if self._limited("money") and not priced:
                raise UserError(
                    f"money is limited, and nobody knows what {model} costs: name a file with its "
                    "price in ASSAY_PRICES, or limit tokens"
                )
            if self._uncounted and self._limited("tokens", "money"):
                raise UserError(
                    "tokens or money are limited, and a server does not tell how many tokens it "
                    "used: limit seconds"
                )
            for name, spent in self._spent().items():
                limit = self._limits[name]
                if limit is not None and spent >= limit:
                    raise BudgetSpent(f"the budget is spent: {_told(name, spent, limit)}")

    def charge(self, tokens: int | None, money: float | None) -> None:
        """Counts a completion. None is what nobody knows, and is counted as such."""
        with self._lock:
            self._completions += 1
            self._tokens += tokens or 0
            self._money += money or 0.0
            self._uncounted += tokens is None
            self._unpriced += money is None

    @property
    def completions(self) -> int:
        """How many completions were charged."""
        return self._completions

    @property
    def tokens(self) -> int | None:
        """Input and output tokens of all completions; None where some were not counted."""
        return None if self._uncounted else self._tokens

    @property
    def money(self) -> float | None:
        """US dollars of all completions; None where the price of some is not known."""
        return None if self._unpriced else self._money

    @property
    def seconds(self) -> float:
        """Since the first request."""
        return 0.0 if self._began is None else self._clock() - self._began

    def _limited(self, *names: str) -> bool:
        return any(self._limits[name] is not None for name in names)

    def _spent(self) -> dict[str, float]:
        return {"tokens": self._tokens, "money": self._money, "seconds": self.seconds}


def _told(name: str, spent: float, limit: float) -> str:
    if name == "money":
        return f"${spent:,.4f} of ${limit:,.2f}"
    return f"{spent:,.0f} of {limit:,.0f} {name}"
