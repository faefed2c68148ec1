"""Calls as Qwen3-Coder writes them: bare texts between tags, and what they stand for."""

from __future__ import annotations

from typing import Any

import pytest

from harness.formats.toolcalls import call_format, typed
from harness.formats.toolcalls.by_schema import value_of
from harness.formats.toolcalls.form import Broken
from harness.records import ToolCall, ToolSpec

FORM = call_format("qwen3-coder")
CALL = """\
<tool_call>
<function=weather>
<parameter=city>
Oslo
</parameter>
<parameter=days>
3
</parameter>
</function>
</tool_call>"""
WEATHER = ToolSpec(
    "weather",
    parameters={
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    },
)


def one(name: str, *parameters: tuple[str, str]) -> str:
    given = "".join(f"<parameter={n}>\n{value}\n</parameter>\n" for n, value in parameters)
    return f"<tool_call>\n<function={name}>\n{given}</function>\n</tool_call>"


def problem(text: str) -> str:
    """The one problem of an answer, whose text must be kept whole."""
    found = FORM.read(text)
    assert found.text == text
    problems = [call.problem for call in found.calls if call.problem]
    assert len(problems) == 1
    return problems[0]


def test_arguments_are_texts_until_the_schema_says_more() -> None:
    found = FORM.read(f"I look.\n{CALL}")
    assert found.text == "I look."
    assert found.calls == (ToolCall("weather", {"city": "Oslo", "days": "3"}),)
    assert typed("", found, [WEATHER]).calls == (ToolCall("weather", {"city": "Oslo", "days": 3}),)


def test_texts_of_several_lines_are_kept_to_the_letter() -> None:
    code = '\n  def f():\n    return "<b>" # </tool_response>\n'
    (call,) = FORM.read(one("write", ("code", code))).calls
    assert call.arguments == {"code": code}
    (call,) = FORM.read(
        "<tool_call><function=t><parameter=a>x</parameter></function></tool_call>"
    ).calls
    assert call.arguments == {"a": "x"}


def test_several_calls_each_have_their_tags() -> None:
    found = FORM.read(f"{CALL}\nand\n{one('time')}")
    assert [call.name for call in found.calls] == ["weather", "time"]
    assert found.text == "and"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (one("t", ("a", "1"), ("a", "2")), "stands twice"),
        (one("t", ("a", "x <parameter=b>")), "holds a tag"),
        (one("t", ("a", "</function>")), "holds a tag"),
        (one("t", ("a", "<tool_call>")), "holds a tag"),
        ("<tool_call><function=t><parameter=a>1</function></tool_call>", "has no </parameter>"),
        ("<tool_call><function=t><parameter=a>1", "has no </parameter>"),
        ("<tool_call><function=t>", "something else stands where </function> should"),
        ("<tool_call><function=t></function>", "something else stands where </tool_call> should"),
        ("<tool_call><function=t>{}</function></tool_call>", "where </function> should"),
        ("<tool_call><function=></function></tool_call>", "without a name"),
        ("<tool_call><function= ></function></tool_call>", "without a name"),
        ("<tool_call><function=t<x>></function></tool_call>", "without a name"),
        (
            "<tool_call><function=t><parameter=>1</parameter></function></tool_call>",
            "without a name",
        ),
        ("<tool_call></tool_call>", "no <function=name>"),
        ('<tool_call>{"name": "t", "arguments": {}}</tool_call>', "no <function=name>"),
        ("<function=t>\n</function>\n</tool_call>", "outside of"),
        ("<function=t></function>", "outside of"),
        ("<parameter=a>1</parameter>", "outside of"),
    ],
)
def test_calls_that_cannot_be_read(text: str, reason: str) -> None:
    assert reason in problem(text)


def test_a_text_is_cut_at_its_first_closing_tag_or_refused() -> None:
    assert "should" in problem(one("t", ("a", "one </parameter> two")))


def test_a_broken_call_leaves_the_next_one_readable() -> None:
    broken, sound = FORM.read(f"<tool_call><function=t>{{</tool_call>{CALL}").calls
    assert (broken.name, bool(broken.problem)) == ("t", True)
    assert sound.name == "weather"


