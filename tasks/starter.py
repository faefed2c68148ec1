"""The starter suites: instructed passage retrieval and tool retrieval in one small invented world.

Both come out of a generator (`tasks.worlds.starter`), so they need no download, and other seeds
give other worlds of the same kind to train on. Nothing is generated before a task is loaded.

- `starter-passages`, in the manner of MAIR: what the people of the world write about it. Every text
  is asked under two instructions, and what answers one in full does not answer the other. Grade 2:
  the passage states all that the instruction wants; grade 1: a part of it.
- `starter-tools`, in the manner of ToolRet: the functions by which the world can be used, among
  six times as many that are easily taken for them. A request needs one to five.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from harness.contracts import Collection, Material, Task
from harness.corpus import ListCorpus
from harness.records import Document, Query, Setting, TaskCard
from harness.suites import Aggregate, Benchmark, Suite
from tasks.reading.cards import read_cards
from tasks.reading.means import means
from tasks.reading.views import VIEWS

if TYPE_CHECKING:
    from harness.sources import Source
    from tasks.worlds.starter import World
    from tasks.worlds.starter.needs import Assessor

SEED, SIZE = 1, 24
"""The world of the suites, its size in towns. Part of the version of every task."""
TEXTS, REQUESTS = 30, 40
"""Texts of a passage task, each asked twice, and requests of a tool task."""

PASSAGE_MEASURES = ("nDCG@10", "P@10", "R@10", "R@100", "AP@100", "RR@10")
TOOL_MEASURES = tuple(
    f"{measure}@{k}" for measure in ("nDCG", "P", "R", "AP", "Completeness") for k in (5, 10, 20)
)

Qrels: TypeAlias = dict[str, dict[str, int]]


@dataclass(eq=False)
class PassageTask:
    """Passages for the needs of one theme.

    Attributes:
        theme: what the needs are about ("films").
        card: its card; the domain is the kind of theme.
        seed: which world; other seeds make tasks to train on.
        size: how large a world.
    """

    theme: str
    card: TaskCard
    seed: int = SEED
    size: int = SIZE
    measures: Sequence[str] = PASSAGE_MEASURES
    pools: Sequence[str] = ("all",)
    views: Sequence[str] = ("documentation",)
    compats: Sequence[str] = ()

    def load(self, source: Source, setting: Setting) -> Material:
        """The needs of the theme over all passages of the world. Reads nothing through `source`.

        Raises:
            UserError: the setting is none of this task's.
        """
        from tasks.worlds.starter.needs import THEMES, ask_theme

        theme = next(theme for theme in THEMES if theme.name == self.theme)
        corpus, assessor = _passages(self.seed, self.size)
        needs = ask_theme(_world(self.seed, self.size), theme, assessor, TEXTS)
        asked = {
            f"{theme.name}-{i // 2 + 1:02d}{'ab'[i % 2]}": need for i, need in enumerate(needs)
        }
        queries = [Query(id, need.text, need.instruction) for id, need in asked.items()]
        qrels = {id: dict(need.grades) for id, need in asked.items()}
        return (Collection("test", corpus, queries, qrels),)


@dataclass(eq=False)
class ToolTask:
    """Tools for the requests of one errand.

    Attributes:
        errand: what the requests are about ("flights").
        card: its card; the domain is the category.
        seed: which world and catalogue; other seeds make tasks to train on.
        size: how large a world.
    """

    errand: str
    card: TaskCard
    seed: int = SEED
    size: int = SIZE
    measures: Sequence[str] = TOOL_MEASURES
    pools: Sequence[str] = ("all",)
    views: Sequence[str] = tuple(VIEWS)
    compats: Sequence[str] = ()

    def load(self, source: Source, setting: Setting) -> Material:
        """The requests over the whole catalogue, seen through the setting's view.

        Raises:
            UserError: the setting is none of this task's.
        """
        from tasks.worlds.starter.requests import ERRANDS, make_requests

        errand = next(errand for errand in ERRANDS if errand.name == self.errand)
        corpus, ids = _tools(self.seed, setting.view)
        requests = make_requests(_world(self.seed, self.size), errand, REQUESTS)
        asked = {f"{errand.name}-{i:02d}": request for i, request in enumerate(requests, 1)}
        queries = [Query(id, request.text, request.instruction) for id, request in asked.items()]
        qrels: Qrels = {
            id: {ids[tool]: 1 for tool in sorted(request.tools)} for id, request in asked.items()
        }
        return (Collection("test", corpus, queries, qrels),)


@lru_cache(maxsize=4)
def _world(seed: int, size: int) -> World:
    from tasks.worlds.starter import generate

    return generate(seed, size)


@lru_cache(maxsize=4)
def _passages(seed: int, size: int) -> tuple[ListCorpus, Assessor]:
    from tasks.worlds.starter.needs import Assessor
    from tasks.worlds.starter.passages import write_passages

    passages = write_passages(_world(seed, size))
    documents = (Document(passage.id, passage.text, passage.title) for passage in passages)
    return ListCorpus(documents, f"starter passages, seed {seed}"), Assessor(passages)


@lru_cache(maxsize=len(VIEWS))
def _tools(seed: int, view: str) -> tuple[ListCorpus, Mapping[str, str]]:
    """The catalogue, and the id of each core tool by its name."""
    from tasks.worlds.starter.tools import catalogue

    tools = catalogue(seed)
    documents = (Document(tool.id, VIEWS[view](tool.documentation)) for tool in tools)
    ids = {tool.name: tool.id for tool in tools if tool.core}
    return ListCorpus(documents, f"starter tools, seed {seed}"), ids


def _cards(suite: str) -> dict[str, TaskCard]:
    """The cards of a suite by the task's short name."""
    cards = read_cards(suite)
    built = {}
    for name, own in cards.tasks.items():
        counts = {"queries": own["queries"], "documents": cards.shared["documents"]}
        statistics = counts | {"judgements": own["judgements"]}
        card = cards.card(name, statistics)
        built[name] = replace(card, version=f"1+seed{SEED}.size{SIZE}")
    return built


