"""Problems of the Berkeley Function Calling Leaderboard as its files have them (version 4).

Questions stand in `BFCL_v4_<category>.json`, answers in `possible_answer/` under the same name,
each one JSON object a line. Where several turns or a memory matter, the tools stand in
`multi_turn_func_doc/`. Source: ShishirPatil/gorilla @ 6ea57973, bfcl_eval/utils.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from harness.errors import UserError
from harness.measures.matching import DECLARED
from harness.records import Expected, Gold, Message, Problem, ToolSpec
from tasks.reading.mirror import Mirror

if TYPE_CHECKING:
    from harness.sources import Source

MIRROR = Mirror(
    "tooluse/bfcl_v4",
    "github.com/ShishirPatil/gorilla at 6ea57973",
    (("berkeley-function-call-leaderboard/bfcl_eval/data/*", ""),),
)
LANGUAGES = {"simple_java": "java", "simple_javascript": "javascript"}
"""Categories whose tools are not Python functions."""
_SYNTAX = {"java": "Java 8", "javascript": "JavaScript"}
"""Rules of whose tools every argument is a literal, and the language that it is one of."""
_LISTS = {"java": ("ArrayList", "Array"), "javascript": ("array",)}
"""Types of which upstream tells the elements' type in words."""
MORE_TOOLS = "More tools are at hand now. Please go on with what was left undone."
"""What is said in a turn of multi_turn_miss_func in which the files say nothing. Words of our own:
upstream's stand in its code."""
_DOCUMENTS = {
    "GorillaFileSystem": "gorilla_file_system",
    "MathAPI": "math_api",
    "MemoryAPI_kv": "memory_kv",
    "MemoryAPI_rec_sum": "memory_rec_sum",
    "MemoryAPI_vector": "memory_vector",
    "MessageAPI": "message_api",
    "TicketAPI": "ticket_api",
    "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking",
    "TwitterAPI": "posting_api",
    "VehicleControlAPI": "vehicle_control",
    "WebSearchAPI": "web_search",
}
"""The file in which the tools of a class are documented."""


def read_single_turn(source: Source, category: str) -> Iterator[Problem]:
    """One question, tools, and the calls that are right, or whether there should be one at all."""
    rows = _rows(source, category)
    if category.endswith("relevance"):
        wanted = not category.endswith("irrelevance")
        gold = Gold("called" if wanted else "no_call", rules="python", wants_call=wanted)
        for row in rows:
            yield single_turn(row, gold)
        return
    answers = _answers(source, category)
    rules = LANGUAGES.get(category, "python")
    for row in rows:
        calls = tuple(expected(call) for call in answers[row["id"]])
        yield single_turn(row, Gold("ast", calls, rules))


def read_multi_turn(source: Source, category: str) -> Iterator[Problem]:
    """A conversation, in every turn of which the state must become what the gold calls make it.

    `gold.details` has the initial state and what else a check of the state needs; tools that are
    held back until a turn are among the tools, and named under "missed_function" by turn.
    """
    answers = _answers(source, category)
    tools = _Documents(source)
    for row in _rows(source, category):
        turns = tuple(tuple(map(str, turn)) for turn in answers[row["id"]])
        details = ("initial_config", "involved_classes", "path", "excluded_function")
        gold = Gold(
            "state",
            rules="python",
            path=tuple(call.partition("(")[0].strip() for turn in turns for call in turn),
            turns=turns,
            details={name: row[name] for name in (*details, "missed_function") if name in row},
        )
        asked = turns_of(row["question"])
        yield Problem(
            row["id"],
            tuple(turn or (Message("user", MORE_TOOLS),) for turn in asked),
            tools.of(row["involved_classes"]),
            gold,
            {"turns": str(len(asked))},
        )


def read_memory(source: Source, category: str) -> Iterator[Problem]:
    """Questions about conversations that an agent was to remember, by one of three memories."""
    kept = category.replace("memory", "MemoryAPI", 1)
    for problem, row in _answered(source, "memory", category, (kept,)):
        scenario = str(row["scenario"])
        details = {"involved_classes": [kept], "scenario": scenario}
        yield replace(
            problem,
            gold=replace(problem.gold, details=details),
            labels={"scenario": scenario},
        )


def read_web_search(source: Source, category: str) -> Iterator[Problem]:
    """Questions that need several searches; `no_snippet` gives addresses and titles only."""
    shown = not category.endswith("no_snippet")
    details = {"involved_classes": ["WebSearchAPI"], "show_snippet": shown}
    for problem, _ in _answered(source, "web_search", category, ("WebSearchAPI",)):
        yield replace(problem, gold=replace(problem.gold, details=details))


def read_format_sensitivity(source: Source, category: str) -> Iterator[Problem]:
    """200 of the single-turn problems, each asked in 26 ways of writing prompt and answer."""
    index = 0
    ways = tuple(configurations())
    chosen = MIRROR.json(source, f"BFCL_v4_{category}.json")
    for own, ids in chosen.items():
        wanted = set(ids)
        for problem in read_single_turn(source, own):
            if problem.id not in wanted:
                continue
            for way in ways:
                labels = {"configuration": way, "category": own}
                yield replace(problem, id=f"{category}_{index}:{way}:{problem.id}", labels=labels)
                index += 1


