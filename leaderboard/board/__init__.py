"""What the board says: every number, its level, and what can be told apart. No page, no file."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leaderboard.board.assembly import assemble
    from leaderboard.board.records import Board

__all__ = ["Board", "assemble"]

_HOME = {"Board": "records", "assemble": "assembly"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'leaderboard.board' has no attribute '{name}'")
    return getattr(import_module(f"leaderboard.board.{_HOME[name]}"), name)
