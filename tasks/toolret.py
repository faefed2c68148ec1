"""ToolRet: 35 tool retrieval tasks of 3 categories over one pool of 44,453 tools.

Shi et al., "Retrieval Models Aren't Tool-Savvy", Findings of ACL 2025. Protocol as in the released
evaluation code (mangopy/tool-retrieval-benchmark, toolret/eval.py): the tools of all categories are
searched, a tool is its raw JSON documentation, judgements go by tool id. Pools:

- `all`: web, code and customized tools in this order, which upstream leaves to chance;
- `category`: the tools of the task's category;
- `task` (ours): of these, the tools from the task's own sources, which are told by what precedes
  `_tool_` in the ids of its right answers (apibank: the 101 tools `apibank_tool_*`).

What upstream does by accident can be switched on: see `compats` in the card file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.contracts import Collection, Material
from harness.errors import MissingData, UserError
from harness.records import Document, Qrels, Query, Setting, TaskCard
from harness.suites import Aggregate, Benchmark, Suite
from tasks.reading.cards import Cards, read_cards
from tasks.reading.labels import read_labels
from tasks.reading.noted import NotedCorpus, noted
from tasks.reading.views import VIEWS

if TYPE_CHECKING:
    from harness.sources import Source
    from harness.sources.rows import Rows

QUERIES = ("mangopy/ToolRet-Queries", "b8c76ad3349ff17497b6bdb28bb5b8f61a0f6445")
TOOLS = ("mangopy/ToolRet-Tools", "e06c38c75612b6536bd959e08cdd345894aba6a7")
"""Hub id and revision; the counts on the cards are those of these revisions."""

MEASURES = tuple(
    f"{measure}@{k}" for measure in ("nDCG", "P", "R", "AP", "Completeness") for k in (5, 10, 20)
)
_CARDS = read_cards("toolret")
_PUBLISHED: Mapping[str, int] = _CARDS.shared["corpora"]
"""Tools of every category, in the order in which they are pooled."""


@dataclass(eq=False)
class ToolRetTask:
    """One of the 35 tasks.

    Attributes:
        config: its name on the hub.
        card: its card; the domain is its category.
        compats: what upstream does by accident and can be switched on: name -> what it is.
    """

    config: str
    card: TaskCard
    measures: Sequence[str] = MEASURES
    pools: Sequence[str] = ("all", "category", "task")
    views: Sequence[str] = tuple(VIEWS)
    compats: Mapping[str, str] = field(default_factory=lambda: _CARDS.shared["compats"])

    def load(self, source: Source, setting: Setting) -> Material:
        """Queries with their instructions, and the pool that the setting names.

        Raises:
            MissingData: the queries or a part of the pool are not to be had.
            UserError: a row is not as ToolRet's are, or the setting is none of this task's.
        """
        queries, qrels = _questions(source.rows(QUERIES[0], self.config, "queries", QUERIES[1]))
        parts = tuple(_PUBLISHED) if setting.pool == "all" else (self.card.domain,)
        try:
            corpus = source.memo(
                ("toolret", parts, setting.view), lambda: _pool(source, parts, setting.view)
            )
        except MissingData as error:
            if setting.pool != "all":
                raise
            hint = f"--pool category needs the {self.card.domain} tools alone"
            raise MissingData(f"{error}; or {hint}") from error
        if setting.pool == "task":
            corpus = _own_sources(corpus, qrels, self.card.name)
        return (Collection("queries", corpus, queries, qrels),)

    def check(self, material: Material) -> tuple[str, ...]:
        """Where the counts differ from the published ones, a sentence each."""
        (split,) = material
        found = {
            "queries": len(split.queries),
            "judgements": sum(len(grades) for grades in split.qrels.values()),
        }
        drift = [
            f"{self.config} has {count:,} {what}, {self.card.statistics[what]:,} published"
            for what, count in found.items()
            if count != self.card.statistics[what]
        ]
        return (*noted(material), *drift)

    def requires(self) -> list[tuple[str, str, str]]:
        """Everything that the default pool needs, as (dataset, config, split)."""
        return [(QUERIES[0], self.config, "queries"), *((TOOLS[0], p, "tools") for p in _PUBLISHED)]


def _questions(rows: Rows) -> tuple[list[Query], Qrels]:
    queries: list[Query] = []
    qrels: dict[str, dict[str, int]] = {}
    texts = ("query", "instruction")
    fields = rows.pick("id", "labels", optional=texts, texts=texts)
    for position, (id, labels, text, instruction) in enumerate(fields):
        if str(id) in qrels:
            raise rows.error(position, f"a second query has the id '{id}'")
        try:
            # The tool inside a label may differ from the corpus's, so only its id is used.
            qrels[str(id)] = read_labels(json.loads(labels), "relevance")
        except (ValueError, TypeError) as error:
            raise rows.error(position, f"broken labels: {error}") from error
        # One query of mnms has no text; it is asked all the same.
        queries.append(Query(str(id), text or "", instruction or None))
    if not any(query.text for query in queries):
        raise UserError(f"{rows.name}: no row has a 'query'")
    return queries, qrels


def _pool(source: Source, parts: Sequence[str], view: str) -> NotedCorpus:
    documents: list[Document] = []
    drift: list[str] = []
    for part in parts:
        rows = source.rows(TOOLS[0], part, "tools", TOOLS[1])
        documents.extend(_tools(rows, view))
        if len(rows) != _PUBLISHED[part]:
            drift.append(f"{part} has {len(rows):,} tools, {_PUBLISHED[part]:,} published")
    return NotedCorpus(documents, f"{TOOLS[0]} {' + '.join(parts)}", drift)


def _tools(rows: Rows, view: str) -> Iterator[Document]:
    render = VIEWS[view]
    fields = rows.pick("id", "documentation", texts=("documentation",))
    for position, (id, documentation) in enumerate(fields):
        try:
            yield Document(str(id), render(documentation))
        except ValueError as error:
            raise rows.error(position, f"the documentation of {id} is no JSON") from error


def _own_sources(corpus: NotedCorpus, qrels: Qrels, name: str) -> NotedCorpus:
    own = {_origin(tool) for grades in qrels.values() for tool in grades}
    tools = (tool for tool in corpus if _origin(tool.id) in own)
    return NotedCorpus(tools, f"{name}'s own pool", corpus.notes)


def _origin(tool: str) -> str:
    """The source that a tool's id names, as in `apibank_tool_33`."""
    return tool.rpartition("_tool_")[0] or tool


