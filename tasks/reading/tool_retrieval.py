"""Any tool-use task with tools to choose from as a tool-retrieval task.

The documents are all the tools of the task's problems, each once; a query is what a problem's user
says, and the tools that are right for it are those of its gold path or its gold calls. A tool is
documented as JSON, in the fields that ToolRet's tools have as well, and seen through the views of
`tasks.reading.views`. Pools: `all` ranks all the tools, `candidates` the problem's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from harness.contracts import Collection, Material, Problems, ProblemSet, Task
from harness.corpus import ListCorpus
from harness.errors import UserError
from harness.measures.endpoints import called
from harness.records import Document, Problem, Query, Setting, TaskCard, ToolSpec
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
        tools = _Tools(self.card.name)
        for problem in (p for part in _problems(sets, self.card.name) for p in part.problems):
            tools.add(problem.tools)
        view = VIEWS[setting.view]
        documents = [Document(id, view(text)) for id, text in tools.documents]
        corpus = ListCorpus(documents, f"the tools of {self.task.card.name}")
        own = setting.pool == "candidates"
        return tuple(
            _collection(part, corpus, tools, own)
            for part in cast("Problems", sets)
            if part.problems
        )

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


def documentation(tool: ToolSpec) -> str:
    """A tool as JSON: name, description, parameters, and its group where it has one.

    What it returns is left out: it says little of what the tool is for, at great length.
    """
    fields: dict[str, Any] = {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
    }
    if tool.group:
        fields["group"] = tool.group
    return json.dumps(fields, ensure_ascii=False)


class _Tools:
    """All tools of a task, those that are the same once.

    Tools of one name that are documented differently are told apart: "search", "search#2". The
    order of the fields is no difference.
    """

    def __init__(self, task: str) -> None:
        self._task = task
        self._ids: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._named: dict[str, list[str]] = {}
        self._taken: set[str] = set()
        self._known: dict[int, tuple[ToolSpec, str]] = {}  # the tool is kept, and so is its id()

    def add(self, tools: Iterable[ToolSpec]) -> None:
        for tool in tools:
            self.id(tool)

    def id(self, tool: ToolSpec) -> str:
        """The id of a tool's document."""
        if id(tool) not in self._known:
            self._known[id(tool)] = tool, self._enter(tool.name, documentation(tool))
        return self._known[id(tool)][1]

    def _enter(self, name: str, text: str) -> str:
        content = json.dumps(json.loads(text), sort_keys=True)
        if content not in self._ids:
            same = self._named.setdefault(name, [])
            number = len(same) + 1
            id = name if number == 1 else f"{name}#{number}"
            while id in self._taken:  # by a tool that is called so
                id += "'"
            self._taken.add(id)
            same.append(id)
            self._ids[content] = id
            self._texts[id] = text
        return self._ids[content]

    def relevant(self, problem: Problem) -> Iterator[str]:
        """Ids of the gold tools that there are: the problem's own, else the first of that name."""
        own = {tool.name: tool for tool in problem.tools}
        expected = (call.name for call in problem.gold.calls or ())
        path = (called(problem, tool) for tool in problem.gold.path)  # labels may have blanks
        for name in dict.fromkeys((*path, *expected)):
            if name in own:
                yield self.id(own[name])
            elif name in self._named:
                yield self._named[name][0]

    @property
    def documents(self) -> Iterator[tuple[str, str]]:
        """Id and documentation of every tool, in order of first appearance.

        Raises:
            UserError: there is none.
        """
        if not self._ids:
            raise UserError(f"{self._task}: its problems have no tools to search")
        return iter(self._texts.items())


def _problems(sets: object, name: str) -> Problems:
    if not isinstance(sets, tuple) or not all(isinstance(part, ProblemSet) for part in sets):
        raise UserError(f"{name}: only a task of tool use can be searched for its tools")
    return sets


def _collection(part: ProblemSet, corpus: ListCorpus, tools: _Tools, own: bool) -> Collection:
    qrels = {p.id: dict.fromkeys(tools.relevant(p), 1) for p in part.problems}
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
