"""The forms in which ToolBench and StableToolBench keep an answer, each read into a trajectory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from harness.records import Trajectory
from tasks.imports.toolbench.chains import Called, Refused, Step, field, text, trajectory
from tasks.imports.toolbench.judged import (
    compared,
    labelled,
    literal,
    preferred,
    statuses,
    written_steps,
)

Kind = Literal["raw", "converted", "judged", "votes", "preference", "labels"]


def kind_of(row: Mapping[str, Any]) -> Kind:
    """The form of an answer. Raises `Refused` when it is none."""
    if isinstance(row.get("answer_generation"), Mapping):
        return "raw"
    if isinstance(row.get("answer"), Mapping):
        return "converted"
    if "is_solved" in row:
        return "judged"
    if "preference_label" in row:
        return "preference"
    if any(name.startswith("round_") for name in row):
        return "votes"
    if "query_id" in row and "run0" in row:
        return "labels"
    raise Refused("it is no answer, no pass-rate or preference result and no table of labels")


def attempt(kind: Kind, id: str, row: Mapping[str, Any], tools: frozenset[str]) -> Trajectory:
    """The trajectory of an answer. Raises `Refused` when it is not in the form of its kind.

    Args:
        kind: the form.
        id: of the problem.
        row: the answer.
        tools: names of the problem's tools.
    """
    if kind == "raw":
        return trajectory(id, list(_raw(row)), tools)
    if kind == "converted":
        return trajectory(id, list(_converted(field(row, "answer", dict))), tools)
    if kind == "judged":
        steps = row.get("answer_steps", row.get("model_intermediate_steps"))
        judgements = statuses(row["is_solved"])
        return trajectory(id, list(written_steps(steps)), tools, judgements=judgements)
    if kind == "votes":
        return Trajectory(id, judgements=compared(row))
    if kind == "preference":
        return Trajectory(id, judgements=preferred(row))
    ended = row.get("has_finish_as_last_step", "1") != "0"
    return Trajectory(id, end="finished" if ended else "stopped", judgements=labelled(row))


def _converted(answer: Mapping[str, Any]) -> Iterator[Step]:
    """A graph of nodes of which the first successor is followed, as in upstream's evaluation."""
    nodes = field(answer, "answer_details", list)
    while nodes:
        role, message = field(nodes[0], "role", str), nodes[0].get("message")
        if role == "tool" and message:
            yield _tool_node(message)
        elif role == "assistant":
            yield Step(text(message))
        nodes = field(nodes[0], "next", list)


def _tool_node(message: object) -> Step:
    """A call, or of a method that calls in parallel all the calls of one step."""
    found = literal(message) if isinstance(message, str) else message
    if not isinstance(found, Mapping):
        raise Refused("a tool node is no call")
    name, arguments, reply = (found.get(part) for part in ("name", "arguments", "response"))
    if isinstance(name, str):
        return Step(calls=(Called(text(name), arguments, text(reply)),))
    together = [part for part in (name, arguments, reply) if isinstance(part, list)]
    if len(together) != 3 or len(set(map(len, together))) != 1:
        raise Refused("a tool node has no name, or lists of different length")
    parts = zip(*together, strict=True)
    return Step(calls=tuple(Called(text(n), a, text(r)) for n, a, r in parts))


def _raw(row: Mapping[str, Any]) -> Iterator[Step]:
    """The path that a search answered with, else all that it tried."""
    made = field(row, "answer_generation", dict)
    conversations = made.get("train_messages")
    if made.get("valid_data") and isinstance(conversations, list) and conversations:
        yield from _conversation(conversations[-1])
    elif tries := row.get("trys"):
        if not isinstance(tries, list):
            raise Refused("its 'trys' are no list")
        yield from _nodes(field(tries[-1], "chain", list))
    else:
        root = field(field(row, "tree", dict), "tree", dict)
        yield from _nodes(_preorder(root))


def _preorder(root: Mapping[str, Any]) -> Iterator[Any]:
    left = [*reversed(field(root, "children", list))]
    while left:
        node = left.pop()
        yield node
        if isinstance(node, Mapping) and isinstance(node.get("children"), list):
            left += reversed(node["children"])


def _nodes(nodes: Any) -> Iterator[Step]:
    """Thoughts, actions, and behind each action its input with the reply to it."""
    action = None
    for node in nodes:
        kind, said = field(node, "node_type", str), node.get("description")
        if kind == "Thought":
            yield Step(text(said))
        elif kind == "Action":
            action = text(said)
        elif kind == "Action Input" and action is not None:
            yield Step(calls=(Called(action, said, text(node.get("observation"))),))
            action = None
        else:
            raise Refused(f"a node of the kind '{kind[:40]}' stands where none can")


def _conversation(messages: Any) -> Iterator[Step]:
    """Messages of a chat, of which an assistant's and the replies to its calls count."""
    if not isinstance(messages, list):
        raise Refused("its 'train_messages' are no conversation")
    steps: list[Step] = []
    replies: dict[str, Any] = {}
    behind: Mapping[str, Any] = {}
    for message in reversed(messages):  # the reply to a call is the next one behind it
        if field(message, "role", str) == "assistant":
            if calls := tuple(_chat_calls(message, behind, replies)):
                steps.append(Step(calls=calls))
            if message.get("content"):
                steps.append(Step(text(message["content"])))
        elif isinstance(id := message.get("tool_call_id"), str):
            replies[id] = message.get("content")
        behind = message
    yield from reversed(steps)


def _chat_calls(
    message: Mapping[str, Any], behind: Mapping[str, Any], replies: Mapping[str, Any]
) -> Iterator[Called]:
    if message.get("function_call"):
        call = field(message, "function_call", dict)
        reply = behind.get("content") if behind.get("role") == "function" else ""
        yield Called(field(call, "name", str), call.get("arguments"), text(reply))
    for given in field(message, "tool_calls", list) if message.get("tool_calls") else ():
        call, id = field(given, "function", dict), given.get("id")
        reply = replies.get(id, "") if isinstance(id, str) else ""
        yield Called(field(call, "name", str), call.get("arguments"), text(reply))
