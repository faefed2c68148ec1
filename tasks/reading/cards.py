"""Task cards as data: one YAML file a benchmark, shared facts once, then a line a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.files import read_yaml
from harness.records import TaskCard

_FOLDER = Path(__file__).parents[1] / "cards"
_FACTS = (
    "kind",
    "main_measure",
    "version",
    "language",
    "domain",
    "runs",
    "licence",
    "citation",
    "homepage",
)
"""Fields of a card that a benchmark's tasks share, or have of their own."""


@dataclass(frozen=True)
class Cards:
    """The cards of one benchmark.

    Attributes:
        name: of the benchmark, which prefixes the names of its tasks.
        shared: what holds for every task.
        tasks: what is a task's own, in the benchmark's order.
    """

    name: str
    shared: Mapping[str, Any]
    tasks: Mapping[str, Mapping[str, Any]]

    def card(
        self, task: str, statistics: Mapping[str, int], description: str | None = None
    ) -> TaskCard:
        """The card of one task: its own facts, else the shared ones, else what cards begin with.

        Args:
            task: its name, without the benchmark's.
            statistics: published counts.
            description: what it asks; by default what the file says.
        """
        own = self.tasks[task]
        known = {**self.shared, **own}
        facts = {name: known[name] for name in _FACTS if name in known}
        facts["language"] = tuple(facts["language"])
        return TaskCard(
            name=f"{self.name}/{task}",
            title=f"{self.shared['title']}: {task}",
            description=own["description"] if description is None else description,
            statistics=statistics,
            defects=(*own.get("defects", ()), *self.shared["defects"]),
            **facts,
        )


def read_cards(name: str) -> Cards:
    """Reads the cards of a benchmark."""
    shared = read_yaml(_FOLDER / f"{name}.yaml")
    return Cards(name, shared, shared.pop("tasks"))
