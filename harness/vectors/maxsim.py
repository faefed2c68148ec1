"""Exact late interaction: every token of a query meets every token of every document.

The score of a query q and a document d is the sum over the tokens of q of the largest inner product
that each has with a token of d (Khattab and Zaharia 2020, ColBERT, equation 3), in float32.

The equation says nothing of a text without tokens. It is taken for a single token of zeros, so that
a document without tokens scores 0 for every query, and a query without tokens with every document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from harness.encoded import Floats
from harness.errors import UserError
from harness.vectors.best import CELL, ENTRY, RANK, Best
from harness.vectors.chunks import Ragged, RaggedChunks, spans
from harness.vectors.engines import full_precision, place
from harness.vectors.pools import POOL_MEMORY, Pairs

Maxima = Callable[[Floats], Floats]
"""Tokens, shape (t, d) -> the largest product of each with a token of each document, (m, t)."""
Meeting = Callable[[Floats], Maxima]
"""Documents of one length, shape (m, length, d) -> their maxima."""

CPU_TOKENS = (8192, 512)
GPU_TOKENS = (16_384, 4096)
"""Tokens of documents and of queries that meet in one product of matrices, at most."""
SPREAD = 8
"""Documents go together if none is shorter than the longest by more than an eighth."""


@dataclass(frozen=True)
class _Limits:
    """How many tokens of queries, tokens of documents and documents are looked at together."""

    asked: int
    tokens: int
    documents: int

    @classmethod
    def within(cls, memory: int, d: int, most: tuple[int, int]) -> _Limits:
        asked = max(1, min(most[1], memory // (4 * d)))
        tokens = max(1, min(most[0], memory // (4 * d + 4 * asked + 8)))
        return cls(asked, tokens, max(1, memory // ((CELL + 16) * asked)))


def search(
    queries: Sequence[Floats],
    chunks: RaggedChunks,
    k: int,
    ranks: NDArray[np.int64],
    *,
    memory: int,
    device: str | None = None,
) -> tuple[NDArray[np.int64], Floats]:
    """The best `k` rows of each query by late interaction, then by rank.

    Args:
        queries: the vectors of each query's tokens, shape (tokens, d).
        chunks: the vectors of the documents' tokens.
        k: at least 1.
        ranks: of equal scores the higher rank comes first: distinct, shape (rows,).
        memory: bytes to allocate at most, besides the answer and what `chunks` allocates; but one
            document meets one query, however long they are.
        device: see `harness.vectors.engines.place`.

    Returns:
        Rows and scores, best first, shape (q, k); rows -1 and scores minus infinity fill up a list
        that is short.

    Raises:
        UserError: a device other than the CPU is asked for, and torch is not installed.
    """
    found = np.full((len(queries), k), -1, dtype=np.int64)
    scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
    where = place(device)
    share = max(1, (memory - RANK * len(ranks)) // 4)
    step = max(1, share // (ENTRY * k))
    most = CPU_TOKENS if where == "cpu" else GPU_TOKENS
    with _meeting(where) as meeting:
        for first in range(0, len(queries), step):
            part = queries[first : first + step]
            best = Best(len(part), k, ranks)
            limits = _Limits.within(share, part[0].shape[1], most)
            for chunk in chunks():
                _offer(best, part, *chunk, meeting, limits)
            found[first : first + step], scores[first : first + step] = best.result()
    return found, scores


def score_pools(
    queries: Sequence[Floats],
    pools: Sequence[NDArray[np.intp]],
    fetch: Callable[[NDArray[np.intp]], Ragged],
    *,
    memory: int = POOL_MEMORY,
) -> list[Floats]:
    """The late interaction of each query with rows of its own, on the CPU.

    Args:
        queries: the vectors of each query's tokens, shape (tokens, d).
        pools: the rows of each query, in any order.
        fetch: gives the vectors of rows end to end, and their offsets; it is handed the rows in
            ascending order, each once.
        memory: bytes that the fetched vectors should take at most.

    Returns:
        Scores in the order of each pool, float32.
    """
    pairs = Pairs(pools)
    scores = np.empty(pairs.total, np.float32)
    for block, vectors, offsets in pairs.ragged(fetch, memory):
        lengths = np.diff(offsets)
        for query, wanted, columns in block.by_query():
            tokens, starts = _end_to_end([queries[query]])
            alike = _alike(vectors, offsets[columns], lengths[columns], CPU_TOKENS[0], len(columns))
            for some, documents in alike:
                maxima = _on_cpu(documents)(tokens)
                scores[wanted[some]] = np.add.reduceat(maxima, starts, axis=1)[:, 0]
    return pairs.apart(scores)


def _offer(
    best: Best,
    queries: Sequence[Floats],
    rows: NDArray[np.intp],
    vectors: Floats,
    offsets: NDArray[np.int64],
    meeting: Meeting,
    limits: _Limits,
) -> None:
    """Offers the scores of a chunk, some documents and some queries at a time."""
    asked = np.cumsum([0, *(max(1, len(query)) for query in queries)])
    lengths = np.diff(offsets)
    for some, documents in _alike(vectors, offsets[:-1], lengths, limits.tokens, limits.documents):
        maxima = meeting(documents)
        for first, last in spans(asked, limits.asked):
            tokens, starts = _end_to_end(queries[first:last])
            sums = np.add.reduceat(maxima(tokens), starts, axis=1)
            best.offer(np.arange(first, last), rows[some], np.ascontiguousarray(sums.T))


def _alike(
    vectors: Floats,
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    tokens: int,
    documents: int,
) -> Iterator[tuple[NDArray[np.intp], Floats]]:
    """Documents of about the same length, so many tokens and documents at a time.

    Yields:
        Which documents, shape (m,), and their vectors, shape (m, length, d). A shorter document is
        filled up with its last token, which changes no maximum.
    """
    order = np.argsort(-lengths, kind="stable")
    shortness = -lengths[order]
    first = 0
    while first < len(order):
        length = -int(shortness[first])
        last = first + max(1, min(documents, tokens // max(1, length)))
        last = min(last, int(np.searchsorted(shortness, length // SPREAD - length, side="right")))
        some = order[first:last]
        if length:
            cells = np.minimum(np.arange(length), lengths[some, None] - 1) + starts[some, None]
            yield some, vectors[cells]
        else:
            yield some, np.zeros((len(some), 1, vectors.shape[1]), np.float32)
        first = last


def _end_to_end(queries: Sequence[Floats]) -> tuple[Floats, NDArray[np.intp]]:
    """The tokens of queries, shape (t, d), and where those of each begin, shape (b,)."""
    filled = [query if len(query) else np.zeros((1, query.shape[1]), "f4") for query in queries]
    sizes = [len(query) for query in filled]
    return np.concatenate(filled), np.cumsum([0, *sizes[:-1]])


@contextmanager
def _meeting(where: str) -> Iterator[Meeting]:
    """How documents and queries meet on a device."""
    if where == "cpu":
        yield _on_cpu
        return
    if not find_spec("torch"):
        raise UserError(
            f'late interaction on "{where}" needs torch: install it, or search with device="cpu"'
        )
    import torch

    with torch.inference_mode(), full_precision(torch):
        yield partial(_on_device, device=where)


def _on_cpu(documents: Floats) -> Maxima:
    flat = documents.reshape(-1, documents.shape[2])

    def maxima(tokens: Floats) -> Floats:
        found: Floats = (flat @ tokens.T).reshape(*documents.shape[:2], -1).max(axis=1)
        return found

    return maxima


def _on_device(documents: Floats, device: str) -> Maxima:
    import torch

    flat = torch.tensor(documents, device=device).flatten(0, 1)

    def maxima(tokens: Floats) -> Floats:
        products = flat @ torch.tensor(tokens, device=device).T
        found: Floats = products.view(*documents.shape[:2], -1).amax(1).cpu().numpy()
        return found

    return maxima
