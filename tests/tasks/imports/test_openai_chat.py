"""Transcripts in OpenAI's chat form."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import Unreadable
from harness.errors import UserError
from harness.records import Message, Problem, ToolCall, Trajectory, Usage
from tasks.imports.openai_chat import IMPORTER

PROBLEMS = {id: Problem(id, ()) for id in ("p1", "p2", "3")}
ASKED = {"role": "user", "content": "What is the weather?"}
ANSWER = {"role": "assistant", "content": "Sunny."}


def call(arguments: Any, name: str = "weather", id: str = "c1") -> dict[str, Any]:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


def calling(*calls: Mapping[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": None, "tool_calls": list(calls)}


def imported(path: Path, *entries: Any) -> list[Trajectory | Unreadable]:
    lines = (entry if isinstance(entry, str) else json.dumps(entry) for entry in entries)
    path.write_text("".join(f"{line}\n" for line in lines))
    return list(IMPORTER.convert(path, PROBLEMS))


def reason(found: Trajectory | Unreadable) -> str:
    assert isinstance(found, Unreadable)
    return found.reason


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chat.jsonl"


def test_a_transcript_keeps_what_was_said_called_and_replied(path: Path) -> None:
    reply = {"role": "tool", "tool_call_id": "c1", "content": '{"sky": "clear"}'}
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Wea"}, {"type": "image_url"},
                                     {"type": "text", "text": "ther?"}]},
        calling(call('{"city": "Oslo"}'), call({"city": "Bonn"}, id="c2")),
        reply,
        ANSWER,
    ]  # fmt: skip
    usage = {"prompt_tokens": 50, "completion_tokens": 7, "total_tokens": 57}
    entry = {"problem": "p1", "trial": 2, "messages": messages, "usage": usage, "seconds": 1.5}
    assert imported(path, entry) == [
        Trajectory(
            "p1",
            2,
            (
                Message("system", "Be brief."),
                Message("user", "Weather?"),
                Message(
                    "assistant",
                    calls=(
                        ToolCall("weather", {"city": "Oslo"}, "c1"),
                        ToolCall("weather", {"city": "Bonn"}, "c2"),
                    ),
                ),
                Message("tool", '{"sky": "clear"}', call_id="c1"),
                Message("assistant", "Sunny."),
            ),
            answer="Sunny.",
            usage=Usage(50, 7),
            seconds=1.5,
        )
    ]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("", "not JSON"),
        ('{"city": "Os', "not JSON"),
        ('["Oslo"]', "no JSON object"),
        ('"Oslo"', "no JSON object"),
        (None, "no JSON object"),
        (["Oslo"], "no JSON object"),
        ('{"days": NaN}', "NaN is no number"),
        ('{"days": 1e999}', "not finite"),
        ('{"a": 1, "a": 2}', "there twice"),
        ("[" * 10_000, "nested more than"),
        ('{"a": ' * 9_000 + "1" + "}" * 9_000, "nested more than"),
        (r'{"a": "\ud800"}', "half a surrogate pair"),
    ],
    ids=lambda value: str(value)[:16],
)
def test_arguments_that_cannot_be_read_stay_a_call_that_went_wrong(
    path: Path, arguments: Any, problem: str
) -> None:
    (found,) = imported(path, {"id": "p1", "messages": [ASKED, calling(call(arguments))]})
    assert isinstance(found, Trajectory)
    (made,) = found.calls
    assert (made.name, made.arguments) == ("weather", {})
    assert problem in made.problem


@pytest.mark.parametrize(
    ("last", "end", "answer"),
    [
        (ANSWER, "finished", "Sunny."),
        (calling(call("{}")), "finished", None),
        ({"role": "assistant", "content": None, "refusal": "No."}, "finished", "No."),
        ({"role": "tool", "content": "x"}, "stopped", "Before."),
        (ASKED, "stopped", "Before."),
    ],
)
def test_the_last_message_tells_how_it_ended(path: Path, last: Any, end: str, answer: str) -> None:
    before = {"role": "assistant", "content": "Before."}
    (found,) = imported(path, {"id": "p1", "messages": [ASKED, before, last]})
    assert isinstance(found, Trajectory)
    assert (found.end, found.answer) == (end, answer)
    assert bool(found.detail) == (end == "stopped")


def batch(**body: Any) -> dict[str, Any]:
    return {"id": "batch_1", "custom_id": "p1", "response": {"status_code": 200, "body": body}}


def test_the_output_of_the_batch_interface_is_one_message(path: Path) -> None:
    choice = {"message": calling(call("{}")), "finish_reason": "tool_calls"}
    usage = {"prompt_tokens": 9, "completion_tokens": 1}
    (found,) = imported(path, batch(choices=[choice], usage=usage))
    assert found == Trajectory(
        "p1",
        messages=(Message("assistant", calls=(ToolCall("weather", {}, "c1"),)),),
        usage=Usage(9, 1),
    )
    (cut,) = imported(path, batch(choices=[{"message": ANSWER, "finish_reason": "length"}]))
    assert isinstance(cut, Trajectory)
    assert (cut.end, cut.detail) == ("stopped", "finish_reason is length")
    several, none = imported(path, batch(choices=[choice, choice]), batch())
    assert "2 choices: which trial each is" in reason(several)
    assert "neither messages nor a response" in reason(none)


def test_a_request_that_failed_is_no_attempt(path: Path) -> None:
    entry = {"custom_id": "p1", "response": None, "error": {"code": "server_error"}}
    (found,) = imported(path, entry)
    assert isinstance(found, Trajectory)
    assert found.end == "error"
    assert "server_error" in found.detail


def test_the_older_form_of_calls_is_read(path: Path) -> None:
    older = {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}
    reply = {"role": "function", "name": "f", "content": "1"}
    (found,) = imported(path, {"id": 3, "messages": [ASKED, older, reply, ANSWER]})
    assert isinstance(found, Trajectory)
    assert found.problem == "3"
    assert found.calls == (ToolCall("f"),)
    assert found.messages[2] == Message("tool", "1")


BROKEN: dict[str, tuple[Any, str]] = {
    "no object": (["p1"], "it is no object"),
    "no id": ({"messages": [ASKED]}, "no id of a problem under any of problem, custom_id, id"),
    "id true": ({"id": True, "messages": [ASKED]}, "no id of a problem"),
    "unknown": ({"id": "p9", "messages": [ASKED]}, "the task has no problem 'p9'"),
    "nothing": ({"id": "p1"}, "neither messages nor a response"),
    "text": ({"id": "p1", "messages": "hi"}, "there is no list of messages"),
    "message": ({"id": "p1", "messages": [ASKED, "hi"]}, "message 1: it is no object"),
    "role": ({"id": "p1", "messages": [{"role": "boss"}]}, "message 0: its role is none of"),
    "content": ({"id": "p1", "messages": [{"role": "user", "content": 7}]}, "neither a text nor"),
    "calls": (
        {"id": "p1", "messages": [{"role": "assistant", "tool_calls": "f()"}]},
        "tool_calls are no list",
    ),
    "call": ({"id": "p1", "messages": [calling({"type": "function"})]}, "names no function"),
    "custom": (
        {"id": "p1", "messages": [calling({"type": "custom", "custom": {"name": "f"}})]},
        "a call is of no function",
    ),
    "trial": ({"id": "p1", "trial": "1", "messages": [ASKED]}, "trial is no whole number"),
    "broken": ('{"id": "p1"', "it is not JSON"),
    "deep": ("[" * 10_000, "nested"),
    "twice": ('{"id": "p1", "id": "p2"}', "the key 'id' is there twice"),
    "surrogate": (r'{"id": "p1", "messages": [], "x": "\ud800"}', "half a surrogate pair"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_used_is_reported_and_the_rest_is_read(path: Path, name: str) -> None:
    entry, why = BROKEN[name]
    good = [{"id": id, "messages": [ASKED, ANSWER]} for id in ("p2", "3")]
    first, broken, last = imported(path, good[0], entry, good[1])
    assert isinstance(first, Trajectory)
    assert isinstance(last, Trajectory)
    assert isinstance(broken, Unreadable)
    assert broken.place == "line 2"
    assert why in broken.reason


def test_a_second_attempt_must_say_which_trial_it_is(path: Path) -> None:
    entry = {"id": "p1", "messages": [ASKED, ANSWER]}
    first, second, third = imported(path, entry, entry, {**entry, "trial": 1})
    assert isinstance(first, Trajectory)
    assert "is there before, and no other trial is named" in reason(second)
    assert isinstance(third, Trajectory)
    assert (first.trial, third.trial) == (0, 1)


def test_a_json_list_is_read_too(tmp_path: Path) -> None:
    entries = [{"id": "p1", "messages": [ASKED, ANSWER]}, 5, {"id": "p2", "messages": []}]
    path = tmp_path / "chat.json.gz"
    path.write_bytes(gzip.compress(b"\n " + json.dumps(entries, indent=1).encode()))
    first, broken, last = IMPORTER.convert(path, PROBLEMS)
    assert isinstance(first, Trajectory)
    assert broken == Unreadable("item 1", "it is no object")
    assert last == Trajectory("p2")


def test_a_list_that_is_no_json_is_an_error_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    for text, why in (("[1, ", "is no JSON"), ("[" * 100_000, "nested too deep")):
        path.write_text(text)
        with pytest.raises(UserError, match=why):
            list(IMPORTER.convert(path, PROBLEMS))
    with pytest.raises(UserError, match="cannot be read"):
        list(IMPORTER.convert(tmp_path / "nowhere.jsonl", PROBLEMS))


def test_it_says_what_it_loses() -> None:
    assert any("finished" in sentence for sentence in IMPORTER.loses)
    assert all(sentence.endswith(".") for sentence in IMPORTER.loses)