def _tasks(cards: Cards) -> dict[str, ToolRetTask]:
    tasks = {}
    for config, own in cards.tasks.items():
        description = (
            f"Tool retrieval for the queries of {config}, a task of ToolRet-{own['domain']}."
        )
        statistics = {
            "queries": own["queries"],
            "documents": sum(_PUBLISHED.values()),
            "judgements": own["judgements"],
            "relevant documents": own["tools"],
            "most judgements of a query": own["most"],
        }
        card = cards.card(config, statistics, description)
        tasks[card.name] = ToolRetTask(config, card)
    return tasks


def _suites(tasks: Mapping[str, ToolRetTask]) -> Iterator[Suite]:
    everything = tuple(tasks)
    parts = {
        part: tuple(name for name, task in tasks.items() if task.card.domain == part)
        for part in _PUBLISHED
    }
    average = Aggregate(
        "average", tuple(parts.values()), description="the paper's: mean of the 3 category means"
    )
    micro = Aggregate("micro", (everything,), "micro", "mean over all queries")
    mean = Aggregate("mean", (everything,), description="mean over the 35 tasks")
    categories = tuple(
        Aggregate(part, (names,), description=f"mean over the {len(names)} {part} tasks")
        for part, names in parts.items()
    )
    description = "tool retrieval, 35 tasks over one pool of 44,453 tools"
    yield Suite("toolret", "ToolRet", everything, (average, *categories, micro, mean), description)
    for part, names in parts.items():
        own = (
            Aggregate("mean", (names,), description=f"mean over the {len(names)} tasks"),
            Aggregate("micro", (names,), "micro", "mean over all queries"),
        )
        yield Suite(f"toolret-{part}", f"ToolRet-{part}", names, own, f"ToolRet's {part} tasks")


_TASKS = _tasks(_CARDS)
BENCHMARK = Benchmark("toolret", _TASKS, tuple(_suites(_TASKS)))