def test_a_text_that_fits_no_type_is_a_problem_and_the_answer_is_kept_whole() -> None:
    text = f"So.\n{one('weather', ('days', 'three'))}\n{CALL}"
    found = typed(text, FORM.read(text), [WEATHER])
    assert found.text == text
    bad, good = found.calls
    assert (bad.name, bad.arguments) == ("weather", {})
    assert bad.problem == "the argument 'days' is no integer: 'three'"
    assert good.arguments == {"city": "Oslo", "days": 3}


def test_what_nobody_knows_stays_a_text() -> None:
    text = one("weather", ("moon", "1")) + one("tides", ("days", "1"))
    found = typed(text, FORM.read(text), [WEATHER])
    assert [dict(call.arguments) for call in found.calls] == [{"moon": "1"}, {"days": "1"}]


ROOT = {"$defs": {"Colour": {"enum": ["red", "1", 1]}, "Loop": {"$ref": "#/$defs/Loop"}}}


@pytest.mark.parametrize(
    ("text", "schema", "value"),
    [
        ("12", {"type": "string"}, "12"),
        ("null", {"type": "string"}, "null"),
        (" x ", {"type": "string"}, " x "),
        ("-7", {"type": "integer"}, -7),
        (" 7 ", {"type": "integer"}, 7),
        ("7", {"type": "number"}, 7),
        ("7.5e1", {"type": "number"}, 75.0),
        ("True", {"type": "boolean"}, True),
        ("false", {"type": "boolean"}, False),
        ("None", {"type": "null"}, None),
        ("[1, {}]", {"type": "array"}, [1, {}]),
        ('{"a": null}', {"type": "object"}, {"a": None}),
        ("null", {"type": ["string", "null"]}, None),
        ("1", {"anyOf": [{"type": "string"}, {"type": "integer"}]}, 1),
        ("one", {"anyOf": [{"type": "string"}, {"type": "integer"}]}, "one"),
        ("red", {"$ref": "#/$defs/Colour"}, "red"),
        ("1", {"$ref": "#/$defs/Colour"}, "1"),
        ("2", {"enum": [1, 2]}, 2),
        ("yes", {"const": "yes"}, "yes"),
        ("x", {"$ref": "#/$defs/None"}, "x"),
        ("x", {"$ref": "#/$defs/Loop"}, "x"),
        ("x", {}, "x"),
        ("x", None, "x"),
        ("x", {"type": "alien"}, "x"),
    ],
)
def test_texts_stand_for_what_the_schema_says(text: str, schema: Any, value: Any) -> None:
    found = value_of(text, schema, ROOT)
    assert (found, type(found)) == (value, type(value))


def test_choices_that_refer_to_themselves_come_to_an_end() -> None:
    # Followed one by one, 200 choices within one another would be 200 ** 4 at a depth of 8.
    circle = {"$defs": {"All": {"anyOf": [{"$ref": "#/$defs/All"} for _ in range(200)]}}}
    assert value_of("x", {"$ref": "#/$defs/All"}, circle) == "x"
    chain: dict[str, Any] = {str(n): {"$ref": f"#/{n + 1}"} for n in range(5_000)}
    assert value_of("7", {"$ref": "#/0"}, {**chain, "5000": {"type": "integer"}}) == 7


@pytest.mark.parametrize(
    ("text", "schema", "reason"),
    [
        ("3.0", {"type": "integer"}, "is no integer"),
        ("0x10", {"type": "integer"}, "is no integer"),
        ("٣", {"type": "integer"}, "is no integer"),
        ("9" * 5000, {"type": "integer"}, "is no integer"),
        ("1_000", {"type": "number"}, "is no number"),
        ("NaN", {"type": "number"}, "is no number"),
        ("1e999", {"type": "number"}, "is no number"),
        ("true", {"type": "number"}, "is no number"),
        ("yes", {"type": "boolean"}, "is no boolean"),
        ("1", {"type": "boolean"}, "is no boolean"),
        ("[1", {"type": "array"}, "is no array"),
        ("{}", {"type": "array"}, "is no array"),
        ("{'a': 1}", {"type": "object"}, "is no object"),
        ("[" * 100_000, {"type": "array"}, "is no array"),
        ("green", {"enum": ["red"]}, 'is no "red"'),
        ("three", {"type": ["integer", "null"]}, "is no integer or null"),
    ],
)
def test_nothing_is_repaired(text: str, schema: Any, reason: str) -> None:
    with pytest.raises(Broken, match=reason):
        value_of(text, schema, ROOT)
