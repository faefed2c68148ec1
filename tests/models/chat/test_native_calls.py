"""Tool calls over OpenAI's interface, in the dialects of its servers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from harness.errors import InfrastructureError, UserError
from harness.records import Completion, Message, ToolCall, ToolSpec, Usage
from models.openai_chat import OpenAIChat

TOOLS = (
    ToolSpec(
        "yr.weather",
        "The weather of a city.",
        {"type": "dict", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    ),
    ToolSpec("yr_weather", "Another one."),
)
ASKED = (Message("user", "How is Oslo?"),)


def call(arguments: object, name: str = "yr_weather_2", **extra: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "arguments": arguments}, **extra}


def said(calls: object, text: object = None, finish: object = "tool_calls", **usage: Any) -> Any:
    message = {"role": "assistant", "content": text, "tool_calls": calls}
    counts = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25} | usage
    return {"choices": [{"message": message, "finish_reason": finish}], "usage": counts}


def completed(
    server: Any, answer: Any, messages: Sequence[Message] = ASKED, **more: Any
) -> Completion:
    server.answer = lambda request: server.Reply(answer)
    model = OpenAIChat("little", base_url=server.url)
    return asyncio.run(model.complete(messages, tools=more.pop("tools", TOOLS), **more))


def test_tools_are_sent_under_names_that_servers_take(server: Any) -> None:
    completed(server, said(None, "Cold."))
    assert server.received[0].body["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "yr_weather_2",
                "description": "The weather of a city.",
                "parameters": {
                    "type": "object",
                    "properties": {"city": {"type": "string"}},
                    "required": ["city"],
                },
            },
        },
        {
            "type": "function",
            "function": {
                "name": "yr_weather",
                "description": "Another one.",
                "parameters": {"type": "object", "properties": {}},
            },
        },
    ]


def test_without_tools_none_are_sent(server: Any) -> None:
    completed(server, said(None, "Cold."), tools=())
    assert "tools" not in server.received[0].body


def test_calls_come_back_under_the_tools_own_names(server: Any) -> None:
    calls = [call('{"city": "Oslo"}', id="a1"), call("{}", "yr_weather", id="a2")]
    found = completed(server, said(calls, "I look."))
    assert found == Completion(
        "I look.",
        Usage(20, 5, None),
        "tool_calls",
        (ToolCall("yr.weather", {"city": "Oslo"}, "a1"), ToolCall("yr_weather", {}, "a2")),
    )


def test_a_tool_that_does_not_exist_keeps_the_name_that_the_model_gave_it(server: Any) -> None:
    (found,) = completed(server, said([call("{}", "made.up", id="a")])).calls
    assert found == ToolCall("made.up", {}, "a")


@pytest.mark.parametrize(
    ("dialect", "arguments"),
    [
        ("a text, as OpenAI, vLLM, SGLang and llama.cpp", '{"city": "Oslo"}'),
        ("an object, as Ollama's own interface", {"city": "Oslo"}),
    ],
)
@pytest.mark.parametrize("text", [None, ""])
@pytest.mark.parametrize("finish", ["tool_calls", "stop", "function_call", None])
def test_dialects(
    server: Any, dialect: str, arguments: object, text: object, finish: object
) -> None:
    found = completed(server, said([call(arguments, id="x")], text, finish))
    assert (found.text, found.finish) == ("", "tool_calls")
    assert found.calls == (ToolCall("yr.weather", {"city": "Oslo"}, "x"),)


def test_missing_and_repeated_ids_are_given_by_place(server: Any) -> None:
    calls = [call("{}"), call("{}", id=None), call("{}", id="same"), call("{}", id="same")]
    earlier = (*ASKED, Message("assistant", calls=(ToolCall("t", id="z"),)), Message("tool", "1"))
    found = completed(server, said(calls), earlier)
    assert [c.id for c in found.calls] == ["call00001", "call00002", "same", "call00004"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ('{"city": "Os', "not JSON"),
        ("", "not JSON"),
        ("null", "null, not an object"),
        (None, "null, not an object"),
        ("[1]", "a list, not an object"),
        ('"Oslo"', "a text, not an object"),
        ('{"city": NaN}', "NaN"),
        ('{"city": 1, "city": 2}', "twice"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "nested"),
        ([], "a list, not an object"),
        (3, "a number, not an object"),
    ],
)
def test_arguments_that_are_no_object_are_a_problem_of_the_call(
    server: Any, arguments: object, problem: str
) -> None:
    (found,) = completed(server, said([call(arguments, id="x")])).calls
    assert (found.name, found.arguments, found.id) == ("yr.weather", {}, "x")
    assert problem in found.problem


@pytest.mark.parametrize(
    "item", [{"id": "x"}, {"function": None}, {"function": {"name": None, "arguments": "{}"}}]
)
def test_a_call_of_nothing_is_a_problem(server: Any, item: Any) -> None:
    (found,) = completed(server, said([item])).calls
    assert found.problem == "a call names no function"


@pytest.mark.parametrize("listed", ["t()", {"a": 1}, [1]])
def test_what_is_no_list_of_calls_is_no_answer(server: Any, clock: Any, listed: Any) -> None:
    with pytest.raises(InfrastructureError, match="cannot be read"):
        completed(server, said(listed))


def test_an_answer_cut_at_its_limit_says_so(server: Any) -> None:
    found = completed(server, said([call('{"city": "Os', id="x")], None, "length"))
    assert found.finish == "length"
    assert found.calls[0].problem


def test_a_conversation_goes_back_with_ids_that_fit(server: Any) -> None:
    story = (
        *ASKED,
        Message(
            "assistant",
            "I look.",
            calls=(ToolCall("yr.weather", {"city": "Østfold"}), ToolCall("t", id="b7")),
        ),
        Message("tool", "second", call_id="b7"),
        Message("tool", "first"),
        Message("assistant", calls=(ToolCall("t", problem="no JSON"),)),
        Message("tool", "that was no JSON", failed=True),
    )
    completed(server, said(None, "Cold."), story)
    _, calling, second, first, broken, told = server.received[0].body["messages"]
    assert calling["content"] == "I look."
    assert [c["id"] for c in calling["tool_calls"]] == ["call00000", "b7"]
    assert [c["function"]["name"] for c in calling["tool_calls"]] == ["yr_weather_2", "t"]
    assert json.loads(calling["tool_calls"][0]["function"]["arguments"]) == {"city": "Østfold"}
    assert second == {"role": "tool", "content": "second", "tool_call_id": "b7"}
    assert first == {"role": "tool", "content": "first", "tool_call_id": "call00000"}
    assert broken["content"] == ""
    assert broken["tool_calls"][0]["function"] == {"name": "t", "arguments": "{}"}
    assert told["tool_call_id"] == broken["tool_calls"][0]["id"] == "call00002"


def test_a_server_that_knows_no_tools_is_told_with_the_way_out(server: Any) -> None:
    error = {"error": {"message": "registry.ollama.ai/little does not support tools"}}
    server.answer = lambda request: server.Reply(error, status=400)
    model = OpenAIChat("little", base_url=server.url)
    with pytest.raises(UserError, match=r'prompted\(openai\("little"\)\)'):
        asyncio.run(model.complete(ASKED, tools=TOOLS))


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        # OpenAI: both are parts of what they detail.
        (
            {
                "prompt_tokens_details": {"cached_tokens": 16},
                "completion_tokens_details": {"reasoning_tokens": 4},
            },
            Usage(20, 5, None),
        ),
        # xAI: the total shows that thoughts are not in the output.
        (
            {"total_tokens": 32, "completion_tokens_details": {"reasoning_tokens": 7}},
            Usage(20, 12, None),
        ),
        ({"prompt_tokens": "many", "completion_tokens": -1}, Usage(money=None)),
        ({"prompt_tokens_details": None, "completion_tokens_details": None}, Usage(20, 5, None)),
    ],
)
def test_tokens_are_counted_once(server: Any, usage: Any, counted: Usage) -> None:
    assert completed(server, said(None, "Cold.", "stop", **usage)).usage == counted
