"""Conversations and trees as solutions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import solved

from harness.errors import UserError
from harness.records import Message, ToolCall, ToolSpec
from models.training.graphs.reading import read_solutions
from models.training.graphs.solutions import (
    NO_ANSWER,
    NO_PATH,
    NO_RESULT,
    REQUESTS,
    TOO_LONG,
    Solution,
    Unusable,
)

CALL = {"name": "f", "arguments": {"x": 1}}


def read(path: Path, *rows: Any) -> list[Solution | Unusable]:
    (path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return list(read_solutions(path / "data.jsonl"))


def test_a_conversation_is_read_call_by_call(tmp_path: Path) -> None:
    [found] = read(tmp_path, solved.mayors_line() | {"weight": 0.5})
    assert isinstance(found, Solution)
    assert found.request == solved.REQUEST
    assert [s.call for s in found.steps] == [s.call for s in solved.mayors().steps]
    assert [s.thought for s in found.steps] == [f"thought {n}" for n in (1, 2, 3, 4)]
    assert found.turns == ((1,), (2,), (3,), (4,))
    assert (found.answer, found.thought, found.weight) == ("Done.", "", 0.5)


def test_calls_of_one_turn_share_its_thought(tmp_path: Path) -> None:
    line = solved.mayors_line()
    first, one, second, two, *rest = line["messages"][1:]
    first["tool_calls"] += second["tool_calls"]
    line["messages"][1:] = [first, two, one, *rest]  # their results in any order
    [found] = read(tmp_path, line)
    assert isinstance(found, Solution)
    assert found.turns == ((1, 2), (3,), (4,))
    assert [s.thought for s in found.steps[:2]] == ["thought 1", ""]
    assert [json.loads(s.gave)["id"] for s in found.steps[:2]] == [17, 18]


def test_results_belong_to_their_turn_though_ids_come_again(tmp_path: Path) -> None:
    line = solved.mayors_line()
    for message in line["messages"]:
        for call in message.get("tool_calls", ()):
            call["id"] = "call_0"
        if message["role"] == "tool":
            message["tool_call_id"] = "call_0"
    [found] = read(tmp_path, line)
    assert isinstance(found, Solution)
    assert [json.loads(s.gave).get("id") for s in found.steps] == [17, 18, None, None]


def test_what_a_line_does_not_let_learn_is_no_step(tmp_path: Path) -> None:
    messages = solved.mayors_line()["messages"]
    shown, whole = (
        {"prompt": messages[:n], "completion": messages[n:], "tools": []} for n in (3, 1)
    )
    first, second = read(tmp_path, shown, whole)
    assert first == Unusable(1, REQUESTS)
    assert isinstance(second, Solution)
    assert len(second.steps) == 4


def test_an_answer_of_blanks_is_none(tmp_path: Path) -> None:
    finish = solved.mayors_line()
    arguments = json.dumps({"return_type": "give_answer", "final_answer": " \n"})
    call = {"type": "function", "function": {"name": "Finish", "arguments": arguments}}
    finish["messages"][-1] = {"role": "assistant", "tool_calls": [call]}
    assert read(tmp_path, finish) == [Unusable(1, NO_ANSWER)]
    assert read(tmp_path, {"request": "?", "nodes": [{"answer": " "}]}) == [Unusable(1, NO_PATH)]


def test_a_path_through_finish_is_of_no_use(tmp_path: Path) -> None:
    nodes = [{"call": {"name": "Finish"}, "gave": "{}"}, {"parent": 0, "answer": "two"}]
    assert read(tmp_path, {"request": "?", "nodes": nodes}) == [Unusable(1, NO_ANSWER)]


def test_finish_is_the_answer(tmp_path: Path) -> None:
    line = solved.mayors_line()
    arguments = json.dumps({"return_type": "give_answer", "final_answer": "They know."})
    finish = {"type": "function", "function": {"name": "Finish", "arguments": arguments}}
    line["messages"][-1] = {"role": "assistant", "content": "all told", "tool_calls": [finish]}
    [found] = read(tmp_path, line)
    assert isinstance(found, Solution)
    assert (found.answer, found.thought) == ("They know.", "all told")


def test_a_turn_without_a_call_is_a_thought_of_the_next(tmp_path: Path) -> None:
    line = solved.mayors_line()
    line["messages"].insert(1, {"role": "assistant", "content": "let me see"})
    [found] = read(tmp_path, line)
    assert isinstance(found, Solution)
    assert found.steps[0].thought == "let me see\nthought 1"


def test_a_result_with_an_error_failed(tmp_path: Path) -> None:
    fails = solved.conversation(("a", {}, {"error": "no"}), ("b", {}, {"error": "", "response": 1}))
    [found] = read(tmp_path, fails)
    assert isinstance(found, Solution)
    assert [s.failed for s in found.steps] == [True, False]


def test_lines_that_are_of_no_use_say_why(tmp_path: Path) -> None:
    twice, open_end, unheard, given_up = (solved.mayors_line() for _ in range(4))
    twice["messages"].insert(3, {"role": "user", "content": "Hurry!"})
    del open_end["messages"][-1]
    del unheard["messages"][2]
    finish = {"name": "Finish", "arguments": json.dumps({"return_type": "give_up_and_restart"})}
    given_up["messages"][-1] = {
        "role": "assistant",
        "tool_calls": [{"type": "function", "function": finish}],
    }
    many = solved.conversation(*[("a", {}, {})] * 500)
    found = read(tmp_path, twice, open_end, unheard, given_up, many)
    whys = [REQUESTS, NO_ANSWER, NO_RESULT, NO_ANSWER, TOO_LONG]
    assert found == [Unusable(line, why) for line, why in enumerate(whys, 1)]


def test_of_a_tree_the_path_to_its_first_answer_counts(tmp_path: Path) -> None:
    nodes = [
        {"thought": "look", "call": CALL, "gave": "1"},
        {"parent": 0, "thought": "wrong way", "call": CALL, "gave": "2"},
        {"parent": 0, "thought": "hm"},
        {"parent": 2, "thought": "right way", "call": {"name": "g"}, "gave": "3", "failed": True},
        {"parent": 3, "thought": "so", "answer": "three"},
        {"parent": 1, "answer": "two"},
    ]
    tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
    tree = {"request": "Which?", "system": "Be brief.", "tools": tools, "nodes": nodes}
    [found] = read(tmp_path, tree)
    assert isinstance(found, Solution)
    assert found.opening == (Message("system", "Be brief."), Message("user", "Which?"))
    assert found.tools == (ToolSpec("f", parameters={"type": "object"}),)
    told = [(s.thought, s.call, s.gave, s.turn, s.failed) for s in found.steps]
    assert told == [
        ("look", ToolCall("f", {"x": 1}), "1", 0, False),
        ("hm\nright way", ToolCall("g"), "3", 1, True),
    ]
    assert (found.thought, found.answer) == ("so", "three")


def test_tools_are_the_same_in_a_tree_and_in_a_conversation(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {}}
    function = {"name": "f", "description": "d", "parameters": schema, "strict": True}
    none = {"type": "function", "function": {"name": "g", "parameters": None}}
    tools = [{"type": "function", "function": function}, none]
    tree = {"request": "?", "nodes": [{"answer": "1"}], "tools": tools}
    for line in (tree, solved.mayors_line() | {"tools": tools}):
        [found] = read(tmp_path, line)
        assert isinstance(found, Solution)
        assert found.tools == (ToolSpec("f", "d", schema), ToolSpec("g"))
    [untold] = read(tmp_path, tree | {"tools": None})
    assert isinstance(untold, Solution)
    assert untold.tools == ()


def test_trees_without_a_way_through_are_of_no_use(tmp_path: Path) -> None:
    none = {"request": "?", "nodes": [{"call": CALL, "gave": "1"}]}
    unheard = {"request": "?", "nodes": [{"call": CALL}, {"parent": 0, "answer": "1"}]}
    assert read(tmp_path, none, unheard) == [Unusable(1, NO_PATH), Unusable(2, NO_RESULT)]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"nodes": []}, "'request'"),
        ({"request": "?", "nodes": [{"parent": 0}]}, r"nodes\[0\].parent: a parent stands before"),
        ({"request": "?", "nodes": [{"answer": "1"}, {"parent": 0}]}, "behind an answer"),
        ({"request": "?", "nodes": [{"call": CALL, "answer": "1"}]}, "both a call and an answer"),
        ({"request": "?", "nodes": [{"call": {"arguments": {}}}]}, "'name'"),
        (
            {"request": "?", "nodes": [], "tools": [{"function": {"name": "f"}}] * 2},
            "tools: two tools have the same name",
        ),
        ({"request": "?", "nodes": [{"cal": CALL}]}, "no field 'cal'"),
    ],
)
def test_malformed_trees_are_told_by_their_line(tmp_path: Path, row: Any, why: str) -> None:
    good = {"request": "?", "nodes": [{"answer": "1"}]}
    with pytest.raises(UserError, match=rf"data.jsonl line 2: .*{why}"):
        read(tmp_path, good, row)


def test_a_conversation_among_trees_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="line 2"):
        read(tmp_path, {"request": "?", "nodes": [{"answer": "1"}]}, solved.mayors_line())


def test_files_that_hold_nothing_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is empty"):
        read(tmp_path)
