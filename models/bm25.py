"""BM25 on bm25s.

The scores of all (document, term) pairs are computed once, by the formula of the variant, and
bm25s adds them up and selects. numba does that on many queries in parallel when it is installed;
answers are the same bits with and without it, and for any number of threads.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from harness.contracts import Corpus
from harness.errors import MissingExtra, UserError, unknown
from harness.records import Query
from models.analysis import Analyzer, Vocabulary
from models.lexical import Hits, LexicalIndex, Scores

Floats = NDArray[np.float64]

IDF: dict[str, Callable[[float, Floats], Floats]] = {
    "lucene": lambda n, df: np.log(1 + (n - df + 0.5) / (df + 0.5)),
    "robertson": lambda n, df: np.log(np.maximum(1, (n - df + 0.5) / (df + 0.5))),
    "atire": lambda n, df: np.log(n / df),
    "bm25+": lambda n, df: np.log((n + 1) / df),
    "bm25l": lambda n, df: np.log((n + 1) / (df + 0.5)),
}
"""Inverse document frequency by variant, of n documents and the df that hold the term.

Kamphuis, de Vries, Boytsov, Lin, "Which BM25 do you mean?", ECIR 2020, table 1; "robertson" is
kept from going below 0, as in bm25s.
"""

TF: dict[str, Callable[[Floats, Floats, float, float], Floats]] = {
    "lucene": lambda tf, norm, k1, delta: tf / (k1 * norm + tf),
    "robertson": lambda tf, norm, k1, delta: tf / (k1 * norm + tf),
    "atire": lambda tf, norm, k1, delta: tf * (k1 + 1) / (tf + k1 * norm),
    "bm25+": lambda tf, norm, k1, delta: tf * (k1 + 1) / (tf + k1 * norm) + delta,
    "bm25l": lambda tf, norm, k1, delta: (k1 + 1) * (tf / norm + delta) / (k1 + tf / norm + delta),
}
"""Saturated term frequency by variant; norm = 1 - b + b * length / mean length.

As for `IDF`. BM25+ and BM25L add delta to the terms that a document holds and nothing for the
others, as Lv and Zhai define them (CIKM 2011, SIGIR 2011).
"""

MARGIN = 32
"""How many documents beyond k numba is asked for, so that most ties at the edge lie within."""
BATCH = 4096
COMPILING = 1 << 28
"""(query, document) pairs that numpy scores in about the time that numba takes to compile."""


@dataclass(frozen=True)
class BM25:
    """Okapi BM25.

    score(q, d) = sum over the terms t of q, repeats counted, of IDF(t) * TF(t, d).

    Attributes:
        k1: how slowly a term saturates.
        b: how much long documents are discounted, 0 to 1.
        variant: one of `IDF`.
        delta: lower bound of a matched term in "bm25+" and "bm25l"; the others do not use it.
        tokenizer: see `models.analysis.Analyzer`.
        stopwords: see `models.analysis.Analyzer`.
        stemmer: see `models.analysis.Analyzer`.
        lengths: "exact", or "lucene": document lengths as Lucene stores them in one byte, exact
            below 40 terms and then to four binary digits; documents without a term do not count.
        zeros: whether documents of score 0 fill the ranking up to k.
        threads: how many; 0 means one for each core.
        backend: "numpy", "numba", or "auto": numba once a process has enough to do to repay its
            compilation.

    Raises:
        UserError: a parameter is out of range or names nothing.
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
            ("BM25 variant", self.variant, list(IDF)),
            ("kind of lengths", self.lengths, ["exact", "lucene"]),
            ("BM25 backend", self.backend, ["auto", "numpy", "numba"]),
        ):
            if value not in known:
                raise unknown(kind, value, known, f"It is one of {', '.join(known)}.")
        if not (self.k1 >= 0 and 0 <= self.b <= 1 and self.delta >= 0 and self.threads >= 0):
            raise UserError(
                f"BM25 with k1={self.k1}, b={self.b}, delta={self.delta}, threads={self.threads}: "
                "b must lie between 0 and 1, and the others must not be negative"
            )
        if self.backend == "numba" and find_spec("numba") is None:
            raise MissingExtra("BM25 with backend='numba'", "fast")
        Analyzer(self.tokenizer, self.stopwords, self.stemmer)

    def index(self, corpus: Corpus) -> BM25Index:
        """Indexes the full text (title and text) of every document."""
        return BM25Index(self, corpus)


class BM25Index(LexicalIndex):
    """The scores of a corpus's terms, by column: for each term the documents that hold it."""

    def __init__(self, model: BM25, corpus: Corpus) -> None:
        super().__init__(corpus, model.zeros)
        self.model = model
        analyzer = Analyzer(model.tokenizer, model.stopwords, model.stemmer)
        self.vocabulary = Vocabulary(analyzer)
        self._engine = self._fill(*self._count(corpus))
