"""Exact search: the plain ranking, however vectors are cut, with whatever memory and engine."""

from __future__ import annotations

import tracemalloc
from functools import partial
from unittest.mock import patch

import numpy as np
import pytest
from brute import agree, best_of, cut
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.vectors import engines
from harness.vectors.exact import score_pools, search

NUMBERS = st.integers(-2, 2)
"""So few that scores tie, and so small that float32 computes with them exactly."""


def engine(name):
    if name == "numpy":
        return engines.by_numpy
    pytest.importorskip(name)
    return engines.by_faiss if name == "faiss" else partial(engines.by_torch, device="cpu")


def chunks_of(vectors, parts):
    return lambda: ((rows, vectors[rows]) for rows in parts)


@st.composite
def problems(draw):
    """Queries, vectors, ranks, k, and the rows of each chunk."""
    q, n, d = draw(st.integers(1, 6)), draw(st.integers(1, 40)), draw(st.integers(1, 3))
    numbers = draw(st.lists(NUMBERS, min_size=(q + n) * d, max_size=(q + n) * d))
    queries, vectors = np.split(np.array(numbers, dtype=np.float32).reshape(q + n, d), [q])
    ranks = np.array(draw(st.permutations(range(n)))) * 3 - 20
    parts = cut(draw(st.permutations(range(n))), draw(st.lists(st.integers(0, 9), max_size=4)))
    return queries, vectors, ranks, draw(st.integers(1, 45)), parts


@pytest.mark.parametrize("name", ["numpy", "faiss", "torch"])
def test_every_engine_gives_the_plain_ranking(name):
    run = engine(name)

    @settings(deadline=None)
    @given(problems(), st.sampled_from([0, 3000, 100_000, 1 << 29]))
    def check(problem, memory):
        queries, vectors, ranks, k, parts = problem
        found = search(queries, chunks_of(vectors, parts), k, ranks, memory=memory, engine=run)
        agree(found, best_of(queries.astype(np.float64) @ vectors.T, k, ranks))

    check()


@pytest.mark.gpu
def test_a_gpu_gives_the_plain_ranking():
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    random = np.random.default_rng(2)
    queries, vectors = np.split(random.integers(-3, 4, (5300, 8)).astype(np.float32), [300])
    ranks, parts = random.permutation(5000), cut(range(5000), [1000, 2500])
    found = search(queries, chunks_of(vectors, parts), 50, ranks, memory=16 << 20, device="cuda")
    agree(found, best_of(queries.astype(np.float64) @ vectors.T, 50, ranks))


@settings(deadline=None)
@given(problems(), st.integers(1, 30), st.integers(1, 9))
def test_blocks_of_any_size_give_the_plain_ranking(problem, scores, width):
    queries, vectors, ranks, k, parts = problem
    with patch.multiple(engines, SCORES=scores, WIDTH=width, FEWEST=1):
        found = search(queries, chunks_of(vectors, parts), k, ranks, memory=1 << 20)
    agree(found, best_of(queries.astype(np.float64) @ vectors.T, k, ranks))


