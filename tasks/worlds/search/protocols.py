"""What the retrieval servers that people run are asked, and how their answers read.

- ColBERT's (stanford-futuredata/ColBERT, server.py): GET /api/search?query=...&k=..., a query at a
  time, answered by {"query": ..., "topk": [{"text", "pid", "rank", "score", "prob"}, ...]}, at most
  100. Collections of Wikipedia have texts such as "Title | text".
- Search-R1's (PeterGriffinJin/Search-R1, retrieval_server.py): POST /retrieve with {"queries",
  "topk", "return_scores": true}, many queries at a time, answered by {"result": [[{"document":
  {"id", "contents"}, "score"}, ...], ...]}. The first line of "contents" is the title, in quotes
  in the corpus that is published with it; servers that give "title" and "text" are read too. Some
  give no ids (the server over a Lucene index that holds its passages, those that ask a search
  engine): a passage's id is then made of its text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import isfinite
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from harness.errors import UserError, unknown
from harness.formats.contents import title_and_text
from tasks.worlds.search.found import Found

LONGEST = 50_000
"""Characters of a passage, or of its title, that are kept."""
_ID = 500
_BETWEEN = " | "


class Unreadable(ValueError):
    """An answer that is not what the protocol says."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; a body makes it a POST."""

    url: str
    body: bytes | None = None


class Wire(Protocol):
    """A protocol.

    Attributes:
        at_once: queries that one request holds.
    """

    at_once: int

    def request(self, url: str, queries: Sequence[str], k: int) -> Request:
        """The request for some queries, at most `at_once`."""
        ...

    def read(self, answer: Any, queries: int, k: int) -> list[tuple[Found, ...]]:
        """What was found for each query. Raises `Unreadable`."""
        ...


class Colbert:
    """ColBERT's server."""

    at_once = 1

    def request(self, url: str, queries: Sequence[str], k: int) -> Request:
        """GET with `query` and `k`."""
        return Request(f"{url}?{urlencode({'query': queries[0], 'k': k})}")

    def read(self, answer: Any, queries: int, k: int) -> list[tuple[Found, ...]]:
        """The entries of "topk", which the server has sorted."""
        entries = [_object(entry, "entry") for entry in _list(_object(answer, "answer"), "topk")]
        return [_distinct(self._passage(entry) for entry in entries[:k])]

    def _passage(self, entry: Mapping[str, Any]) -> Found:
        title, between, text = _text(entry, "text").partition(_BETWEEN)
        if not between:
            title, text = "", title
        return Found(_id(entry.get("pid")), title, text, _score(entry.get("score")))


class SearchR1:
    """Search-R1's server."""

    at_once = 64

    def request(self, url: str, queries: Sequence[str], k: int) -> Request:
        """POST with the queries."""
        body = {"queries": list(queries), "topk": k, "return_scores": True}
        return Request(url, json.dumps(body).encode())

    def read(self, answer: Any, queries: int, k: int) -> list[tuple[Found, ...]]:
        """The lists of "result", one a query."""
        lists = _list(_object(answer, "answer"), "result")
        if len(lists) != queries:
            raise Unreadable(f"{len(lists)} results for {queries} queries")
        if not all(isinstance(entries, list) for entries in lists):
            raise Unreadable("'result' is no list of lists")
        return [_distinct(map(self._passage, entries[:k])) for entries in lists]

    def _passage(self, entry: Any) -> Found:
        scored = _object(entry, "entry")
        document = _object(scored.get("document", scored), "document")
        if "contents" in document:
            title, text = title_and_text(_text(document, "contents"))
        else:
            title, text = _text(document, "title", ""), _text(document, "text")
        id = document.get("id")
        id = _made(title, text) if id is None else _id(id)
        return Found(id, title, text, _score(scored.get("score")))


NAMED: Mapping[str, Wire] = {"colbert": Colbert(), "search-r1": SearchR1()}
"""The protocols by name, for addresses that do not tell."""
PROTOCOLS: Mapping[str, Wire] = {"/api/search": NAMED["colbert"], "/retrieve": NAMED["search-r1"]}
"""By the end of the address."""


def protocol_of(url: str, named: str = "") -> Wire:
    """The protocol that an address speaks, told by its name, else by how the address ends.

    Raises:
        UserError: it ends in another way, is no address, or holds what would be written into
            results and should not be: a password, or parameters; there is no such protocol.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or not url.isprintable() or " " in url:
        raise UserError("search: an address is written as http://HOST:PORT/PATH")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise UserError(
            f"search: the address of {host} ends with its path, and holds no name or password: it "
            "is written into results"
        )
    if named:
        if named not in NAMED:
            raise unknown("protocol", named, NAMED, f"There are: {', '.join(NAMED)}")
        return NAMED[named]
    for end, protocol in PROTOCOLS.items():
        if parts.path.endswith(end):
            return protocol
    raise UserError(
        f"search: {url} is of no known protocol: an address in /api/search is ColBERT's, one in "
        "/retrieve Search-R1's; of any other say which, as in "
        f'search("{url}", protocol="colbert")'
    )


def _object(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(f"the {what} is no JSON object")
    return value


def _list(value: Mapping[str, Any], name: str) -> list[Any]:
    found = value.get(name)
    if not isinstance(found, list):
        raise Unreadable(f"there is no list '{name}'")
    return found


def _text(value: Mapping[str, Any], name: str, default: Any = None) -> str:
    found = value.get(name, default)
    if not isinstance(found, str):
        raise Unreadable(f"'{name}' is no text")
    return _clean(found, LONGEST)


def _clean(text: str, longest: int) -> str:
    """The text as UTF-8 can carry it, at most so long."""
    return text[:longest].encode("utf-8", "replace").decode("utf-8")


def _id(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Unreadable("a passage has no id")
    try:
        return _clean(str(value), _ID)
    except ValueError as error:  # thousands of digits
        raise Unreadable("an id is too long") from error


def _made(title: str, text: str) -> str:
    """An id for a passage that has none: the same passage gets the same."""
    return f"text-{sha256(chr(10).join((title, text)).encode()).hexdigest()[:16]}"


def _score(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable("a score is no number")
    try:
        score = float(value)
    except OverflowError as error:
        raise Unreadable("a score is too large") from error
    if not isfinite(score):
        raise Unreadable("a score is not finite")
    return score


def _distinct(passages: Any) -> tuple[Found, ...]:
    """Each id once, where it first stands."""
    first: dict[str, Found] = {}
    for passage in passages:
        first.setdefault(passage.id, passage)
    return tuple(first.values())
