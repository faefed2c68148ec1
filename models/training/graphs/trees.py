"""Trees as a depth-first search leaves them: the path to the answer is the solution.

    {"request": "...", "tools": [...], "nodes": [
        {"thought": "...", "call": {"name": "f", "arguments": {}}, "gave": "..."},
        {"parent": 0, "call": {"name": "g", "arguments": {}}, "gave": "...", "failed": true},
        {"parent": 0, "thought": "...", "answer": "..."}]}

A node names its parent by its place, from 0, and stands behind it; one without a parent begins at
the request. A node with neither call nor answer is a thought. "system" may stand beside "request".
Tools are as OpenAI's chat interface has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.formats.fields import (
    Wrong,
    count,
    flag,
    list_of,
    name,
    or_null,
    plain_object,
    record,
    text,
)
from harness.records import Message, ToolCall, ToolSpec
from models.agents.tree_search import FINISH
from models.training.graphs.solutions import (
    NO_ANSWER,
    NO_PATH,
    NO_RESULT,
    Read,
    Solution,
    Step,
    Unusable,
    bounded,
    joined,
    tells_error,
)
from models.training.lines import read_lines
from models.training.text.conversations import tools_of

_EXPECTED = '{"request": ..., "nodes": [...]}'


def read_trees(path: Path) -> Iterator[Read]:
    """The solutions of a file of trees. Raises `UserError` where a line is none."""
    return read_lines(path, lambda line, value: _path(line, *_tree(value)), _EXPECTED)


@dataclass(frozen=True, slots=True)
class _Node:
    """A node of a tree."""

    parent: int | None = None
    thought: str = ""
    call: ToolCall | None = None
    gave: str | None = None
    failed: bool = False
    answer: str = ""


def _path(
    line: int, opening: tuple[Message, ...], tools: tuple[ToolSpec, ...], nodes: Sequence[_Node]
) -> Read:
    """The path to the first answer, as a solution."""
    end = next((place for place, node in enumerate(nodes) if node.answer.strip()), None)
    if end is None:
        return Unusable(line, NO_PATH)
    path: list[_Node] = []
    at: int | None = end
    while at is not None:
        path.insert(0, nodes[at])
        at = nodes[at].parent
    steps: list[Step] = []
    said = ""
    for node in path:
        said = joined(said, node.thought)
        if node.call is None:
            continue
        if node.call.name == FINISH.name:
            return Unusable(line, NO_ANSWER)
        if node.gave is None:
            return Unusable(line, NO_RESULT)
        failed = node.failed or tells_error(node.gave)
        steps.append(Step(node.call, node.gave, said, len(steps), failed))
        said = ""
    return bounded(Solution(line, opening, tuple(steps), nodes[end].answer.strip(), said, tools))


def _tree_of(
    request: str,
    nodes: tuple[_Node, ...],
    system: str = "",
    tools: tuple[ToolSpec, ...] = (),
) -> tuple[tuple[Message, ...], tuple[ToolSpec, ...], tuple[_Node, ...]]:
    for place, node in enumerate(nodes):
        if node.parent is not None and node.parent >= place:
            raise Wrong("a parent stands before its children").within(f"nodes[{place}].parent")
        if node.parent is not None and nodes[node.parent].answer:
            raise Wrong("behind an answer nothing follows").within(f"nodes[{place}].parent")
        if node.call is not None and node.answer:
            raise Wrong("it has both a call and an answer").within(f"nodes[{place}]")
    first = (Message("system", system),) if system else ()
    return (*first, Message("user", request)), tools, nodes


def _call_of(name: str, arguments: Mapping[str, Any] | None = None) -> ToolCall:
    return ToolCall(name, arguments or {})


_node = record(
    _Node,
    {
        "parent": or_null(count),
        "thought": text,
        "call": or_null(record(_call_of, {"name": name, "arguments": plain_object}, "name")),
        "gave": or_null(text),
        "failed": flag,
        "answer": text,
    },
)
_tree = record(
    _tree_of,
    {
        "request": name,
        "system": text,
        "tools": tools_of,
        "nodes": list_of(_node),
    },
    "request",
    "nodes",
)
