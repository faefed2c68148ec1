"""Starter agent: errands to be run in the starter world, by calling its functions.

A problem is said in plain words; the world answers calls, and in the end the answer and what was
written are compared with what the world's facts say. Programs of 1 to 12 calls lead there. The
world is drawn from a seed: other seeds give other worlds of the same kind to train on. Nothing is
generated before a task is loaded, nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from harness.contracts import Problems, ProblemSet
from harness.records import Setting, TaskCard
from harness.suites import Aggregate, Benchmark, Suite
from tasks.reading.cards import read_cards

if TYPE_CHECKING:
    from harness.sources import Source

SEED, SIZE = 1, 24
"""The world of the suite, its size in towns. Part of the version of every task."""
PROBLEMS = 25
"""Problems of a task."""
_MEASURES = ("solved_in_world", "path_recall", "path_subsequence")


@dataclass(eq=False)
class AgentTask:
    """One errand.

    Attributes:
        errand: what the problems are about ("flights").
        card: its card.
        seed: which world; other seeds make tasks to train on.
        size: how large a world.
        problems: how many.
        measures: reported by default.
        compats: none.
    """

    errand: str
    card: TaskCard
    seed: int = SEED
    size: int = SIZE
    problems: int = PROBLEMS
    measures: Sequence[str] = _MEASURES
    compats: Mapping[str, str] = field(default_factory=dict)

    def load(self, source: Source, setting: Setting) -> Problems:
        """The problems of the errand with the world in which they are solved, as the split "test".

        Reads nothing through `source`.
        """
        from tasks.worlds.starter.assignments import assign
        from tasks.worlds.starter.executable import StarterWorld

        problems = assign(self.seed, self.size, self.errand, self.problems)
        return (ProblemSet("test", problems, environment=StarterWorld(self.seed, self.size)),)

    def check(self, material: Problems) -> tuple[str, ...]:
        """Where the count differs from the card's, a sentence."""
        (split,) = material
        told = self.card.statistics["problems"]
        found = len(split.problems)
        return () if found == told else (f"{self.card.name} has {found} problems, not {told}",)

    def requires(self) -> list[tuple[str, str, str]]:
        """Nothing: the world is generated."""
        return []


def _tasks() -> Iterator[AgentTask]:
    cards = read_cards("starter-agent")
    for name in cards.tasks:
        card = cards.card(name, {"problems": cards.shared["problems"]})
        version = f"1+seed{SEED}.size{SIZE}"
        yield AgentTask(
            name, replace(card, kind="tool_use", main_measure=_MEASURES[0], version=version)
        )


def _benchmark() -> Benchmark:
    tasks = {task.card.name: task for task in _tasks()}
    domains: dict[str, list[str]] = {}
    for name, task in tasks.items():
        domains.setdefault(task.card.domain, []).append(name)
    over = f"mean of the {len(domains)} means over {', '.join(domains)}"
    aggregates = (
        Aggregate("average", tuple(map(tuple, domains.values())), description=over),
        Aggregate("mean", (tuple(tasks),), description=f"mean over the {len(tasks)} tasks"),
        Aggregate("micro", (tuple(tasks),), "micro", "mean over all problems"),
    )
    suite = Suite(
        "starter-agent",
        "Starter agent",
        tuple(tasks),
        aggregates,
        "errands run in an executable, invented world: embedded, no download",
    )
    return Benchmark("starter-agent", tasks, (suite,))


BENCHMARK = _benchmark()
