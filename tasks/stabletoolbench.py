"""StableToolBench: 765 solvable queries of ToolBench's six test subsets, scored by judges.

Guo et al., Findings of ACL 2024. The APIs are RapidAPI's, told to models as upstream's environment
tells them (toolbench/inference/Downstream_tasks/rapidapi_multithread.py): by function names, types
and descriptions that are derived here. What an attempt is worth is what a judge says of it, see
`tasks.judges`.

Nobody can call the APIs any more. In a run upstream's recorded answers are looked up, where the
mirror has them, and what they do not know is answered by a chat model, where a setting names one.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from harness.contracts import Problems, ProblemSet, Task
from harness.errors import UserError
from harness.records import Gold, Message, Problem, Setting, TaskCard, ToolSpec
from harness.sources import Read, Source
from harness.suites import Benchmark, Suite
from tasks.reading.cards import read_cards
from tasks.reading.drift import differences
from tasks.reading.means import means
from tasks.reading.mirror import Mirror
from tasks.reading.tool_retrieval import as_retrieval

if TYPE_CHECKING:
    from harness.sources.folder import Requirement
    from tasks.worlds.simulated import Simulated

_CARDS = read_cards("stabletoolbench")
MIRROR = Mirror(
    "tooluse/stabletoolbench",
    "github.com/THUNLP-MT/StableToolBench at aa4ed9f",
    (
        ("solvable_queries/*", "solvable_queries"),
        (
            "toolbench/tooleval/evaluators/tooleval_gpt-3.5-turbo_default/*",
            "evaluator_templates",
        ),
    ),
)
MEASURES = ("SoPR", "SoPR(of='answered')", "solved", "judged", "path_recall")
RENAMED = "renamed-descriptions"
CACHES = ("tool_response_cache", "server_cache/tool_response_cache")
"""Where in the mirror's folder recorded answers may lie, as upstream's archive is unpacked."""

_NAME = 64
"""Characters of a function's name, the last ones of a longer one; OpenAI's limit."""
_DESCRIPTION = 256
"""Characters of a description."""
_TYPES = {"NUMBER": "integer", "STRING": "string", "BOOLEAN": "boolean"}
_RESERVED = frozenset({"from", "class", "return", "false", "true", "id", "and"})
"""Names that upstream precedes by "is_"."""


@dataclass(eq=False)
class StableToolBenchTask:
    """One of the six subsets.

    Attributes:
        subset: upstream's name for it.
        card: its card.
        compats: what upstream does by accident and can be switched on: name -> what it is.
        judge: who judges the attempts of a run, where a chat model is named for that.
        unplayed: how it can be run where nothing answers its calls.
    """

    subset: str
    card: TaskCard
    measures: Sequence[str] = MEASURES
    compats: Mapping[str, str] = field(default_factory=lambda: _CARDS.shared["compats"])
    judge: str = "assay-solved"
    unplayed: str = (
        "nobody can call its APIs: name a chat model that simulates them by --simulator, or put "
        f"upstream's recorded answers (huggingface.co/datasets/stabletoolbench/Cache) into "
        f"{MIRROR.folder}/{CACHES[0]} of the data"
    )

    def load(self, source: Source, setting: Setting) -> Problems:
        """The queries whose ids are test ids, in upstream's order, with their world if any.

        Raises:
            MissingData: the mirror lacks a file.
            UserError: a file is broken, or a test id has no query.
        """
        ids = MIRROR.json(source, f"solvable_queries/test_query_ids/{self.subset}.json")
        rows = MIRROR.json(source, f"solvable_queries/test_instruction/{self.subset}.json")
        try:
            rows = [row for row in rows if str(row["query_id"]) in ids]
            problems = [_problem(row, renamed=RENAMED in setting.compat) for row in rows]
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise UserError(
                f"{MIRROR.folder}: the queries of {self.subset} are not in upstream's form: "
                f"{type(error).__name__} {error}"
            ) from error
        if missing := sorted(set(ids) - {problem.id for problem in problems}):
            raise UserError(f"{MIRROR.folder}: {self.subset} has no query {missing[0]}")
        repeated = sum(len(set(p.gold.path)) < len(p.gold.path) for p in problems)
        notes = {
            "queries that name a relevant API twice": repeated,
            "queries with a simulator": len(problems) if setting.simulator else 0,
        }
        world = _world(source, setting, rows)
        noted = {what: n for what, n in notes.items() if n}
        return (ProblemSet(self.subset, problems, environment=world, notes=noted),)

    def check(self, problems: Problems) -> tuple[str, ...]:
        """Where the counts differ from the published ones, a sentence each."""
        (part,) = problems
        found = {
            "problems": len(part.problems),
            "relevant APIs": sum(len(problem.gold.path) for problem in part.problems),
        }
        return differences(self.card, found)

    def requires(self) -> list[Requirement]:
        """The mirror's folder."""
        return [MIRROR.need()]


