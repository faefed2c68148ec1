"""The tools that the problems of a split have between them, and what a retriever finds there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from harness.contracts import Collection, ProblemSet
from harness.corpus import ListCorpus
from harness.errors import InfrastructureError
from harness.loading import LoadedModel
from harness.measures.needed import needed
from harness.play.tool_documents import ToolDocuments
from harness.records import Problem, Query, Setting, ToolSpec


class SplitTools:
    """The tools of one split, one of each name for a problem.

    Args:
        part: the split, whole.
    """

    def __init__(self, part: ProblemSet) -> None:
        self.name, self._part = part.split, part
        self._found: Mapping[str, Sequence[str]] = {}
        self._failed: Mapping[str, str] = {}

    @cached_property
    def _documents(self) -> ToolDocuments:
        documents = ToolDocuments()
        for problem in self._part.problems:
            documents.add(problem.tools)
        return documents

    @property
    def names(self) -> Sequence[str]:
        """The names of all of them."""
        return self._documents.names

    def tools(self, problem: Problem) -> list[ToolSpec]:
        """All of them, one of each name, in order of first appearance."""
        return self._as_offered(problem, (self._documents.named(n)[0] for n in self.names))

    def found(self, problem: Problem) -> list[ToolSpec]:
        """Those that were found for a problem, one of each name, the best first."""
        if problem.id in self._failed:
            raise InfrastructureError(f"no tools were found: {self._failed[problem.id]}")
        return self._as_offered(problem, self._found.get(problem.id, ()))

    def search(self, model: LoadedModel, asked: Sequence[Problem], k: int, task: str) -> None:
        """Asks a retriever for `k` names and more: as deep as names that repeat make necessary."""
        from harness.flows.retrieval import RetrievalFlow

        corpus = ListCorpus(self._documents.documents, f"the tools of {self.name}")
        depth = k + len(corpus) - len(self.names)
        queries = [Query(problem.id, problem.text) for problem in asked]
        qrels = {problem.id: dict.fromkeys(self._relevant(problem), 1) for problem in asked}
        material = (Collection(self.name, corpus, queries, qrels),)
        flow = RetrievalFlow(material, Setting(k=min(depth, len(corpus))), seed=0)
        answers = flow.merge(list(flow.answer(model, flow.keys, task and f"{task}-tools")))
        run = answers.run
        self._found = {q: [id for id, _ in run.ranked(q)] for q in flow.keys if q in run.index}
        self._failed = answers.errors

    def _relevant(self, problem: Problem) -> list[str]:
        """The documents of the tools that a problem needs: its own, else the first of a name."""
        own = {tool.name: tool for tool in problem.tools}
        ids = [
            [self._documents.id(own[name])] if name in own else self._documents.named(name)[:1]
            for name in needed(problem) or ()
        ]
        return [id for some in ids for id in some]

    def _as_offered(self, problem: Problem, ids: Iterable[str]) -> list[ToolSpec]:
        own = {tool.name: tool for tool in problem.tools}
        chosen: dict[str, ToolSpec] = {}
        for id in ids:
            tool = self._documents.tool(id)
            chosen.setdefault(tool.name, own.get(tool.name, tool))
        return list(chosen.values())
