"""A tiny model that says several turns, each with a chance that is known."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import memorised

from harness.names import Names
from harness.records import Message, ToolCall, ToolSpec
from models.chat.schemas import described
from models.chat.wire import to_wire

QUESTION = "Does it rain in the capital?"
TOOLS = (
    ToolSpec(
        "weather",
        "the weather",
        {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    ),
    ToolSpec("news", "", {"type": "object", "properties": {"city": {"type": "string"}}}),
)
ASKED = (Message("user", QUESTION),)
GOLD = ToolCall("weather", {"city": "Oslo"})
SURE = 14.0
"""The logit of a token that is always said; those that never are have 0."""
TURNS = (
    (ToolCall("weather", {"city": "Bergen"}), 0.5),
    (GOLD, 0.3),
    (ToolCall("news", {"city": "Oslo"}), 0.2),
)
"""What it calls, and how often: of the two tools it takes the first in 80 % of all turns, and with
that tool the first city in 62.5 %."""


def conversation(*calls: ToolCall, gave: str = "rain", answer: str = "Yes") -> dict[str, object]:
    """A line of data: the question, a call after the other, the answer."""
    names = Names(tool.name for tool in TOOLS)
    messages = [*ASKED]
    for number, call in enumerate(calls):
        id = f"c{number}"
        named = ToolCall(call.name, call.arguments, id)
        messages += [Message("assistant", calls=(named,)), Message("tool", gave, call_id=id)]
    messages.append(Message("assistant", answer))
    return {"messages": to_wire(messages, names), "tools": described(TOOLS, names)}


def teach(folder: Path, turns: Sequence[tuple[ToolCall, float]] = TURNS) -> Path:
    """Saves a model that answers `ASKED` by these calls, each as often as is said.

    Nothing is trained: what a random model makes of each beginning of a turn is taken as it is, and
    the last layer is solved for, so that it says the next tokens with the chances that they have.

    Args:
        folder: to save it in.
        turns: calls, and their shares of 1.
    """
    import torch

    texts = [json.dumps(conversation(call)) for call, _ in turns]
    words = memorised.tokenizer([*texts, memorised.TEMPLATE], 700)
    model = memorised.qwen2(words, positions=512, initializer_range=0.2)
    words = memorised.saved(folder, model, words)
    before = memorised.rendered(words, ASKED, TOOLS, asks=True)
    chances: dict[tuple[int, ...], dict[int, float]] = {}
    for call, share in turns:
        said = (*ASKED, Message("assistant", calls=(call,)))
        whole = memorised.rendered(words, said, TOOLS, asks=False)
        end = len(whole) - whole[::-1].index(words.eos_token_id)
        for at in range(len(before), end):
            tokens = chances.setdefault(tuple(whole[:at]), {})
            tokens[whole[at]] = tokens.get(whole[at], 0.0) + share
    with torch.no_grad():
        made = [model.model(torch.tensor([seen])).last_hidden_state[0, -1] for seen in chances]
        wanted = torch.zeros(len(made), len(words), dtype=torch.float64)
        for line, tokens in zip(wanted, chances.values(), strict=True):
            for token, share in tokens.items():
                line[token] = SURE + math.log(share / sum(tokens.values()))
        solved = torch.linalg.pinv(torch.stack(made).double()) @ wanted
        model.lm_head.weight.copy_(solved.T)
    model.eval().save_pretrained(folder)
    return folder
