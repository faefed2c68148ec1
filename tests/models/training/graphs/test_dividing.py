"""Solutions with a teacher's verdict, or the graph of their values, as rounds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import solved

from harness.records import Completion, Message, ToolSpec, Usage
from models.scripted import Scripted
from models.training.graphs import dag
from models.training.graphs.dividing import (
    NOT_AGGREGATABLE,
    NOT_FOLLOWED,
    NOT_PARALLEL,
    UNREAD,
    UNREASONABLE,
    Divider,
    statistics,
)
from models.training.graphs.flow import Order
from models.training.graphs.solutions import Solution, Unusable
from models.training.graphs.verdicts import MERGE
from models.training.making import teachers
from models.training.making.teachers import Teacher

GRAPH = [[1, 3], [2, 4], [3, 5], [4, 5]]


def verdict(**more: Any) -> str:
    return json.dumps({"reasonable": True, "parallelizable": True, "edges": GRAPH} | more)


def divider(monkeypatch: pytest.MonkeyPatch, answers: Sequence[str], **more: Any) -> Divider:
    """One whose teacher gives these verdicts in turn, and merges by saying "merged"."""

    def says(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Completion:
        if messages[0].content == MERGE:
            return Completion("merged", Usage(5, 2))
        return Completion(answers[sum(m.role == "assistant" for m in messages)], Usage(100, 10))

    class Loaded:
        model = Scripted(says)

    monkeypatch.setattr(teachers, "load_model", lambda expression: Loaded)
    settings: dict[str, Any] = {
        "teacher": Teacher("x", 1),
        "judging": True,
        "merging": False,
        "serial": False,
        "order": Order(),
        "agent": "dta",
        "longest": 1024,
    }
    return Divider(**{**settings, **more})


def without_teacher(solution: Solution, **more: Any) -> dict[str, Any]:
    made = Divider(None, False, False, more.pop("serial", False), **more, agent="dta", longest=1024)
    return asyncio.run(made.make(solution))


def thoughtful() -> Solution:
    found = solved.mayors()
    steps = tuple(replace(s, thought=f"old {n}") for n, s in enumerate(found.steps, 1))
    return replace(found, steps=steps)


def turns(row: dict[str, Any]) -> list[dict[str, Any]]:
    [conversation] = row["conversations"]
    return [m for m in conversation["completion"] if m["role"] == "assistant"]


def test_a_verdicts_levels_are_the_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    made = divider(monkeypatch, [verdict(thoughts={"2": "new 2", "5": "new 5"})])
    row = asyncio.run(made.make(thoughtful()))
    assert (row["outcome"], row["before"], row["after"], row["widest"]) == ("parallel", 4, 2, 2)
    assert row["levels"] == [[1, 2], [3, 4], [5]]
    said = [(turn["content"], len(turn["tool_calls"])) for turn in turns(row)]
    assert said == [("old 1\nnew 2", 2), ("old 3\nold 4", 2), ("new 5", 1)]
    assert made.spent() == {"requests": 1, "tokens_read": 100, "tokens_written": 10}


def test_a_teacher_merges_the_thoughts_of_each_round(monkeypatch: pytest.MonkeyPatch) -> None:
    edges = [[1, 2], [1, 3], [2, 4], [3, 4], [4, 5]]  # 2 and 3 are a round
    made = divider(monkeypatch, [verdict(edges=edges)], merging=True)
    row = asyncio.run(made.make(thoughtful()))
    assert [turn["content"] for turn in turns(row)] == ["old 1", "merged", "old 4", ""]
    assert made.spent()["requests"] == 2


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"reasonable": False}, UNREASONABLE),
        ({"parallelizable": False}, NOT_PARALLEL),
        ({"edges": [[1, 2], [2, 3], [3, 4], [4, 5]]}, NOT_PARALLEL),  # a chain
        ({"edges": [[1, 2], [2, 1], [3, 4], [4, 5]]}, dag.CYCLIC),
        ({"edges": [[1, 3], [3, 2], [2, 4], [4, 5]]}, dag.BACKWARD),
        ({"edges": [[1, 3], [3, 4], [4, 5]]}, dag.INCOMPLETE),
        ({"edges": [[1, 3], [2, 3], [1, 4], [4, 5]]}, dag.SINK),
        ({"edges": [[1, 5], [2, 5], [3, 5], [4, 5]]}, NOT_AGGREGATABLE),
    ],
)
def test_every_filter_has_its_own_count(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, Any], outcome: str
) -> None:
    row = asyncio.run(divider(monkeypatch, [verdict(**more)]).make(solved.mayors()))
    assert (row["outcome"], row["conversations"]) == (outcome, [])


def test_what_cannot_be_parallel_may_stay_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told = verdict(parallelizable=False, thoughts={"1": "new"})
    row = asyncio.run(divider(monkeypatch, [told], serial=True).make(thoughtful()))
    assert (row["outcome"], row["before"], row["after"]) == ("serial", 4, 4)
    assert [turn["content"] for turn in turns(row)] == ["old 1", "old 2", "old 3", "old 4", ""]


def test_an_answer_that_cannot_be_read_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = divider(monkeypatch, ["1->2", verdict()])
    assert asyncio.run(made.make(solved.mayors()))["outcome"] == "parallel"
    assert made.spent()["requests"] == 2


def test_and_then_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    made = divider(monkeypatch, ["1->2", "{}", verdict()])
    row = asyncio.run(made.make(solved.mayors()))
    assert row["outcome"] == UNREAD
    assert "'reasonable'" in row["why"]


def test_nobody_is_asked_about_a_single_call(monkeypatch: pytest.MonkeyPatch) -> None:
    made = divider(monkeypatch, [], serial=True)
    row = asyncio.run(made.make(solved.solution(("a", {}, {}))))
    assert (row["outcome"], row["before"], row["after"]) == ("serial", 1, 1)
    assert made.spent() == {}


def test_values_make_rounds_without_a_teacher() -> None:
    row = without_teacher(solved.mayors(), order=Order(["mayor"]))
    assert row["levels"] == [[1, 2], [3], [4], [5]]
    row = without_teacher(solved.mayors(), order=Order(["*"]))
    assert row["levels"] == [[1, 2], [3, 4], [5]]
    row = without_teacher(solved.mayors(), order=Order())
    assert row["outcome"] == NOT_PARALLEL


def test_calls_that_were_parallel_already_stay_so() -> None:
    found = solved.mayors()
    steps = tuple(replace(step, turn=number // 2) for number, step in enumerate(found.steps))
    row = without_teacher(replace(found, steps=steps), order=Order())
    assert (row["before"], row["after"], row["levels"]) == (2, 2, [[1, 2], [3, 4], [5]])


def test_one_that_no_agent_would_follow_is_counted_and_stops_nothing() -> None:
    found = replace(solved.mayors(), answer="")  # which Finish does not take
    row = without_teacher(found, order=Order(["*"]))
    assert (row["outcome"], row["conversations"]) == (NOT_FOLLOWED, [])
    assert row["why"].startswith("line 1: dta did not follow it")


def test_lines_of_no_use_and_weights_are_carried_on() -> None:
    row = without_teacher(Unusable(7, "because"), order=Order())  # type: ignore[arg-type]
    assert row == {"line": 7, "outcome": "because", "conversations": []}
    row = without_teacher(replace(solved.mayors(), weight=0.3), order=Order(["*"]))
    assert row["conversations"][0]["weight"] == 0.3


def test_statistics_are_of_what_is_kept() -> None:
    kept = {"conversations": [{}], "calls": 4, "before": 4, "after": 2, "widest": 2}
    serial = {"conversations": [{}], "calls": 1, "before": 1, "after": 1, "widest": 1}
    assert statistics([kept, serial, {"conversations": []}]) == {
        "rounds before": 2.5,
        "rounds after": 1.5,
        "calls": 2.5,
        "share with parallel calls": 0.5,
        "widest round": 2,
    }
    assert statistics([]) == {}
