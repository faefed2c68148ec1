"""Names of tools as an interface takes them, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 64
"""Characters of a name that OpenAI's interface takes."""
SERVERS = re.compile(r"[^A-Za-z0-9_-]")
"""What may not stand in a name there."""
PYTHON = re.compile(r"[^A-Za-z0-9_.]|^(?=[0-9.])|\.(?![A-Za-z_])")
"""What may not stand in a dotted name of Python; before a digit at its start stands "_"."""

ANYTHING = re.compile(r"(?!)")
"""For names that may hold whatever they hold."""


class Names:
    """The tools' names, each with one of its own that is allowed.

    What is not allowed becomes "_" (BFCL does that to dots), and what is too long is cut. A name
    that is allowed as it is stays; where another comes out like one that is taken, it gets a
    number: "a.b" beside "a_b" is "a_b_2".

    Args:
        names: of the tools.
        forbidden: matches what may not stand in a name.
        longest: characters that a name may have.
    """

    def __init__(
        self,
        names: Iterable[str],
        forbidden: re.Pattern[str] = SERVERS,
        longest: int = LONGEST,
    ) -> None:
        self._forbidden, self._longest = forbidden, longest
        ordered = list(dict.fromkeys(names))
        self._sent = {name: name for name in ordered if self._plain(name) == name}
        self._meant = dict(self._sent)
        for name in ordered:
            if name not in self._sent:
                sent = self._free(self._plain(name))
                self._sent[name], self._meant[sent] = sent, name

    def sent(self, name: str) -> str:
        """The allowed name of a tool, or of what a model once called as if it were one."""
        return self._sent.get(name) or self._plain(name)

    def meant(self, name: str) -> str:
        """The tool of an allowed name; the name itself where it is no tool's."""
        return self._meant.get(name, name)

    def _plain(self, name: str) -> str:
        return (self._forbidden.sub("_", name) or "_")[: self._longest]

    def _free(self, wanted: str) -> str:
        found, number = wanted, 1
        while found in self._meant:
            number += 1
            end = f"_{number}"
            found = wanted[: self._longest - len(end)] + end
        return found
