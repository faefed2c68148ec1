"""Who searches, as it is written in a setting: a retriever, or the address of a server."""

from __future__ import annotations

from dataclasses import dataclass

from harness import spec
from harness.errors import UserError
from tasks.worlds.search.protocols import protocol_of

NAME = "search"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the two.

    Attributes:
        retriever: a model's expression, "" where a server is asked.
        url: of the server, "" where there is none.
    """

    retriever: str = ""
    url: str = ""

    def __str__(self) -> str:
        """In the one spelling that settings have."""
        return self.retriever or spec_of(self.url)


def parse_search(text: str) -> Choice:
    """Reads `bm25`, `rrf(bm25, minilm)`, `search("http://...")`, or a bare address.

    Raises:
        UserError: it does not parse, or the address is of no known protocol.
    """
    text = text.strip()
    if text.startswith(("http://", "https://")):
        return _server(text)
    try:
        node = spec.parse(text)
    except UserError as error:
        raise UserError(f"search={text}: {error}") from error
    if isinstance(node, spec.Call) and node.name == NAME:
        if len(node.args) != 1 or node.kwargs or not isinstance(node.args[0], str):
            raise UserError(f'search={text}: it takes one address, as in search("http://host/...")')
        return _server(node.args[0])
    return Choice(retriever=str(node))


def spec_of(url: str) -> str:
    """The expression of a server."""
    return str(spec.Call(NAME, (url,)))


def _server(url: str) -> Choice:
    protocol_of(url)
    return Choice(url=url)
