"""ToolAlpaca: instructions to be carried out with the functions of one API.

A judge compares what was done with a standard answer; scoring reads what it said. The standard
answer is also the gold path, and the gold calls where it has no placeholders.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from harness.contracts import Problems, ProblemSet
from harness.errors import UserError
from harness.records import Gold, Message, Problem, Setting, TaskCard
from harness.suites import Aggregate, Benchmark, Suite
from tasks.reading.cards import read_cards
from tasks.reading.tool_retrieval import as_retrieval
from tasks.reading.toolalpaca import MIRROR, calls, path, tools

if TYPE_CHECKING:
    from harness.sources import Source

_CARDS = read_cards("toolalpaca")
_COUNTED = ("problems", "apis")
_MEASURES = (
    "both_correct",
    "process_correct",
    "response_correct",
    "path_subsequence",
    "path_recall",
)


@dataclass(eq=False)
class ToolAlpacaTask:
    """One of the two evaluation sets.

    Attributes:
        part: "simulated" or "real".
        card: its card.
        measures: reported by default.
        compats: none.
    """

    part: str
    card: TaskCard
    measures: Sequence[str] = _MEASURES
    compats: Mapping[str, str] = field(default_factory=dict)

    def load(self, source: Source, setting: Setting) -> Problems:
        """The instructions of all APIs, as the one split "test".

        Raises:
            MissingData: the mirror lacks the file.
            UserError: the file is broken.
        """
        name = f"eval_{self.part}.json"
        apis = MIRROR.json(source, name)
        if not isinstance(apis, list):
            raise UserError(f"{MIRROR.folder}/{name} is broken: a list of APIs is expected")
        return (ProblemSet("test", tuple(p for api in apis for p in _problems(api))),)

    def check(self, material: Problems) -> tuple[str, ...]:
        """Where the counts differ from upstream's, a sentence each."""
        (split,) = material
        found = (len(split.problems), len({p.labels["api"] for p in split.problems}))
        return tuple(
            f"{self.card.name} has {count:,} {what}, {self.card.statistics[what]:,} published"
            for what, count in zip(_COUNTED, found, strict=True)
            if count != self.card.statistics[what]
        )

    def requires(self) -> list[tuple[str, str, str]]:
        """The mirror's folder."""
        return [MIRROR.need()]


def _problems(api: Mapping[str, Any]) -> Iterator[Problem]:
    """The instructions of an API, numbered as upstream numbers them: "Axolotl#0"."""
    offered = tools(api)
    pairs = zip(api["Instructions"], api["Golden_Answers"], strict=True)
    for number, (instruction, answer) in enumerate(pairs):
        gold = Gold(
            success="both_correct",
            calls=calls(answer),
            ordered=True,
            path=path(answer),
            details={"documentation": api["NLDocumentation"], "standard": answer},
        )
        labels = {"api": api["Name"], "category": api["Category"], "calls": str(len(gold.path))}
        turns = ((Message("user", instruction),),)
        yield Problem(f"{api['Name']}#{number}", turns, offered, gold, labels)


def _tasks() -> Iterator[ToolAlpacaTask]:
    for part, own in _CARDS.tasks.items():
        card = _CARDS.card(part, own["description"], {what: own[what] for what in _COUNTED})
        yield ToolAlpacaTask(part, replace(card, kind="tool_use", main_measure=_MEASURES[0]))


_TASKS = {task.card.name: task for task in _tasks()}
_SEARCHED = {
    f"{name}-tools": as_retrieval(task, name=f"{name}-tools", title=f"{task.card.title}, tools")
    for name, task in _TASKS.items()
}
BENCHMARK = Benchmark(
    "toolalpaca",
    {**_TASKS, **_SEARCHED},
    (
        Suite(
            "toolalpaca",
            "ToolAlpaca",
            tuple(_TASKS),
            (
                Aggregate("mean", (tuple(_TASKS),), description="mean over the two sets"),
                Aggregate("micro", (tuple(_TASKS),), "micro", "mean over all instructions"),
            ),
            "instructions for simulated and for real APIs",
        ),
    ),
)
