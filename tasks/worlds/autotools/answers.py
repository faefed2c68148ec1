"""What a call gives: an answer and where it comes from, or a refusal in the manner of web APIs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Fidelity = Literal["looked up", "generated", "replayed"]
"""How an answer comes about: found among the recorded ones by what was asked; made by rule, in
the shape of the recording; or the recording itself, whatever was asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool gives.

    Attributes:
        value: plain JSON.
        fidelity: how it came about.
    """

    value: Any
    fidelity: Fidelity


class Refusal(Exception):
    """A call that is answered with an error.

    Args:
        status: as HTTP has them: 400 what was asked makes no sense, 404 there is no such thing.
        message: what is wrong, for whoever called.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message

    @property
    def body(self) -> dict[str, Any]:
        """The error as plain JSON."""
        return {"status": "failure", "code": self.status, "message": self.message}


Tool: TypeAlias = Callable[[Mapping[str, Any]], Answer]
"""A tool of a world: from checked arguments to its answer. Raises `Refusal`."""
