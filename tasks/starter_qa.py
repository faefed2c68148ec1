"""Starter QA: questions of one to four hops over what the people of the starter world write.

Each hop is told by one passage of 2,309 and by no other, so that who has not found it cannot know
the answer: all names are invented. One question of five cannot be answered. The world is drawn from
a seed: other seeds give other worlds of the same kind to train on. Nothing is generated before a
task is loaded, nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from harness.contracts import Problems, ProblemSet
from harness.corpus import ListCorpus
from harness.records import Document, Setting, TaskCard
from harness.suites import Aggregate, Benchmark, Suite
from tasks.reading.cards import read_cards

if TYPE_CHECKING:
    from harness.sources import Source
    from tasks.worlds.starter.passages import Passage
    from tasks.worlds.starter.world import World

SEED, SIZE = 1, 24
"""The world of the suite, its size in towns. Part of the version of every task."""
QUESTIONS = 40
"""Questions of a task."""
_MEASURES = (
    "exact_match",
    "answer_f1",
    "cover_exact_match",
    "answerability",
    "passage_recall",
    "passage_all",
    "searches",
)


@dataclass(eq=False)
class QuestionTask:
    """Questions of so many hops.

    Attributes:
        hops: 1 to 4.
        card: its card.
        seed: which world; other seeds make tasks to train on.
        size: how large a world.
        questions: how many.
        measures: reported by default.
        compats: none.
    """

    hops: int
    card: TaskCard
    seed: int = SEED
    size: int = SIZE
    questions: int = QUESTIONS
    measures: Sequence[str] = _MEASURES
    compats: Mapping[str, str] = field(default_factory=dict)

    def load(self, source: Source, setting: Setting) -> Problems:
        """The questions as the split "test", with a search over all passages of the world.

        Reads nothing through `source`.

        Raises:
            UserError: the setting's retriever does not parse, or the world is too small.
        """
        from tasks.worlds.search import SEARCH, SearchWorld
        from tasks.worlds.starter.questions import make_questions

        world, passages, corpus = _written(self.seed, self.size)
        problems = tuple(make_questions(world, passages, self.hops, self.questions, SEARCH))
        searching = SearchWorld(corpus, setting.search)
        return (ProblemSet("test", problems, environment=searching),)

    def check(self, material: Problems) -> tuple[str, ...]:
        """Where the count differs from the card's, a sentence."""
        (split,) = material
        told = self.card.statistics["problems"]
        found = len(split.problems)
        return () if found == told else (f"{self.card.name} has {found} problems, not {told}",)

    def requires(self) -> list[tuple[str, str, str]]:
        """Nothing: the world is generated."""
        return []


@lru_cache(maxsize=4)
def _written(seed: int, size: int) -> tuple[World, tuple[Passage, ...], ListCorpus]:
    """A world, its passages, and these as a corpus: the same as that of the passage tasks."""
    from tasks.worlds.starter.generate import generate
    from tasks.worlds.starter.passages import write_passages

    world = generate(seed, size)
    passages = write_passages(world)
    documents = (Document(passage.id, passage.text, passage.title) for passage in passages)
    return world, passages, ListCorpus(documents, f"starter passages, seed {seed}")


def _tasks() -> Iterator[QuestionTask]:
    cards = read_cards("starter-qa")
    for name, own in cards.tasks.items():
        card = cards.card(name, {"problems": cards.shared["problems"]})
        version = f"1+seed{SEED}.size{SIZE}"
        card = replace(card, kind="tool_use", main_measure=_MEASURES[0], version=version)
        yield QuestionTask(own["hops"], card)


def _benchmark() -> Benchmark:
    tasks = {task.card.name: task for task in _tasks()}
    names = tuple(tasks)
    aggregates = (
        Aggregate("mean", (names,), description=f"mean over the {len(names)} tasks"),
        Aggregate("micro", (names,), "micro", "mean over all questions"),
    )
    suite = Suite(
        "starter-qa",
        "Starter QA",
        names,
        aggregates,
        "questions of one to four hops over an invented world's passages: embedded, no download",
    )
    return Benchmark("starter-qa", tasks, (suite,))


BENCHMARK = _benchmark()
