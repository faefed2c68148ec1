"""Model cards: what people should know of a model, and what its name stands for. Data, not code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from harness.errors import UserError
from harness.files import read_yaml

STANDS_FOR = "stands_for"
"""The field of a card that makes its name a preset: an expression."""
UNPINNED = "revision"
"""The field of a card that says why its expression names no commit."""


@cache
def read_cards(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """The cards in the YAML files of a folder, by the name of their model.

    Raises:
        UserError: two cards bear one name, or a file is broken.
    """
    cards: dict[str, Mapping[str, Any]] = {}
    for path in sorted(folder.glob("*.yaml")):
        found = read_yaml(path) or {}
        found = {name: card for name, card in found.items() if not name.startswith(".")}
        if twice := sorted(cards.keys() & found.keys()):
            raise UserError(f"{path.name} has a second card for '{twice[0]}'")
        cards |= found
    return cards


def presets(cards: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The names that stand for an expression."""
    return {name: card[STANDS_FOR] for name, card in cards.items() if STANDS_FOR in card}
