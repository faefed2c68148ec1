"""Which pools, views and compat switches a task offers, checked before anything is read."""

from __future__ import annotations

from harness import spec
from harness.contracts import Task
from harness.errors import UserError, unknown
from harness.play.faulty import parse_faults
from harness.play.toolsets import check_order, parse_tools
from harness.records import Setting
from harness.store.schema import PLAY

DEFAULT = Setting()
WORLDS = ("world", "extra", "simulator")
"""Where calls are carried out; the values of a card's `runs` that mean so."""


def accept(task: Task, setting: Setting) -> None:
    """Refuses a pool, view or compat switch that the task does not offer, and what is not to read.

    A task says what it offers in the attributes `pools`, `views` and `compats`; one without them
    offers the defaults alone, and the pool of candidates, which its collections may carry. How an
    agent is to attempt problems can be said of tasks of tool use alone, what goes wrong in a world
    of those that have one. No model is loaded: one that there is not shows when it is asked.

    Raises:
        UserError: which one, and what the task has instead; a notation that does not parse; or a
            limit below 1.
    """
    if setting.limit is not None and setting.limit < 1:
        raise UserError(f"limit={setting.limit}: at least one query must be asked")
    for kind, asked, offered in (
        ("pool", (setting.pool,), getattr(task, "pools", (DEFAULT.pool, "candidates"))),
        ("view", (setting.view,), getattr(task, "views", (DEFAULT.view,))),
        ("compat switch", setting.compat, getattr(task, "compats", DEFAULT.compat)),
    ):
        for name in asked:
            if name not in offered:
                has = ", ".join(offered) or "none"
                raise unknown(kind, name, offered, f"{task.card.name} has: {has}")
    _accept_played(task, setting)


def _accept_played(task: Task, setting: Setting) -> None:
    """Checks the fields that say how an agent attempts problems."""
    card = task.card
    for name in PLAY:
        value = getattr(setting, name)
        if value != getattr(DEFAULT, name) and card.kind != "tool_use":
            raise UserError(
                f"{name}={value}: {card.name} is no task of tool use, it has no agents to say it of"
            )
    parse_tools(setting.tools)
    check_order(setting.tool_order)
    if parse_faults(setting.faults) and card.runs not in WORLDS:
        raise UserError(
            f"faults={setting.faults}: {card.name} has no world here in which calls could fail"
        )
    if setting.simulator and card.runs != "simulator":
        raise UserError(
            f"simulator={setting.simulator}: {card.name} has no tools that a model stands in for"
        )
    for name in ("simulator", "judge"):
        if expression := getattr(setting, name):
            _parsed(name, expression)


def _parsed(name: str, expression: str) -> None:
    """Raises `UserError` where a model's expression does not parse."""
    try:
        spec.parse(expression)
    except UserError as error:
        raise UserError(f"{name}={expression}: {error}") from error
