from __future__ import annotations

from dataclasses import dataclass

import pytest

from harness.errors import UserError
from harness.offers import accept
from harness.records import Setting, TaskCard


@dataclass
class Task:
    card: TaskCard
    pools: tuple[str, ...] = ("all", "category")
    views: tuple[str, ...] = ("documentation", "python")
    compats: tuple[str, ...] = ()


TASK = Task(TaskCard("t/one", "One", ""))


def test_what_a_task_offers_is_accepted() -> None:
    accept(TASK, Setting())
    accept(TASK, Setting(pool="category", view="python"))


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            Setting(pool="categry"),
            "unknown pool 'categry'. Did you mean category? t/one has: all, category",
        ),
        (
            Setting(view="repr"),
            "unknown view 'repr'. t/one has: documentation, python",
        ),
        (Setting(compat=("x",)), "unknown compat switch 'x'. t/one has: none"),
    ],
)
def test_anything_else_is_refused_with_what_there_is(setting: Setting, message: str) -> None:
    with pytest.raises(UserError) as caught:
        accept(TASK, setting)
    assert str(caught.value) == message


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_asks_nothing_is_refused(limit: int) -> None:
    with pytest.raises(UserError, match=f"limit={limit}: at least one query must be asked"):
        accept(TASK, Setting(limit=limit))
