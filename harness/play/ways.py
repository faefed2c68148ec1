"""How an agent attempts a task of tool use, in words."""

from __future__ import annotations

from collections.abc import Mapping

from harness.records import Runs, TaskCard

SCORED_ONLY = "nothing here answers its calls, so attempts made elsewhere are scored (assay score)"
"""Why a task cannot be run."""
WAYS: Mapping[Runs, str] = {
    "": f"scored only: {SCORED_ONLY}",
    "one turn": "can be run: a turn of an agent, or text alone, is a whole attempt",
    "world": "can be run: in a world of ours",
    "simulator": "can be run: by a chat model that stands in for its tools (--simulator)",
    "extra": "can be run: in its authors' own world, where that is installed",
}


def way(card: TaskCard) -> str:
    """Whether and how a task can be run; the empty text for one that is asked of no agent."""
    return WAYS[card.runs] if card.kind == "tool_use" else ""


def way_in_short(card: TaskCard) -> str:
    """The same for a list."""
    return (card.runs or "scored only") if card.kind == "tool_use" else ""
