"""What computes inner products and picks the best of them: numpy, faiss or torch.

An engine offers the products of some queries with a chunk of vectors to a `Best`. faiss and torch
pick the best k + 1 themselves; only where the last two of these are equal can a tie straddle the
cut, and then numpy looks at every score of that query.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from harness.encoded import Floats
from harness.errors import UserError
from harness.vectors.best import CELL, Best, Rows
from harness.vectors.chunks import Chunk

Engine = Callable[[Best, Rows, Floats, Chunk, int], None]
"""Called with the best so far; which of its queries these are, shape (q,); the queries, (q, d); a
chunk; and the bytes that it may allocate."""

SCORES, WIDTH, FEWEST = 1 << 20, 4096, 1024
"""Scores that are looked at together, which fit a processor's cache; how many of them are one
query's if there are many queries; and how many there are even if memory is too small for that."""
FAISS_FROM = 400_000
"""Numbers in a block of queries from which faiss is used. With few (in version 1.15 up to 128,000)
it does without BLAS and takes 12 times as long as numpy; with many it is up to 1.2 times faster."""
FAISS_CANDIDATE, FAISS_QUERY = 160, 4096
"""Bytes for each candidate, faiss's own and those of merging, and for a query's block of scores."""
FAISS_BLOCK = 4096
"""Queries that faiss looks at together, whatever it is given."""
FAISS_GPU_DEPTH = 2048
"""How many neighbours faiss can find on a GPU."""
TORCH_QUERIES, TORCH_CELL = 1024, 16
"""Queries that torch looks at together, and bytes for each score with those of selecting."""


def choose(device: str | None, queries: int, d: int, k: int, memory: int) -> Engine:
    """The engine for so many queries of `d` numbers.

    Args:
        device: see `place`; None also takes a GPU of faiss, if there is enough to do for it.
        queries: how many there are.
        d: dimension.
        k: rows wanted for each query.
        memory: bytes that the engine may allocate.

    Raises:
        UserError: nothing that is installed can use the device.
    """
    where = place(device)
    if where != "cpu":
        return _elsewhere(where)
    if min(queries, _faiss_block(k, memory)) * d < FAISS_FROM or not find_spec("faiss"):
        return by_numpy
    return partial(by_faiss, gpu=device is None)


def place(device: str | None) -> str:
    """Where to search: one device by torch's name.

    Args:
        device: "cpu", or another; of several with commas between them the first. None takes a GPU
            if torch has one and is loaded already, which takes longer than many a search.
    """
    torch = sys.modules.get("torch")
    if device is None and torch is not None and torch.cuda.is_available():
        return "cuda"
    return (device or "cpu").split(",")[0].strip()


def by_numpy(best: Best, which: Rows, queries: Floats, chunk: Chunk, memory: int) -> None:
    """Multiplies blocks and offers every score."""
    rows, vectors = chunk
    step, width = score_block(len(queries), best.k, memory)
    for start in range(0, len(vectors), width):
        some = slice(start, start + width)
        for first in range(0, len(queries), step):
            part = slice(first, first + step)
            best.offer(which[part], rows[some], queries[part] @ vectors[some].T)


def by_faiss(
    best: Best, which: Rows, queries: Floats, chunk: Chunk, memory: int, *, gpu: bool = False
) -> None:
    """Lets faiss pick the nearest, on a GPU if it may and there is one."""
    import faiss

    k = min(best.k + 1, len(chunk[1]))
    nearest: Any = faiss.knn
    if gpu and faiss.get_num_gpus() and k <= FAISS_GPU_DEPTH:
        nearest = partial(faiss.knn_gpu, faiss.StandardGpuResources())
    step = _faiss_block(best.k, memory)
    for first in range(0, len(queries), step):
        part = slice(first, first + step)
        found = nearest(queries[part], chunk[1], k, metric=faiss.METRIC_INNER_PRODUCT)
        _offer_nearest(best, which[part], queries[part], chunk, *found, memory=memory // 2)


def by_torch(
    best: Best, which: Rows, queries: Floats, chunk: Chunk, memory: int, *, device: str
) -> None:
    """Lets torch pick the nearest on a device; vectors are moved there a slice at a time."""
    import torch

    rows, vectors = chunk
    step = min(TORCH_QUERIES, len(queries))
    width = max(1, memory // 2 // max(1, TORCH_CELL * step, 8 * vectors.shape[1]))
    with torch.inference_mode(), full_precision(torch):
        for start in range(0, len(vectors), width):
            some = rows[start : start + width], vectors[start : start + width]
            there = torch.tensor(some[1], device=device).T
            k = min(best.k + 1, len(some[0]))
            for first in range(0, len(queries), step):
                part = slice(first, first + step)
                scores = torch.tensor(queries[part], device=device) @ there
                found = [tensor.cpu().numpy() for tensor in scores.topk(k, dim=1)]
                _offer_nearest(best, which[part], queries[part], some, *found, memory=memory // 2)


def _offer_nearest(
    best: Best,
    which: Rows,
    queries: Floats,
    chunk: Chunk,
    scores: Floats,
    columns: Rows,
    *,
    memory: int,
) -> None:
    """Merges the nearest `k + 1` vectors of each query, best first, or all if there are fewer.

    Where the last two have the same score, further vectors may have it too, and ranks decide which
    of them is among the best: numpy goes through the chunk for such a query.
    """
    passing = scores[:, : best.k] >= best.floor[which, None]
    if scores.shape[1] > best.k:
        tied = passing[:, -1] & (scores[:, -2] == scores[:, -1])
        passing[tied] = False
        if tied.any():
            by_numpy(best, which[tied], queries[tied], chunk, memory)
    near, counts = scores[:, : best.k][passing], np.count_nonzero(passing, axis=1)
    best.take(which, counts, chunk[0][columns[:, : best.k][passing]], near)


def score_block(queries: int, k: int, memory: int) -> tuple[int, int]:
    """How many queries and rows to score together when `Best.offer` gets all the scores."""
    scores = max(FEWEST, min(SCORES, memory // CELL))
    step = max(1, min(queries, scores // max(WIDTH, 2 * k)))
    return step, scores // step


def _faiss_block(k: int, memory: int) -> int:
    """How many queries faiss may be given at once, in whole blocks of its own if possible."""
    affordable = max(1, memory // 2 // (FAISS_CANDIDATE * (k + 1) + FAISS_QUERY))
    return affordable // FAISS_BLOCK * FAISS_BLOCK or affordable


def _elsewhere(device: str) -> Engine:
    if find_spec("torch"):
        return partial(by_torch, device=device)
    if device.startswith("cuda") and find_spec("faiss"):
        import faiss

        if faiss.get_num_gpus():
            return partial(by_faiss, gpu=True)
    raise UserError(
        f'searching on "{device}" needs torch, or faiss-gpu and a GPU: install one, '
        'or search with device="cpu"'
    )


@contextmanager
def full_precision(torch: Any) -> Iterator[None]:
    """Keeps float32 products on a GPU from being computed in TF32, whatever a model has set."""
    matmul = torch.backends.cuda.matmul
    current = hasattr(matmul, "fp32_precision")  # since torch 2.9
    name, full = ("fp32_precision", "ieee") if current else ("allow_tf32", False)
    before = getattr(matmul, name)
    setattr(matmul, name, full)
    try:
        yield
    finally:
        setattr(matmul, name, before)
