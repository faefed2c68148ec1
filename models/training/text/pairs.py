"""Two continuations of which one is preferred, as a row of token ids."""

from __future__ import annotations

from typing import Any

from models.training.text.base import Base
from models.training.text.data import shown
from models.training.text.rendering import Encoded


def pair_row(
    base: Base, line: int, chosen: Encoded, rejected: Encoded, *, broken_off: bool = False
) -> dict[str, Any]:
    """The row of a pair, as the reference model and the trainer of preferences take it.

    Args:
        base: in whose tokens both are written.
        line: of the file that the pair comes from, from 1.
        chosen: the prompt with what is preferred.
        rejected: the prompt with the other one.
        broken_off: whether they may end before their turns do, so that their last tokens do not
            tell what ends a turn.
    """
    sides = {"chosen": chosen, "rejected": rejected}
    lengths = [len(side.ids) for side in sides.values()]
    return {
        "line": line,
        "length": max(lengths),
        "tokens": sum(lengths),
        "trained": sum(side.trained for side in sides.values()),
        **({"broken_off": True} if broken_off else {}),
        **{
            name: {"parts": shown(base, side), "ids": side.ids, "spans": side.spans}
            for name, side in sides.items()
        },
    }
