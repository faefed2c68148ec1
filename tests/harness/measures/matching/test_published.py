"""The rules replayed on what the Berkeley Function-Calling Leaderboard published.

The v4 answers must be right by the rules, but for labels that cannot be met as they stand; the v1
verdicts on the outputs of models that answer in JSON, which need no decoder, must be met item by
item.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.measures.attempt import Verdict
from harness.measures.matching import match
from harness.records import Expected, Gold, Message, Problem, ToolCall, ToolSpec, Trajectory

RULES = {"simple_java": "java", "simple_javascript": "javascript"}
CATEGORIES = [
    ("simple_python", 400),
    ("simple_java", 100),
    ("simple_javascript", 50),
    ("multiple", 200),
    ("parallel", 200),
    ("parallel_multiple", 200),
    ("live_simple", 258),
    ("live_multiple", 1053),
    ("live_parallel", 16),
    ("live_parallel_multiple", 24),
]
IMPOSSIBLE = {
    "live_simple_106-63-0",  # requires parameters for which nothing is acceptable
    "live_simple_112-68-0",  # so does this
    "live_multiple_862-181-3",  # expects a parameter that its tool does not have
    "live_multiple_964-207-0",  # so does this
    "simple_java_36",  # wants a number among elements that are read as texts
    "simple_java_65",  # wants a truth value among such elements
}
AS_STATED = IMPOSSIBLE | {
    "simple_java_64"  # acceptable values of an entry are a text, which stands for its characters
}
ONLY_WITHOUT = {"parallel_multiple_12": "permeability", "parallel_multiple_26": "type"}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def judged(problem: Problem, calls: list[ToolCall]) -> Verdict:
    said = Message("assistant", calls=tuple(calls))
    return match(problem, Trajectory(problem.id, messages=(said,)))


def tools(functions: list[dict[str, Any]]) -> tuple[ToolSpec, ...]:
    return tuple(ToolSpec(tool["name"], parameters=tool["parameters"]) for tool in functions)


def first(acceptable: Any) -> Any:
    """The first acceptable value that is not "left out"; of dictionaries, that of each entry."""
    value = given(acceptable)[0]
    if isinstance(value, dict):
        return entries(value)
    if isinstance(value, list):
        return [entries(element) if isinstance(element, dict) else element for element in value]
    return value


def given(acceptable: Any) -> list[Any]:
    listed = acceptable if isinstance(acceptable, list) else [acceptable]
    return [value for value in listed if value != ""]


def entries(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {key: given(values)[0] for key, values in answer.items() if given(values)}


def java(value: Any, schema: Mapping[str, Any]) -> str:
    """The literal of a value."""
    declared, inner = schema["type"], schema.get("items") or {"type": "any"}
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        puts = (f'put("{key}", {quoted(java, v)});' for key, v in value.items())
        return f"new HashMap<String, Object>() {{{{ {' '.join(puts)} }}}}"
    if isinstance(value, list) and declared == "Array":
        return f"new Object[]{{{', '.join(java(v, inner) for v in value)}}}"
    if isinstance(value, list):
        listed = ", ".join(
            f'"{v}"' if inner["type"] in ("String", "char") else java(v, inner) for v in value
        )
        return f"new ArrayList<>(Arrays.asList({listed}))"
    suffix = {"long": "L", "float": "f"}.get(declared, "") if not isinstance(value, str) else ""
    return f"{value}{suffix}"


def javascript(value: Any, schema: Mapping[str, Any]) -> str:
    """The literal of a value."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return f"{{{', '.join(f'{k}: {quoted(javascript, v)}' for k, v in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(quoted(javascript, element) for element in value)}]"
    return f"{value}n" if schema["type"] == "Bigint" and type(value) is int else str(value)


def quoted(literal: Any, value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else literal(value, {"type": "any"})


LITERALS = {"java": java, "javascript": javascript}


def answered(problem: Problem, omitting: str = "") -> list[ToolCall]:
    """The expected calls as an agent would make them, without one parameter."""
    calls = []
    for expected in problem.gold.calls or ():
        schema = next(tool for tool in problem.tools if tool.name == expected.name).parameters
        required = schema["required"]
        values = {
            name: first(acceptable) if given(acceptable) else ""
            for name, acceptable in expected.arguments.items()
            if name != omitting and (given(acceptable) or (name in required and acceptable))
        }
        if literal := LITERALS.get(problem.gold.rules):
            values = {n: literal(v, schema["properties"][n]) for n, v in values.items()}
        calls.append(ToolCall(expected.name, values))
    return calls


def problems(root: Path, category: str) -> Iterator[Problem]:
    answers = {
        row["id"]: tuple(Expected(*next(iter(call.items()))) for call in row["ground_truth"])
        for row in lines(root / "possible_answer" / f"BFCL_v4_{category}.json")
    }
    rules = RULES.get(category, "python")
    for row in lines(root / f"BFCL_v4_{category}.json"):
        gold = Gold(calls=answers[row["id"]], rules=rules)
        yield Problem(row["id"], (), tools(row["function"]), gold)


@pytest.mark.realdata
@pytest.mark.parametrize(("category", "count"), CATEGORIES)
def test_the_answers_of_v4_are_right_but_for_labels_that_cannot_be_met(
    category: str, count: int, data: Path
) -> None:
    asked = list(problems(data / "tooluse/bfcl_v4", category))
    wrong = {problem.id for problem in asked if not judged(problem, answered(problem)).valid}
    exceptions = AS_STATED | set(ONLY_WITHOUT)
    assert len(asked) == count
    assert wrong == exceptions & {problem.id for problem in asked}


@pytest.mark.realdata
def test_two_answers_of_v4_are_right_without_what_may_be_left_out(data: Path) -> None:
    asked = {p.id: p for p in problems(data / "tooluse/bfcl_v4", "parallel_multiple")}
    for id, optional in ONLY_WITHOUT.items():
        assert judged(asked[id], answered(asked[id], omitting=optional)).valid


@pytest.mark.realdata
def test_a_java_answer_of_v4_is_right_with_an_empty_map_only(data: Path) -> None:
    asked = {p.id: p for p in problems(data / "tooluse/bfcl_v4", "simple_java")}
    (call,) = answered(asked["simple_java_64"])
    (error,) = judged(asked["simple_java_64"], [call]).errors
    assert (error.upstream, error.parameter) == ("value_error:dict_value", "meta")
    empty = ToolCall(call.name, {**call.arguments, "meta": "new HashMap<String, String>()"})
    assert judged(asked["simple_java_64"], [empty]).valid


V1 = "gorilla_openfunctions_v1_test_"
V1_CATEGORIES = [
    "simple",
    "multiple_function",
    "parallel_function",
    "parallel_multiple_function",
    "java",
    "javascript",
]
JSON_MODELS = [
    "gpt-4o-2024-05-13-FC",
    "gpt-4o-mini-2024-07-18-FC",
    "yi-large-fc",
    "command-r-plus-FC",
    "gemini-1.0-pro",
]


def underscored(name: str) -> str:
    """Tools as these models know them."""
    return name.replace(".", "_")


def v1_problem(row: dict[str, Any], answer: Mapping[str, Any], rules: str) -> Problem:
    listed = row["function"] if isinstance(row["function"], list) else [row["function"]]
    known = {tool["name"] for tool in listed}
    offered = tuple(ToolSpec(underscored(t["name"]), parameters=t["parameters"]) for t in listed)
    calls = tuple(  # several calls of a tool are numbered: "play_1", "play 2"
        Expected(underscored(name if name in known else re.sub(r"[ _]\d+$", "", name)), values)
        for name, values in answer.items()
    )
    return Problem(row["id"], (), offered, Gold(calls=calls, rules=rules))


def v1_verdict(problem: Problem, output: Any) -> Verdict:
    """The verdict on the list of calls that a model gave; each is `{tool: arguments}`."""
    try:
        calls = [
            ToolCall(name, json.loads(given) if isinstance(given, str) else given)
            for call in output
            for name, given in call.items()
        ]
    except (AttributeError, ValueError):
        return match(problem, Trajectory(problem.id, end="malformed"))
    return judged(problem, calls)


def of_today(error: str, category: str) -> set[str]:
    """What an error of v1 may be called today."""
    if category == "multiple_function":  # was matched as parallel calls are
        return {error} if error.startswith("ast_decoder") else set()
    if error in ("value_error:dict_items", "value_error:dict_value"):
        return {"value_error:dict_key", "value_error:dict_value"}  # what is missing goes first now
    return {error}


@pytest.mark.realdata
@pytest.mark.parametrize("model", JSON_MODELS)
@pytest.mark.parametrize("category", V1_CATEGORIES)
def test_the_published_verdicts_of_v1_are_met_item_by_item(
    model: str, category: str, data: Path
) -> None:
    root = data / "tooluse/bfcl_v1"
    answers = lines(root / "possible_answer" / f"{V1}{category}.json")
    asked = lines(root / "questions" / f"{V1}{category}.json")
    outputs = {
        row["id"]: row["result"]
        for row in lines(root / "result" / model / f"{V1}{category}_result.json")
    }
    published = {
        row["id"]: row["error_type"]
        for row in lines(root / "score" / model / f"{category}_score.json")[1:]
    }
    rules = category if category in ("java", "javascript") else "python"
    ours: dict[int, str] = {}
    for number, (row, answer) in enumerate(zip(asked, answers, strict=True), 1):
        problem = v1_problem(row, answer["ground_truth"], rules)
        verdict = v1_verdict(problem, outputs[row["id"]])
        if not verdict.valid:
            ours[number] = verdict.errors[0].upstream
    assert ours.keys() == published.keys()
    named = {number: of_today(error, category) for number, error in published.items()}
    strange = {n: (ours[n], names) for n, names in named.items() if names and ours[n] not in names}
    assert not strange
