"""ToolFlow and AutoTools-Eval: long plans over the tools of one service.

Shi et al., "Chain of Tools", arXiv 2405.16533 version 1 (parts `v0-*`), and "Tool Learning in the
Wild", its later versions, WWW 2025 (parts `eval-*`). The rows come in several forms; here a problem
is what is asked, the tools with their documentation, and the gold path, a tool as often in it as it
is to be called. Pools: `all`, every tool of the domain; `candidates`, the row's own list.

Attempts are made in simulated worlds of ours, over responses that were recorded once; what they
show is never to be set beside figures of the live services. Where a gold path can be given
arguments there, `gold.program` has it as a program of calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.contracts import Problems, ProblemSet, Task, ToolEnvironment
from harness.errors import UserError
from harness.records import Gold, Message, Problem, Setting, TaskCard, ToolSpec
from harness.suites import Benchmark, Suite
from tasks.reading.autotools import MIRROR as AUTOTOOLS
from tasks.reading.cards import read_cards
from tasks.reading.drift import differences
from tasks.reading.means import means
from tasks.reading.mirror import Mirror
from tasks.reading.plans import LONG, plan_labels
from tasks.reading.tool_retrieval import as_retrieval

if TYPE_CHECKING:
    from harness.sources import Source
    from harness.sources.folder import Requirement

V0 = Mirror(
    "tooluse/toolflow_v0",
    "github.com/shizhl/ATC at c3f19e2",
    (("example_ToolFlow_data_v0/*.json", ""),),
)
QUESTIONS = "autotool.eval.json"
MEASURES = (
    "path_recall",
    "path_set_all",
    "path_subsequence",
    "call_precision",
    "delta_solution_length",
)
FILMS = "tmdb"
"""The dataset whose tools are operations of TMDB."""
MOST_CALLS = 1000
"""A row that wants one tool more often than this is broken; the most in the data is 74."""
_CARDS = read_cards("toolflow")


@dataclass(frozen=True)
class _Row:
    """A row in the one form.

    Attributes:
        id: the domain and the row's own id: "food-q0".
        query: what is asked.
        path: the gold tools, each as often as it is to be called.
        offered: names of the row's own tools.
        tools: the documentation that the row brings along, as published.
    """

    id: str
    query: str
    path: tuple[str, ...]
    offered: tuple[str, ...]
    tools: tuple[Mapping[str, Any], ...]


@dataclass(eq=False)
class ToolFlowTask:
    """One part of the data.

    Attributes:
        dataset: the domain, as the rows call it.
        card: its card.
        file: the part's file in the first release; "" for a part of the later one.
    """

    dataset: str
    card: TaskCard
    file: str = ""
    measures: Sequence[str] = MEASURES
    pools: Sequence[str] = ("all", "candidates")

    def load(self, source: Source, setting: Setting) -> Problems:
        """The part's problems.

        Raises:
            MissingData: a file is not to be had.
            UserError: a file is not as the release's are.
        """
        name = self.file or QUESTIONS
        rows = list(self._rows((V0 if self.file else AUTOTOOLS).json(source, name), name))
        documented = _documented(self._documents(rows, source), self.dataset, name)
        tools = {tool.name: tool for tool, _ in documented}
        addresses = {tool.name: address for tool, address in documented}
        everything = tuple(tools.values())
        own = setting.pool == "candidates"
        problems = []
        for row in rows:
            if unknown := [tool for tool in (*row.path, *row.offered) if tool not in tools]:
                raise UserError(f"{name}, {row.id}: no tool is called '{unknown[0]}'")
            offered = tuple(tools[tool] for tool in row.offered) if own else everything
            problems.append(_problem(row, offered, addresses))
        environment, bound = self._in_world(source, problems, tools)
        return (ProblemSet("test", bound, environment=environment),)

    def check(self, material: Problems) -> tuple[str, ...]:
        """Where the counts differ from the published ones, a sentence each."""
        problems = [problem for part in material for problem in part.problems]
        named = {tool.name for problem in problems for tool in problem.tools}
        found = {
            "problems": len(problems),
            "tools": len(named.union(*(problem.gold.path for problem in problems))),
            "calls": sum(len(problem.gold.path) for problem in problems),
            f"problems of {LONG} calls or more": sum(len(p.gold.path) >= LONG for p in problems),
        }
        return differences(self.card, found)

    def requires(self) -> list[Requirement]:
        """The folder of its release."""
        return [(V0 if self.file else AUTOTOOLS).need()]

    def _in_world(
        self, source: Source, problems: Sequence[Problem], tools: Mapping[str, ToolSpec]
    ) -> tuple[ToolEnvironment | None, tuple[Problem, ...]]:
        """The simulated world of the part, and its problems with programs for it."""
        if self.dataset == FILMS:
            from tasks.worlds.autotools.films import film_world

            return film_world(source, problems, tools)
        from tasks.worlds.autotools.attached import in_world

        return in_world(source, self.dataset, problems, tools)

    def _rows(self, rows: Any, name: str) -> Iterator[_Row]:
        if not isinstance(rows, list):
            raise UserError(f"{name} is no list of rows")
        seen = set()
        for position, row in enumerate(rows):
            try:
                if row["dataset"] != self.dataset:
                    continue
                found = _normalised(row)
            except (KeyError, TypeError, ValueError) as error:
                raise UserError(f"{name}, row {position} cannot be read: {error!r}") from None
            if found.id in seen:
                raise UserError(f"{name}, row {position}: a second row has the id '{found.id}'")
            seen.add(found.id)
            yield found

    def _documents(self, rows: Sequence[_Row], source: Source) -> Iterable[Mapping[str, Any]]:
        """The documentation of every tool of the domain, as published."""
        if self.file:
            return (tool for row in rows for tool in row.tools)
        name = f"{self.dataset}.tools.json"
        published = AUTOTOOLS.json(source, name)
        if not isinstance(published, Mapping) or not isinstance(published.get("endpoints"), list):
            raise UserError(f"{AUTOTOOLS.folder}/{name} has no list of endpoints")
        tools: list[Mapping[str, Any]] = published["endpoints"]
        return tools


def _normalised(row: Mapping[str, Any]) -> _Row:
    """A row in the one form.

    A step of a solution is a tool, or a tool and how often it is called. The tools of a row are
    their names, their documentation, or their addresses by name.

    Raises:
        KeyError, TypeError, ValueError: it has another form.
    """
    path: list[str] = []
    for step in row["solution"]:
        tool, count = (step, 1) if isinstance(step, str) else step
        if not isinstance(count, int) or not 1 <= count <= MOST_CALLS:
            raise ValueError(f"{tool} is to be called {count!r} times")
        path += [tool] * count
    listed = row["api_list"]
    tools = tuple(tool for tool in listed if isinstance(tool, Mapping))
    offered = tuple(tool["api_name"] if isinstance(tool, Mapping) else tool for tool in listed)
    if not all(isinstance(text, str) for text in (row["query"], *path, *offered)):
        raise TypeError("a name or the query is no text")
    return _Row(f"{row['dataset']}-{row['qid']}", row["query"].strip(), tuple(path), offered, tools)


def _documented(
    published: Iterable[Mapping[str, Any]], group: str, name: str
) -> list[tuple[ToolSpec, str]]:
    """Every tool once, in order of first appearance, with its endpoint ("GET https://...")."""
    try:
        named = {tool.get("api_name") or tool["name"]: tool for tool in published}
        listed = {tool: list(_parameters(found)) for tool, found in named.items()}
        marks = any(p.get("in") == "optional" for own in listed.values() for p in own)
        return [
            (
                ToolSpec(
                    tool,
                    (found.get("description") or "").strip(),
                    _schema(listed[tool], found["url"], marks),
                    group=group,
                ),
                f"{found['method'].upper()} {found['url']}",
            )
            for tool, found in named.items()
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{name}: the tools of {group} cannot be read: {error!r}") from None


def _parameters(tool: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from tool.get("required_parameters") or tool.get("parameters") or ()


def _schema(parameters: Sequence[Mapping[str, Any]], url: str, marks: bool) -> dict[str, Any]:
    """The parameters of a tool as a JSON Schema, types as published.

    Args:
        parameters: as published.
        url: the tool's, `{x}` for a parameter in its path.
        marks: whether parameters of the domain are marked where they are optional.
    """
    in_path = re.findall(r"\{(\w+)\}", url)
    properties: dict[str, Any] = {}
    required = list(in_path)
    for parameter in parameters:
        own = parameter.get("schema") or {"type": parameter.get("type", "")}
        described = {"description": parameter.get("description") or "", **own}
        properties[parameter["name"]] = {k: v for k, v in described.items() if v != ""}
        wanted = parameter.get("in") == "required" or parameter.get("required") is True
        if wanted or (marks and parameter.get("in") != "optional"):
            required.append(parameter["name"])
    for parameter in in_path:
        properties.setdefault(parameter, {"type": "string"})
    return {"type": "object", "properties": properties, "required": [*dict.fromkeys(required)]}


def _problem(row: _Row, offered: tuple[ToolSpec, ...], addresses: Mapping[str, str]) -> Problem:
    gold = Gold("path_set_all", path=row.path, details={"endpoints": addresses})
    said = ((Message("user", row.query),),)
    return Problem(row.id, said, offered, gold, plan_labels(row.query, row.path))


def _tasks() -> dict[str, Task]:
    tasks: dict[str, Task] = {}
    for part, own in _CARDS.tasks.items():
        statistics = {
            "problems": own["problems"],
            "tools": own["tools"],
            "calls": own["calls"],
            f"problems of {LONG} calls or more": own["long"],
        }
        release = "the first release" if "file" in own else "the later release"
        what = f"Plans over the tools of a service ({own['dataset']}), {release}."
        card = _CARDS.card(part, statistics, what)
        tasks[card.name] = ToolFlowTask(own["dataset"], card, own.get("file", ""))
    for task in list(tasks.values()):
        counts = {
            "queries": task.card.statistics["problems"],
            "documents": task.card.statistics["tools"],
        }
        view = as_retrieval(task, counts)
        tasks[view.card.name] = view
    return tasks


def _suite(name: str, title: str, parts: Sequence[str], what: str, end: str = "") -> Suite:
    tasks = tuple(f"toolflow/{part}{end}" for part in parts)
    mean, micro = means(tasks, f"the {len(tasks)} parts", "problems")
    return Suite(name, title, tasks, (micro, mean), what)


_V0 = ("v0-food", "v0-movie", "v0-weather")
_EVAL = ("eval-food", "eval-music", "eval-tmdb", "eval-weather")
_UNION = (*_V0, "eval-music")
"""Every query of both releases once: of the later one, only the music is new."""
BENCHMARK = Benchmark(
    "toolflow",
    _tasks(),
    (
        _suite("toolflow", "ToolFlow", _UNION, "every released query once, 151 of both releases"),
        _suite("toolflow-v0", "ToolFlow, first release", _V0, "131 problems in 3 domains"),
        _suite("autotools-eval", "AutoTools-Eval", _EVAL, "80 problems in 4 domains"),
        _suite(
            "toolflow-tools",
            "ToolFlow, tool retrieval",
            _UNION,
            "the tools that ToolFlow's 151 queries need",
            "-tools",
        ),
    ),
)
