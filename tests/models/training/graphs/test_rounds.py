"""Rounds as the agents hold them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import solved

from harness.errors import UserError
from harness.records import Message, ToolCall, ToolSpec
from models.agents.dta import RULES
from models.agents.tree_search import FINISH
from models.training.graphs.rounds import Round, aggregatable, played
from models.training.graphs.solutions import Solution
from models.training.text.conversations import read_dialogues


def rounds(solution: Solution) -> list[Round]:
    """Both look-ups, then both messages."""
    return [Round("first", solution.steps[:2]), Round("", solution.steps[2:])]


def play(solution: Solution, agent: str = "dta", longest: int = 1024) -> dict[str, Any]:
    return asyncio.run(played(solution, rounds(solution), "at last", agent, longest))


def test_a_conversation_of_dta_is_what_the_agent_asks(tmp_path: Path) -> None:
    found = play(solved.mayors())
    (tmp_path / "c.jsonl").write_text(json.dumps(found) + "\n")
    [dialogue] = read_dialogues(tmp_path / "c.jsonl")
    assert dialogue.first == 2  # rules and request are read, and not learned
    system, request, first, *told = dialogue.messages
    assert (system.content, request.content) == (RULES, solved.REQUEST)
    calls = [replace(call, id="") for call in first.calls]
    assert (first.content, calls) == ("first", [s.call for s in solved.mayors().steps[:2]])
    assert [m.role for m in told] == ["tool", "tool", "assistant", "tool", "tool", "assistant"]
    assert [json.loads(m.content)["id"] for m in told[:2]] == [17, 18]
    last = told[-1]
    answer = {"return_type": "give_answer", "final_answer": "Done."}
    assert (last.content, last.calls[0].name, last.calls[0].arguments) == (
        "at last",
        "Finish",
        answer,
    )
    assert [tool.name for tool in dialogue.tools] == ["mayor", "send", "Finish"]
    assert dialogue.tools[-1].description == FINISH.description


def test_every_result_answers_the_call_that_it_is_of() -> None:
    first, *results = play(solved.mayors())["completion"][:3]
    assert [r["tool_call_id"] for r in results] == [c["id"] for c in first["tool_calls"]]


def test_the_other_agent_has_no_rules_and_ends_with_a_text() -> None:
    found = play(solved.mayors(), "parallel-function-calling")
    assert found["prompt"] == [{"role": "user", "content": solved.REQUEST}]
    assert found["completion"][-1] == {"role": "assistant", "content": "Done."}
    assert [t["function"]["name"] for t in found["tools"]] == ["mayor", "send"]


def test_a_finish_of_the_data_is_offered_by_the_agent_alone() -> None:
    found = replace(solved.mayors(), tools=(*solved.mayors().tools, ToolSpec("Finish", "theirs")))
    names = {
        agent: [t["function"]["description"] for t in play(found, agent)["tools"]]
        for agent in ("dta", "parallel-function-calling")
    }
    assert names == {"dta": ["", "", FINISH.description], "parallel-function-calling": ["", ""]}


def test_a_system_message_stands_behind_the_rules() -> None:
    found = solved.mayors()
    [first, _] = play(replace(found, opening=(Message("system", "Be brief."), *found.opening)))[
        "prompt"
    ]
    assert first["content"] == f"{RULES}\n\nBe brief."


def test_long_results_are_cut_as_the_agent_cuts_them() -> None:
    results = [m for m in play(solved.mayors(), longest=4)["completion"] if m["role"] == "tool"]
    assert [m["content"] for m in results] == ['{"id...', '{"id...', '{"se...', '{"se...']


def test_an_agent_that_does_otherwise_is_told() -> None:
    found = replace(solved.mayors(), answer="")  # which Finish does not take
    with pytest.raises(UserError, match="line 1: dta did not follow it"):
        play(found)


def test_a_call_cannot_stand_with_the_one_that_told_its_value() -> None:
    found = solved.mayors()
    assert aggregatable(found, ((1, 2), (3, 4), (5,)))
    assert not aggregatable(found, ((1, 2, 3), (4,), (5,)))  # 3 holds what 1 told
    assert not aggregatable(found, ((1,), (3,), (4,), (2,), (5,)))  # 4 holds what 2 told


def test_a_call_cannot_refer_to_another_of_its_round() -> None:
    found = solved.mayors()
    refers = replace(found.steps[1], call=ToolCall("mayor", {"town": "$1.id"}))
    found = replace(found, steps=(found.steps[0], refers))
    assert not aggregatable(found, ((1, 2), (3,)))
    assert aggregatable(found, ((1,), (2,), (3,)))
