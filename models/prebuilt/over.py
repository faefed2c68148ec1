"""An index that was made before, over a corpus that a task brings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from harness.contracts import Corpus
from harness.errors import UserError
from harness.records import Document, Query
from harness.run import Run

Scored = tuple[Document, float]
Find: TypeAlias = Callable[[Sequence[Query], int], list[list[Scored]]]
"""The best `k` passages of each query and their scores, the best first."""


class OverCorpus:
    """Finds what an index has, by the ids of a corpus.

    Args:
        find: asks the index.
        corpus: the one that the index was made of.
    """

    def __init__(self, find: Find, corpus: Corpus) -> None:
        self._find, self._corpus = find, corpus

    def search(self, queries: Sequence[Query], k: int) -> Run:
        """The best `k` documents of each query.

        Raises:
            UserError: the index has passages that the corpus lacks.
        """
        found = self._find(queries, k)
        for ranked in found:
            if absent := next((d.id for d, _ in ranked if d.id not in self._corpus), None):
                raise UserError(
                    f"the index has a passage '{absent[:80]}' that the corpus lacks: it was made "
                    "of another corpus"
                )
        scores = ({document.id: score for document, score in ranked} for ranked in found)
        return Run.from_scores(dict(zip((q.id for q in queries), scores, strict=True)))
