from __future__ import annotations

import time

import pytest

from harness.formats.marked_calls import read_json_calls, read_xml_calls
from harness.formats.python_calls import MAX_LENGTH, NotCalls
from harness.records import ToolCall

VERBOSE = """Here: <functions><function name="weather"><params>
<param name="city" value="Oslo" type="string"/><param name="days" value="2" type="integer"/>
</params></function></functions>"""
CONCISE = """<functions><function name="f"><param name="a" type="float"> 1.5 </param>
<param name="b" type="array">[1, 'x']</param><param name="c" type="boolean">TRUE</param>
<param name="d" type="null"/><param name="e">text</param></function></functions>"""


def test_json_calls_stand_anywhere_in_a_text() -> None:
    calls = '[{"function": "f", "parameters": {"a": [1]}}, {"function": "g", "parameters": {}}]'
    text = f"See [1]: {calls}."
    assert read_json_calls(text) == (ToolCall("f", {"a": [1]}), ToolCall("g", {}))


def test_xml_values_are_of_the_type_that_they_state() -> None:
    assert read_xml_calls(VERBOSE) == (ToolCall("weather", {"city": "Oslo", "days": 2}),)
    assert read_xml_calls(CONCISE, concise=True) == (
        ToolCall("f", {"a": 1.5, "b": [1, "x"], "c": True, "d": None, "e": "text"}),
    )


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "[]",
        '[{"name": "f"}]',
        '[{"function": 1, "parameters": {}}]',
        '[{"function"',
        "[" * 9_999,
        "[{" * 50_000,
        '[{"a":' * 50_000,
        " " * (MAX_LENGTH + 1),
    ],
    ids=lambda text: f"{text[:12]!r}",
)
def test_what_is_no_json_list_of_calls_is_refused(text: str) -> None:
    began = time.process_time()
    with pytest.raises(NotCalls):
        read_json_calls(text)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "</functions><functions>",
        "<functions><function></functions>",
        "<functions><function/></functions>",
        '<functions><function name="f"><param name="a" value="x" type="integer"/></function>'
        "</functions>",
        '<functions><function name="f"><param value="x"/></function></functions>',
        '<!DOCTYPE x [<!ENTITY e "y">]><functions><function name="&e;"/></functions>',
        "<functions>" + "<a>" * 100_000 + "</functions>",
        " " * (MAX_LENGTH + 1),
    ],
    ids=lambda text: f"{text[:20]!r}",
)
def test_broken_xml_is_refused_and_entities_are_unknown(text: str) -> None:
    with pytest.raises(NotCalls):
        read_xml_calls(text)
