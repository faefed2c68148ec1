"""Limits on what a run may spend on completions: tokens, money, seconds."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite

from harness.errors import InfrastructureError, UserError, unknown


class BudgetSpent(InfrastructureError):
    """A limit of the budget is reached: nothing was asked, so nothing counts as an answer."""


@dataclass(frozen=True)
class Spent:
    """What completions cost.

    Attributes:
        completions: how many there were; none of a cache.
        tokens: input and output together; None where some were not counted.
        money: US dollars; None where the price of some is not known.
        seconds: since the first request.
    """

    completions: int
    tokens: int | None
    money: float | None
    seconds: float

    def __str__(self) -> str:
        tokens = "tokens not counted" if self.tokens is None else f"{self.tokens:,} tokens"
        money = "price not known" if self.money is None else f"${self.money:,.4f}"
        return f"{self.completions:,} completions, {tokens}, {money}, {self.seconds:,.0f} s"


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
            if (spent := self._reached()) is not None:
                raise BudgetSpent(spent)

    def charge(self, tokens: int | None, money: float | None) -> None:
        """Counts a completion. None is what nobody knows, and is counted as such."""
        with self._lock:
            self._completions += 1
            self._tokens += tokens or 0
            self._money += money or 0.0
            self._uncounted += tokens is None
            self._unpriced += money is None

    @property
    def spent(self) -> str | None:
        """Which limit is reached, in words; None while requests may go out."""
        with self._lock:
            return self._reached()

    @property
    def so_far(self) -> Spent:
        """What was spent."""
        return Spent(self.completions, self.tokens, self.money, round(self.seconds, 3))

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

    def _reached(self) -> str | None:
        for name, spent in self._spent().items():
            limit = self._limits[name]
            if limit is not None and spent >= limit:
                return f"the budget is spent: {_told(name, spent, limit)}"
        return None

    def _spent(self) -> dict[str, float]:
        return {"tokens": self._tokens, "money": self._money, "seconds": self.seconds}


BudgetLike = Budget | Mapping[str, float | str] | str
"""A budget, or its limits by name or in notation."""

_UNITS: dict[str, dict[str, float]] = {
    "tokens": {"": 1, "k": 1e3, "m": 1e6, "g": 1e9},
    "money": {"": 1},
    "seconds": {"": 1, "s": 1, "min": 60, "h": 3600, "d": 86400},
}
_AMOUNT = re.compile(r"\$?([0-9][0-9_]*(?:\.[0-9]+)?|\.[0-9]+)\s*([a-z]*)")
_RIGHT = "as in tokens=2M, money=5, seconds=2h"


def parse_budget(text: str) -> Budget:
    """The budget of a notation such as "tokens=2M, money=5, seconds=30min".

    Tokens take k, M and G; seconds take s, min, h and d; money is US dollars.

    Raises:
        UserError: it is none.
    """
    limits: dict[str, float | str] = {}
    for part in text.split(","):
        name, equals, amount = (word.strip() for word in part.partition("="))
        if not equals or name in limits:
            what = f"{name} stands twice" if equals else f"'{part.strip()}' sets no limit"
            raise UserError(f"budget '{text}': {what}; write limits {_RIGHT}")
        limits[name] = amount
    return budget_of(limits)


def budget_of(given: BudgetLike) -> Budget:
    """A budget from whatever it was given as. Raises `UserError` where it is none."""
    if isinstance(given, Budget):
        return given
    if isinstance(given, str):
        return parse_budget(given)
    if not given:
        raise UserError(f"a budget without a limit: write one or several, {_RIGHT}")
    limits = {str(name): _amount(str(name), value) for name, value in given.items()}
    return Budget(
        tokens=limits.get("tokens"), money=limits.get("money"), seconds=limits.get("seconds")
    )


def _amount(name: str, given: object) -> float:
    """A limit as a number. Raises `UserError` where it is none."""
    if name not in _UNITS:
        raise unknown("limit of a budget", name, _UNITS, f"Limits: {', '.join(_UNITS)}")
    if isinstance(given, int | float) and not isinstance(given, bool):
        return given
    units = _UNITS[name]
    found = _AMOUNT.fullmatch(str(given).strip().lower())
    if found is None or found[2] not in units or (str(given)[:1] == "$" and name != "money"):
        known = ", ".join(filter(None, units))
        hint = f", or with {known} behind it" if known else ""
        raise UserError(f"budget: {name}={given}: a number is wanted{hint}, {_RIGHT}")
    return float(found[1].replace("_", "")) * units[found[2]]


def _told(name: str, spent: float, limit: float) -> str:
    if name == "money":
        return f"${spent:,.4f} of ${limit:,.2f}"
    return f"{spent:,.0f} of {limit:,.0f} {name}"
