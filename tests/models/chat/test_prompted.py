"""Tool calls by words alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from harness.errors import UserError
from harness.formats.toolcalls import FORMATS
from harness.records import Completion, Message, ToolCall, ToolSpec, Usage
from models.chat.prompted import Prompted
from models.chat.request import Request
from models.scripted import Scripted

WEATHER = ToolSpec(
    "yr.weather", "The weather of a city.", {"type": "object", "properties": {"city": {}}}
)
ASKED = (Message("system", "Be brief."), Message("user", "How is Oslo?"))
STORY = (
    *ASKED,
    Message("assistant", "I look.", calls=(ToolCall("yr.weather", {"city": "Oslo"}, "c1"),)),
    Message("tool", "3 degrees", call_id="c1"),
    Message("tool", "no such city", failed=True),
)


class Asked:
    """A chat model that remembers what it was asked and says one thing."""

    def __init__(self, said: str | Completion) -> None:
        self.said = said if isinstance(said, Completion) else Completion(said)
        self.requests: list[Request] = []

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int | None = None,
        temperature: float = 0.0,
    ) -> Completion:
        self.requests.append(Request(tuple(messages), tuple(tools), max_tokens, temperature))
        return self.said


def turn(model: Asked, messages: Any = ASKED, **options: Any) -> Completion:
    tools = options.pop("tools", (WEATHER,))
    return asyncio.run(Prompted(model, **options).complete(messages, tools=tools))


@pytest.mark.parametrize("name", FORMATS)
def test_a_call_in_any_format_becomes_a_call(name: str) -> None:
    written = FORMATS[name].write([ToolCall("yr.weather", {"city": "Oslo"})])
    found = turn(Asked(Completion(written, Usage(5, 6))), format=name)
    (call,) = found.calls
    assert (call.name, call.arguments, call.problem) == ("yr.weather", {"city": "Oslo"}, "")
    assert call.id or name == "openai-json"
    assert (found.text, found.finish, found.usage) == ("", "tool_calls", Usage(5, 6))


@pytest.mark.parametrize("name", FORMATS)
def test_tools_and_the_way_to_call_them_are_told_once(name: str) -> None:
    model = Asked("Cold.")
    assert turn(model, format=name) == Completion("Cold.")
    (request,) = model.requests
    assert request.tools == ()
    system, user = request.messages
    assert system.role == "system"
    assert system.content.startswith("Be brief.\n\n")
    assert '{"name": "yr.weather", "description": "The weather of a city."' in system.content
    assert FORMATS[name].instruction in system.content
    assert user == ASKED[1]


def test_the_conversation_is_told_as_text() -> None:
    model = Asked("Cold.")
    turn(model, STORY, format="qwen")
    *_, called, results = model.requests[0].messages
    assert called == Message(
        "assistant",
        'I look.\n<tool_call>\n{"name": "yr.weather", "arguments": {"city": "Oslo"}}\n</tool_call>',
    )
    assert results == Message(
        "user",
        "<tool_response>\n3 degrees\n</tool_response>\n\n"
        "<tool_response>\nfailed: no such city\n</tool_response>",
    )


def test_results_name_their_tool_whichever_way_they_refer_to_it() -> None:
    model = Asked("Cold.")
    calls = (ToolCall("a", id="1"), ToolCall("b", id="2"))
    answers = (Message("tool", "for b", call_id="2"), Message("tool", "for a"))
    turn(model, (*ASKED, Message("assistant", calls=calls), *answers), tools=())
    assert model.requests[0].messages[-1].content == ("Result of b:\nfor b\n\nResult of a:\nfor a")


def test_a_model_without_system_messages_is_told_by_its_user() -> None:
    model = Asked("Cold.")
    turn(model, system=False)
    (message,) = model.requests[0].messages
    assert message.role == "user"
    assert message.content.startswith("Be brief.\n\nYou can call tools.")
    assert message.content.endswith("\n\nHow is Oslo?")


def test_what_cannot_be_read_is_told_and_goes_back_as_it_was() -> None:
    text = '{"name": "yr.weather", "arguments": {"city": "Os'
    found = turn(Asked(Completion(text, finish="length")))
    (call,) = found.calls
    assert (found.text, found.finish, call.name, call.id) == (text, "length", "", "call00000")
    assert call.problem.startswith("it is not JSON")
    assert call.problem.endswith("; the answer was cut at its limit of tokens")
    model = Asked("Cold.")
    told = Message("tool", call.problem, call_id=call.id, failed=True)
    turn(model, (*ASKED, Message("assistant", found.text, calls=found.calls), told))
    *_, said, problem = model.requests[0].messages
    assert said == Message("assistant", text)
    assert problem.content.startswith("Result of the call:\nfailed: it is not JSON")


def test_names_that_python_cannot_write_are_changed_there_and_back() -> None:
    tools = (ToolSpec("get-weather"), ToolSpec("get_weather"))
    model = Asked("[get_weather_2(city='Oslo')]")
    found = turn(model, tools=tools, format="python")
    assert found.calls == (ToolCall("get-weather", {"city": "Oslo"}, "call00000"),)
    assert '{"name": "get_weather_2"' in model.requests[0].messages[0].content


def test_thoughts_are_no_part_of_the_answer() -> None:
    found = turn(Asked("<think>maybe <tool_call>?</think>Cold."), format="qwen")
    assert found == Completion("Cold.")


def test_without_tools_the_model_is_asked_as_it_is() -> None:
    model = Asked('{"name": "t", "arguments": {}}')
    found = turn(model, tools=())
    assert found == model.said
    assert model.requests[0].messages == ASKED


def test_settings_reach_the_model_and_what_is_left_to_it_does_not() -> None:
    model = Asked("Cold.")
    prompted = Prompted(model)

    async def two() -> None:
        await prompted.complete(ASKED, max_tokens=7, temperature=0.5)
        await prompted.complete(ASKED)

    asyncio.run(two())
    assert [(r.max_tokens, r.temperature) for r in model.requests] == [(7, 0.5), (None, 0.0)]


def test_an_agents_loop_runs_through_words() -> None:
    script = Scripted(['{"name": "yr.weather", "arguments": {"city": "Oslo"}}', "It is cold."])
    model = Prompted(script)
    first = asyncio.run(model.complete(ASKED, tools=(WEATHER,)))
    story = (
        *ASKED,
        Message("assistant", first.text, calls=first.calls),
        Message("tool", "3 degrees", call_id=first.calls[0].id),
    )
    assert asyncio.run(model.complete(story, tools=(WEATHER,))).text == "It is cold."


@pytest.mark.parametrize("wrong", [("model", {}), (Asked(""), {"format": "xml"})])
def test_refuses_what_it_cannot_use(wrong: Any) -> None:
    model, options = wrong
    with pytest.raises(UserError, match=r"prompted asks a chat model|unknown format of calls"):
        Prompted(model, **options)


def test_bare_texts_become_what_the_tool_takes_in_whatever_words_its_types_are() -> None:
    tool = ToolSpec(
        "plan.trip",
        "",
        {
            "type": "dict",
            "properties": {
                "days": {"type": "int"},
                "stops": {"type": "tuple", "items": {"type": "string"}},
                "name": {"type": "string"},
            },
        },
    )
    said = (
        "<tool_call>\n<function=plan.trip>\n<parameter=days>\n3\n</parameter>\n"
        '<parameter=stops>\n["Oslo"]\n</parameter>\n<parameter=name>\n3\n</parameter>\n'
        "</function>\n</tool_call>"
    )
    (call,) = turn(Asked(said), tools=(tool,), format="qwen3-coder").calls
    assert call.arguments == {"days": 3, "stops": ["Oslo"], "name": "3"}
    wrong = turn(Asked(said.replace("\n3\n", "\nthree\n")), tools=(tool,), format="qwen3-coder")
    assert "'days' is no integer: 'three'" in wrong.calls[0].problem
    assert wrong.text.startswith("<tool_call>")
