"""Exact dense search: its speed against faiss's flat index, and its memory on a large corpus.

    python benchmarks/dense_search.py [--small]

First 7,600 queries in 43,000 vectors of 384 numbers (ToolRet's size), the best 100 of each: ratios
to `faiss.IndexFlatIP`, filling it included, the best of interleaved turns. Then, in a process of
its own, 1,000 queries in a million vectors in a memory-mapped file: the peak of anonymous memory,
imports included. Vectors are synthetic, seeded: noise about random centres, of length 1. Exit code
1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import numpy as np

from harness.vectors.chunks import Chunk, Chunks
from harness.vectors.engines import by_numpy
from harness.vectors.exact import search
from harness.workspace import Workspace

DIMENSION, K, REPEATS, CHUNK = 384, 100, 7, 50_000
RATIO_BAR, MEMORY_BAR = 1.10, 10**9
MEMORY = Workspace().memory
Found = tuple[np.ndarray, np.ndarray]


def main() -> int:
    """Prints a line a measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tenth of the size, for a try")
    parser.add_argument("--peak", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    shrink = 10 if options.small else 1
    if options.peak:
        return peak(options.peak)
    missed = speed(7_600 // shrink, 43_000 // shrink)
    command = [sys.executable, __file__, "--peak", str(1_000_000 // shrink)]
    return missed | subprocess.run(command, check=False).returncode


def speed(asked: int, size: int) -> int:
    """Our search of vectors in memory against faiss's."""
    import faiss

    random = np.random.default_rng(0)
    centres = random.standard_normal((2_000, DIMENSION))
    vectors, queries = (around(centres, n, random) for n in (size, asked))
    ranks = random.permutation(size)

    def flat() -> Found:
        index = faiss.IndexFlatIP(DIMENSION)
        index.add(vectors)
        scores, rows = index.search(queries, K)
        return rows, scores

    def ours(chunk: int, **options: object) -> Callable[[], Found]:
        chunks = chunks_of(vectors, chunk)
        return lambda: search(queries, chunks, K, ranks, memory=MEMORY, **options)

    arms = {
        "faiss, IndexFlatIP": flat,
        "ours": ours(CHUNK),
        "ours, in chunks of 1,000": ours(1_000),
        "ours, without faiss": ours(CHUNK, engine=by_numpy),
    }
    threads = faiss.omp_get_max_threads()
    print(
        f"{asked:,} queries, {size:,} vectors of {DIMENSION}, best {K}, {threads} threads,", end=" "
    )
    print(f"faiss {faiss.__version__}")
    times, answers = interleaved(arms)
    peer = times["faiss, IndexFlatIP"]
    for name, seconds in times.items():
        same = same_ranking(answers[name], answers["faiss, IndexFlatIP"])
        print(f"{name:<26} {seconds:.3f} s   {seconds / peer:.2f} times   {same}")
    return verdict("ours", times["ours"] / peer, RATIO_BAR, "times")


def peak(size: int) -> int:
    """The most anonymous memory while vectors are written to a file and searched there."""
    with tempfile.TemporaryDirectory() as folder, watched() as most:
        vectors = written(Path(folder) / "vectors", size)
        queries = np.array(vectors[:1_000])
        started = perf_counter()
        rows, _ = search(queries, chunks_of(vectors, CHUNK), K, np.arange(size), memory=MEMORY)
        seconds = perf_counter() - started
    if (rows[:, 0] != np.arange(len(queries))).any():
        sys.exit("a query, which is one of the vectors, is not found first: the search is wrong")
    print(f"{len(queries):,} queries, {size:,} vectors in a file: {seconds:.1f} s")
    return verdict("anonymous memory", max(most) / 1e6, MEMORY_BAR / 1e6, "MB")


def written(path: Path, size: int) -> np.ndarray:
    """A read-only memory map of random vectors."""
    random = np.random.default_rng(0)
    centres = random.standard_normal((2_000, DIMENSION))
    with path.open("wb") as file:
        for first in range(0, size, 10_000):
            around(centres, min(10_000, size - first), random).tofile(file)
    return np.memmap(path, dtype=np.float32, mode="r", shape=(size, DIMENSION))


def around(centres: np.ndarray, size: int, random: np.random.Generator) -> np.ndarray:
    """Vectors of length 1 about the centres."""
    vectors = centres[random.integers(0, len(centres), size)]
    vectors += random.standard_normal(vectors.shape)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32)


def chunks_of(vectors: np.ndarray, size: int) -> Chunks:
    def chunks() -> Iterator[Chunk]:
        for first in range(0, len(vectors), size):
            part = vectors[first : first + size]
            yield np.arange(first, first + len(part)), part

    return chunks


@contextmanager
def watched() -> Iterator[list[int]]:
    """Bytes of anonymous memory of this process, looked at every few milliseconds."""
    status, seen, stop = Path("/proc/self/status"), [0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.005):
            seen.append(int(re.search(r"RssAnon:\s+(\d+) kB", status.read_text())[1]) << 10)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def interleaved(arms: Mapping[str, Callable[[], Found]]) -> tuple[dict, dict]:
    """The best of several turns of each arm, taken in turn, in seconds; and the answers."""
    best, answers = dict.fromkeys(arms, float("inf")), {}
    for _ in range(REPEATS):
        for name, arm in arms.items():
            started = perf_counter()
            answers[name] = arm()
            best[name] = min(best[name], perf_counter() - started)
    return best, answers


def same_ranking(ours: Found, theirs: Found) -> str:
    """Whether two answers differ only where scores are equal but for rounding."""
    np.testing.assert_allclose(ours[1], theirs[1], atol=1e-5)
    moved = int((ours[0] != theirs[0]).sum())
    return f"same scores, {moved:,} of {ours[0].size:,} rows elsewhere"


def verdict(what: str, value: float, bar: float, unit: str) -> int:
    print(f"{what}: {value:.2f} {unit}   bar {bar:.2f}   {'ok' if value < bar else 'MISSED'}")
    return int(value >= bar)


if __name__ == "__main__":
    sys.exit(main())
