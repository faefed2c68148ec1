"""Result files of tau-bench (sierra-research/tau-bench): a JSON list, an entry a trial of a task.

An entry is {task_id, reward, info, traj, trial}. The messages of `traj` are those of OpenAI's chat,
or, where the agent writes its actions as text (strategies act and react), plain ones: the call is
the JSON behind the last "Action:", and the reply a user's message that begins with "API output:".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.contracts import Importer, Unreadable
from harness.errors import UserError
from harness.formats import strict_json
from harness.records import Message, Problem, ToolCall, Trajectory
from tasks.imports.chat_messages import last_words, read_arguments, read_messages
from tasks.imports.files import converted, number, read_json, whole

_REPLY = "API output: "
_FAILURES = ("Error:", "Unknown action")
"""How the environment's replies to calls that failed begin."""


def convert(path: Path, problems: Mapping[str, Problem]) -> Iterator[Trajectory | Unreadable]:
    """The trajectories of a file.

    Raises:
        UserError: the file is no JSON list.
    """
    entries = read_json(path)
    if not isinstance(entries, list):
        raise UserError(f"{path} is no list of trials, as tau-bench writes it")
    items = ((f"item {i}", entry) for i, entry in enumerate(entries))
    return converted(items, _trajectory, problems)


def _trajectory(entry: Any) -> Trajectory:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("info"), Mapping):
        raise UserError("it is no entry {task_id, reward, info, traj, trial}")
    reward = number(entry.get("reward"))
    if reward is None:
        raise UserError("it has no reward")
    info = entry["info"]
    messages = _answered(_acted(read_messages(entry.get("traj"))))
    found = Trajectory(
        str(whole(entry.get("task_id"), "task_id")),
        whole(entry.get("trial"), "trial"),
        messages,
        last_words(messages),
        reward=reward,
    )
    if "error" in info:
        said = info["error"] if isinstance(info["error"], str) else ""
        return replace(found, end="error", detail=said[:500] or "an exception")
    if info.get("reward_info") is None:
        return replace(found, end="stopped", detail="it never came to an end of the conversation")
    return found


def _acted(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The messages with actions that were written as text made calls, and their replies a tool's.

    Only where the environment's reply proves that a text was taken as an action.
    """
    found = list(messages)
    for i in range(len(found) - 1):
        said, reply = found[i], found[i + 1]
        proven = reply.role == "user" and reply.content.startswith(_REPLY)
        acts = proven and said.role == "assistant" and not said.calls
        if acts and (call := _action(said.content)) is not None:
            found[i] = replace(said, calls=(call,))
            found[i + 1] = Message("tool", reply.content.removeprefix(_REPLY))
    return tuple(found)


def _action(text: str) -> ToolCall | None:
    try:
        action = strict_json.loads(text.rpartition("Action:")[2])
    except strict_json.Refused:
        return None
    if not isinstance(action, dict) or not isinstance(action.get("name"), str):
        return None
    arguments, problem = read_arguments(action.get("arguments"))
    return ToolCall(action["name"], arguments, problem=problem)


def _answered(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The messages, with what the environment's replies say of the calls."""
    return tuple(
        replace(m, failed=m.content.startswith(_FAILURES)) if m.role == "tool" else m
        for m in messages
    )


IMPORTER = Importer(
    "tau-bench",
    "a result file of tau-bench: a JSON list of {task_id, reward, info, traj, trial}",
    (
        "The agent's money, tokens and seconds are not in the file; what the simulated user cost "
        "is left out.",
        "What the reward was made of (the state of the database, required outputs) is left out; "
        "the reward stays.",
        "A trial that ended in an exception has reward 0, as upstream counts it, and the end "
        '"error"; upstream keeps nothing of its messages.',
        "Of several calls in one step upstream executed and kept the first alone.",
        "That a call failed is told by how the environment's reply begins.",
    ),
    convert,
)
