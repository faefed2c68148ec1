"""Which of a split's tools an agent is offered, and in which order.

    own           those of the problem
    gold          those that it needs: of its gold path, its expected calls, its gold program
    gold+5        these, and 5 others of the split, drawn by chance
    all           every tool of the split
    bm25@10       the first 10 that a retriever finds for what the problem's user says, among all
                  tools of the split; any expression of one: "rrf(bm25, minilm)@10", "oracle@5"

They stand in the order in which the problem lists them ("own", "gold"), a retriever ranks them, or
they first appear in the split ("gold+5", "all"); or else "shuffled" by chance, with those that it
needs first ("gold-first"), or with them last ("gold-last").

What is right about a problem was written with its own tools in view. Where others are offered, one
of them may do as well; calling it counts as wrong all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from harness import spec
from harness.contracts import Informed, Problems
from harness.errors import UserError, blaming, unknown
from harness.loading import LoadedModel, load_model
from harness.measures.needed import needed
from harness.play.draws import fraction
from harness.play.split_tools import SplitTools
from harness.records import Problem, Setting, ToolSpec
from harness.workspace import workspace

ORDERS = ("own", "shuffled", "gold-first", "gold-last")
"""In which order the tools that are offered can stand."""
_COUNTED = re.compile(
    r"(?P<what>.+?)\s*(?P<sign>[@+])\s*(?P<count>[0-9]{1,6})", re.ASCII | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which tools are offered. `str` gives the notation, one for all its spellings.

    Attributes:
        kind: "found" are those that a model finds.
        count: how many it finds, or how many others stand beside the gold ones.
        model: its expression.
    """

    kind: Literal["own", "gold", "all", "found"]
    count: int = 0
    model: str = ""

    def __str__(self) -> str:
        if self.kind == "found":
            return f"{self.model}@{self.count}"
        return f"{self.kind}+{self.count}" if self.count else self.kind


def parse_tools(text: str) -> Choice:
    """The choice of tools that a notation names. Loads nothing.

    Raises:
        UserError: it is no such notation.
    """
    text = text.strip()
    for kind in ("own", "gold", "all"):
        if text == kind:
            return Choice(kind)
    match = _COUNTED.fullmatch(text)
    if match and match["sign"] == "+" and match["what"] == "gold":
        return Choice("gold", int(match["count"]))
    if not match or match["sign"] != "@" or not int(match["count"]):
        raise UserError(
            f"tools={text}: write own, all, gold, gold+5, or a retriever and how many of the tools "
            "that it finds, as in bm25@10"
        )
    try:
        return Choice("found", int(match["count"]), str(spec.parse(match["what"])))
    except UserError as error:
        raise UserError(f"tools={text}: {error}") from error


def check_order(name: str) -> None:
    """Raises `UserError` where there is no such order."""
    if name not in ORDERS:
        raise unknown("order of tools", name, ORDERS, f"There are: {', '.join(ORDERS)}")


