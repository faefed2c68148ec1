"""Which pools, views and compat switches a task offers, checked before anything is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from harness.errors import unknown
from harness.records import Setting, TaskCard


class Offers(Protocol):
    """A task that says what it can be asked for."""

    @property
    def card(self) -> TaskCard:
        """The task's card."""
        ...

    @property
    def pools(self) -> Sequence[str]:
        """What may be searched: values of `Setting.pool`."""
        ...

    @property
    def views(self) -> Sequence[str]:
        """How a document may become text: values of `Setting.view`."""
        ...

    @property
    def compats(self) -> Sequence[str]:
        """Upstream quirks that can be switched on: values of `Setting.compat`."""
        ...


def accept(task: Offers, setting: Setting) -> None:
    """Refuses a pool, view or compat switch that the task does not offer.

    Raises:
        UserError: which one, and what the task has instead.
    """
    for kind, asked, offered in (
        ("pool", (setting.pool,), task.pools),
        ("view", (setting.view,), task.views),
        ("compat switch", setting.compat, task.compats),
    ):
        for name in asked:
            if name not in offered:
                has = ", ".join(offered) or "none"
                raise unknown(kind, name, offered, f"{task.card.name} has: {has}")
