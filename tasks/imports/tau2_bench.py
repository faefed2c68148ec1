"""Result files of tau2-bench (sierra-research/tau2-bench), which tau3-bench writes too.

A run is one file {info, tasks, simulations}, or a folder with that file, `results.json`, without
simulations, and a file of each simulation under `simulations/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.contracts import Importer, Unreadable
from harness.errors import UserError
from harness.records import End, Message, Problem, ToolCall, Trajectory, Usage
from tasks.imports.chat_messages import last_words, read_arguments, read_content
from tasks.imports.files import converted, number, read_json, whole

_ENDS: Mapping[str, End] = {
    "user_stop": "finished",
    "agent_stop": "finished",
    "max_steps": "stopped",
    "timeout": "stopped",
    "too_many_errors": "stopped",
    "context_window_exceeded": "stopped",
    "agent_error": "malformed",
    "user_error": "error",
    "infrastructure_error": "error",
    "unexpected_error": "error",
}
"""By `termination_reason`. Upstream gives no reward but for the first two."""


def convert(path: Path, problems: Mapping[str, Problem]) -> Iterator[Trajectory | Unreadable]:
    """The trajectories of a file, or of a folder in bounded memory.

    Raises:
        UserError: there are no simulations.
    """
    return converted(_simulations(path), _trajectory, problems)


def _simulations(path: Path) -> Iterator[tuple[str, Any]]:
    folder = (path if path.is_dir() else path.parent) / "simulations"
    if path.is_dir() or folder.is_dir():
        files = sorted(folder.glob("*.json"))
        if not files:
            raise UserError(f"{folder} holds no simulations: name tau2-bench's folder of a run")
        for file in files:
            place = f"simulation {file.stem}"
            try:
                yield place, read_json(file)
            except UserError as error:
                yield place, Unreadable(place, str(error))
        return
    run = read_json(path)
    listed = run.get("simulations") if isinstance(run, dict) else None
    if not isinstance(listed, list):
        raise UserError(f"{path} has no list of simulations, as tau2-bench writes it")
    yield from ((f"simulation {i}", simulation) for i, simulation in enumerate(listed))


def _trajectory(simulation: Any) -> Trajectory:
    if not isinstance(simulation, Mapping):
        raise UserError("it is no simulation")
    task, reason = simulation.get("task_id"), simulation.get("termination_reason")
    if isinstance(task, bool) or not isinstance(task, str | int):
        raise UserError("it has no task_id")
    if not isinstance(reason, str) or reason not in _ENDS:
        raise UserError(f"its termination_reason is none of {', '.join(_ENDS)}")
    said = simulation.get("messages")
    if not isinstance(said, list):
        raise UserError("it has no messages: of voice, only ticks were kept")
    messages = tuple(message for item in said for message in _messages(item))
    rewarded = simulation.get("reward_info")
    finished = _ENDS[reason] == "finished"
    return Trajectory(
        str(task),
        whole(simulation.get("trial"), "trial"),
        messages,
        last_words(messages),
        end=_ENDS[reason],
        detail="" if finished else reason,
        usage=_usage(said, number(simulation.get("agent_cost"))),
        seconds=number(simulation.get("duration")),
        reward=number(rewarded.get("reward")) if isinstance(rewarded, Mapping) else None,
    )


def _messages(item: Any) -> Iterator[Message]:
    """A message; several replies that came at once are one each. The user's own calls are left."""
    if not isinstance(item, Mapping):
        raise UserError("a message is no object")
    role = item.get("role")
    if role == "tool":
        several = item.get("tool_messages")
        for reply in several if isinstance(several, list) else [item]:
            yield from _replies(reply)
    elif role == "assistant":
        yield Message("assistant", read_content(item.get("content")), _calls(item))
    elif role in ("system", "user"):
        content = read_content(item.get("content"))
        if content or not item.get("tool_calls"):
            yield Message(str(role), content)
    else:
        raise UserError("the role of a message is none of system, user, assistant, tool")


def _replies(item: Any) -> Iterator[Message]:
    """The reply of a tool, if it was the agent that called it."""
    if not isinstance(item, Mapping):
        raise UserError("a tool's reply is no object")
    if item.get("requestor") != "user":
        content, failed = read_content(item.get("content")), bool(item.get("error"))
        yield Message("tool", content, call_id=_id(item), failed=failed)


def _calls(item: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    listed = item.get("tool_calls") or []
    if not isinstance(listed, list):
        raise UserError("the calls of a message are no list")
    return tuple(map(_call, listed))


def _call(value: Any) -> ToolCall:
    if not isinstance(value, Mapping) or not isinstance(value.get("name"), str):
        raise UserError("a call names no tool")
    arguments, problem = read_arguments(value.get("arguments"))
    return ToolCall(value["name"], arguments, _id(value), problem)


def _id(item: Mapping[str, Any]) -> str:
    id = item.get("id")
    return id if isinstance(id, str) else ""


def _usage(said: Sequence[Any], cost: float | None) -> Usage | None:
    """What the agent's messages took in sum; None where nothing was noted."""
    own = [item.get("usage") for item in said if item.get("role") == "assistant"]
    counted = [usage for usage in own if isinstance(usage, Mapping)]
    if not counted and cost is None:
        return None
    read, written = (
        sum(int(number(usage.get(name)) or 0) for usage in counted)
        for name in ("prompt_tokens", "completion_tokens")
    )
    return Usage(read, written, cost or 0.0)


IMPORTER = Importer(
    "tau2",
    "a result file of tau2-bench, or the folder of a run: {info, tasks, simulations}",
    (
        "What the reward was made of (database, communication, assertions) is left out; the reward "
        "stays.",
        "The calls of the simulated user, in the domains where it has tools, and the replies to "
        "them are left out: a trajectory holds the agent's.",
        "The seconds are those of the whole simulation, the simulated user's included; what the "
        "user cost is left out.",
        "Upstream leaves out of its averages what ended by an infrastructure error or beyond the "
        "context window; here these count as without success.",
        "Voice runs without messages cannot be read.",
        "The file does not say which version of the domain's tasks was used: choose the task.",
    ),
    convert,
)
