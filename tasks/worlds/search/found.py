"""What a search gives, and who can be asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from harness.records import Document


@dataclass(frozen=True, slots=True)
class Found:
    """One passage that was found.

    Attributes:
        id: in the corpus, or whatever a server calls it.
        title: "" where it has none.
        score: higher is better; None where nobody gives one.
    """

    id: str
    title: str
    text: str
    score: float | None

    @property
    def row(self) -> dict[str, Any]:
        """As an observation shows it."""
        return {"id": self.id, "title": self.title, "text": self.text, "score": self.score}


class Searcher(Protocol):
    """Answers several questions at once."""

    async def search(self, queries: Sequence[str], k: int) -> list[tuple[Found, ...]]:
        """At most `k` passages for each query, the best first.

        Raises:
            InfrastructureError: the retriever or the server failed.
            UserError: there is no such retriever, or it lacks what it needs.
        """
        ...


@runtime_checkable
class Prebuilt(Protocol):
    """A retriever whose index was made before, with the passages in it: it needs no corpus."""

    def find(self, queries: Sequence[str], k: int) -> list[list[tuple[Document, float]]]:
        """The best `k` passages of each query and their scores, the best first."""
        ...
