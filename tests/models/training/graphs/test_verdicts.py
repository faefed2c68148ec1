"""What a teacher is shown of a solution, and what of its answers counts as a verdict."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import solved

from models.agents.answerers.answering import Unreadable
from models.training.graphs.verdicts import (
    LONGEST,
    Verdict,
    asked,
    asked_to_merge,
    joined,
    merged,
    reader,
    thoughts_of,
)

SOUND: dict[str, Any] = {
    "reasonable": True,
    "parallelizable": True,
    "edges": [[1, 2], [2, 3]],
    "thoughts": {"2": "new"},
}


def test_a_verdict_is_one_object() -> None:
    wanted = Verdict(True, True, frozenset({(1, 2), (2, 3)}), {2: "new"})
    text = json.dumps(SOUND)
    for answer in (text, f"  {text}\n", f"```json\n{text}\n```", f"```\n{text}\n```"):
        assert reader(3)(answer) == wanted


def test_edges_and_thoughts_may_be_left_out() -> None:
    assert reader(2)('{"reasonable": false, "parallelizable": false}') == Verdict(False, False)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("Sure! {}", "not JSON"),
        ("{}", "'reasonable'"),
        ({"reasonable": "Yes"}, "reasonable: it is a text"),
        ({"edges": "1->2"}, "edges: it is not a list"),
        ({"edges": [[1, 2, 3]]}, "a pair"),
        ({"edges": [[1, 4]]}, "no such step as 4"),
        ({"edges": [[0, 1]]}, "no such step as 0"),
        ({"edges": [[True, 1]]}, "no such step"),
        ({"edges": [[[[]], 1]]}, "no such step"),
        ({"thoughts": {"two": "x"}}, "thoughts: there is no such step"),
        ({"thoughts": {"9" * 5000: "x"}}, "thoughts: there is no such step"),
        ({"thoughts": {"2": 3}}, "thoughts: it is a number, not a text"),
        ({"DAG": "1->2"}, "no field 'DAG'"),
        ('{"reasonable": true, "reasonable": true}', "twice"),
        ("[" * 100_000, "nested|not JSON"),
    ],
)
def test_anything_else_is_none(answer: Any, why: str) -> None:
    told = answer if isinstance(answer, str) else json.dumps(SOUND | answer)
    with pytest.raises(Unreadable, match=why):
        reader(3)(told)


def test_a_teacher_is_shown_every_step_and_the_answer_as_the_last() -> None:
    found = solved.mayors()
    steps = (replace(found.steps[0], thought="who?", gave="x" * 3000), *found.steps[1:])
    rules, shown = asked(replace(found, steps=steps, thought="all told"))
    assert (rules.role, shown.role) == ("system", "user")
    for part in (
        f"Request: {solved.REQUEST}",
        'Step 1\nThought: who?\nCall: {"name": "mayor", "arguments": {"town": "Arle"}}\nResult: x',
        "Step 5\nThought: all told\nAnswer: Done.",
    ):
        assert part in shown.content
    assert "x" * LONGEST + "...\n" in shown.content
    assert "x" * (LONGEST + 1) not in shown.content


def test_thoughts_are_those_of_the_verdict_else_the_old_ones() -> None:
    found = solved.mayors()
    steps = tuple(replace(s, thought=f"old {n}") for n, s in enumerate(found.steps, 1))
    verdict = Verdict(True, True, thoughts={2: "new 2", 5: "new 5"})
    levels = ((1, 2), (3, 4), (5,))
    told = thoughts_of(replace(found, steps=steps), verdict, levels)
    assert told == (["old 1", "new 2"], ["old 3", "old 4"], ["new 5"])


def test_joined_thoughts_stand_once_a_line_each() -> None:
    assert joined(["b", "", "a", "b"]) == "b\na"
    assert joined(["", ""]) == ""


def test_merging_shows_calls_and_thoughts_and_no_result() -> None:
    _, shown = asked_to_merge(solved.mayors().steps[:2], ["why 1", ""])
    assert "Thought: why 1\nCall: " in shown.content
    assert "Thought: (none)\nCall: " in shown.content
    assert "Ola" not in shown.content
    assert merged(" both \n") == "both"
    with pytest.raises(Unreadable, match="no thought"):
        merged(" \n")
