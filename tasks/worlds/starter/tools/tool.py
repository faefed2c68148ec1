"""Tools as they are declared, and as a retriever reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tasks.worlds.starter.tools.fields import Field


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a domain, before its nouns are filled in.

    Attributes:
        name: the verb, "search".
        text: what it does, over the slots {one}, {many} and {a} of its domain.
        takes: names of its parameters, separated by spaces; "page?" is optional.
        gives: names of what it returns.
    """

    name: str
    text: str
    takes: str = ""
    gives: str = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """A register much like a domain's own, about something else, with the same functions.

    Attributes:
        prefix: what its functions' names begin with.
        caveat: what it cannot do; whoever asks about the starter world needs just that.
        without: names of functions that make no sense for it.
    """

    prefix: str
    one: str
    many: str
    caveat: str
    without: str = ""


@dataclass(frozen=True, slots=True)
class Domain:
    """A register of the world, its functions, and the editions that are easily taken for it."""

    prefix: str
    one: str
    many: str
    functions: tuple[Function, ...]
    editions: tuple[Edition, ...]


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool of the catalogue.

    Attributes:
        id: opaque, as documents have it ("t0042").
        name: domain and function, "flights.search".
        parameters: what it takes; the second of each pair says whether it must be given.
        core: whether it is one of the world's own functions, and not a look-alike.
    """

    id: str
    name: str
    description: str
    parameters: tuple[tuple[Field, bool], ...]
    returns: tuple[Field, ...]
    core: bool

    @property
    def documentation(self) -> str:
        """All of it as one line of JSON, in the form that function calling uses."""
        return json.dumps(
            {
                "name": self.name,
                "description": self.description,
                "parameters": {
                    "type": "object",
                    "properties": {field.name: _schema(field) for field, _ in self.parameters},
                    "required": [field.name for field, needed in self.parameters if needed],
                },
                "returns": {field.name: _schema(field) for field in self.returns},
            }
        )


def _schema(field: Field) -> dict[str, str]:
    return {"type": field.type, "description": field.text}
