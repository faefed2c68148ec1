"""Which pools, views and compat switches a task offers, checked before anything is read."""

from __future__ import annotations

from harness.contracts import Task
from harness.errors import UserError, unknown
from harness.records import Setting

DEFAULT = Setting()


def accept(task: Task, setting: Setting) -> None:
    """Refuses a pool, view or compat switch that the task does not offer.

    A task says what it offers in the attributes `pools`, `views` and `compats`; one without them
    offers the defaults alone, and the pool of candidates, which its collections may carry.

    Raises:
        UserError: which one, and what the task has instead; or a limit below 1.
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
