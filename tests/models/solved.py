"""Solutions and conversations for tests of graphs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from harness.records import Message, ToolCall, ToolSpec
from models.training.graphs.solutions import Solution, Step

REQUEST = "Tell the mayors of Arle and Bost that I come at 9."


def step(name: str, arguments: dict[str, Any], gave: Any, turn: int, **more: Any) -> Step:
    told = gave if isinstance(gave, str) else json.dumps(gave)
    return Step(ToolCall(name, arguments), told, turn=turn, **more)


def solution(
    *calls: tuple[str, dict[str, Any], Any], request: str = REQUEST, tools: Sequence[str] = ()
) -> Solution:
    """A solution of one call a turn."""
    steps = tuple(step(*call, turn) for turn, call in enumerate(calls))
    specs = tuple(ToolSpec(name) for name in tools)
    return Solution(1, (Message("user", request),), steps, "Done.", tools=specs)


def mayors() -> Solution:
    """Two look-ups and two messages, each of which holds what one look-up told."""
    return solution(
        ("mayor", {"town": "Arle"}, {"id": 17, "name": "Ola Berg"}),
        ("mayor", {"town": "Bost"}, {"id": 18, "name": "Una Holm"}),
        ("send", {"to": 17, "text": "I come at 9"}, {"sent": True}),
        ("send", {"to": "18", "text": "I come at 9"}, {"sent": True}),
        tools=("mayor", "send"),
    )


def conversation(
    *calls: tuple[str, dict[str, Any], Any], answer: str = "Done.", request: str = REQUEST
) -> dict[str, Any]:
    """The same as a line of data; the thought of call N is "thought N"."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": request}]
    for number, (name, arguments, gave) in enumerate(calls, 1):
        called = {"name": name, "arguments": json.dumps(arguments)}
        messages += [
            {
                "role": "assistant",
                "content": f"thought {number}",
                "tool_calls": [{"id": f"c{number}", "type": "function", "function": called}],
            },
            {"role": "tool", "tool_call_id": f"c{number}", "content": json.dumps(gave)},
        ]
    messages.append({"role": "assistant", "content": answer})
    names = dict.fromkeys(name for name, _, _ in calls)
    tools = [{"type": "function", "function": {"name": name}} for name in names]
    return {"messages": messages, "tools": tools}


def mayors_line() -> dict[str, Any]:
    """`mayors` as a line of data."""
    return conversation(
        *((s.call.name, dict(s.call.arguments), json.loads(s.gave)) for s in mayors().steps)
    )
