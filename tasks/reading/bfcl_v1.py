"""Problems of the Berkeley Function Calling Leaderboard as version 1 had them.

Answers are one object a problem, in which a tool that is called again is numbered: "play_1",
"play_2" (or "play 1"); questions are a text, tools an object where there is one. The files have no
answers for what is executed, only the calls whose results are right.
Source: ShishirPatil/gorilla @ 0a49cfc8, berkeley-function-call-leaderboard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.records import Expected, Gold, Problem
from tasks.reading.bfcl import single_turn
from tasks.reading.mirror import Mirror

if TYPE_CHECKING:
    from harness.sources import Source

MIRROR = Mirror(
    "tooluse/bfcl_v1",
    "github.com/ShishirPatil/gorilla at 0a49cfc8",
    (
        ("berkeley-function-call-leaderboard/data/*.json", "questions"),
        ("berkeley-function-call-leaderboard/data/possible_answer/*", "possible_answer"),
    ),
)

_UNMEETABLE: Mapping[str, Sequence[Any]] = {"": ()}
"""A parameter without a name or an acceptable value. One answer (parallel_multiple_function_179)
has a value of a call where a call would be, at which upstream's checker fails: no output passes."""


def read_version_1(source: Source, category: str) -> Iterator[Problem]:
    """The problems of a category, by upstream's name for it ("parallel_function")."""
    name = f"gorilla_openfunctions_v1_test_{category}.json"
    rows = MIRROR.lines(source, f"questions/{name}")
    if _scored_by_calls(category):
        answers = {
            row["id"]: row["ground_truth"]
            for row in MIRROR.lines(source, f"possible_answer/{name}")
        }
    for row in map(_in_lists, rows):
        if _scored_by_calls(category):
            rules = category if category in ("java", "javascript") else "python"
            gold = Gold("ast", _expected(row, answers[row["id"]]), rules)
        elif category == "relevance":
            gold = Gold("no_call", rules="python", wants_call=False)
        else:
            gold = _executed(row)
        yield single_turn(row, gold)


def _scored_by_calls(category: str) -> bool:
    return not category.startswith(("executable", "rest", "relevance"))


def _in_lists(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as version 4 would have it."""
    tools = row["function"] if isinstance(row["function"], list) else [row["function"]]
    return {**row, "question": [[{"role": "user", "content": row["question"]}]], "function": tools}


def _expected(row: Mapping[str, Any], answer: Mapping[str, Any]) -> tuple[Expected, ...]:
    return tuple(
        Expected(_tool(row, name), values if isinstance(values, Mapping) else _UNMEETABLE)
        for name, values in answer.items()
    )


def _tool(row: Mapping[str, Any], name: str) -> str:
    """The tool that a numbered name means: the only one, else the first whose name is in it.

    Source: eval_checker/checker.py, `find_description`.
    """
    names = [str(tool["name"]) for tool in row["function"]]
    if len(names) == 1:
        return names[0]
    return next((tool for tool in names if tool in name), name)


def _executed(row: Mapping[str, Any]) -> Gold:
    calls = tuple(map(str, row.get("ground_truth", ())))
    kinds = row.get("execution_result_type")
    return Gold(
        "state",
        rules="python",
        wants_call=True,
        path=tuple(call.partition("(")[0] for call in calls),
        turns=(calls,),
        details={"execution_result_type": kinds} if kinds else {},
    )
