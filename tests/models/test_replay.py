"""Completions that are recorded and answered again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import ChatModel
from harness.errors import InfrastructureError, UserError
from harness.loading import load_model
from harness.records import Completion, Message, ToolCall, ToolSpec, Usage
from harness.workspace import working
from models.chat.recording import Record
from models.replay import Replay
from models.scripted import Scripted

HELLO = (Message("user", "hello"),)
TOOLS = (ToolSpec("t", "Does t."),)
TURNS = [Completion("", Usage(3, 4), "tool_calls", (ToolCall("t", {"a": 1}, "x1"),)), "done"]


def turn(model: Any, messages: Any = HELLO, trial: int = 0, **more: Any) -> Completion:
    with working(trial=trial):
        return asyncio.run(model.complete(messages, **more))


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A conversation of two turns, and one turn that was drawn in two trials."""
    path = tmp_path / "said.jsonl"
    model = Record(Scripted(TURNS), str(path))
    assert isinstance(model, ChatModel)
    first = turn(model, tools=TOOLS)
    turn(
        model, (*HELLO, Message("assistant", calls=first.calls), Message("tool", "7")), tools=TOOLS
    )
    for trial in (0, 1):
        drawn = Record(Scripted([f"draw {trial}"]), str(path))
        turn(drawn, trial=trial, temperature=0.9)
    return path


def test_what_was_said_is_said_again(recorded: Path) -> None:
    model = Replay(str(recorded))
    assert isinstance(model, ChatModel)
    first = turn(model, tools=TOOLS)
    assert first == TURNS[0]
    story = (*HELLO, Message("assistant", calls=first.calls), Message("tool", "7"))
    assert turn(model, story, tools=TOOLS) == Completion("done")


def test_each_trial_gets_what_was_drawn_in_it(recorded: Path) -> None:
    model = Replay(str(recorded))
    drawn = [turn(model, trial=trial, temperature=0.9).text for trial in (1, 0)]
    assert drawn == ["draw 1", "draw 0"]


@pytest.mark.parametrize(
    "asked",
    [
        {"messages": (Message("user", "good bye"),), "tools": TOOLS},
        {"tools": ()},
        {"tools": (ToolSpec("t", "Does u."),)},
        {"tools": TOOLS, "max_tokens": 9},
        {"tools": TOOLS, "temperature": 0.5},
        {"temperature": 0.9, "trial": 2},
    ],
)
def test_what_was_not_recorded_is_nobodys_answer(recorded: Path, asked: Any) -> None:
    with pytest.raises(InfrastructureError, match=r"said.jsonl has 4 completions, and none for"):
        turn(Replay(str(recorded)), **asked)


def test_what_is_missing_is_named(recorded: Path) -> None:
    with pytest.raises(InfrastructureError) as error:
        turn(Replay(str(recorded)), (Message("user", "good bye"),), temperature=0.25, trial=3)
    for named in ("1 messages", "0 tools", "temperature=0.25", "trial 3", "'user: good bye'"):
        assert named in str(error.value)


def test_the_files_content_is_its_identity(recorded: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "said.jsonl"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(recorded.read_bytes())
    before = load_model(Replay(str(recorded))).identity
    assert load_model(Replay(str(elsewhere))).identity == before
    turn(Record(Scripted(["more"]), str(recorded)), (Message("user", "more"),))
    assert load_model(Replay(str(recorded))).identity != before


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no file of completions at .*record\("):
        Replay(str(tmp_path / "none.jsonl"))


def test_only_chat_models_are_recorded(tmp_path: Path) -> None:
    wrong: Any = "bm25"
    with pytest.raises(UserError, match="record wants a chat model"):
        Record(wrong, str(tmp_path / "x.jsonl"))
