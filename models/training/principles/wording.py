"""What is asked for: principles of examples, and examples that follow principles."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from harness.records import Message
from models.training.principles.levels import CLUSTER, INSTANCE, TASK
from models.training.principles.seeds import Seed

_ABOUT = {
    TASK: "Say what makes an answer right in this task as a whole.",
    CLUSTER: "These are of one kind. Say what this kind asks for, beyond what holds for others.",
    INSTANCE: "Say what this one shows that others are likely to get wrong.",
}


def for_principles(
    level: str, seeds: Sequence[Seed], known: Iterable[str], number: int
) -> list[Message]:
    """Asks for the principles of some examples.

    Args:
        level: one of `levels.LEVELS`.
        seeds: the examples.
        known: principles of coarser levels.
        number: principles that are wanted at most.
    """
    frames = dict.fromkeys(_frame(seed) for seed in seeds)
    parts = [
        "Here are examples of a task: what users say, and what a good assistant answers.",
        *filter(None, frames),
        _lines("Examples:", (seed.shown for seed in seeds)),
        _ABOUT[level],
        f"State at most {number} principles, each a short sentence that tells an assistant what to "
        "do. They are for examples that nobody has seen yet, so each must be understood by itself. "
        "They must not give away names, places, numbers or wordings of these examples.",
        _lines("These are known, and not wanted again:", known),
        'Answer with a JSON list of texts and nothing else: ["...", "..."]',
    ]
    return [Message("user", "\n\n".join(filter(None, parts)))]


def for_instance(frame: Seed, principles: Sequence[str], examples: Sequence[str]) -> list[Message]:
    """Asks for a new example.

    Args:
        frame: an example, of which the new one has the system's words, the tools and the form.
        principles: that it must follow.
        examples: that are shown, in the form of the answer.
    """
    form = (
        '{"prompt": what the user says, "completion": what the assistant answers}'
        if frame.plain
        else '{"messages": [...]}, its messages as OpenAI\'s chat interface has them, from the '
        "user's first to the assistant's last, with calls of tools and what these give"
    )
    parts = [
        "Make up a new example of a task, from which an assistant will learn it.",
        _frame(frame),
        _lines("The example and its answer follow these principles:", principles),
        _lines("Examples that are there already:", examples),
        "The new one is about something else: its names, numbers and words are its own. Its answer "
        "must be right.",
        f"Answer with one JSON object and nothing else: {form}",
    ]
    return [Message("user", "\n\n".join(filter(None, parts)))]


def as_system(principles: Iterable[str]) -> str:
    """Principles as a system message, for who answers."""
    return _lines("Follow these principles:", principles)


def _frame(seed: Seed) -> str:
    """What the assistant is told, and its tools."""
    told = "\n".join(message.content for message in seed.system)
    tools = seed.row.get("tools") or []
    parts = [
        f"The assistant is told:\n{told}" if told else "",
        _lines("It has these tools:", (json.dumps(tool, ensure_ascii=False) for tool in tools)),
    ]
    return "\n\n".join(filter(None, parts))


def _lines(title: str, lines: Iterable[str]) -> str:
    """A list under its title; "" without lines."""
    found = "\n".join(f"- {line}" for line in lines)
    return f"{title}\n{found}" if found else ""
