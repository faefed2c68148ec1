"""Task cards as data: one YAML file a benchmark, shared facts once, then a line a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.records import TaskCard

_FOLDER = Path(__file__).parents[1] / "cards"


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

    def card(self, task: str, description: str, statistics: Mapping[str, int]) -> TaskCard:
        """The card of one task: shared facts, its own, and what follows from both."""
        own = self.tasks[task]
        return TaskCard(
            name=f"{self.name}/{task}",
            title=f"{self.shared['title']}: {task}",
            description=description,
            main_measure="nDCG@10",
            language=tuple(own.get("language", self.shared["language"])),
            domain=own["domain"],
            licence=own.get("licence", self.shared["licence"]),
            citation=own.get("citation", self.shared["citation"]),
            homepage=own.get("homepage", self.shared["homepage"]),
            statistics=statistics,
            defects=(*own.get("defects", ()), *self.shared["defects"]),
        )


def read_cards(name: str) -> Cards:
    """Reads the cards of a benchmark."""
    import yaml

    # The C parser is ten times faster; PyYAML may come without it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with (_FOLDER / f"{name}.yaml").open(encoding="utf-8") as file:
        shared = yaml.load(file, Loader=loader)
    return Cards(name, shared, shared.pop("tasks"))
