"""Any tool-use task with tools to choose from as a tool-retrieval task.

The documents are all the tools of the task's problems, each once; a query is what a problem's user
says, and the tools that are right for it are those of its gold path or its gold calls. A tool is
documented as JSON, in the fields that ToolRet's tools have as well, and seen through the views of
`tasks.reading.views`. Pools: `all` ranks all the tools, `candidates` the problem's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from harness.contracts import Collection, Material, Problems, ProblemSet, Task
from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.measures.endpoints import called
from harness.measures.matching import as_declared
from harness.play.tool_documents import ToolDocuments
from harness.records import Document, Problem, Query, Setting, TaskCard
from harness.sources.availability import requirements
from tasks.reading.drift import differences
from tasks.reading.views import VIEWS

if TYPE_CHECKING:
    from harness.sources import Source
    from harness.sources.folder import Requirement

MEASURES = tuple(
    f"{measure}@{k}" for measure in ("nDCG", "P", "R", "AP", "Completeness") for k in (5, 10, 20)
)
"""ToolRet's."""


def as_retrieval(task: Task, statistics: Mapping[str, int] | None = None) -> Task:
    """The retrieval task of a tool-use task, called as it is with "-tools" behind.

    Args:
        task: whose `load` gives sets of problems.
        statistics: published counts of `queries`, `documents` or `judgements`, which `check` looks
            at with the default setting in mind.
    """
    card = replace(
        task.card,
        name=f"{task.card.name}-tools",
        title=f"{task.card.title}, its tools",
        description=f"The tools that a problem of {task.card.name} needs, among all its tools.",
        kind="retrieval",
        main_measure="nDCG@10",
        runs="",
        statistics=dict(statistics or {}),
    )
    return RetrievalTask(task, card)


@dataclass(eq=False)
class RetrievalTask:
    """A tool-use task seen as retrieval. Made by `as_retrieval`.

    Attributes:
        task: the tool-use task.
        card: its own card.
    """

    task: Task
    card: TaskCard
    measures: Sequence[str] = MEASURES
    pools: Sequence[str] = ("all", "candidates")
    views: Sequence[str] = tuple(VIEWS)
    compats: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.compats = getattr(self.task, "compats", {})

    def load(self, source: Source, setting: Setting) -> Material:
        """One collection a set of problems, over one corpus of tools.

        Problems without gold tools are left unasked.

        Raises:
            MissingData: the task's data is not to be had.
            UserError: the task has no tools, or hands out no problems.
        """
        offered = getattr(self.task, "pools", ())
        pool = setting.pool if setting.pool in offered else Setting().pool
        sets = self.task.load(source, replace(setting, pool=pool, view=Setting().view))
        sets = tuple(
            replace(part, problems=tuple(map(as_declared, part.problems)))
            for part in _problems(sets, self.card.name)
        )
        tools = ToolDocuments()
        for problem in (p for part in sets for p in part.problems):
            tools.add(problem.tools)
        if not len(tools):
            raise UserError(f"{self.card.name}: its problems have no tools to search")
        view = VIEWS[setting.view]
        documents = [Document(d.id, view(d.text)) for d in tools.documents]
        corpus = ListCorpus(documents, f"the tools of {self.task.card.name}")
        own = setting.pool == "candidates"
        return tuple(_collection(part, corpus, tools, own) for part in sets if part.problems)

    def check(self, material: Material) -> tuple[str, ...]:
        """Where the counts differ from the published ones, a sentence each."""
        found = {
            "queries": sum(len(split.queries) for split in material),
            "documents": len(material[0].corpus),
            "judgements": sum(len(j) for split in material for j in split.qrels.values()),
        }
        return differences(self.card, found)

    def requires(self) -> tuple[Requirement, ...]:
        """What the tool-use task reads."""
        return requirements(self.task)


def _relevant(problem: Problem, tools: ToolDocuments) -> Iterator[str]:
    """Ids of the gold tools that there are: the problem's own, else the first of that name."""
    own = {tool.name: tool for tool in problem.tools}
    expected = (call.name for call in problem.gold.calls or ())
    path = (called(problem, tool) for tool in problem.gold.path)  # labels may have blanks
    for name in dict.fromkeys((*path, *expected)):
        if name in own:
            yield tools.id(own[name])
        else:
            yield from tools.named(name)[:1]


def _problems(sets: object, name: str) -> Problems:
    if not isinstance(sets, tuple) or not all(isinstance(part, ProblemSet) for part in sets):
        raise UserError(f"{name}: only a task of tool use can be searched for its tools")
    return sets


def _collection(
    part: ProblemSet, corpus: ListCorpus, tools: ToolDocuments, own: bool
) -> Collection:
    qrels = {p.id: dict.fromkeys(_relevant(p, tools), 1) for p in part.problems}
    asked = [problem for problem in part.problems if qrels[problem.id]]
    return Collection(
        part.split,
        corpus,
        [Query(problem.id, problem.text) for problem in asked],
        {problem.id: qrels[problem.id] for problem in asked},
        {p.id: [*dict.fromkeys(map(tools.id, p.tools))] for p in asked} if own else None,
        weight=part.weight,
        unasked=frozenset(id for id, grades in qrels.items() if not grades),
        notes=part.notes,
    )