def _problem(row: Mapping[str, Any], *, renamed: bool) -> Problem:
    apis = _functions(row)
    names = {(api["tool_name"], api["api_name"]): name for name, api in apis.items()}
    path = tuple(names[tool, api] for tool, api in row["relevant APIs"])
    return Problem(
        id=str(row["query_id"]),
        turns=((Message("user", row["query"]),),),
        tools=tuple(_tool(api, name, renamed=renamed) for name, api in apis.items()),
        gold=Gold(success="solved", path=path),
        labels={"relevant APIs": str(len(set(path)))},
    )


def _functions(row: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The APIs of a query, each once, by the name of its function."""
    found: dict[str, Mapping[str, Any]] = {}
    seen: set[tuple[str, str]] = set()
    for api in row["api_list"]:
        key = (api["tool_name"], api["api_name"])
        if key not in seen:
            full = f"{_identifier(api['api_name'])}_for_{_standard(api['tool_name'])}"
            found[_unique(full, found)] = api
            seen.add(key)
    return found


def _world(source: Source, setting: Setting, rows: Sequence[Mapping[str, Any]]) -> Simulated | None:
    """What answers the calls; None where there is neither a recorded answer nor a simulator."""
    paths = (source.path(f"{MIRROR.folder}/{name}") for name in CACHES)
    folder = next((path for path in paths if path), None)
    if folder is None and not setting.simulator:
        return None
    from tasks.worlds.rapid_apis import RapidApis, RapidWorld
    from tasks.worlds.response_cache import Place, digest

    def known(api: Mapping[str, Any]) -> tuple[Place, Mapping[str, Any]]:
        tool, name = _standard(api["tool_name"]), _identifier(api["api_name"])
        return Place(str(api.get("category_name", "")), tool, name), api

    apis = RapidApis(
        {
            str(row["query_id"]): {name: known(api) for name, api in _functions(row).items()}
            for row in rows
        }
    )
    if folder is not None:
        sha256, files = digest(folder, apis.places())
        source.note(Read(MIRROR.folder, "", CACHES[0], "mirror", None, sha256, files))
        if not files and not setting.simulator:
            return None
    return RapidWorld(apis, folder, setting.simulator)


def _tool(api: Mapping[str, Any], name: str, *, renamed: bool) -> ToolSpec:
    text = (api["api_description"] or "").strip()
    if renamed:
        text = text.replace(api["api_name"], name)
    required, optional = api["required_parameters"], api["optional_parameters"]
    return ToolSpec(
        name=name,
        description=text[:_DESCRIPTION],
        parameters={
            "type": "object",
            "properties": dict(map(_parameter, [*required, *optional])),
            "required": list(dict.fromkeys(_identifier(p["name"]) for p in required)),
        },
        group=_standard(api["tool_name"]),
    )


def _parameter(given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    told: dict[str, Any] = {
        "type": _TYPES.get(given["type"], "string"),
        "description": str(given["description"] or "")[:_DESCRIPTION],
    }
    if given["default"] not in ("", None):
        told["example_value"] = given["default"]
    return _identifier(given["name"]), told


def _unique(full: str, taken: Container[str]) -> str:
    """The last characters of a name, told apart from names that end alike."""
    name, n = full[-_NAME:], 1
    while name in taken:
        n += 1
        name = f"{full[-_NAME:][: _NAME - len(str(n)) - 1]}_{n}"
    return name


def _identifier(text: str) -> str:
    name = _standard(text)
    return f"is_{name}" if name in _RESERVED else name


def _standard(text: str) -> str:
    """Lower case; letters, digits and Chinese signs joined by single underscores.

    Upstream's class of allowed signs holds a "^", by mistake; so does ours.
    """
    joined = re.sub(r"[^\u4e00-\u9fa5a-zA-Z0-9^]+", "_", text).strip("_").lower()
    return f"get_{joined}" if joined[:1].isdigit() else joined


def _tasks() -> dict[str, Task]:
    tasks: dict[str, Task] = {}
    views: dict[str, Task] = {}
    for subset, own in _CARDS.tasks.items():
        counts = {"problems": own["problems"], "relevant APIs": own["relevant"]}
        card = _CARDS.card(subset, counts)
        tasks[card.name] = task = StableToolBenchTask(subset, card)
        view = as_retrieval(task, {"queries": own["problems"]})
        views[view.card.name] = view
    return tasks | views


def _suite(name: str, title: str, tasks: Iterable[Task], description: str) -> Suite:
    names = tuple(task.card.name for task in tasks)
    mean, micro = means(names, "the six subsets, as upstream prints", "queries")
    averages = (replace(mean, name="average"), micro)
    return Suite(name, title, names, averages, description)


def _suites(tasks: Iterable[Task]) -> Iterator[Suite]:
    by_kind = {"tool_use": list[Task](), "retrieval": list[Task]()}
    for task in tasks:
        by_kind[task.card.kind].append(task)
    yield _suite(
        "stabletoolbench",
        "StableToolBench",
        by_kind["tool_use"],
        "ToolBench's 765 solvable queries in six subsets, scored by a judge",
    )
    yield _suite(
        "stabletoolbench-tools",
        "StableToolBench, tool retrieval",
        by_kind["retrieval"],
        "the APIs that ToolBench's solvable queries need, 765 queries",
    )


_TASKS = _tasks()
BENCHMARK = Benchmark("stabletoolbench", _TASKS, tuple(_suites(_TASKS.values())))
