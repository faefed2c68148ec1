"""API-Bank: calls of APIs within dialogues, and what to say once they have answered.

Levels 1 and 2 ask for one call, or for one reply, given the dialogue so far; on level 2 the API has
to be found by ToolSearcher first. Level 3 starts from one sentence and takes several calls, asked
one by one, the right ones before it given (`level-3-api`), or all at once (`level-3-scenarios`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.contracts import Problems, ProblemSet
from harness.records import Gold, Message, Problem, Setting, TaskCard
from harness.suites import Benchmark, Suite
from tasks.reading.apibank import (
    MIRROR,
    SEARCHER,
    described,
    dialogues,
    distinct,
    found_tools,
    gold,
    rows_of,
    sample,
)
from tasks.reading.apibank_rules import (
    DIALOGUES,
    FRESH_DATABASE,
    ON_A_FRESH_DATABASE,
    SCENARIOS,
    Rule,
)
from tasks.reading.cards import read_cards
from tasks.reading.drift import differences
from tasks.reading.means import means
from tasks.reading.tool_retrieval import as_retrieval

if TYPE_CHECKING:
    from harness.sources import Source
    from harness.sources.folder import Requirement

UNWINNABLE = "unwinnable"
_COMPATS = {
    UNWINNABLE: "every call is wrong where upstream's evaluator finds the right one wrong: it "
    "reads lists in two, executes calls without those before them, and knows some parameters by "
    "other names",
}
_FOLDERS = {"level-1": "level-1-given-desc", "level-2": "level-2-toolsearcher"}
_CALLS = (
    "api_accuracy",
    "api_accuracy(undecided=right)",
    "api_accuracy(undecided=skip)",
    "api_name_match",
    "argument_match",
)
_CARDS = read_cards("apibank")

Reader = Callable[["Source", bool], Iterator[Problem]]
"""Reads problems; the second argument is whether upstream's unwinnable ones are to be."""


@dataclass(eq=False)
class ApiBankTask:
    """One of the test files.

    Attributes:
        card: its card.
        read: makes its problems.
        measures: reported by default.
        compats: what upstream does by accident.
    """

    card: TaskCard
    read: Reader
    measures: Sequence[str]
    compats: Mapping[str, str] = field(default_factory=dict)

    def load(self, source: Source, setting: Setting) -> Problems:
        """The problems of the test file, as the one split "test".

        Raises:
            MissingData: the mirror lacks a file.
            UserError: a file is broken; the message names it.
        """
        problems = tuple(self.read(source, UNWINNABLE in setting.compat))
        mended = sum("mended" in problem.gold.details for problem in problems)
        notes = {"labels mended": mended} if mended else {}
        single = not self.card.name.endswith("scenarios")
        return (ProblemSet("test", problems, single=single, notes=notes),)

    def check(self, material: Problems) -> tuple[str, ...]:
        """Where the counts differ from upstream's, a sentence each."""
        (split,) = material
        return differences(self.card, {"problems": len(split.problems)})

    def requires(self) -> list[Requirement]:
        """The mirror's folder."""
        return [MIRROR.need()]


def _dialogue_calls(level: str) -> Reader:
    def read(source: Source, unwinnable: bool) -> Iterator[Problem]:
        rows = rows_of(source, f"{level}-api")
        files = dialogues(source, _FOLDERS[level], (row["file"] for row in rows))
        for row in rows:
            id = _id(row)
            history, right = sample(files[row["file"]], row["id"], f"{level}-api.json, {id}")
            name, given = right["api_name"], right["result"]["input"]
            reason = FRESH_DATABASE if id in ON_A_FRESH_DATABASE else ""
            answers = _gold([(name, given)], DIALOGUES, unwinnable, reason)
            searched = (t["result"]["output"] for t in history if t.get("api_name") == SEARCHER)
            tools = distinct((*described(row["instruction"]), *found_tools(searched)))
            yield Problem(id, _turns(row), tools, answers, _labels(name, DIALOGUES))

    return read


def _dialogue_replies(level: str) -> Reader:
    def read(source: Source, unwinnable: bool) -> Iterator[Problem]:
        for row in rows_of(source, f"{level}-response"):
            tools = distinct(described(row["instruction"]))
            yield Problem(_id(row), _turns(row), tools, Gold(reference=row["expected_output"]))

    return read


