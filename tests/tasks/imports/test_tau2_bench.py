"""Result files of tau2-bench."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import Unreadable
from harness.errors import UserError
from harness.records import Message, Problem, ToolCall, Trajectory, Usage
from tasks.imports.tau2_bench import IMPORTER

PROBLEMS = {id: Problem(id, ()) for id in ("0", "10")}


def said(role: str, content: str | None, **fields: Any) -> dict[str, Any]:
    return {"role": role, "content": content, "tool_calls": None, "turn_idx": 0} | fields


def call(requestor: str = "assistant", **arguments: Any) -> dict[str, Any]:
    return {"id": "t1", "name": "look_up", "arguments": arguments, "requestor": requestor}


def replied(content: str, requestor: str = "assistant", error: bool = False) -> dict[str, Any]:
    made = {"id": "t1", "role": "tool", "content": content, "requestor": requestor}
    return made | {"error": error}


MESSAGES = [
    said("assistant", "Hi!", cost=0.0, usage=None),
    said("user", "I want a refund.", usage={"prompt_tokens": 9999, "completion_tokens": 999}),
    said(
        "assistant",
        None,
        tool_calls=[call(order="#1"), call(order="#2")],
        usage={"prompt_tokens": 100, "completion_tokens": 10},
    ),
    {"role": "tool", "tool_messages": [replied("none", error=True), replied("paid")]},
    said("user", None, tool_calls=[call("user", phone="on")]),
    replied("it is on", "user"),
    said("assistant", "Done.", usage={"prompt_tokens": 200, "completion_tokens": 5}),
    said("user", "Thanks. ###STOP###"),
]


def simulation(**fields: Any) -> dict[str, Any]:
    return {
        "id": "046eabcb",
        "task_id": "10",
        "trial": 1,
        "duration": 46.2,
        "termination_reason": "user_stop",
        "agent_cost": 0.15,
        "user_cost": 0.005,
        "reward_info": {"reward": 1.0, "db_check": {"db_match": True}},
        "messages": MESSAGES,
    } | fields


def imported(folder: Path, *simulations: Any) -> list[Trajectory | Unreadable]:
    path = folder / "run.json"
    path.write_text(json.dumps({"info": {}, "tasks": [], "simulations": simulations}))
    return list(IMPORTER.convert(path, PROBLEMS))


def test_a_simulation_keeps_what_the_agent_did_and_what_it_took(tmp_path: Path) -> None:
    assert imported(tmp_path, simulation()) == [
        Trajectory(
            "10",
            1,
            (
                Message("assistant", "Hi!"),
                Message("user", "I want a refund."),
                Message(
                    "assistant",
                    calls=(
                        ToolCall("look_up", {"order": "#1"}, "t1"),
                        ToolCall("look_up", {"order": "#2"}, "t1"),
                    ),
                ),
                Message("tool", "none", call_id="t1", failed=True),
                Message("tool", "paid", call_id="t1", failed=False),
                Message("assistant", "Done."),
                Message("user", "Thanks. ###STOP###"),
            ),
            answer="Done.",
            usage=Usage(300, 15, 0.15),
            seconds=46.2,
            reward=1.0,
        )
    ]


@pytest.mark.parametrize(
    ("reason", "end"),
    [
        ("agent_stop", "finished"),
        ("max_steps", "stopped"),
        ("too_many_errors", "stopped"),
        ("agent_error", "malformed"),
        ("infrastructure_error", "error"),
    ],
)
def test_the_reason_tells_how_it_ended(tmp_path: Path, reason: str, end: str) -> None:
    (found,) = imported(tmp_path, simulation(termination_reason=reason, reward_info=None))
    assert isinstance(found, Trajectory)
    assert (found.end, found.reward) == (end, None)
    assert found.detail == ("" if end == "finished" else reason)


def test_what_nobody_counted_stays_unknown(tmp_path: Path) -> None:
    bare = simulation(agent_cost=None, duration=None, messages=[said("user", "Hi")])
    (found,) = imported(tmp_path, bare)
    assert isinstance(found, Trajectory)
    assert (found.usage, found.seconds) == (None, None)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (5, "it is no simulation"),
        (simulation(task_id=None), "it has no task_id"),
        (simulation(task_id="[mobile]"), "the task has no problem '[mobile]'"),
        (simulation(trial=None), "trial is no whole number"),
        (simulation(termination_reason="tired"), "termination_reason is none of"),
        (simulation(termination_reason=["a"]), "termination_reason is none of"),
        (simulation(messages=None), "only ticks were kept"),
        (simulation(messages=["hi"]), "a message is no object"),
        (simulation(messages=[said("boss", "hi")]), "the role of a message"),
        (simulation(messages=[said("assistant", None, tool_calls=[{}])]), "names no tool"),
        (simulation(messages=[said("assistant", None, tool_calls=5)]), "are no list"),
        (simulation(agent_cost=-1), "usage.money: it is less than 0"),
    ],
)
def test_a_simulation_that_cannot_be_used_is_reported(
    tmp_path: Path, broken: Any, why: str
) -> None:
    first, second, third = imported(tmp_path, simulation(), broken, simulation(trial=2))
    assert isinstance(first, Trajectory)
    assert isinstance(second, Unreadable)
    assert second.place == "simulation 1"
    assert why in second.reason
    assert isinstance(third, Trajectory)


def test_arguments_that_are_no_object_stay_a_call_that_went_wrong(tmp_path: Path) -> None:
    strange = call() | {"arguments": "order=#1"}
    (found,) = imported(
        tmp_path, simulation(messages=[said("assistant", None, tool_calls=[strange])])
    )
    assert isinstance(found, Trajectory)
    assert found.calls[0].arguments == {}
    assert found.calls[0].problem


@pytest.mark.parametrize("named", ["", "results.json"])
def test_a_folder_of_simulations_is_read_one_by_one(tmp_path: Path, named: str) -> None:
    (tmp_path / "results.json").write_text(json.dumps({"info": {}, "tasks": []}))
    (tmp_path / "simulations").mkdir()
    for trial, name in enumerate("ac"):
        text = json.dumps(simulation(trial=trial))
        (tmp_path / "simulations" / f"{name}.json").write_text(text)
    (tmp_path / "simulations/b.json").write_text("{")
    first, broken, last = IMPORTER.convert(tmp_path / named, PROBLEMS)
    assert isinstance(first, Trajectory)
    assert isinstance(broken, Unreadable)
    assert broken.place == "simulation b"
    assert isinstance(last, Trajectory)
    assert (first.trial, last.trial) == (0, 1)


def test_what_holds_no_simulations_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text("[]")
    with pytest.raises(UserError, match="has no list of simulations"):
        list(IMPORTER.convert(path, PROBLEMS))
    with pytest.raises(UserError, match="holds no simulations"):
        list(IMPORTER.convert(tmp_path, PROBLEMS))
