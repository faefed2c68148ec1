"""BFCL, the Berkeley Function Calling Leaderboard: version 4, and version 1 as it was published.

Patil et al., ICML 2025; github.com/ShishirPatil/gorilla. `bfcl` has the categories of version 4
under upstream's names, `bfcl-v1` those of version 1. What a category's own measure says (matching
calls, abstaining, the state after a conversation, an answer) is `success` everywhere, so that
averages over categories are averages of one measure: upstream's accuracies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.contracts import Problems, ProblemSet, Task, ToolEnvironment
from harness.errors import UserError
from harness.records import Problem, Setting, TaskCard
from harness.suites import Benchmark, Suite
from tasks.reading import bfcl, bfcl_boards, bfcl_v1
from tasks.reading.cards import Cards, read_cards
from tasks.reading.drift import differences
from tasks.reading.means import means
from tasks.reading.mirror import Mirror
from tasks.reading.tool_retrieval import as_retrieval

if TYPE_CHECKING:
    from harness.sources import Source
    from harness.sources.folder import Requirement

_READERS: Mapping[str, Callable[[Source, str], Iterator[Problem]]] = {
    "format_sensitivity": bfcl.read_format_sensitivity,
    "memory": bfcl.read_memory,
    "multi_turn": bfcl.read_multi_turn,
    "web_search": bfcl.read_web_search,
}
"""By how a category's name begins; all others are single-turn."""
_MEASURES = {
    "ast": ("success", "error_score", "output_tokens"),
    "no_call": ("success", "abstained", "output_tokens"),
    "called": ("success", "output_tokens"),
    "state": ("success", "steps", "output_tokens"),
    "answer_contained": ("success", "steps", "output_tokens"),
}
"""By what decides about success."""
_SINGLE = ("ast", "no_call", "called")
"""What decides where a model is asked once."""


@dataclass(eq=False)
class BfclTask:
    """A category.

    Attributes:
        category: upstream's name for it.
        card: its card.
        mirror: where its files are.
        reader: yields its problems, from a source and the category.
        measures: reported by default.
    """

    category: str
    card: TaskCard
    mirror: Mirror
    reader: Callable[[Source, str], Iterator[Problem]]
    measures: Sequence[str]

    @property
    def unplayed(self) -> str:
        """How it can be run where nothing answers its calls; "" where it cannot."""
        if self.card.runs != "extra":
            return ""
        return (
            "its world is bfcl-eval's: set ASSAY_BFCL_PYTHON to the Python of an environment in "
            "which that is installed"
        )

    def load(self, source: Source, setting: Setting) -> Problems:
        """The problems, in upstream's order and under its ids.

        Raises:
            MissingData: the mirror lacks a file.
            UserError: a file is not as upstream's are.
        """
        try:
            problems = tuple(self.reader(source, self.category))
        except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
            raise UserError(
                f"{self.mirror.folder}: {self.category} is not in upstream's form: "
                f"{type(error).__name__} {error}"
            ) from error
        single = all(problem.gold.success in _SINGLE for problem in problems)
        return (ProblemSet("test", problems, environment=self._world(), single=single),)

    def _world(self) -> ToolEnvironment | None:
        """Where conversations are held, if this machine has bfcl-eval."""
        if self.card.runs != "extra":
            return None
        from tasks.worlds.bfcl import bfcl_world

        return bfcl_world()

    def check(self, problems: Problems) -> tuple[str, ...]:
        """Where the number of problems differs from the published one, a sentence."""
        return differences(self.card, {"problems": len(problems[0].problems)})

    def requires(self) -> list[Requirement]:
        """The mirror's folder."""
        return [self.mirror.need()]


def _version_4() -> dict[str, Task]:
    cards = read_cards("bfcl")
    tasks: dict[str, Task] = {}
    for name, own in cards.tasks.items():
        begins = (reader for start, reader in _READERS.items() if name.startswith(start))
        reader = next(begins, bfcl.read_single_turn)
        card = cards.card(name, {"problems": own["problems"]})
        tasks[card.name] = BfclTask(name, card, bfcl.MIRROR, reader, _MEASURES[own["success"]])
    return tasks | {view.card.name: view for view in _searched(cards, tasks)}


def _searched(cards: Cards, tasks: Mapping[str, Task]) -> Iterator[Task]:
    """The retrieval view of the tasks of which the right tools are known."""
    for name, own in cards.tasks.items():
        if "tools" in own:
            task = tasks[f"{cards.name}/{name}"]
            yield as_retrieval(task, {"queries": own["problems"], "documents": own["tools"]})


def _version_1() -> dict[str, Task]:
    cards = read_cards("bfcl-v1")
    tasks: dict[str, Task] = {}
    for name, own in cards.tasks.items():
        card, measures = cards.card(name, {"problems": own["problems"]}), _MEASURES[own["success"]]
        category = own.get("category", name)
        tasks[card.name] = BfclTask(
            category, card, bfcl_v1.MIRROR, bfcl_v1.read_version_1, measures
        )
    return tasks


def _suites(tasks: Mapping[str, Task]) -> Iterator[Suite]:
    scored = _of_kind(tasks, "tool_use")
    what = "function calling: the categories of version 4"
    yield Suite("bfcl", "BFCL", scored, bfcl_boards.VERSION_4, what)
    former = tuple(task for task in scored if task in bfcl_boards.VERSION_3[0].tasks)
    what = "version 3's weights; live irrelevance and relevance have since changed by two problems"
    yield Suite("bfcl-v3", "BFCL, version 3", former, bfcl_boards.VERSION_3, what)
    found = _of_kind(tasks, "retrieval")
    averages = means(found, f"the {len(found)} categories", "problems")
    what = "the tools that BFCL's problems need, among all of the category"
    yield Suite("bfcl-tools", "BFCL, tool retrieval", found, averages, what)


def _of_kind(tasks: Mapping[str, Task], kind: str) -> tuple[str, ...]:
    return tuple(name for name, task in tasks.items() if task.card.kind == kind)


_TASKS = _version_4()
BENCHMARK = Benchmark("bfcl", _TASKS, tuple(_suites(_TASKS)))
_FIRST = _version_1()
VERSION_1 = Benchmark(
    "bfcl-v1",
    _FIRST,
    (
        Suite(
            "bfcl-v1",
            "BFCL, version 1",
            tuple(_FIRST),
            bfcl_boards.VERSION_1,
            "function calling: version 1, as of August 2024",
        ),
    ),
)