def configurations() -> Iterator[str]:
    """The 26 ways, as upstream writes them in ids."""
    form = "ret_fmt={}&tool_call_tag={}&func_doc_fmt={}&prompt_fmt={}&style={}"
    for written in ("python", "json", "verbose_xml", "concise_xml"):
        for tag in (True, False):
            for documented in ("python", "xml", "json"):
                yield form.format(written, tag, documented, "plaintext", "classic")
    yield form.format("python", False, "json", "markdown", "classic")
    yield form.format("python", False, "json", "plaintext", "experimental")


def single_turn(row: Mapping[str, Any], gold: Gold) -> Problem:
    """The problem of a row with its own tools; in Java and JavaScript they want literals."""
    turns = turns_of(row["question"])
    labels = {"calls": str(len(gold.calls))} if gold.calls and len(gold.calls) > 1 else {}
    tools = tuple(map(tool, row["function"]))
    if gold.rules in _SYNTAX:
        gold = replace(gold, details={**gold.details, DECLARED: [asdict(one) for one in tools]})
        tools = tuple(of_literals(one, gold.rules) for one in tools)
    return Problem(row["id"], turns, tools, gold, labels)


def turns_of(question: Sequence[Sequence[Mapping[str, Any]]]) -> tuple[tuple[Message, ...], ...]:
    """Messages by turn."""
    return tuple(
        tuple(Message(str(said["role"]), str(said["content"])) for said in turn)
        for turn in question
    )


def tool(document: Mapping[str, Any], group: str = "") -> ToolSpec:
    """A tool; types are those of the benchmark ("dict", "float", "HashMap")."""
    return ToolSpec(
        str(document["name"]),
        str(document.get("description", "")),
        document.get("parameters") or {},
        document.get("response"),
        group,
    )


def of_literals(tool: ToolSpec, rules: str) -> ToolSpec:
    """A tool of Java or JavaScript as upstream offers it: every parameter is a string.

    The language is told in the tool's description and the declared type in the parameter's, as by
    bfcl_eval/utils.py; the words are our own.
    """
    properties = tool.parameters.get("properties") or {}
    return replace(
        tool,
        description=f"{tool.description} Arguments are literals of {_SYNTAX[rules]}, as strings.",
        parameters={
            **tool.parameters,
            "properties": {
                name: _literal(schema, _LISTS[rules]) for name, schema in properties.items()
            },
        },
    )


def _literal(schema: Mapping[str, Any], lists: Sequence[str]) -> dict[str, Any]:
    """A parameter that is given as a literal. A default stays as the files have it."""
    found, declared = dict(schema), str(schema.get("type", "any"))
    told = f"a literal of type {declared}"
    if declared in lists and (items := found.pop("items", None)):
        told += f" with elements of type {items.get('type', 'any')}"
    if declared == "dict" and (entries := found.pop("properties", None)):
        told += f" with the entries {json.dumps(entries)}"
    return {**found, "type": "string", "description": f"{schema.get('description', '')} ({told})"}


def expected(call: Mapping[str, Any]) -> Expected:
    """A call as an answer has it: `{"name": {"parameter": [acceptable, ...]}}`."""
    ((name, arguments),) = call.items()
    return Expected(str(name), arguments)


class _Documents:
    """Tools by class, each read once and shared by all problems."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known: dict[str, tuple[ToolSpec, ...]] = {}

    def of(self, classes: Sequence[str]) -> tuple[ToolSpec, ...]:
        return tuple(spec for name in classes for spec in self._class(name))

    def _class(self, name: str) -> tuple[ToolSpec, ...]:
        if name not in self._known:
            if name not in _DOCUMENTS:
                raise UserError(f"{MIRROR.folder}: no file documents the tools of '{name}'")
            rows = MIRROR.lines(self._source, f"multi_turn_func_doc/{_DOCUMENTS[name]}.json")
            self._known[name] = tuple(tool(row, name) for row in rows)
        return self._known[name]


def _answered(
    source: Source, file: str, category: str, classes: Sequence[str]
) -> Iterator[tuple[Problem, Mapping[str, Any]]]:
    """Problems that are right when an answer is; ids are the category's, not the file's."""
    answers = _answers(source, file)
    tools = _Documents(source).of(classes)
    for row in _rows(source, file):
        gold = Gold("answer_contained", answers=tuple(map(str, answers[row["id"]])))
        id = str(row["id"]).replace(file, category, 1)
        yield Problem(id, turns_of(row["question"]), tools, gold), row


def _rows(source: Source, category: str) -> list[Any]:
    return MIRROR.lines(source, f"BFCL_v4_{category}.json")


def _answers(source: Source, category: str) -> dict[str, Any]:
    rows = MIRROR.lines(source, f"possible_answer/BFCL_v4_{category}.json")
    return {str(row["id"]): row["ground_truth"] for row in rows}