@pytest.mark.parametrize("name", ["faiss", "torch"])
def test_a_tie_at_the_cut_is_decided_by_rank_and_not_by_the_engine(name):
    # All 50 score 1; every engine would take some ten of them. The ten highest ranks are odd rows.
    vectors = np.ones((50, 1), dtype=np.float32)
    ranks = np.array([row if row % 2 else row - 100 for row in range(50)])
    for size in 50, 7:
        parts = cut(range(50), [size] * (50 // size))
        rows, _ = search(
            np.ones((3, 1), dtype=np.float32),
            chunks_of(vectors, parts),
            10,
            ranks,
            memory=1 << 20,
            engine=engine(name),
        )
        assert rows.tolist() == [[49, 47, 45, 43, 41, 39, 37, 35, 33, 31]] * 3


def test_random_vectors_are_found_as_numpy_finds_them_in_float64():
    random = np.random.default_rng(1)
    vectors = random.standard_normal((3000, 32)).astype(np.float32)
    queries = random.standard_normal((40, 32)).astype(np.float32)
    expected = queries.astype(np.float64) @ vectors.T.astype(np.float64)
    rows, scores = search(
        queries, chunks_of(vectors, cut(range(3000), [1000, 1, 64])), 20, np.arange(3000), memory=0
    )
    np.testing.assert_allclose(scores, -np.sort(-expected, axis=1)[:, :20], atol=1e-4)
    np.testing.assert_allclose(np.take_along_axis(expected, rows, axis=1), scores, atol=1e-4)


def test_a_corpus_without_texts_and_a_search_without_queries_find_nothing():
    none = np.zeros((0, 2), dtype=np.float32)
    empty = chunks_of(none, [np.zeros(0, dtype=np.intp)])
    rows, scores = search(np.ones((1, 2), "f4"), empty, 2, np.zeros(0, np.int64), memory=1 << 20)
    assert rows.tolist() == [[-1, -1]]
    assert scores.tolist() == [[-np.inf, -np.inf]]
    rows, _ = search(none, chunks_of(np.ones((1, 2), "f4"), [[0]]), 2, np.arange(1), memory=1 << 20)
    assert rows.shape == (0, 2)


def test_read_only_vectors_are_searched(tmp_path):
    stored = np.memmap(tmp_path / "vectors", dtype=np.float32, mode="w+", shape=(5, 2))
    stored[:, 0] = [3, 1, 4, 1, 5]
    stored.flush()
    mapped = np.memmap(tmp_path / "vectors", dtype=np.float32, mode="r", shape=(5, 2))
    for name in "numpy", "faiss", "torch":
        rows, _ = search(
            np.array([[1, 0]], dtype=np.float32),
            lambda: iter([(np.arange(5), mapped)]),
            3,
            np.arange(5),
            memory=1 << 20,
            engine=engine(name),
        )
        assert rows.tolist() == [[4, 2, 0]]


@pytest.mark.parametrize("what", ["random", "ties"])
def test_memory_bounds_what_is_allocated(what):
    random = np.random.default_rng(0)
    vectors = random.standard_normal((10_000, 8)).astype(np.float32)
    queries = random.standard_normal((1_000, 8)).astype(np.float32) * (what == "random")
    k, memory = 50, 4 << 20
    chunks = chunks_of(vectors, [slice(i, i + 500) for i in range(0, 10_000, 500)])
    ranks = np.arange(10_000)
    tracemalloc.start()
    search(queries, lambda: numbered(chunks), k, ranks, memory=memory, engine=engines.by_numpy)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    answer = len(queries) * k * 12
    assert answer < peak < answer + memory


def numbered(chunks):
    """Chunks of slices, with their rows as numbers."""
    for rows, vectors in chunks():
        yield np.arange(rows.start, rows.stop), vectors


@settings(deadline=None)
@given(problems(), st.data(), st.sampled_from([1, 40, 1 << 20]), st.sampled_from([0, 32, 10**9]))
def test_pools_are_scored_pair_by_pair(problem, data, memory, dense):
    queries, vectors, *_ = problem
    pools = [
        np.array(data.draw(st.lists(st.integers(0, len(vectors) - 1), max_size=12)), dtype=np.intp)
        for _ in queries
    ]
    asked = []

    def fetch(rows):
        asked.extend(rows.tolist())
        return vectors[rows]

    with patch("harness.vectors.exact.DENSE", dense):
        scores = score_pools(queries, pools, fetch, memory=memory)
    for found, query, pool in zip(scores, queries, pools, strict=True):
        assert found.dtype == np.float32
        assert found.tolist() == (vectors[pool].astype(np.float64) @ query).tolist()
    assert asked == sorted(set(np.concatenate(pools).tolist()))


def test_no_pools_have_no_scores():
    assert score_pools(np.zeros((0, 2), "f4"), [], lambda rows: np.zeros((0, 2), "f4")) == []
