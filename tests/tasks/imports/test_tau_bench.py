"""Result files of tau-bench."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import Unreadable
from harness.errors import UserError
from harness.records import Message, Problem, ToolCall, Trajectory
from tasks.imports.tau_bench import IMPORTER

PROBLEMS = {str(i): Problem(str(i), ()) for i in range(3)}
DONE = {"task": {}, "source": "user", "user_cost": 0.01, "reward_info": {"reward": 1.0}}


def called(arguments: str, id: str = "c1") -> dict[str, Any]:
    function = {"name": "get_user_details", "arguments": arguments}
    calls = [{"id": id, "type": "function", "function": function}]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def replied(content: str, id: str = "c1") -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": id, "name": "get_user_details", "content": content}


def entry(*traj: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"task_id": 1, "reward": 1.0, "info": DONE, "traj": list(traj), "trial": 3} | fields


def imported(folder: Path, *entries: Any) -> list[Trajectory | Unreadable]:
    path = folder / "gpt-4o-airline.json"
    path.write_text(json.dumps(entries))
    return list(IMPORTER.convert(path, PROBLEMS))


SYSTEM = {"role": "system", "content": "Policy."}
HELLO = {"role": "user", "content": "Hi, I am mia_li."}
STOP = {"role": "user", "content": "Thanks! ###STOP###"}
BYE = {"role": "assistant", "content": "Done."}


def test_a_trial_keeps_its_messages_its_reward_and_which_calls_failed(tmp_path: Path) -> None:
    traj = [
        SYSTEM,
        HELLO,
        called('{"user_id": "mia"}'),
        replied("Error: user not found"),
        called('{"user_id": "mia_li"}'),
        replied('{"note": "Error: is no prefix here"}'),
        BYE,
        STOP,
    ]
    assert imported(tmp_path, entry(*traj)) == [
        Trajectory(
            "1",
            3,
            (
                Message("system", "Policy."),
                Message("user", "Hi, I am mia_li."),
                Message(
                    "assistant", calls=(ToolCall("get_user_details", {"user_id": "mia"}, "c1"),)
                ),
                Message("tool", "Error: user not found", call_id="c1", failed=True),
                Message(
                    "assistant", calls=(ToolCall("get_user_details", {"user_id": "mia_li"}, "c1"),)
                ),
                Message("tool", '{"note": "Error: is no prefix here"}', call_id="c1", failed=False),
                Message("assistant", "Done."),
                Message("user", "Thanks! ###STOP###"),
            ),
            answer="Done.",
            reward=1.0,
        )
    ]


def test_what_never_came_to_an_end_was_stopped_and_an_exception_is_an_error(tmp_path: Path) -> None:
    stopped, failed = imported(
        tmp_path,
        entry(SYSTEM, HELLO, reward=0.0, info=DONE | {"reward_info": None}),
        entry(reward=0.0, info={"error": "rate limit", "traceback": "..."}),
    )
    assert isinstance(stopped, Trajectory)
    assert isinstance(failed, Trajectory)
    assert (stopped.end, stopped.reward) == ("stopped", 0.0)
    assert (failed.end, failed.detail, failed.reward) == ("error", "rate limit", 0.0)


def test_actions_written_as_text_are_calls_where_the_environment_took_them_so(
    tmp_path: Path,
) -> None:
    def acted(text: str, reply: str) -> tuple[Message, Message]:
        said = {"role": "assistant", "content": text}
        (found,) = imported(
            tmp_path, entry(SYSTEM, HELLO, said, {"role": "user", "content": reply})
        )
        assert isinstance(found, Trajectory)
        return found.messages[2], found.messages[3]

    text = 'Thought:\nLook. Action: no.\nAction:\n{"name": "f", "arguments": {"a": 1}}'
    assert acted(text, "API output: Error: none") == (
        Message("assistant", text, (ToolCall("f", {"a": 1}),)),
        Message("tool", "Error: none", failed=True),
    )
    answer = 'Action:\n{"name": "respond", "arguments": {"content": "Hello."}}'
    assert acted(answer, "Fine.") == (Message("assistant", answer), Message("user", "Fine."))
    # A user may say so too: a text that is no action was none.
    told = (Message("assistant", "Hello."), Message("user", "API output: hm"))
    assert acted("Hello.", "API output: hm") == told


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ("text", "it is no entry"),
        ({"task_id": 1}, "it is no entry"),
        (entry(reward=None), "it has no reward"),
        (entry(reward=float("nan")), "it has no reward"),
        (entry(reward="1.0"), "it has no reward"),
        (entry(task_id="one"), "task_id is no whole number"),
        (entry(task_id=77), "the task has no problem '77'"),
        (entry(trial=None), "trial is no whole number"),
        (entry(traj="none"), "there is no list of messages"),
        (entry({"role": "boss"}), "message 0: its role"),
    ],
)
def test_an_entry_that_cannot_be_used_is_reported(tmp_path: Path, broken: Any, why: str) -> None:
    first, second, third = imported(tmp_path, entry(HELLO), broken, entry(HELLO, task_id=2))
    assert isinstance(first, Trajectory)
    assert isinstance(second, Unreadable)
    assert second.place == "item 1"
    assert why in second.reason
    assert isinstance(third, Trajectory)


def test_a_file_that_is_no_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text("{}")
    with pytest.raises(UserError, match="is no list of trials, as tau-bench writes it"):
        IMPORTER.convert(path, PROBLEMS)
