"""RestBench: queries to two web services, each with the path of operations that answers it.

Song et al., "RestGPT", 2023. Tools are the operations of the services' OpenAPI documents, named
"GET /movie/{movie_id}". Pools: `all`, every operation of the service, as in the paper;
`candidates`, 20 a problem, as ATC and AutoTools use it. Labels that cannot be followed are mended
by an overlay (in the card file, with its version); the switch `raw-labels` leaves them as released.

Attempts are made in simulated worlds of ours, whose answers have the shape that the documents say.
`solved_in_world` holds the end of an attempt against what a program of calls leads to there; paths
are judged as they always were. No number from there is one of the live services.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from harness.contracts import Problems, ProblemSet, Task, ToolEnvironment
from harness.errors import UserError
from harness.measures.endpoints import called
from harness.play.programs import ANSWER
from harness.records import Gold, Message, Problem, Setting, TaskCard, ToolSpec
from harness.suites import Benchmark, Suite
from tasks.reading.autotools import MIRROR as AUTOTOOLS
from tasks.reading.cards import read_cards
from tasks.reading.drift import differences
from tasks.reading.means import means
from tasks.reading.mirror import Mirror
from tasks.reading.openapi import base_address, read_operations
from tasks.reading.plans import plan_labels
from tasks.reading.tool_retrieval import as_retrieval

if TYPE_CHECKING:
    from harness.sources import Source
    from harness.sources.folder import Requirement

DATA = Mirror(
    "tooluse/restbench",
    "github.com/Yifan-Song793/RestGPT at d990128",
    (("datasets/*.json", ""), ("specs/*.json", "")),
)
MEASURES = (
    "path_subsequence",
    "path_set_all",
    "path_recall",
    "call_precision",
    "delta_solution_length",
)
IN_WORLD = "solved_in_world"
"""What is measured besides where attempts are made in a world."""
_CARDS = read_cards("restbench")
_OVERLAY: Mapping[str, Any] = _CARDS.shared["overlay"]


@dataclass(eq=False)
class RestBenchTask:
    """One of the two services.

    Attributes:
        service: "tmdb" or "spotify".
        card: its card.
        compats: what the release has and can be switched on: name -> what it is.
    """

    service: str
    card: TaskCard
    measures: Sequence[str] = MEASURES
    pools: Sequence[str] = ("all", "candidates")
    compats: Mapping[str, str] = field(default_factory=lambda: _CARDS.shared["compats"])

    def load(self, source: Source, setting: Setting) -> Problems:
        """The queries with the operations of the service, or with the candidates among them.

        The id of a problem is the service and the position in the file from 0: "tmdb-26". Where a
        label was mended, `gold.details["released"]` has what was released.

        Raises:
            MissingData: a file is not to be had.
            UserError: a file is not as RestBench's are.
        """
        rows = DATA.json(source, f"{self.service}.json")
        document = DATA.json(source, f"{self.service}_oas.json")
        tools, addresses = self._operations(document)
        raw = "raw-labels" in setting.compat
        problems = tuple(
            self._problem(i, row, tuple(tools.values()), addresses, raw)
            for i, row in enumerate(_listed(rows, f"{DATA.folder}/{self.service}.json"))
        )
        environment, problems = self._in_world(problems, document, tuple(tools.values()))
        if setting.pool == "candidates":
            problems = self._narrowed(problems, tools, source)
        mended = sum("released" in problem.gold.details for problem in problems)
        notes = {"labels mended": mended} if mended else {}
        return (ProblemSet("test", problems, environment=environment, notes=notes),)

    def check(self, material: Problems) -> tuple[str, ...]:
        """Where the counts differ from the published ones, a sentence each."""
        problems = [problem for part in material for problem in part.problems]
        released = [_released(problem) for problem in problems]
        found = {
            "problems": len(problems),
            "tools": len({tool.name for problem in problems for tool in problem.tools}),
            "calls": sum(map(len, released)),
            "distinct gold tools": len({tool.strip() for path in released for tool in path}),
        }
        return differences(self.card, found)

    def requires(self) -> list[Requirement]:
        """The folder that the default pool needs."""
        return [DATA.need()]

    def _operations(
        self, document: Mapping[str, Any]
    ) -> tuple[dict[str, ToolSpec], dict[str, str]]:
        """The operations of the service by name, and each with its whole address."""
        name = f"{DATA.folder}/{self.service}_oas.json"
        tools = {tool.name: tool for tool in read_operations(document, name, self.service)}
        base = base_address(document, name)
        return tools, {tool: tool.replace(" ", f" {base}", 1) for tool in tools}

    def _in_world(
        self,
        problems: tuple[Problem, ...],
        document: Mapping[str, Any],
        operations: tuple[ToolSpec, ...],
    ) -> tuple[ToolEnvironment, tuple[Problem, ...]]:
        """The service's simulated world, and the problems with what is right there."""
        from tasks.worlds.restbench import in_spotify, in_tmdb

        if self.service == "spotify":
            return in_spotify(problems, operations)
        paths = [self._mended(n, tuple(_released(one))) for n, one in enumerate(problems)]
        return in_tmdb(problems, paths, document, f"{DATA.folder}/{self.service}_oas.json")

    def _problem(
        self,
        position: int,
        row: Any,
        tools: tuple[ToolSpec, ...],
        addresses: Mapping[str, str],
        raw: bool,
    ) -> Problem:
        if not isinstance(row, Mapping) or not isinstance(row.get("query"), str):
            raise UserError(f"{DATA.folder}/{self.service}.json, row {position} has no query")
        solution = row.get("solution")
        if not isinstance(solution, list) or not all(isinstance(tool, str) for tool in solution):
            raise UserError(f"{DATA.folder}/{self.service}.json, row {position} has no solution")
        released = tuple(solution)
        path = released if raw else self._mended(position, released)
        details: dict[str, Any] = {"endpoints": addresses}
        if path != released:
            details["released"] = list(released)
        query = row["query"].strip()
        return Problem(
            f"{self.service}-{position}",
            ((Message("user", query),),),
            tools,
            Gold("path_subsequence", path=path, details=details),
            plan_labels(query, path),
        )

    def _mended(self, position: int, released: tuple[str, ...]) -> tuple[str, ...]:
        entry = _OVERLAY[self.service].get(position)
        if entry is None:
            return released
        if entry.get("blanks"):
            return tuple(tool.strip() for tool in released)
        return tuple(entry["path"])

    def _narrowed(
        self, problems: Sequence[Problem], tools: Mapping[str, ToolSpec], source: Source
    ) -> tuple[Problem, ...]:
        """The problems with their own candidates, and what their gold path needs besides."""
        name = f"{self.service}.eval.json"
        rows = _listed(AUTOTOOLS.json(source, name), f"{AUTOTOOLS.folder}/{name}")
        if len(rows) != len(problems):
            raise UserError(
                f"{AUTOTOOLS.folder}/{name} has {len(rows):,} rows for {len(problems):,} queries: "
                "the two files must be of the same benchmark"
            )
        narrowed = []
        for problem, row in zip(problems, rows, strict=True):
            if not isinstance(row, Mapping) or not isinstance(row.get("api_list"), list):
                raise UserError(f"{AUTOTOOLS.folder}/{name}: a row has no api_list")
            listed = [called(problem, str(operation)) for operation in row["api_list"]]
            wanted = dict.fromkeys((*listed, *problem.gold.path))
            own = tuple(tools[tool] for tool in wanted if tool in tools)
            narrowed.append(_reachable(replace(problem, tools=own)))
        return tuple(narrowed)


