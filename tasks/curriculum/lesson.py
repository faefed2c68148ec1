"""A problem with the world in which it is solved, and with somebody who knows how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from harness.records import Problem, ToolCall

DONE = "Done."
"""What is said at the end where nothing was asked."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be done next: a call or an answer, and the reason in words.

    Attributes:
        does: a call, or the final answer.
        why: what is known by now, for agents that think aloud.
    """

    does: ToolCall | str
    why: str = ""


class Guide(Protocol):
    """Knows the way through one problem."""

    def next(self, observed: Sequence[str]) -> Turn:
        """What to do after some observations.

        Args:
            observed: what the calls so far gave, in order, each as it was told.
        """
        ...


@dataclass(frozen=True, slots=True)
class Lesson:
    """A problem to learn from.

    Attributes:
        problem: as a task hands it out.
        world: its environment, of which sessions are opened.
        guide: who knows how.
    """

    problem: Problem
    world: Any
    guide: Guide
