"""Limits on what a run may spend."""

import threading
from typing import Any

import pytest

from harness.budget import Budget, BudgetSpent
from harness.errors import InfrastructureError, UserError


def test_without_limits_it_only_counts() -> None:
    budget = Budget()
    budget.admit(priced=False)
    budget.charge(100, 0.5)
    budget.charge(20, 0.25)
    assert (budget.completions, budget.tokens, budget.money) == (2, 120, 0.75)


def test_what_nobody_knows_is_not_nothing() -> None:
    budget = Budget()
    budget.charge(100, None)
    budget.charge(None, 0.5)
    assert (budget.completions, budget.tokens, budget.money) == (2, None, None)


@pytest.mark.parametrize(
    ("limit", "charges", "told"),
    [
        ({"tokens": 100}, [(60, 0.0), (60, 0.0)], "120 of 100 tokens"),
        ({"tokens": 100}, [(100, 0.0)], "100 of 100 tokens"),
        ({"money": 0.5}, [(9, 0.3), (9, 0.25)], r"\$0.5500 of \$0.50"),
        ({"tokens": 0}, [], "0 of 0 tokens"),
    ],
)
def test_a_limit_that_is_reached_lets_nothing_out(limit: Any, charges: Any, told: str) -> None:
    budget = Budget(**limit)
    for tokens, money in charges:
        budget.admit(priced=True)
        budget.charge(tokens, money)
    for _ in range(2):
        with pytest.raises(BudgetSpent, match=told):
            budget.admit(priced=True)


def test_a_spent_budget_is_nobodys_answer() -> None:
    assert issubclass(BudgetSpent, InfrastructureError)


def test_seconds_run_from_the_first_request() -> None:
    now = [100.0]
    budget = Budget(seconds=10, clock=lambda: now[0])
    now[0] = 500.0
    budget.admit(priced=True)
    now[0] = 509.0
    budget.admit(priced=True)
    now[0] = 510.0
    with pytest.raises(BudgetSpent, match="10 of 10 seconds"):
        budget.admit(priced=True)


def test_a_limit_that_could_not_hold_is_refused() -> None:
    with pytest.raises(UserError, match=r"nobody knows what gpt-x costs: .* ASSAY_PRICES"):
        Budget(money=1).admit(priced=False, model="gpt-x")
    Budget(tokens=1).admit(priced=False)
    for limit in ({"tokens": 10}, {"money": 1.0}):
        budget = Budget(**limit)
        budget.admit(priced=True)
        budget.charge(None, None)
        with pytest.raises(UserError, match="does not tell how many tokens"):
            budget.admit(priced=True)


@pytest.mark.parametrize(
    "limit", [{"tokens": -1}, {"money": float("nan")}, {"seconds": float("inf")}]
)
def test_a_limit_is_a_number(limit: Any) -> None:
    with pytest.raises(UserError, match="a number from 0 on"):
        Budget(**limit)


def test_threads_share_it() -> None:
    budget = Budget()
    threads = [
        threading.Thread(target=lambda: [budget.charge(1, 0.0) for _ in range(2000)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert budget.tokens == 8000