def _suite(name: str, title: str, cards: Sequence[TaskCard], description: str) -> Suite:
    domains: dict[str, list[str]] = {}
    for card in cards:
        domains.setdefault(card.domain, []).append(card.name)
    groups = tuple(tuple(names) for names in domains.values())
    everything = tuple(card.name for card in cards)
    over = f"mean of the {len(groups)} means over {', '.join(domains)}"
    return Suite(
        name,
        title,
        everything,
        (Aggregate("average", groups, description=over), *_overall(everything)),
        description,
    )


def _overall(names: tuple[str, ...]) -> tuple[Aggregate, Aggregate]:
    return means(names, f"the {len(names)} tasks", "queries")


def _benchmark() -> Benchmark:
    passages = {name: PassageTask(name, card) for name, card in _cards("starter-passages").items()}
    tools = {name: ToolTask(name, card) for name, card in _cards("starter-tools").items()}
    parts = (
        _suite(
            "starter-passages",
            "Starter passages",
            [task.card for task in passages.values()],
            "instructed retrieval over what an invented world writes about itself",
        ),
        _suite(
            "starter-tools",
            "Starter tools",
            [task.card for task in tools.values()],
            "tool retrieval among look-alikes in the same world",
        ),
    )
    names = tuple(name for part in parts for name in part.tasks)
    average = Aggregate(
        "average",
        tuple(part.tasks for part in parts),
        description="mean of the means over passage tasks and over tool tasks",
    )
    both = Suite(
        "starter",
        "Starter",
        names,
        (average, *_overall(names)),
        "both starter suites: embedded, no download",
    )
    tasks: tuple[Task, ...] = (*passages.values(), *tools.values())
    return Benchmark("starter", {task.card.name: task for task in tasks}, (*parts, both))


BENCHMARK = _benchmark()