class Toolsets:
    """The tools that agents are offered under a setting, problem by problem.

    The retriever, where there is one, is loaded and asked when this is made: all problems of a
    split at once, so that what it finds does not hang on which of them are attempted first. Make it
    when attempts are to be made, and not on the loop of requests, on which a remote model answers.

    A name stands for one tool in an offer. Where a split has several tools of one name that are
    documented differently, a retriever finds each by its own documentation, and whichever it finds
    first counts; but what is offered by a name that the problem itself has is the problem's own
    tool. Of the others it is the one that was found, else the first of the split.

    Args:
        setting: `tools`, `tool_order` and `limit` are honoured here.
        sets: the task's, whole: the tools of problems beyond the limit can be offered too.
        seed: of what is drawn by chance; with the split and the problem's id, all that it hangs on.
        task: name of the task.

    Raises:
        UserError: there is no such notation, model or order; a model is no retriever; or a problem
            does not tell which tools it needs, where that counts.
        InfrastructureError: the retriever could not be asked.
    """

    def __init__(self, setting: Setting, sets: Problems, *, seed: int = 0, task: str = "") -> None:
        self._choice, self._order = parse_tools(setting.tools), setting.tool_order
        check_order(self._order)
        self._seed = seed
        self._splits: dict[str, tuple[SplitTools, Problem]] = {}
        model = self._retriever()
        informed = model is not None and isinstance(model.model, Informed)
        by_gold = informed or self._choice.kind == "gold" or self._order.startswith("gold")
        for part in sets:
            asked = tuple(part.problems)[: setting.limit]
            split = SplitTools(part)
            if self._choice.kind != "own" and asked and not split.names:
                raise UserError(
                    f"tools={self._choice}: the problems of {part.split} list no tools to choose "
                    "from"
                )
            for problem in asked:
                if by_gold and needed(problem) is None:
                    raise UserError(
                        f"tools={setting.tools}, tool_order={setting.tool_order}: problem "
                        f"'{problem.id}' does not tell which tools it needs"
                    )
                key = f"{part.split}/{problem.id}" if len(sets) > 1 else problem.id
                self._splits[key] = split, problem
            if model is not None and asked:
                with blaming(f"{model.name} failed on the tools of {part.split}"):
                    split.search(model, asked, self._choice.count, task)

    def of(self, key: str) -> tuple[ToolSpec, ...] | None:
        """What is offered for a problem; None where its own tools stand as they are.

        That is so as well where a problem lists none and gets its own: its world's tools.

        Args:
            key: the problem's id, preceded by its split where the task has several.

        Raises:
            InfrastructureError: the retriever's answer for this problem failed.
        """
        split, problem = self._splits[key]
        if self._choice.kind == "own" and (self._order == "own" or not problem.tools):
            return None
        chosen = self._chosen(split, problem)
        if self._order == "own":
            return tuple(chosen)
        if self._order == "shuffled":
            return tuple(self._shuffled("order", split, problem, chosen))
        gold = needed(problem) or ()
        last = self._order == "gold-last"
        return tuple(sorted(chosen, key=lambda tool: (tool.name in gold) is last))

    def problem(self, key: str) -> Problem:
        """The problem with all that is offered among its tools, as a world must be opened with."""
        _, problem = self._splits[key]
        own = {tool.name for tool in problem.tools}
        others = tuple(tool for tool in self.of(key) or () if tool.name not in own)
        return replace(problem, tools=(*problem.tools, *others)) if others else problem

    def _chosen(self, split: SplitTools, problem: Problem) -> Sequence[ToolSpec]:
        """The tools that are offered, in their own order."""
        if self._choice.kind == "own":
            return problem.tools
        if self._choice.kind == "found":
            return split.found(problem)[: self._choice.count]
        if self._choice.kind == "all":
            return split.tools(problem)
        gold = needed(problem) or ()
        if not self._choice.count:
            listed = {tool.name: tool for tool in (*problem.tools, *split.tools(problem))}
            return [tool for name, tool in listed.items() if name in gold]
        others = [tool for tool in split.tools(problem) if tool.name not in gold]
        drawn = self._shuffled("others", split, problem, others)[: self._choice.count]
        names = {*gold, *(tool.name for tool in drawn)}
        return [tool for tool in split.tools(problem) if tool.name in names]

    def _shuffled(
        self, what: str, split: SplitTools, problem: Problem, tools: Iterable[ToolSpec]
    ) -> list[ToolSpec]:
        """The tools in random order, which hangs on their names and not on how they stood."""
        key = (what, self._seed, split.name, problem.id)
        return sorted(tools, key=lambda tool: fraction(*key, tool.name))

    def _retriever(self) -> LoadedModel | None:
        if self._choice.kind != "found":
            return None
        try:
            return load_model(self._choice.model, runtime={"device": workspace().device})
        except UserError as error:
            raise UserError(f"tools={self._choice}: {error}") from error
