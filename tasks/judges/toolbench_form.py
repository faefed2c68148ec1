"""An attempt in the form of a converted answer, which ToolEval's templates are made for."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Iterator
from typing import Any

from harness.records import Trajectory


def final_answer(attempt: Trajectory) -> str:
    """What Finish would have been called with; "" where the attempt ended without it."""
    if attempt.end == "gave up":
        return json.dumps({"return_type": "give_up_and_restart"})
    if attempt.end != "finished" or attempt.answer is None:
        return ""
    return json.dumps({"return_type": "give_answer", "final_answer": attempt.answer})


def answer_json(attempt: Trajectory) -> str:
    """The whole attempt as JSON: a chain of nodes, each within the one before it.

    Written without recursion, since a chain may be long.
    """
    nodes = list(_nodes(attempt))
    head = {"method": "", "total_steps": len(nodes), "final_answer": final_answer(attempt)}
    opened = (
        f'[{{"role": {json.dumps(role)}, "message": {json.dumps(message)}, "next": '
        for role, message in nodes
    )
    details = f"{''.join(opened)}[]{'}]' * len(nodes)}"
    return f'{json.dumps(head)[:-1]}, "answer_details": {details}}}'


def _nodes(attempt: Trajectory) -> Iterator[tuple[str, Any]]:
    yield "system", ""
    yield "user", ""
    gave = replies(attempt)
    for message in attempt.messages:
        if message.role != "assistant":
            continue
        if message.content:
            yield "assistant", message.content
        for call in message.calls:
            arguments = json.dumps(call.arguments) if not call.problem else ""
            yield "tool", {"name": call.name, "arguments": arguments, "response": next(gave)}
    if last := final_answer(attempt):
        yield "tool", {"name": "Finish", "arguments": last, "response": ""}


def replies(attempt: Trajectory) -> Iterator[str]:
    """The reply to each call in order: the earliest one of its id, "" where it has none."""
    found: list[str] = []
    waiting: defaultdict[str, deque[int]] = defaultdict(deque)
    for message in attempt.messages:
        for call in message.calls:
            waiting[call.id].append(len(found))
            found.append("")
        if message.role == "tool" and waiting[message.call_id]:
            found[waiting[message.call_id].popleft()] = message.content
    return iter(found)
