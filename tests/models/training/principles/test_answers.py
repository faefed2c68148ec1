"""Answers of models, read strictly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.training.principles.answers import Malformed, instance_of, principles_of
from models.training.principles.seeds import Seed, read_seeds

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"properties": {"town": {}, "day": {}}, "required": ["town"]},
    },
}


def call(name: str = "weather", id: str | None = None, **arguments: Any) -> dict[str, Any]:
    found = {"type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
    return {"id": id, **found} if id else found


ASKED = {"role": "user", "content": "rain in Ulm?"}
CALLED = {"role": "assistant", "tool_calls": [call(town="Ulm")]}
GAVE = {"role": "tool", "content": "rain"}
SAID = {"role": "assistant", "content": "Yes."}


def seed(tmp_path: Path, row: dict[str, Any]) -> Seed:
    path = tmp_path / "seeds.jsonl"
    path.write_text(json.dumps(row) + "\n")
    [found] = read_seeds(path, 0, 0)
    return found


@pytest.fixture
def plain(tmp_path: Path) -> Seed:
    system = {"role": "system", "content": "Be kind."}
    return seed(tmp_path, {"prompt": [system, ASKED], "completion": "Yes."})


@pytest.fixture
def calling(tmp_path: Path) -> Seed:
    return seed(tmp_path, {"messages": [ASKED, CALLED, GAVE, SAID], "tools": [WEATHER]})


def test_principles_are_the_texts_of_a_list() -> None:
    assert principles_of('["Be  short.", "Name\\nthe town."]') == ["Be short.", "Name the town."]
    assert principles_of('```json\n["Be short."]\n```') == ["Be short."]
    assert principles_of('<think>["No."] or so</think>\n["Be short."]') == ["Be short."]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("1. Be short.", "not JSON"),
        ('Here they are: ["Be short."]', "not JSON"),
        ('{"principles": []}', "not a list"),
        ('["Be short.", 3]', r"\[1\].*not a text"),
        ("[]", "empty"),
        ('["Be short.", " "]', "without words"),
        ('["\\ud800"]', "surrogate"),
        ("[" * 5000, "deep|JSON"),
        ('["' + "a" * 200_000 + '"]', "longer"),
    ],
)
def test_anything_else_is_malformed(answer: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        principles_of(answer)


def test_a_pair_becomes_a_conversation_under_the_frames_system_message(plain: Seed) -> None:
    assert instance_of('{"prompt": "snow?", "completion": "No."}', plain) == {
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "snow?"},
            {"role": "assistant", "content": "No."},
        ]
    }


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ('{"prompt": "snow?"}', "completion"),
        ('{"prompt": "snow?", "completion": " "}', "empty"),
        ('{"prompt": "snow?", "completion": ["No."]}', "not a text"),
        ('{"prompt": "snow?", "completion": "No.", "note": 1}', "no field 'note'"),
        ('{"prompt": "a", "prompt": "b", "completion": "No."}', "twice"),
        ('{"messages": []}', "no field 'messages'"),
        ("[1]", "not an object"),
    ],
)
def test_pairs_of_another_form_are_malformed(plain: Seed, answer: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        instance_of(answer, plain)


def messages(*each: dict[str, Any]) -> str:
    return json.dumps({"messages": list(each)})


def test_a_conversation_has_the_frames_tools_and_an_id_at_every_call(calling: Seed) -> None:
    found = instance_of(messages(ASKED, CALLED, GAVE, SAID), calling)
    assert found["tools"] == [WEATHER]
    _, called, gave, said = found["messages"]
    assert called["tool_calls"][0]["id"] == gave["tool_call_id"] != ""
    assert json.loads(called["tool_calls"][0]["function"]["arguments"]) == {"town": "Ulm"}
    assert said["content"] == "Yes."


def test_calls_have_the_names_that_tools_have_even_such_as_no_server_takes(
    tmp_path: Path,
) -> None:
    name = "weather.of town"
    function = {**WEATHER["function"], "name": name}
    called = {"role": "assistant", "tool_calls": [call(name, town="Ulm")]}
    row = {"messages": [ASKED, called], "tools": [{"type": "function", "function": function}]}
    made = seed(tmp_path, row)
    [_, shown] = json.loads(made.shown)["messages"]
    found = instance_of(made.shown, made)
    for message in (shown, found["messages"][1]):
        assert message["tool_calls"][0]["function"]["name"] == name
    assert found["tools"][0]["function"]["name"] == name


def test_several_calls_are_answered_in_any_order_and_a_last_one_by_nobody(calling: Seed) -> None:
    both = {
        "role": "assistant",
        "tool_calls": [call(id="a", town="Ulm"), call(id="b", town="Bonn")],
    }
    gave = [{"role": "tool", "content": "rain", "tool_call_id": id} for id in ("b", "a")]
    instance_of(messages(ASKED, both, *gave, SAID, ASKED, CALLED), calling)


@pytest.mark.parametrize(
    ("talk", "why"),
    [
        ([], "does not end"),
        ([ASKED], "does not end"),
        ([SAID], r"messages\[0\] of the role 'assistant'"),
        ([ASKED, ASKED, SAID], r"messages\[1\] of the role 'user'"),
        ([ASKED, CALLED, SAID], r"messages\[2\] of the role 'assistant'"),
        ([ASKED, CALLED, GAVE, GAVE, SAID], r"messages\[3\] of the role 'tool'"),
        (
            [ASKED, CALLED, {**GAVE, "tool_call_id": "zz"}, SAID],
            r"messages\[2\] of the role 'tool'",
        ),
        ([ASKED, GAVE, SAID], r"messages\[1\] of the role 'tool'"),
        ([ASKED, SAID, SAID], r"messages\[2\] of the role 'assistant'"),
        ([ASKED, CALLED, GAVE], "does not end"),
        ([{"role": "system", "content": "x"}, ASKED, SAID], "'system' is none of"),
        ([ASKED, {"role": "assistant", "tool_calls": [call("snow")]}], "none of the tools"),
        ([ASKED, {"role": "assistant", "tool_calls": [call(day="1")]}], "lacks 'town'"),
        (
            [ASKED, {"role": "assistant", "tool_calls": [call(town="Ulm", hour=1)]}],
            "'hour', which it does not take",
        ),
        ([ASKED, {"role": "assistant"}], "is empty"),
        ([{**ASKED, "tool_calls": [call(town="Ulm")]}, SAID], "'user' calls tools"),
    ],
)
def test_messages_out_of_order_and_calls_of_no_tool_are_malformed(
    calling: Seed, talk: list[dict[str, Any]], why: str
) -> None:
    with pytest.raises(Malformed, match=why):
        instance_of(messages(*talk), calling)


def test_seeds_are_drawn_by_chance_and_shown_in_the_form_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "seeds.jsonl"
    rows = [{"prompt": f"is it {i}?", "completion": f"It is {i}."} for i in range(9)]
    path.write_text("\n\n".join(map(json.dumps, rows)))
    one, again, other = (read_seeds(path, 4, seed) for seed in (1, 1, 2))
    assert [each.line for each in one] == [each.line for each in again]
    assert [each.line for each in one] != [each.line for each in other]
    assert len({each.line for each in one}) == 4
    for each in one:  # every second line is blank
        assert json.loads(each.shown) == rows[each.line // 2] == each.row
