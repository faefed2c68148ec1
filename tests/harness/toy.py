"""A task and models small enough to work out by hand, for the tests of the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import ascii_lowercase
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from harness.contracts import Collection, Corpus, Material
from harness.corpus import ListCorpus
from harness.errors import InfrastructureError
from harness.ranking import Ranking
from harness.records import Document, Query, Setting, TaskCard, Text
from harness.run import Run
from harness.sources import Source

DOCUMENTS = [Document("d1", "red apple"), Document("d2", "green pear"), Document("d3", "red car")]
QUERIES = [
    Query("q1", "red", "Find fruit."),
    Query("q2", "pear", "Find fruit."),
    Query("q3", "car", "Find vehicles."),
]
QRELS = {"q1": {"d1": 1}, "q2": {"d2": 1}, "q3": {"d3": 1}}


class ToyTask:
    """Three documents, three queries; `splits` copies of them."""

    measures: Sequence[str] = ("nDCG@10", "P@1", "R@2")

    def __init__(
        self,
        name: str = "toy",
        splits: int = 1,
        version: str = "1",
        instructions: bool = True,
        qrels: Mapping[str, Mapping[str, int]] = QRELS,
        documents: Sequence[Document] = DOCUMENTS,
        **fields: object,
    ) -> None:
        self.card = TaskCard(name=name, title="Toy", description="", version=version)
        self.splits, self.instructions, self.qrels = splits, instructions, qrels
        self.documents, self.fields = documents, fields

    def load(self, source: Source, setting: Setting) -> Material:
        corpus = ListCorpus(self.documents)
        queries = [query if self.instructions else Query(query.id, query.text) for query in QUERIES]
        return tuple(
            Collection(f"s{i}", corpus, queries, self.qrels, **self.fields)  # type: ignore[arg-type]
            for i in range(self.splits)
        )


class Overlap:
    """Scores a document by the query's words it holds; counts how often it was asked."""

    version = "1"
    runtime: ClassVar[frozenset[str]] = frozenset()
    query_batch = 1

    def __init__(self) -> None:
        self._indexed, self._asked = 0, []  # type: ignore[var-annotated]

    def index(self, corpus: Corpus) -> Overlap:
        self._indexed += 1
        self._corpus = corpus
        return self

    def search(self, queries: Sequence[Query], k: int) -> Mapping[str, Mapping[str, float]]:
        self._asked += [query.id for query in queries]
        return {
            query.id: {
                document.id: float(sum(w in query.text.split() for w in document.text.split()))
                for document in self._corpus
            }
            for query in queries
        }


class Flaky(Overlap):
    """Fails on one query, outside the model, until it is mended."""

    def __init__(self, broken: str = "q2") -> None:
        super().__init__()
        self._broken = broken

    def search(self, queries: Sequence[Query], k: int) -> Ranking:  # type: ignore[override]
        good = [query for query in queries if query.id != self._broken]
        run = Run.from_scores(super().search(good, k))
        bad = {query.id: "HTTP 429" for query in queries if query.id == self._broken}
        return Ranking(run, errors=bad)


class Down(Overlap):
    """Answers one query, then the network is gone."""

    def search(self, queries: Sequence[Query], k: int) -> Mapping[str, Mapping[str, float]]:
        if self._asked:
            raise InfrastructureError("no connection")
        return super().search(queries, k)


class Silent(Overlap):
    """Leaves one query out."""

    def search(self, queries: Sequence[Query], k: int) -> Mapping[str, Mapping[str, float]]:
        answers = dict(super().search(queries, k))
        answers.pop("q3", None)
        return answers


class Crash(Overlap):
    """A plug-in with a bug."""

    def search(self, queries: Sequence[Query], k: int) -> Mapping[str, Mapping[str, float]]:
        raise KeyError("oops")


class Letters:
    """Embeds a text as how often it holds each letter; remembers every text it was given.

    Args:
        instructed: whether an instruction counts as well; part of what the model is.
    """

    version = "1"

    def __init__(self, instructed: bool = False) -> None:
        self.instructed = instructed
        self._encoded: list[tuple[str, str | None, str]] = []

    def encode(self, inputs: Sequence[Text], *, kind: str) -> NDArray[np.float32]:
        self._encoded += [(text.text, text.instruction, kind) for text in inputs]
        texts = [
            f"{text.instruction or ''}{text.text}" if self.instructed else text.text
            for text in inputs
        ]
        counts = [[text.count(letter) for letter in ascii_lowercase] for text in texts]
        return np.array(counts, dtype=np.float32).reshape(len(texts), 26)
