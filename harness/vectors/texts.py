"""Queries and documents as texts to encode, a place each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from harness.contracts import Corpus
from harness.records import Query, Text

READ = 4096
"""Texts looked at together."""


class Texts(Protocol):
    """Texts to encode, of one kind: in order by iteration, or one by its place."""

    kind: str

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Text]: ...
    def __getitem__(self, place: int) -> Text: ...
    def label(self, place: int) -> str:
        """What a message calls the text at that place."""
        ...


class QueryTexts:
    """Queries as texts, each with its own instruction."""

    kind = "query"

    def __init__(self, queries: Sequence[Query]) -> None:
        self._queries = queries

    def __len__(self) -> int:
        return len(self._queries)

    def __iter__(self) -> Iterator[Text]:
        return (Text(query.text, query.instruction) for query in self._queries)

    def __getitem__(self, place: int) -> Text:
        return Text(self._queries[place].text, self._queries[place].instruction)

    def label(self, place: int) -> str:
        """What a message calls the text at that place."""
        return f"query '{self._queries[place].id}'"


class DocumentTexts:
    """Documents as texts: title and text.

    Args:
        corpus: where they are.
        ids: which of them; None means all, in the corpus's order.
    """

    kind = "document"

    def __init__(self, corpus: Corpus, ids: Sequence[str] | None = None) -> None:
        self._corpus, self._all = corpus, ids is None
        self._ids = corpus.ids if ids is None else ids

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Text]:
        if self._all:
            for block in self._corpus.blocks(READ):
                yield from (Text(document.full_text) for document in block)
        else:
            yield from (self[place] for place in range(len(self)))

    def __getitem__(self, place: int) -> Text:
        return Text(self._corpus[self._ids[place]].full_text)

    def label(self, place: int) -> str:
        """What a message calls the text at that place."""
        return f"document '{self._ids[place]}'"