def _reachable(problem: Problem) -> Problem:
    """The problem; without its program and what follows where a tool for that is not offered."""
    offered = {tool.name for tool in problem.tools}
    if offered.issuperset(call.name for call in problem.gold.program):
        return problem
    details = {name: told for name, told in problem.gold.details.items() if name != ANSWER}
    gold = replace(problem.gold, program=(), answers=(), state=None, details=details)
    return replace(problem, gold=gold)


def _released(problem: Problem) -> Sequence[str]:
    """The gold path as it was released."""
    path: Sequence[str] = problem.gold.details.get("released", problem.gold.path)
    return path


def _listed(rows: Any, name: str) -> Sequence[Any]:
    if not isinstance(rows, list):
        raise UserError(f"{name} is no list of rows")
    return rows


def _tasks() -> dict[str, Task]:
    tasks: dict[str, Task] = {}
    for service, own in _CARDS.tasks.items():
        statistics = {
            "problems": own["problems"],
            "tools": own["tools"],
            "calls": own["calls"],
            "distinct gold tools": own["distinct"],
        }
        card = _CARDS.card(service, statistics)
        mended = "; ".join(f"#{n}: {e['why']}" for n, e in _OVERLAY[service].items())
        card = replace(
            card,
            version=str(_OVERLAY["version"]),
            defects=(
                f"Labels mended (overlay {_OVERLAY['version']}; positions from 0): {mended}.",
                *card.defects,
            ),
        )
        measures = (*MEASURES, IN_WORLD) if card.runs == "world" else MEASURES
        tasks[card.name] = RestBenchTask(service, card, measures)
    for task in list(tasks.values()):
        counts = {
            "queries": task.card.statistics["problems"],
            "documents": task.card.statistics["tools"],
        }
        view = as_retrieval(task, counts)
        tasks[view.card.name] = view
    return tasks


def _suite(name: str, title: str, tasks: Sequence[str], description: str) -> Suite:
    averages = means(tasks, "the two services", "queries")
    return Suite(name, title, tuple(tasks), averages, description)


_TASKS = _tasks()
BENCHMARK = Benchmark(
    "restbench",
    _TASKS,
    (
        _suite(
            "restbench",
            "RestBench",
            [name for name, task in _TASKS.items() if task.card.kind == "tool_use"],
            "tool use over two web services, 157 queries",
        ),
        _suite(
            "restbench-tools",
            "RestBench, tool retrieval",
            [name for name, task in _TASKS.items() if task.card.kind == "retrieval"],
            "the operations that RestBench's queries need, 157 queries",
        ),
    ),
)
