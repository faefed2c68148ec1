"""ToolAlpaca: instructions to be carried out with the functions of one API.

A judge compares what was done with a standard answer; scoring reads what it said. The standard
answer is also the gold path, and the gold calls where it has no placeholders. In a run a chat
model plays the APIs, those of the real set too, and answers for the user what `getDetails` asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.contracts import Problems, ProblemSet
from harness.errors import UserError
from harness.records import Gold, Message, Problem, Setting, TaskCard
from harness.suites import Benchmark, Suite
from tasks.reading.cards import read_cards
from tasks.reading.drift import differences
from tasks.reading.means import means
from tasks.reading.tool_retrieval import as_retrieval
from tasks.reading.toolalpaca import MIRROR, calls, path, tools

if TYPE_CHECKING:
    from harness.sources import Source
    from harness.sources.folder import Requirement

_CARDS = read_cards("toolalpaca")
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
        judge: who judges the attempts of a run, where a chat model is named for that.
        unplayed: how it can be run where nothing answers its calls.
    """

    part: str
    card: TaskCard
    measures: Sequence[str] = _MEASURES
    judge: str = "toolalpaca"
    unplayed: str = (
        "nothing here answers its calls: name a chat model that simulates its APIs by --simulator"
    )

    def load(self, source: Source, setting: Setting) -> Problems:
        """The instructions of all APIs, as the one split "test", with their world if simulated.

        Raises:
            MissingData: the mirror lacks the file.
            UserError: the file is broken.
        """
        name = f"eval_{self.part}.json"
        apis = MIRROR.json(source, name)
        if not isinstance(apis, list):
            raise UserError(f"{MIRROR.folder}/{name} is broken: a list of APIs is expected")
        problems = tuple(p for api in apis for p in _problems(api))
        if not setting.simulator:
            return (ProblemSet("test", problems),)
        from tasks.worlds.rest_apis import world

        about = {api["Name"]: api.get("Introduction") or api.get("Description", "") for api in apis}
        notes = {"instructions with a simulator": len(problems)}
        return (
            ProblemSet("test", problems, environment=world(about, setting.simulator), notes=notes),
        )

    def check(self, material: Problems) -> tuple[str, ...]:
        """Where the counts differ from upstream's, a sentence each."""
        (split,) = material
        apis = {problem.labels["api"] for problem in split.problems}
        return differences(self.card, {"problems": len(split.problems), "apis": len(apis)})

    def requires(self) -> list[Requirement]:
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
        counts = {"problems": own["problems"], "apis": own["apis"]}
        yield ToolAlpacaTask(part, _CARDS.card(part, counts))


_TASKS = {task.card.name: task for task in _tasks()}
_SEARCHED = {view.card.name: view for view in map(as_retrieval, _TASKS.values())}
BENCHMARK = Benchmark(
    "toolalpaca",
    {**_TASKS, **_SEARCHED},
    (
        Suite(
            "toolalpaca",
            "ToolAlpaca",
            tuple(_TASKS),
            means(_TASKS, "the two sets", "instructions"),
            "instructions for simulated and for real APIs",
        ),
    ),
)
