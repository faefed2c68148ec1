"""Chat models that say what was written down for them."""

import asyncio
from typing import Any

import pytest

from harness.contracts import ChatModel
from harness.errors import UserError
from harness.records import Completion, Message, ToolCall, ToolSpec
from models.scripted import Scripted

HELLO = (Message("user", "hello"),)


def turn(model: Scripted, messages: Any = HELLO, **more: Any) -> Completion:
    return asyncio.run(model.complete(messages, **more))


def test_turns_come_in_their_order_without_state() -> None:
    model = Scripted([ToolCall("t", {"a": 1}), "done"])
    assert isinstance(model, ChatModel)
    first = turn(model)
    assert first == Completion(
        "", calls=(ToolCall("t", {"a": 1}, "call00000"),), finish="tool_calls"
    )
    later = (*HELLO, Message("assistant", calls=first.calls), Message("tool", "7"))
    assert turn(model, later) == Completion("done")
    assert turn(model) == first


def test_a_function_sees_the_conversation_and_the_tools() -> None:
    model = Scripted(lambda messages, tools: [ToolCall(tool.name) for tool in tools])
    found = turn(model, tools=(ToolSpec("a"), ToolSpec("b")))
    assert [(call.name, call.id) for call in found.calls] == [
        ("a", "call00000"),
        ("b", "call00001"),
    ]


def test_a_completion_is_said_as_it_is() -> None:
    said = Completion("x", finish="length")
    assert turn(Scripted([said])) == said


@pytest.mark.parametrize("policy", [[], [3], [["x"]]])
def test_a_script_that_is_over_or_says_nothing_is_told(policy: Any) -> None:
    with pytest.raises(UserError, match="script"):
        turn(Scripted(policy))


def test_takes_a_function_or_turns() -> None:
    with pytest.raises(UserError, match="a function"):
        Scripted("hello")