def _steps(source: Source, unwinnable: bool) -> Iterator[Problem]:
    """The calls of level 3, each with the right ones before it."""
    scenarios = rows_of(source, "level-3")
    for row in rows_of(source, "level-3-batch-inf"):
        calls = scenarios[row["sample_id"]]["apis"]
        call = calls[row["api_id"]]
        name = call["api_name"]
        answers = _gold([(name, call["output"]["input"])], SCENARIOS, unwinnable)
        tools = distinct((*described(row["input"]), *_searched(calls[: row["api_id"]])))
        id = f"{row['sample_id']}-{row['api_id']}"
        yield Problem(id, _turns(row), tools, answers, _labels(name, SCENARIOS))


def _scenarios(source: Source, unwinnable: bool) -> Iterator[Problem]:
    """The scenarios of level 3, from the one sentence that says what is wanted."""
    first = {row["sample_id"]: row for row in reversed(rows_of(source, "level-3-batch-inf-icl"))}
    for number, scenario in enumerate(rows_of(source, "level-3")):
        calls = scenario["apis"]
        right = [(call["api_name"], call["output"]["input"]) for call in calls]
        answers = _gold(right, SCENARIOS, unwinnable)
        tools = distinct((*described(first[number]["input"]), *_searched(calls)))
        labels = {"calls": str(len(calls)), "needs execution": _needs(right, SCENARIOS)}
        yield Problem(str(number), _turns(first[number]), tools, answers, labels)


def _scenario_replies(source: Source, unwinnable: bool) -> Iterator[Problem]:
    for row in rows_of(source, "level-3-batch-inf-response"):
        tools = distinct(described(row["input"]))
        yield Problem(str(row["sample_id"]), _turns(row), tools, Gold(reference=row["output"]))


def _gold(
    calls: Sequence[tuple[str, Any]],
    rules: Mapping[str, Rule],
    unwinnable: bool,
    reason: str = "",
) -> Gold:
    """What is right; with `unwinnable`, nothing where upstream has a reason for it."""
    reasons = [reason or rules[name].unwinnable if name in rules else "" for name, _ in calls]
    return gold(calls, rules, reasons if unwinnable else ())


def _id(row: Mapping[str, Any]) -> str:
    return f"{row['file'].removesuffix('.jsonl')}#{row['id']}"


def _turns(row: Mapping[str, Any]) -> tuple[tuple[Message, ...], ...]:
    return ((Message("system", row["instruction"]), Message("user", row["input"])),)


def _searched(calls: Sequence[Mapping[str, Any]]) -> Iterator[Any]:
    results = (call["output"]["output"] for call in calls if call["api_name"] == SEARCHER)
    yield from found_tools(results)


def _labels(name: str, rules: Mapping[str, Rule]) -> dict[str, str]:
    return {"api": name, "needs execution": _needs([(name, None)], rules)}


def _needs(calls: Sequence[tuple[str, Any]], rules: Mapping[str, Rule]) -> str:
    return "yes" if any(rules[name].needs_execution for name, _ in calls) else "no"


_PARTS: Mapping[str, tuple[Reader, Sequence[str]]] = {
    "level-1-api": (_dialogue_calls("level-1"), _CALLS),
    "level-1-response": (_dialogue_replies("level-1"), ("rouge_l",)),
    "level-2-api": (_dialogue_calls("level-2"), _CALLS),
    "level-2-response": (_dialogue_replies("level-2"), ("rouge_l",)),
    "level-3-api": (_steps, _CALLS),
    "level-3-scenarios": (_scenarios, (*_CALLS, "step_accuracy")),
    "level-3-response": (_scenario_replies, ("rouge_l",)),
}


def _tasks() -> Iterator[ApiBankTask]:
    for name, (read, measures) in _PARTS.items():
        own = _CARDS.tasks[name]
        card = _CARDS.card(name, {"problems": own["problems"]})
        yield ApiBankTask(card, read, measures, _COMPATS if measures[0] == _CALLS[0] else {})


def _suite(name: str, title: str, parts: Sequence[str], what: str) -> Suite:
    tasks = tuple(f"apibank/{part}" for part in parts)
    averages = means(tasks, f"the {len(tasks)} levels", what)
    return Suite(name, title, tasks, averages, f"{title}: {what}")


_TASKS = {task.card.name: task for task in _tasks()}
_CALLED = (task for task in _TASKS.values() if task.card.main_measure == _CALLS[0])
_SEARCHED = {view.card.name: view for view in map(as_retrieval, _CALLED)}
BENCHMARK = Benchmark(
    "apibank",
    {**_TASKS, **_SEARCHED},
    (
        _suite(
            "apibank",
            "API-Bank, calls",
            ("level-1-api", "level-2-api", "level-3-scenarios"),
            "calls of levels 1 and 2 and scenarios of level 3",
        ),
        _suite(
            "apibank-response",
            "API-Bank, replies",
            ("level-1-response", "level-2-response", "level-3-response"),
            "replies",
        ),
    ),
)
