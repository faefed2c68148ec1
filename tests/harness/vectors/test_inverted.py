"""Learned sparse vectors: inner products by hand, and the plain ranking in any blocks."""

from __future__ import annotations

import tracemalloc
from unittest.mock import patch

import numpy as np
from brute import agree, best_of, cut
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.vectors import engines
from harness.vectors.inverted import score_pools, search


def ragged(texts, rows=None):
    """Dimensions and weights of some texts end to end, and where each begins."""
    chosen = texts if rows is None else [texts[row] for row in rows]
    flat = [pair for text in chosen for pair in text]
    offsets = np.cumsum([0, *(len(text) for text in chosen)])
    return np.array(flat, dtype=np.float32).reshape(-1, 2), offsets


def chunks_of(texts, parts):
    return lambda: ((rows, *ragged(texts, rows)) for rows in parts)


DOCUMENTS = [
    [(7, 2.0), (30_000, 1.0)],
    [(30_000, 4.0)],
    [(8, 9.0)],
    [],
    [(7, 2.0), (8, 1.0)],
]
QUERIES = [
    [(7, 1.5), (30_000, 0.5)],  # 3 + 0.5 = 3.5; 2; 0; 0; 3
    [(99_999, 1.0)],  # no document has it
    [(8, 0.25), (8, 0.75)],  # the sum of its weights, 1: 0; 0; 9; 0; 1
]


def test_the_score_is_the_inner_product_and_what_shares_nothing_is_not_returned():
    chunks = chunks_of(DOCUMENTS, [np.arange(5)])
    rows, scores = search(ragged(QUERIES), chunks, 4, np.arange(5), memory=1 << 20)
    assert rows.tolist() == [[0, 4, 1, -1], [-1] * 4, [2, 4, -1, -1]]
    nothing = -np.inf
    assert scores.tolist() == [
        [3.5, 3, 2, nothing],
        [nothing] * 4,
        [9, 1, nothing, nothing],
    ]


def test_pools_are_scored_in_their_own_order_and_zeros_are_scores():
    pools = [np.array([3, 4, 0]), np.array([0]), np.array([], dtype=np.intp)]
    scores = score_pools(ragged(QUERIES), pools, lambda rows: ragged(DOCUMENTS, rows))
    assert [values.tolist() for values in scores] == [[0, 3, 3.5], [0], []]


def test_queries_without_dimensions_and_no_queries_find_nothing():
    chunks = chunks_of(DOCUMENTS, [np.arange(5)])
    rows, _ = search(ragged([[], []]), chunks, 2, np.arange(5), memory=1 << 20)
    assert rows.tolist() == [[-1, -1]] * 2
    rows, _ = search(ragged([]), chunks, 2, np.arange(5), memory=1 << 20)
    assert rows.shape == (0, 2)


@st.composite
def problems(draw):
    """Queries, documents, ranks, k, and the rows of each chunk."""
    pairs = st.lists(st.tuples(st.integers(0, 6), st.integers(-2, 3)), max_size=5)
    queries = draw(st.lists(pairs, min_size=1, max_size=6))
    documents = draw(st.lists(pairs, min_size=1, max_size=30))
    n = len(documents)
    ranks = np.array(draw(st.permutations(range(n))))
    parts = cut(draw(st.permutations(range(n))), draw(st.lists(st.integers(0, 9), max_size=3)))
    return queries, documents, ranks, draw(st.integers(1, 35)), parts


def plain(queries, documents):
    return np.array(
        [[sum(a * b for i, a in q for j, b in d if i == j) for d in documents] for q in queries],
        dtype=np.float64,
    )


@settings(deadline=None)
@given(problems(), st.sampled_from([0, 1 << 20]), st.integers(1, 40), st.integers(1, 9))
def test_any_blocks_give_the_plain_ranking(problem, memory, scores, width):
    queries, documents, ranks, k, parts = problem
    with patch.multiple(engines, SCORES=scores, WIDTH=width, FEWEST=1):
        answer = search(ragged(queries), chunks_of(documents, parts), k, ranks, memory=memory)
    expected = plain(queries, documents)
    expected[expected == 0] = -np.inf
    agree(answer, best_of(expected, k, ranks))


@settings(deadline=None)
@given(problems(), st.data(), st.sampled_from([0, 50, 1 << 20]))
def test_pools_are_scored_by_the_plain_product(problem, data, memory):
    queries, documents, *_ = problem
    pool = st.lists(st.integers(0, len(documents) - 1), max_size=8)
    pools = [np.array(data.draw(pool), dtype=np.intp) for _ in queries]
    fetch = lambda rows: ragged(documents, rows)  # noqa: E731
    scores = score_pools(ragged(queries), pools, fetch, memory=memory)
    for line, values, mine in zip(plain(queries, documents), scores, pools, strict=True):
        assert values.dtype == np.float32
        assert values.tolist() == line[mine].tolist()


def test_memory_bounds_what_is_allocated():
    random = np.random.default_rng(0)
    table = random.integers(1, 5, (1500, 8, 2)).astype(np.float32)
    table[..., 0] = random.permuted(np.tile(np.arange(40), (1500, 1)), axis=1)[:, :8]
    queries = table[:200].reshape(-1, 2), np.arange(201) * 8
    chunks = [
        (np.arange(i, i + 300), table[i : i + 300].reshape(-1, 2), np.arange(301) * 8)
        for i in range(0, 1500, 300)
    ]
    ranks, memory, k = np.arange(1500), 2 << 20, 20
    search(queries, lambda: iter(chunks), k, ranks, memory=memory)  # imports scipy
    tracemalloc.start()
    search(queries, lambda: iter(chunks), k, ranks, memory=memory)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    answer = 200 * k * 12
    assert answer < peak < answer + memory
