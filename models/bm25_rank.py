"""BM25 on rank-bm25, the small-corpus reference: pure Python, every document scored every time."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import ClassVar

import numpy as np

from harness.contracts import Corpus
from harness.errors import MissingExtra
from models.lexical.analysis import Analyzer
from models.lexical.index import LexicalIndex, Scores


@dataclass(frozen=True)
class RankBM25:
    """Okapi BM25 as `rank_bm25.BM25Okapi` computes it.

    Its formula is ATIRE's term frequency with Robertson's idf, where a negative idf is replaced by
    `epsilon` times the mean idf of all terms. Hundreds of times slower than `bm25`.

    Attributes:
        k1: how slowly a term saturates.
        b: how much a long document is discounted, 0 to 1.
        epsilon: the share of the mean idf that a term gets which most documents hold.
        tokenizer: how a text is split, see `models.lexical.analysis.Analyzer`.
        stopwords: the words left out, see there.
        stemmer: what words are cut down to, see there.
        zeros: whether documents of score 0 fill a ranking up to k.

    Raises:
        MissingExtra: rank-bm25 is not installed.
        UserError: a name of the analysis is not known.
    """

    k1: float = 1.5
    b: float = 0.75
    epsilon: float = 0.25
    tokenizer: str = "words"
    stopwords: str = "english"
    stemmer: str = "none"
    zeros: bool = True

    version: ClassVar[str] = "1"
    join: ClassVar[str] = "space"

    def __post_init__(self) -> None:
        if not find_spec("rank_bm25"):
            raise MissingExtra("bm25-rank", "rank")
        self.analyzer()

    def analyzer(self) -> Analyzer:
        """The analysis of documents and queries."""
        return Analyzer(self.tokenizer, self.stopwords, self.stemmer)

    def index(self, corpus: Corpus) -> RankBM25Index:
        """Indexes the full text (title and text) of every document."""
        return RankBM25Index(self, corpus)


class RankBM25Index(LexicalIndex):
    """rank-bm25's object over a corpus."""

    def __init__(self, model: RankBM25, corpus: Corpus) -> None:
        from rank_bm25 import BM25Okapi

        super().__init__(corpus, model.zeros)
        self._analyzer = model.analyzer()
        documents = [self._analyzer(document.full_text) for document in corpus]
        terms = any(documents)  # rank-bm25 divides by the number of terms
        self._okapi = terms and BM25Okapi(documents, k1=model.k1, b=model.b, epsilon=model.epsilon)

    def scores(self, text: str) -> Scores:
        """The BM25 score of every document for a text, by position, shape (n,)."""
        query = self._analyzer(text)
        if not self._okapi or not query:
            return np.zeros(len(self.ids), dtype=np.float32)
        scores: Scores = self._okapi.get_scores(query)[self.order].astype(np.float32)
        return scores
