"""Calls as models write them, format by format; examples follow the models' cards."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import UserError
from harness.formats.toolcalls import FORMATS, call_format, typed
from harness.formats.toolcalls.form import without_thoughts
from harness.records import ToolCall, ToolSpec

OSLO = ToolCall("weather", {"city": "Oslo"})
TWO = (OSLO, ToolCall("news.latest", {"topics": ["a", "é"], "n": 2, "deep": {"x": [None, True]}}))


TYPES = {"topics": {"type": "array"}, "n": {"type": "integer"}, "deep": {"type": "object"}}
TOOLS = (
    ToolSpec("weather", parameters={"properties": {"city": {"type": "string"}}}),
    ToolSpec("news.latest", parameters={"properties": TYPES}),
)


def read(name: str, text: str) -> tuple[str, tuple[ToolCall, ...]]:
    found = call_format(name).read(text)
    return found.text, found.calls


def problem(name: str, text: str) -> str:
    """The one problem of an answer, whose text must be kept whole."""
    found = call_format(name).read(text)
    assert found.text == text
    problems = [call.problem for call in found.calls if call.problem]
    assert len(problems) == 1
    return problems[0]


@pytest.mark.parametrize("name", FORMATS)
def test_what_a_format_writes_it_reads(name: str) -> None:
    form = FORMATS[name]
    for calls in (TWO[:1], TWO):
        written = form.write(calls)
        found = form.read(written)
        found = typed(written, found, TOOLS) if form.texts else found
        assert found.calls == calls


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "It is 3 degrees in Oslo.",
        "[1] Oslo is cold.",
        "See [the forecast](http://yr.no/oslo).",
        '{"city": "Oslo", "degrees": 3}',
        '{"name": "Oslo", "population": 700000}',
        "{not JSON}",
        "[1, 2]",
        "```\nsome code\n```",
    ],
)
def test_a_text_without_a_call_is_an_answer(name: str, text: str) -> None:
    assert read(name, text) == (text, ())


@pytest.mark.parametrize("name", FORMATS)
def test_a_call_in_another_place_or_format_is_told_not_read(name: str) -> None:
    strange = 'So {"name": "weather", "arguments": {"city": "Oslo"}} is it.'
    assert "something like a call" in problem(name, strange)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "bad",
    [
        "[" * 100_000,
        "{" * 100_000,
        '{"name":' * 20_000,
        "x" * 1_000_001,
        "```json\n" * 100_000,
        '"name":"x"' + " " * 900_000,
        "<tool_call>" * 80_000,
        "f(" * 400_000,
        "\n\t" * 400_000 + "```",
    ],
)
def test_hostile_answers_end_in_no_crash(name: str, bad: str) -> None:
    for mark in (
        "",
        "<tool_call>",
        "<tool_call><function=f><parameter=",
        "[TOOL_CALLS]",
        "<|python_tag|>",
        '{"tool_calls": ',
        "[f(a=",
    ):
        found = FORMATS[name].read(mark + bad)
        assert all(call.problem for call in found.calls)


# -- plain JSON ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "before", "calls"),
    [
        ('{"name": "weather", "arguments": {"city": "Oslo"}}', "", (OSLO,)),
        ('I look.\n{"name": "weather", "arguments": {"city": "Oslo"}}\n', "I look.", (OSLO,)),
        ('Now:\n```json\n[{"name":"weather","arguments":{"city":"Oslo"}}]\n```', "Now:", (OSLO,)),
        (
            '{"name": "weather", "arguments": {"city": "Oslo"}}\n{"name": "t", "arguments": {}}',
            "",
            (OSLO, ToolCall("t")),
        ),
        (
            '{"id": "7", "type": "function", "name": "t", "arguments": {}}',
            "",
            (ToolCall("t", id="7"),),
        ),
    ],
)
def test_plain_json(text: str, before: str, calls: Any) -> None:
    assert read("json", text) == (before, calls)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"name": "t", "arguments": {"a": 1}', "not JSON"),
        ('{"name": "t", "arguments": {"a": NaN}}', "NaN"),
        ('{"name": "t", "arguments": {"a": 1, "a": 2}}', "twice"),
        ('{"name": "t", "arguments": "a=1"}', "arguments are a text"),
        ('{"name": "t", "arguments": [1]}', "arguments are a list"),
        ('{"name": "t", "arguments": null}', "arguments are null"),
        ('{"name": "t", "arguments": {}, "why": "so"}', "'why'"),
        ('{"name": 3, "arguments": {}}', "no name"),
        ('{"name": "t", "arguments": {}}\nThat is all.', "not JSON"),
        ('```json\n{"name": "t", "arguments": {}}\n```\nThat is all.', "text follows"),
        ('[{"name": "t", "arguments": {}}, 7]', "no object"),
    ],
)
def test_plain_json_that_cannot_be_read(text: str, reason: str) -> None:
    assert reason in problem("json", text)


def test_a_call_that_is_read_stands_beside_one_that_is_not() -> None:
    text = '[{"name": "t", "arguments": {}}, {"name": "u", "arguments": 3}]'
    good, bad = call_format("json").read(text).calls
    assert good == ToolCall("t")
    assert (bad.name, bad.problem) == ("u", "the arguments are a number, not an object")


# -- OpenAI's message ----------------------------------------------------------------------------


def test_a_message_of_openai_has_arguments_as_text_or_object() -> None:
    text = (
        '{"role": "assistant", "content": "I look.", "tool_calls": ['
        '{"id": "c1", "type": "function", "function": '
        '{"name": "weather", "arguments": "{\\"city\\": \\"Oslo\\"}"}},'
        '{"function": {"name": "weather", "arguments": {"city": "Oslo"}}}]}'
    )
    assert read("openai-json", text) == (
        "I look.",
        (ToolCall("weather", {"city": "Oslo"}, "c1"), OSLO),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"tool_calls": [{"name": "t", "arguments": {}}]}', 'no "function"'),
        ('{"tool_calls": {"name": "t"}}', "a list"),
        ('{"tool_calls": [], "thought": "x"}', "alone"),
        ('{"tool_calls": []} so', "text follows"),
        ('Here: {"tool_calls": []}', "not JSON"),
        ('{"tool_calls": [{"function": {"name": "t", "arguments": "{\\"a\\": "}}]}', "not JSON"),
        ('{"tool_calls": [{"function": {"name": "t", "arguments": ""}}]}', "not JSON"),
    ],
)
def test_messages_of_openai_that_cannot_be_read(text: str, reason: str) -> None:
    assert reason in problem("openai-json", text)


# -- Hermes and Qwen -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["hermes", "qwen"])
def test_calls_between_tags(name: str) -> None:
    text = (
        "Let me see.\n<tool_call>\n"
        '{"name": "weather", "arguments": {"city": "</tool_call> in a text"}}\n'
        '</tool_call>\n<tool_call>{"arguments": {}, "name": "t"}</tool_call>'
    )
    assert read(name, text) == (
        "Let me see.",
        (ToolCall("weather", {"city": "</tool_call> in a text"}), ToolCall("t")),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<tool_call>{"name": "t", "arguments": {}}', "has no </tool_call>"),
        ('<tool_call>{"name": "t", "arguments": {"a": </tool_call>', "not JSON"),
        ("<tool_call>{'name': 't', 'arguments': {}}</tool_call>", "not JSON"),
        ("<tool_call></tool_call>", "not JSON"),
        ('<tool_call>[{"name": "t", "arguments": {}}]</tool_call>', "no object"),
        ('<tool_call>{"name": "t", "parameters": {}}</tool_call>', "'parameters'"),
        ('<tool_call>{"name": "t"}</tool_call>', "no 'arguments'"),
        ('{"name": "t", "arguments": {}}</tool_call>', ""),
    ],
)
def test_calls_between_tags_that_cannot_be_read(text: str, reason: str) -> None:
    found = call_format("hermes").read(text)
    assert found.text == text
    assert found.calls
    assert all(call.problem for call in found.calls)
    assert reason in found.calls[0].problem


def test_a_broken_block_leaves_the_next_one_readable() -> None:
    text = '<tool_call>{oops</tool_call><tool_call>{"name": "t", "arguments": {}}</tool_call>'
    broken, sound = call_format("qwen").read(text).calls
    assert broken.problem
    assert sound == ToolCall("t")


# -- Llama ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "before", "calls"),
    [
        ('<|python_tag|>{"name": "weather", "parameters": {"city": "Oslo"}}', "", (OSLO,)),
        ('{"name": "weather", "parameters": {"city": "Oslo"}}<|eom_id|>', "", (OSLO,)),
        ('{"type": "function", "name": "weather", "parameters": {"city": "Oslo"}}', "", (OSLO,)),
        (
            'So.<|python_tag|>{"name": "t", "parameters": {}}; {"name": "u", "arguments": {}}',
            "So.",
            (ToolCall("t"), ToolCall("u")),
        ),
    ],
)
def test_llama(text: str, before: str, calls: Any) -> None:
    assert read("llama", text) == (before, calls)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<|python_tag|>brave_search.call(query="Oslo")', "not JSON"),
        ('<function=weather>{"city": "Oslo"}</function>', "another format"),
        ('{"name": "t", "parameters": {}, "arguments": {}}', "2 'parameters'"),
        ('{"name": "t", "parameters": {"a": 1}', "not JSON"),
        ('I call {"name": "t", "parameters": {"a": 1}}', "something like a call"),
        ('<|python_tag|>{"city": "Oslo"}', "no name"),
    ],
)
def test_llama_that_cannot_be_read(text: str, reason: str) -> None:
    assert reason in problem("llama", text)


# -- Mistral -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "before", "calls"),
    [
        (
            '[TOOL_CALLS] [{"name": "weather", "arguments": {"city": "Oslo"}, "id": "9Ae3bDc2F"}]',
            "",
            (ToolCall("weather", {"city": "Oslo"}, "9Ae3bDc2F"),),
        ),
        ('So.[TOOL_CALLS][{"name": "t", "arguments": {}}]</s>', "So.", (ToolCall("t"),)),
        (
            '[TOOL_CALLS]weather{"city": "Oslo"}[TOOL_CALLS]a.b-c[CALL_ID]x1[ARGS]{}',
            "",
            (OSLO, ToolCall("a.b-c", id="x1")),
        ),
        (
            '[TOOL_CALLS]weather[ARGS]{"city": "[TOOL_CALLS]"}',
            "",
            (ToolCall("weather", {"city": "[TOOL_CALLS]"}),),
        ),
    ],
)
def test_mistral(text: str, before: str, calls: Any) -> None:
    assert read("mistral", text) == (before, calls)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[TOOL_CALLS]", "no name"),
        ("[TOOL_CALLS] []", "no list"),
        ('[TOOL_CALLS] [{"name": "t", "arguments": {}}', "not JSON"),
        ('[TOOL_CALLS] [{"name": "t", "arguments": {}}] done', "text follows"),
        ('[TOOL_CALLS]t[ARGS]{"a": 1', "not JSON"),
        ("[TOOL_CALLS]t[ARGS]{} done", "text follows"),
        ("[TOOL_CALLS]t[ARGS][1]", "a list"),
    ],
)
def test_mistral_that_cannot_be_read(text: str, reason: str) -> None:
    assert reason in problem("mistral", text)


# -- Python --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ('[weather(city="Oslo")]', (OSLO,)),
        ('weather(city="Oslo")', (OSLO,)),
        ('```python\n[weather(city="Oslo"), t()]\n```', (OSLO, ToolCall("t"))),
        ('<|python_start|>[weather(city="Oslo")]<|python_end|><|eot|>', (OSLO,)),
        ("[a.b(x=-1, y=(1, 2.5), z={'k': [None, True]})]", None),
    ],
)
def test_python(text: str, calls: Any) -> None:
    wanted = calls or (ToolCall("a.b", {"x": -1, "y": [1, 2.5], "z": {"k": [None, True]}}),)
    assert read("python", text) == ("", wanted)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[weather('Oslo')]", "no name"),
        ("[weather(city=oslo)]", "city is no literal"),
        ("[weather(city=where(name='x'))]", "city is no literal"),
        ("[weather(city='a' + 'b')]", "city is no literal"),
        ("[weather(**{'city': 'Oslo'})]", "unpacked"),
        ("[weather(days=1e999)]", "not finite"),
        ("[weather(city='Oslo'", "never closed"),
        ("I call [weather(city='Oslo')].\n[weather(city='Oslo')]", "something like a call"),
        ("weather(city='Oslo')\nweather(city='Bergen')", "invalid syntax"),
    ],
)
def test_python_that_cannot_be_read(text: str, reason: str) -> None:
    assert reason in problem("python", text)


# -- all of them ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<think>maybe <tool_call></think>\nHello", "Hello"),
        ("of a template that began them </think> Hello", "Hello"),
        ("<think>cut off in the mid", ""),
        ("Hello", "Hello"),
    ],
)
def test_thoughts_are_no_answer(text: str, left: str) -> None:
    assert without_thoughts(text) == left


def test_an_unknown_format_is_told_with_those_there_are() -> None:
    with pytest.raises(UserError, match=r"unknown format of calls 'herms'\. Did you mean hermes"):
        call_format("herms")
