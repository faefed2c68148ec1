from __future__ import annotations

from dataclasses import dataclass

import pytest

from harness.errors import UserError
from harness.offers import accept
from harness.records import Setting, TaskCard
from harness.records.tasks import Runs


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


PLAYED: list[dict[str, str]] = [
    {"tools": "bm25@10"},
    {"tool_order": "shuffled"},
    {"faults": "0.1"},
    {"simulator": 'openai("x")'},
    {"judge": 'openai("x")'},
]


@pytest.mark.parametrize("fields", PLAYED, ids=lambda fields: next(iter(fields)))
def test_only_tasks_of_tool_use_are_played(fields: dict[str, str]) -> None:
    ((name, value),) = fields.items()
    runs: Runs = "simulator" if name == "simulator" else "world"
    accept(Task(TaskCard("t/world", "World", "", kind="tool_use", runs=runs)), Setting(**fields))
    with pytest.raises(UserError) as caught:
        accept(TASK, Setting(**fields))
    assert str(caught.value) == (
        f"{name}={value}: t/one is no task of tool use, it has no agents to say it of"
    )


@pytest.mark.parametrize("runs", ["", "one turn", "world", "extra"])
def test_a_simulator_wants_tools_that_are_gone(runs: Runs) -> None:
    task = Task(TaskCard("t/two", "Two", "", kind="tool_use", runs=runs))
    with pytest.raises(UserError, match="t/two has no tools that a model stands in for"):
        accept(task, Setting(simulator='openai("x")'))


@pytest.mark.parametrize("runs", ["", "one turn", "world", "extra", "simulator"])
def test_faults_want_a_world(runs: Runs) -> None:
    task = Task(TaskCard("t/two", "Two", "", kind="tool_use", runs=runs))
    accept(task, Setting())
    if runs in ("world", "extra", "simulator"):
        accept(task, Setting(faults="0.1"))
        return
    with pytest.raises(UserError) as caught:
        accept(task, Setting(faults="0.1"))
    assert str(caught.value) == ("faults=0.1: t/two has no world here in which calls could fail")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (Setting(tools="bm25"), "tools=bm25: write own, all, gold, gold"),
        (Setting(tools="bm25(@10"), "tools=bm25(@10: "),
        (Setting(tool_order="shufled"), "unknown order of tools 'shufled'. Did you mean shuffled?"),
        (Setting(faults="0.1:404"), "unknown kind of fault '404'"),
        (Setting(faults="lots"), "faults=lots: write the share"),
        (Setting(simulator="openai("), "simulator=openai(: "),
        (Setting(judge="two words"), "judge=two words: "),
    ],
)
def test_a_notation_that_cannot_be_read_is_refused(setting: Setting, message: str) -> None:
    with pytest.raises(UserError) as caught:
        accept(Task(TaskCard("t/world", "World", "", kind="tool_use", runs="world")), setting)
    assert str(caught.value).startswith(message)


def test_a_model_is_not_looked_for_here() -> None:
    accept(Task(TaskCard("t/world", "World", "", kind="tool_use")), Setting(tools="not-here@3"))
