"""Saying which value of an answer is meant: "of the crew, the director's id"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.errors import UserError


@dataclass(frozen=True)
class Pick:
    """A value in the answer to an earlier call.

    Attributes:
        path: to a list in the answer, with dots; "" for the answer itself.
        name: of the value in an entry of that list, with dots.
        where: what the entry must have.
        most: a field; the entry with the largest value of it is taken.
        least: a field; the entry with the smallest.
        place: which of the entries that are left, from 0.
    """

    path: str
    name: str = "id"
    where: Mapping[str, Any] = field(default_factory=dict)
    most: str = ""
    least: str = ""
    place: int = 0

    def every(self, answer: Any) -> list[Any]:
        """The values of all entries, in order."""
        return [_at(entry, self.name) for _, entry in self._entries(answer)]

    def one(self, answer: Any, call: int) -> tuple[str, Any]:
        """A reference "$2.crew.0.id" to the value in the answer to that call, and the value.

        Raises:
            UserError: there is no such entry.
        """
        if not self.path:
            return f"${call}.{self.name}", _at(answer, self.name)
        entries = self._entries(answer)
        if len(entries) <= self.place:
            raise UserError(f"call {call} gave nothing for {self}")
        number, entry = entries[self.place]
        return f"${call}.{self.path}.{number}.{self.name}", _at(entry, self.name)

    def _entries(self, answer: Any) -> list[tuple[int, Any]]:
        entries = [
            (number, entry)
            for number, entry in enumerate(_at(answer, self.path) if self.path else ())
            if all(entry.get(key) == value for key, value in self.where.items())
        ]
        if by := self.most or self.least:
            entries.sort(key=lambda pair: pair[1][by], reverse=bool(self.most))
        return entries


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value[int(step)] if isinstance(value, Sequence) else value[step]
    return value
