"""Limits on what a run may spend."""

import threading
from typing import Any

import pytest

from harness.budget import Budget, BudgetSpent, budget_of, parse_budget
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


@pytest.mark.parametrize(
    ("text", "admitted", "told"),
    [
        ("tokens=2k", 2000, "2,000 of 2,000 tokens"),
        ("tokens=1.5M", 1_500_000, "1,500,000 of 1,500,000 tokens"),
        ("tokens = 1_000 , money=5", 1000, "1,000 of 1,000 tokens"),
    ],
)
def test_a_budget_is_read(text: str, admitted: int, told: str) -> None:
    budget = parse_budget(text)
    budget.charge(admitted - 1, 0.0)
    assert budget.spent is None
    budget.charge(1, 0.0)
    assert budget.spent == f"the budget is spent: {told}"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("30min", 1800), ("2h", 7200), ("0.5 h", 1800), ("1d", 86400)],
)
def test_seconds_have_units(text: str, seconds: float) -> None:
    now = 0.0
    budget = parse_budget(f"seconds={text}")
    budget._clock = lambda: now
    budget.admit(priced=False)
    now = seconds - 1
    budget.admit(priced=False)
    now = seconds
    with pytest.raises(BudgetSpent, match=f"{seconds:,.0f} of {seconds:,.0f} seconds"):
        budget.admit(priced=False)


def test_money_may_have_its_sign() -> None:
    budget = parse_budget("money=$0.25")
    budget.charge(1, 0.25)
    assert budget.spent == "the budget is spent: $0.2500 of $0.25"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("", "'' sets no limit"),
        ("5", "'5' sets no limit; write limits as in tokens=2M, money=5, seconds=2h"),
        ("money=5,", "'' sets no limit"),
        ("money=5, money=6", "money stands twice"),
        ("token=5", "unknown limit of a budget 'token'. Did you mean tokens"),
        ("tokens=2h", "a number is wanted, or with k, m, g behind it"),
        ("tokens=$2", "a number is wanted"),
        ("money=2M", "a number is wanted, as in"),
        ("seconds=soon", "or with s, min, h, d behind it"),
        ("tokens=-1", "a number is wanted"),
        ("money=nan", "a number is wanted"),
        ({"tokens": -1}, "a number from 0 on"),
        ({"tokens": True}, "a number is wanted"),
        ({"money": float("nan")}, "a number from 0 on"),
        ({}, "without a limit"),
    ],
)
def test_what_is_no_budget_is_told_in_one_line(given: Any, told: str) -> None:
    with pytest.raises(UserError) as caught:
        budget_of(given)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_was_spent_is_told() -> None:
    budget = Budget()
    budget.charge(1500, 0.02)
    assert str(budget.so_far) == "1 completions, 1,500 tokens, $0.0200, 0 s"
    budget.charge(None, None)
    assert str(budget.so_far) == "2 completions, tokens not counted, price not known, 0 s"
