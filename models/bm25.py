"""BM25 on bm25s: the model and its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from harness.contracts import Corpus
from harness.errors import MissingExtra, UserError, unknown
from models.lexical.analysis import Analyzer
from models.lexical.bm25_weights import IDF

if TYPE_CHECKING:
    from models.lexical.bm25_index import BM25Index


@dataclass(frozen=True)
class BM25:
    """Okapi BM25: score(q, d) is the sum of IDF(t) * TF(t, d) over the terms of q, repeats counted.

    Attributes:
        k1: how slowly a term saturates.
        b: how much a long document is discounted, 0 to 1.
        variant: the formulas, one of `models.lexical.bm25_weights.IDF`.
        delta: what a matched term adds at least, in "bm25+" and "bm25l" only.
        tokenizer: how a text is split, see `models.lexical.analysis.Analyzer`.
        stopwords: the words left out, see there.
        stemmer: what words are cut down to, see there.
        lengths: "exact"; or "lucene": lengths as Lucene stores them, rounded down from 40 terms on,
            and documents without a term not counted.
        zeros: whether documents of score 0 fill a ranking up to k.
        threads: how many are used; 0 means one for each core.
        backend: "numpy", "numba", or "auto": numba, if installed, as soon as this process has
            searched enough to repay its compilation.

    Raises:
        UserError: a parameter is out of range, or names nothing.
        MissingExtra: numba is asked for by name and not installed.
    """

    k1: float = 1.5
    b: float = 0.75
    variant: str = "lucene"
    delta: float = 0.5
    tokenizer: str = "words"
    stopwords: str = "english"
    stemmer: str = "none"
    lengths: str = "exact"
    zeros: bool = True
    threads: int = 0
    backend: str = "auto"

    version: ClassVar[str] = "1"
    runtime: ClassVar[frozenset[str]] = frozenset({"threads", "backend"})
    join: ClassVar[str] = "space"

    def __post_init__(self) -> None:
        for kind, value, known in (
            ("BM25 variant", self.variant, tuple(IDF)),
            ("kind of lengths", self.lengths, ("exact", "lucene")),
            ("BM25 backend", self.backend, ("auto", "numpy", "numba")),
        ):
            if value not in known:
                raise unknown(kind, value, known, f"There is: {', '.join(known)}")
        if not (self.k1 >= 0 and 0 <= self.b <= 1 and self.delta >= 0 and self.threads >= 0):
            raise UserError(
                f"BM25 with k1={self.k1}, b={self.b}, delta={self.delta}, threads={self.threads}: "
                "b lies between 0 and 1, and none of the others is negative"
            )
        if self.backend == "numba" and not find_spec("numba"):
            raise MissingExtra("BM25 with backend='numba'", "fast")
        self.analyzer()

    def analyzer(self) -> Analyzer:
        """The analysis of documents and queries."""
        return Analyzer(self.tokenizer, self.stopwords, self.stemmer)

    def index(self, corpus: Corpus) -> BM25Index:
        """Indexes the full text (title and text) of every document."""
        from models.lexical.bm25_index import BM25Index

        return BM25Index(self, corpus)
