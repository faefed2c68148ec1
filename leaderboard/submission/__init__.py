"""Submissions: packed from results, and read without trusting a byte of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leaderboard.submission.cards import card_template
    from leaderboard.submission.packing import submit
    from leaderboard.submission.refusal import Refused

__all__ = ["Refused", "card_template", "submit"]

_HOME = {"Refused": "refusal", "card_template": "cards", "submit": "packing"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'leaderboard.submission' has no attribute '{name}'")
    return getattr(import_module(f"leaderboard.submission.{_HOME[name]}"), name)
