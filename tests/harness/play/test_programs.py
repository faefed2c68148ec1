from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from harness.errors import UserError
from harness.play.programs import resolve, run_program_of
from harness.records import Gold, Message, Observation, Problem, ToolCall, ToolSpec


class Echo:
    """Answers with the arguments; "bad" fails, "plain" answers with no JSON."""

    trial, executes = 3, True
    tools: Sequence[ToolSpec] = ()

    def __init__(self) -> None:
        self.state: Any = {}

    async def listen(self) -> Sequence[Message] | None:
        return None

    async def call(self, call: ToolCall) -> Observation:
        if call.name == "plain":
            return Observation("no JSON")
        self.state = {**self.state, call.name: dict(call.arguments)}
        return Observation(json.dumps(dict(call.arguments)), failed=call.name == "bad")

    async def close(self) -> None:
        pass


def ran(*program: ToolCall, **details: Any) -> Any:
    problem = Problem("p", ((Message("user", "go"),),), gold=Gold(program=program, details=details))
    return asyncio.run(run_program_of(problem, Echo()))


def test_a_call_uses_what_an_earlier_one_gave() -> None:
    first = ToolCall("find", {"items": [{"id": "a"}, {"id": "b"}]})
    second = ToolCall("use", {"id": "$1.items.1.id", "all": {"ids": ["$1.items.0.id", 7]}})
    run = ran(first, second, answer="$2.id")
    assert run.state["use"] == {"id": "b", "all": {"ids": ["a", 7]}}
    assert (run.answer, run.trial, run.end) == ("b", 3, "finished")
    assert [m.role for m in run.messages] == [
        "user",
        "assistant",
        "tool",
        "assistant",
        "tool",
        "assistant",
    ]
    assert run.messages[2].call_id == run.messages[1].calls[0].id


def test_an_answer_may_be_the_sum_of_several_values() -> None:
    run = ran(ToolCall("a", {"n": 2}), ToolCall("b", {"n": 40}), answer={"sum": ["$1.n", "$2.n"]})
    assert run.answer == "42"


def test_a_program_that_asks_nothing_has_no_answer() -> None:
    assert ran(ToolCall("a")).answer is None


def test_a_call_that_fails_ends_the_program() -> None:
    run = ran(ToolCall("bad", {"x": 1}), ToolCall("after"))
    assert (run.end, list(run.state)) == ("stopped", ["bad"])
    assert run.detail.startswith("call 1 (bad) failed")


def test_an_answer_that_is_no_json_is_taken_as_text() -> None:
    assert ran(ToolCall("plain"), answer="$1").answer == "no JSON"


@pytest.mark.parametrize("text", ["$0.a", "$1a", "a $1.id", "$", "$1.", "$1.a b"])
def test_texts_that_only_resemble_references_stay_as_they_are(text: str) -> None:
    assert resolve(text, [{"id": 1}]) == text


@pytest.mark.parametrize("reference", ["$2.id", "$1.no", "$1.items.5", "$1.items.-1", "$1.id.x"])
def test_a_reference_that_leads_nowhere_is_an_error(reference: str) -> None:
    with pytest.raises(UserError, match=r"refers to|leads nowhere"):
        resolve(reference, [{"id": 1, "items": [1]}])


def test_a_problem_without_a_program_cannot_be_run() -> None:
    with pytest.raises(UserError, match="no gold program"):
        ran()
