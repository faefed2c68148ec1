"""Documents held in memory, and the fingerprint by which equal corpora are recognised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from hashlib import sha256

from harness.errors import UserError
from harness.records import Document


class ListCorpus:
    """A `Corpus` over a list of documents.

    Raises:
        UserError: there is no document, two share an id, an id is no valid text, or a text is none.
    """

    def __init__(self, documents: Iterable[Document], name: str = "corpus") -> None:
        self._documents = tuple(documents)
        self._position = {document.id: i for i, document in enumerate(self._documents)}
        if not self._documents:
            raise UserError(f"{name} is empty: it needs at least one document")
        if len(self._position) < len(self._documents):
            twice = next(d.id for i, d in enumerate(self._documents) if self._position[d.id] != i)
            raise UserError(f"{name} has two documents with the id '{twice}': ids must be unique")
        if (bad := next((id for id in self._position if not is_text(id)), None)) is not None:
            raise UserError(f"{name}: the id {bad!r} of a document holds half a surrogate pair")

        if odd := next((d for d in self._documents if not _is_worded(d)), None):
            raise UserError(f"{name}: title and text of document '{odd.id}' must be texts")

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Document ids in order."""
        return tuple(document.id for document in self._documents)

    @cached_property
    def empty(self) -> int:
        """Number of documents without text."""
        return sum(not document.full_text.strip() for document in self._documents)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over ids, titles and texts in order."""
        return fingerprint(
            part
            for document in self._documents
            for part in (document.id, document.title, document.text)
        )

    def __len__(self) -> int:
        return len(self._documents)

    def __iter__(self) -> Iterator[Document]:
        return iter(self._documents)

    def __contains__(self, id: object) -> bool:
        return id in self._position

    def __getitem__(self, id: str) -> Document:
        return self._documents[self._position[id]]

    def blocks(self, n: int) -> Iterator[Sequence[Document]]:
        """The documents in order, at most `n` at a time."""
        for start in range(0, len(self._documents), n):
            yield self._documents[start : start + n]


def _is_worded(document: Document) -> bool:
    return isinstance(document.text, str) and isinstance(document.title, str)


def is_text(id: str) -> bool:
    """False for what no UTF-8 file can hold: half of a surrogate pair."""
    try:
        id.encode()
    except UnicodeEncodeError:
        return False
    return True


def fingerprint(parts: Iterable[str]) -> str:
    """SHA-256 of a sequence of strings, lengths included, so that no two sequences collide."""
    digest = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()
