"""Who searches, as it is written in a setting: a retriever, or the address of a server."""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness import spec
from harness.errors import UserError
from tasks.worlds.search.protocols import protocol_of

NAME = "search"
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_FORM = 'a server is written as search("http://HOST:PORT/PATH")'


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the two.

    Attributes:
        retriever: a model's expression, "" where a server is asked.
        url: of the server, "" where there is none.
        protocol: what the server speaks; "" where its address tells.
    """

    retriever: str = ""
    url: str = ""
    protocol: str = ""

    def __str__(self) -> str:
        """In the one spelling that settings have."""
        named = (("protocol", self.protocol),) if self.protocol else ()
        return self.retriever or str(spec.Call(NAME, (self.url,), named))


def parse_search(text: str) -> Choice:
    """Reads `bm25`, `rrf(bm25, minilm)`, `search("http://...")`, or a bare address.

    A text that may hold an address is not repeated in an error: there may be a password in it.

    Raises:
        UserError: it does not parse, or the address is of no known protocol.
    """
    text = text.strip()
    if _ADDRESS.match(text):
        return _server(text)
    told = "search" if "//" in text else f"search={text}"
    try:
        node = spec.parse(text)
    except UserError as error:
        if "//" in text:
            raise UserError(f"{told} cannot be read: {_FORM}") from None
        raise UserError(f"{told}: {error}") from error
    if isinstance(node, spec.Call) and node.name == NAME:
        named = dict(node.kwargs)
        protocol = named.pop("protocol", "")
        if len(node.args) != 1 or named or not isinstance(node.args[0], str):
            raise UserError(f"{told}: it takes one address: {_FORM}")
        if not isinstance(protocol, str):
            raise UserError(f"{told}: the protocol is a name in quotes: {_FORM}")
        return _server(node.args[0], protocol)
    return Choice(retriever=str(node))


def _server(url: str, protocol: str = "") -> Choice:
    protocol_of(url, protocol)
    return Choice(url=url, protocol=protocol)
