"""Training data is read strictly: what is malformed is refused, with its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UserError
from harness.records import Message, ToolCall, ToolSpec
from models.training.text.conversations import read_dialogues, read_preferences

CALL = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}
TOOL = {"type": "function", "function": {"name": "add", "description": "Adds.", "parameters": {}}}
ASKED = {"role": "user", "content": "1 + 1?"}
SAID = {"role": "assistant", "content": "2"}


def written(path: Path, *values: Any) -> Path:
    path.write_text("".join(v if isinstance(v, str) else json.dumps(v) + "\n" for v in values))
    return path


def test_messages_and_tools_are_read_as_openai_writes_them(tmp_path: Path) -> None:
    called = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    told = {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "2"}]}
    line = {"messages": [ASKED, called, told, SAID], "tools": [TOOL]}
    [found] = read_dialogues(written(tmp_path / "d.jsonl", line))
    assert found.messages == (
        Message("user", "1 + 1?"),
        Message("assistant", "", (ToolCall("add", {"a": 1}, "c1"),)),
        Message("tool", "2", (), "c1"),
        Message("assistant", "2"),
    )
    assert found.tools == (ToolSpec("add", "Adds.", {}),)
    assert (found.line, found.first) == (1, 0)


def test_of_prompt_and_completion_only_the_completion_is_learned(tmp_path: Path) -> None:
    path = written(
        tmp_path / "d.jsonl",
        {"prompt": "1 + 1?", "completion": "2"},
        "\n",
        {"prompt": [ASKED, SAID, ASKED], "completion": [SAID]},
    )
    one, two = read_dialogues(path)
    assert (one.messages, one.first) == ((Message("user", "1 + 1?"), Message("assistant", "2")), 1)
    assert (two.line, len(two.messages), two.first) == (3, 4, 3)


def test_both_sides_of_a_pair_follow_its_prompt(tmp_path: Path) -> None:
    line = {"prompt": [ASKED], "chosen": [SAID], "rejected": "3"}
    [pair] = read_preferences(written(tmp_path / "p.jsonl", line))
    assert [m.content for m in pair.chosen.messages] == ["1 + 1?", "2"]
    assert [m.content for m in pair.rejected.messages] == ["1 + 1?", "3"]
    assert pair.chosen.first == pair.rejected.first == 1


DEEP = '{"messages": ' + "[" * 100_000 + "]" * 100_000 + "}\n"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nonsense\n", "not JSON"),
        ("[1]\n", "a list, not an object"),
        ("{}\n", "'prompt' is not there"),
        ('{"messages": NaN}\n', "NaN"),
        ('{"messages": [], "messages": []}\n', "there twice"),
        (DEEP, "deep"),
        ({"messages": [ASKED]}, "nothing to learn"),
        ({"messages": "hello"}, "messages: it is a text"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "none of assistant"),
        ({"messages": [ASKED, {"role": "assistant", "content": ""}]}, "says nothing"),
        ({"messages": [ASKED, {**SAID, "reasoning": "x"}]}, "no field 'reasoning'"),
        ({"messages": [{**ASKED, "tool_calls": [CALL]}, SAID]}, "only an assistant's"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url"}]}, SAID]},
            "none of text",
        ),
        (
            {
                "messages": [
                    ASKED,
                    {
                        "role": "assistant",
                        "tool_calls": [{"function": {"name": "f", "arguments": "{"}}],
                    },
                ]
            },
            "arguments cannot be read",
        ),
        ({"messages": [ASKED, SAID], "tools": [TOOL, TOOL]}, "same name"),
        ({"messages": [ASKED, SAID], "tools": [{"name": "f"}]}, "no field 'name'"),
        ({"prompt": [], "completion": "x"}, "prompt: it is empty"),
        ({"prompt": "x", "completion": [ASKED]}, "does not begin with a message of the assistant"),
        ({"problem": "dev/1", "messages": []}, "assay run"),
        ('{"messages": "\\ud800"}\n', "surrogate"),
    ],
)
def test_a_malformed_line_is_named_with_what_is_wrong_and_expected(
    tmp_path: Path, line: Any, why: str
) -> None:
    path = written(tmp_path / "d.jsonl", {"messages": [ASKED, SAID]}, line)
    with pytest.raises(UserError) as told:
        list(read_dialogues(path))
    said = str(told.value)
    assert said.startswith(f"{path} line 2: ")
    assert why in said
    assert "expected" in said
    assert len(said) < 600


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: str) -> None:
    path = written(tmp_path / "d.jsonl", content)
    with pytest.raises(UserError, match="is empty"):
        list(read_dialogues(path))


def test_a_pair_of_twins_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "p.jsonl", {"prompt": "a", "chosen": "b", "rejected": "b"})
    with pytest.raises(UserError, match=r"line 1: chosen and rejected are the same"):
        list(read_preferences(path))


def test_an_id_that_nobody_gave_stays_empty(tmp_path: Path) -> None:
    call = {"function": {"name": "add", "arguments": {"a": 1}}}
    line = {"messages": [ASKED, {"role": "assistant", "tool_calls": [call]}]}
    [found] = read_dialogues(written(tmp_path / "d.jsonl", line))
    assert found.messages[1].calls == (ToolCall("add", {"a": 1}),)
