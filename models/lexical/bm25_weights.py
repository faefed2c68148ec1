"""The BM25 formulas: what one term adds to the score of one document."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from models.bm25 import BM25

Floats = NDArray[np.float64]

IDF: dict[str, Callable[[int, Floats], Floats]] = {
    "lucene": lambda n, df: np.log(1 + (n - df + 0.5) / (df + 0.5)),
    "robertson": lambda n, df: np.log(np.maximum(1, (n - df + 0.5) / (df + 0.5))),
    "atire": lambda n, df: np.log(n / df),
    "bm25+": lambda n, df: np.log((n + 1) / df),
    "bm25l": lambda n, df: np.log((n + 1) / (df + 0.5)),
}
"""Inverse document frequency by variant: of n documents, df hold the term.

Kamphuis, de Vries, Boytsov and Lin, "Which BM25 Do You Mean?", ECIR 2020, table 1. "robertson" is
kept from going below 0, as in bm25s.
"""

TF: dict[str, Callable[[NDArray[np.float32], Floats, float, float], Floats]] = {
    "lucene": lambda tf, norm, k1, delta: tf / (k1 * norm + tf),
    "robertson": lambda tf, norm, k1, delta: tf / (k1 * norm + tf),
    "atire": lambda tf, norm, k1, delta: tf * (k1 + 1) / (tf + k1 * norm),
    "bm25+": lambda tf, norm, k1, delta: tf * (k1 + 1) / (tf + k1 * norm) + delta,
    "bm25l": lambda tf, norm, k1, delta: (k1 + 1) * (tf / norm + delta) / (k1 + tf / norm + delta),
}
"""Saturated term frequency by variant, with norm = 1 - b + b * length / mean length.

As for `IDF`. A term that a document lacks adds nothing, also under "bm25+" and "bm25l", as Lv and
Zhai define them (CIKM 2011, SIGIR 2011); bm25s gives such a document a constant instead.
"""


def weights(
    tf: NDArray[np.float32],
    documents: NDArray[np.int32],
    df: NDArray[np.int64],
    lengths: NDArray[np.int64],
    model: BM25,
) -> NDArray[np.float32]:
    """IDF * TF of every posting.

    Args:
        tf: how often the document holds the term, by posting, sorted by term; shape (p,).
        documents: the document of every posting, shape (p,).
        df: how many documents hold each term, shape (terms,).
        lengths: number of terms of every document, shape (n,).
        model: gives variant, k1, b, delta and kind of lengths.

    Returns:
        Shape (p,), not negative. Inverse document frequencies are rounded to float32 before the
        product and the product after it, as bm25s does.
    """
    if not len(tf):
        return np.zeros(0, dtype=np.float32)
    n, stored = len(lengths), lengths
    if model.lengths == "lucene":
        n, stored = int(np.count_nonzero(lengths)), lucene_lengths(lengths)
    norm = (1 - model.b) + model.b * stored / (lengths.sum() / n)
    idf = IDF[model.variant](n, df.astype(np.float64)).astype(np.float32)
    saturated = TF[model.variant](tf, norm[documents], model.k1, model.delta)
    return (np.repeat(idf, df) * saturated).astype(np.float32)


def lucene_lengths(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Document lengths as they come back from Lucene's one-byte norms.

    Exact below 40; above, what exceeds 24 keeps its four leading binary digits
    (`org.apache.lucene.util.SmallFloat`, intToByte4 and byte4ToInt).
    """
    excess = np.maximum(lengths - 24, 0)
    dropped = np.maximum(np.frexp(excess)[1] - 4, 0)
    return np.where(excess > 0, 24 + (excess >> dropped << dropped), lengths)
