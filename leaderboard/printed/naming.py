"""One name for each system, however tables spell it, and what is known of it: `systems.yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from harness.errors import UserError
from harness.files import read_yaml
from leaderboard.fields import Line, Strict
from leaderboard.printed.description import valid
from leaderboard.printed.records import SystemFacts
from leaderboard.records import Kind


class SystemText(Strict):
    """What is known of a system; null is not known."""

    kind: Kind
    parameters: int | None = Field(default=None, ge=0)
    open_weights: bool | None = None
    licence: Line | None = None
    hub: Line | None = None
    """Id on the Hugging Face hub. Tables may use it as a name."""
    expressions: list[Line] = Field(default_factory=list)
    """Models of our registry that are this system, the closest first."""
    aliases: list[Line] = Field(default_factory=list)
    """What tables call it as well. Case does not matter."""


class SystemsText(Strict):
    """The whole file."""

    systems: dict[Line, SystemText]


class Names:
    """The one name of each system; what differs in case only is one system.

    A name that is not listed stands for itself, in the spelling in which it is met first.
    """

    def __init__(self, path: Path) -> None:
        self.listed: dict[str, SystemFacts] = {}
        """Every listed spelling -> what is known of the system."""
        self._names: dict[str, str] = {}
        for name, text in valid(SystemsText, read_yaml(path), path.name).systems.items():
            facts = _facts(name, text)
            for spelling in _spellings(name, text):
                other = self._names.setdefault(spelling.casefold(), name)
                if other != name:
                    raise UserError(f"{path.name}: '{spelling}' names both {other} and {name}")
                self.listed[spelling] = facts

    def of(self, printed: str) -> str:
        """The name of the system that a table calls `printed`."""
        return self._names.setdefault(printed.casefold(), printed)


def _spellings(name: str, text: SystemText) -> Iterator[str]:
    yield name
    if text.hub:
        yield text.hub
    yield from text.aliases


def _facts(name: str, text: SystemText) -> SystemFacts:
    return SystemFacts(
        name=name,
        kind=text.kind,
        parameters=text.parameters,
        open_weights=text.open_weights,
        licence=text.licence,
        hub=text.hub,
        expressions=tuple(text.expressions),
    )
