"""What plans and summaries of sampling count."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.records import ToolCall
from models.training.preferences.steps import Step, placed
from models.training.text.base import Base
from models.training.text.data import CHARACTERS
from models.training.text.rendering import Encoded


def summary(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What came of the steps; faults are counted once a pair, or a turn, whatever their number."""
    told: Counter[str] = Counter()
    by_fault: Counter[str] = Counter()
    policy: Counter[str] = Counter()
    for row in rows:
        told["steps"] += 1
        told["too_long"] += row["too_long"]
        told["cut"] += row["cut"]
        told["same"] += row["same"]
        told["candidates"] += len(row["turns"])
        told["pairs"] += len(row["pairs"])
        told["steps_with_pairs"] += bool(row["pairs"])
        told["policy_right"] += row["policy"] == []
        told["best_right"] += any(not turn["wrong"] for turn in row["turns"])
        policy.update(set(row["policy"] or ()))
        for _, rejected in row["pairs"]:
            by_fault.update({error["fault"] for error in row["turns"][rejected]["wrong"]})
    names = ("steps", "too_long", "candidates", "cut", "same", "steps_with_pairs", "pairs")
    return {
        **{name: told[name] for name in (*names, "policy_right", "best_right")},
        "policy_by_fault": dict(sorted(policy.items())),
        "pairs_by_fault": dict(sorted(by_fault.items())),
    }


def plain(calls: Sequence[ToolCall]) -> list[dict[str, Any]]:
    """Calls as they are written."""
    return [
        {"name": call.name, "arguments": dict(call.arguments)}
        | ({"problem": call.problem} if call.problem else {})
        for call in calls
    ]


def means(lengths: Iterable[tuple[float, float]]) -> dict[str, float]:
    """The number of steps, at least one, and the means of their prompts and turns."""
    found = list(lengths)
    steps = len(found)
    prompt, turn = (sum(each) / steps for each in zip(*found, strict=True))
    return {"steps": steps, "prompt": prompt, "turn": turn}


def rendered(base: Base, step: Step) -> tuple[float, float]:
    """Tokens of a step's prompt and of its turn."""
    [(start, end)] = right(base, step).spans
    return start, end - start


def right(base: Base, step: Step) -> Encoded:
    """A step's prompt and its right turn, as the base's template writes them."""
    with placed(step):
        whole = (*step.before, step.turn)
        [row] = base.renderer.sequences(whole, step.tools, step.number)
    return row


def guessed(step: Step) -> tuple[float, float]:
    """As `rendered`, from characters, where the base is not here."""
    told = sum(len(message.content) for message in step.before)
    called = sum(len(json.dumps(plain(message.calls))) for message in step.before)
    tools = sum(len(t.name + t.description + json.dumps(dict(t.parameters))) for t in step.tools)
    turn = len(step.turn.content + json.dumps(plain(step.turn.calls)))
    return (told + called + tools) / CHARACTERS, turn / CHARACTERS
