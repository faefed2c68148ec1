"""Hard negatives: documents that a retriever ranks high for a query, and that are not right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from harness.corpus import ListCorpus
from harness.loading import load_model
from harness.ranking import as_ranking
from harness.records import Document, Query
from harness.stages import as_retriever
from harness.training.leaks import pairs_of, words_of
from models.training.retrieval.examples import Example

ALIKE = 0.9
"""Similarity (`harness.training.leaks`) to a right document from which on another is no negative:
the same tool in another version is right as well."""
_SPARE = 20
"""Documents that are asked for beyond those that are wanted, in the place of the right ones."""


class Miner:
    """Finds hard negatives among the documents of a source.

    Args:
        expression: of the retriever.
        documents: text by id.
        start: rank of the first document that is taken, from 1.
        device: where a neural retriever runs.
    """

    def __init__(
        self, expression: str, documents: Mapping[str, str], start: int, device: str | None
    ) -> None:
        loaded = load_model(expression, runtime={"device": device})
        self._retriever = as_retriever(loaded.model)
        self._documents, self._start = documents, start
        self._pairs: dict[str, frozenset[tuple[str, str]]] = {}

    def mined(self, rows: Sequence[Example], pool: Sequence[str], n: int) -> Iterator[Example]:
        """The rows, those with fewer than `n` negatives given more of them, up to that.

        Args:
            rows: of one source.
            pool: ids of its documents.
            n: negatives that a row should have.
        """
        corpus = ListCorpus([Document(id, self._documents[id]) for id in pool])
        wanting = [i for i, row in enumerate(rows) if len(row.negatives) < n]
        # The retriever gets the query alone: an instruction may give the answer away.
        queries = [Query(str(i), rows[i].query) for i in wanting]
        depth = min(len(pool), self._start - 1 + n + _SPARE)
        index = self._retriever.index(corpus)
        run = as_ranking(index.search(queries, depth) if queries else {}, "search").run
        found = {query: [id for id, _ in run.ranked(query)] for query in run.queries}
        for i, row in enumerate(rows):
            hard = [
                id
                for id in found.get(str(i), ())[self._start - 1 :]
                if id not in row.negatives and not self._is_right(id, row.positives)
            ]
            yield replace(row, negatives=(*row.negatives, *hard[: max(0, n - len(row.negatives))]))

    def _is_right(self, id: str, positives: Sequence[str]) -> bool:
        """Whether a document is right, or all but the same as one that is."""
        return id in positives or any(self._similar(id, right) >= ALIKE for right in positives)

    def _similar(self, first: str, second: str) -> float:
        one, other = self._of(first), self._of(second)
        return len(one & other) / len(one | other)

    def _of(self, id: str) -> frozenset[tuple[str, str]]:
        if id not in self._pairs:
            self._pairs[id] = pairs_of(words_of(self._documents[id]))
        return self._pairs[id]
