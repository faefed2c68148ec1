"""Late interaction: the formula by hand, and the plain ranking in any blocks."""

from __future__ import annotations

import sys
import tracemalloc
from functools import partial
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pytest
from brute import agree, best_of, cut
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import UserError
from harness.vectors import maxsim
from harness.vectors.maxsim import score_pools, search

NUMBERS = st.integers(-2, 2)


def texts(*lists, d=2):
    return [np.array(tokens, dtype=np.float32).reshape(-1, d) for tokens in lists]


def ragged(documents, rows):
    """The tokens of some documents end to end, and where each begins."""
    chosen = [documents[row] for row in rows]
    flat = np.concatenate([np.zeros((0, documents[0].shape[1]), np.float32), *chosen])
    return flat, np.cumsum([0, *(len(tokens) for tokens in chosen)])


def chunks_of(documents, parts):
    return lambda: ((rows, *ragged(documents, rows)) for rows in parts)


def found(queries, documents, k, *, parts=None, memory=1 << 20, **options):
    n = len(documents)
    chunks = chunks_of(documents, cut(range(n), []) if parts is None else parts)
    return search(queries, chunks, k, np.arange(n), memory=memory, **options)


QUERY = texts([[1, 0], [0, 1]])[0]
DOCUMENTS = texts(
    [[2, 0], [1, 1]],  # max(2, 1) + max(0, 1) = 3
    [[0, 3]],  # 0 + 3 = 3
    [[-1, -1]],  # -1 - 1 = -2
    [],  # 0, by the rule for documents without tokens
    [[1, 0], [5, -4], [0, 1]],  # max(1, 5, 0) + max(0, -4, 1) = 6
)


def test_the_score_is_the_sum_of_each_query_tokens_best_match():
    rows, scores = found([QUERY], DOCUMENTS, 5)
    assert rows.tolist() == [[4, 1, 0, 3, 2]]
    assert scores.tolist() == [[6, 3, 3, 0, -2]]


def test_a_query_without_tokens_scores_0_with_every_document():
    rows, scores = found([QUERY, *texts([])], DOCUMENTS, 2)
    assert rows.tolist() == [[4, 1], [4, 3]]
    assert scores.tolist() == [[6, 3], [0, 0]]


def test_pools_are_scored_in_their_own_order():
    pools = [np.array([4, 2, 3]), np.array([], dtype=np.intp), np.array([3, 1])]
    queries = [QUERY, QUERY, *texts([[0, 2]])]
    scores = score_pools(queries, pools, lambda rows: ragged(DOCUMENTS, rows))
    assert [values.tolist() for values in scores] == [[6, -2, 0], [], [0, 6]]


def test_no_queries_find_nothing():
    assert found([], DOCUMENTS, 3)[0].shape == (0, 3)


@st.composite
def problems(draw):
    """Queries, documents, ranks, k, and the rows of each chunk."""
    d = draw(st.integers(1, 3))
    tokens = st.lists(st.lists(NUMBERS, min_size=d, max_size=d), max_size=9)
    queries = texts(*draw(st.lists(tokens, min_size=1, max_size=5)), d=d)
    documents = texts(*draw(st.lists(tokens, min_size=1, max_size=20)), d=d)
    n = len(documents)
    ranks = np.array(draw(st.permutations(range(n))))
    parts = cut(draw(st.permutations(range(n))), draw(st.lists(st.integers(0, 6), max_size=3)))
    return queries, documents, ranks, draw(st.integers(1, 25)), parts


def plain(queries, documents):
    """Equation 3 as it is written, in float64."""
    return np.array(
        [
            [
                sum(max((float(q @ t) for t in document), default=0.0) for q in query)
                for document in documents
            ]
            for query in queries
        ]
    )


@settings(deadline=None)
@given(problems(), st.sampled_from([0, 2_000, 1 << 20]), st.integers(1, 12), st.integers(1, 12))
def test_any_blocks_give_the_plain_ranking(problem, memory, tokens, asked):
    queries, documents, ranks, k, parts = problem
    with patch.object(maxsim, "CPU_TOKENS", (tokens, asked)):
        answer = search(queries, chunks_of(documents, parts), k, ranks, memory=memory)
    agree(answer, best_of(plain(queries, documents), k, ranks))


def test_torch_gives_the_plain_ranking():
    pytest.importorskip("torch")
    meeting = partial(maxsim._on_device, device="cpu")

    @settings(deadline=None, max_examples=50)
    @given(problems())
    def check(problem):
        queries, documents, ranks, k, parts = problem
        with patch.object(maxsim, "_on_cpu", meeting):
            answer = search(queries, chunks_of(documents, parts), k, ranks, memory=1 << 20)
        agree(answer, best_of(plain(queries, documents), k, ranks))

    check()


@pytest.mark.gpu
def test_a_gpu_gives_the_plain_ranking():
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    random = np.random.default_rng(3)
    lengths = random.integers(0, 30, 220)
    every = [random.integers(-2, 3, (n, 4)).astype(np.float32) for n in lengths]
    queries, documents = every[:20], every[20:]
    answer = found(queries, documents, 15, device="cuda")
    agree(answer, best_of(plain(queries, documents), 15, np.arange(200)))


@settings(deadline=None)
@given(problems(), st.data(), st.sampled_from([0, 100, 1 << 20]))
def test_pools_are_scored_by_the_plain_formula(problem, data, memory):
    queries, documents, *_ = problem
    pool = st.lists(st.integers(0, len(documents) - 1), max_size=8)
    pools = [np.array(data.draw(pool), dtype=np.intp) for _ in queries]
    asked = []

    def fetch(rows):
        asked.extend(rows.tolist())
        return ragged(documents, rows)

    scores = score_pools(queries, pools, fetch, memory=memory)
    expected = plain(queries, documents)
    for line, values, mine in zip(expected, scores, pools, strict=True):
        assert values.dtype == np.float32
        assert values.tolist() == line[mine].tolist()
    assert asked == sorted(set(np.concatenate(pools).tolist()))


def test_memory_bounds_what_is_allocated():
    random = np.random.default_rng(0)
    documents = [random.standard_normal((n, 16)).astype(np.float32) for n in range(1, 100)]
    queries = [random.standard_normal((32, 16)).astype(np.float32) for _ in range(20)]
    parts = np.array_split(np.arange(99), 4)
    chunks = [(rows, *ragged(documents, rows)) for rows in parts]
    memory = 256 << 10
    tracemalloc.start()
    search(queries, lambda: iter(chunks), 10, np.arange(99), memory=memory)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    answer = 20 * 10 * 12
    assert answer < peak < answer + memory


def test_a_device_needs_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace())
    monkeypatch.setattr(maxsim, "find_spec", lambda name: None)
    with pytest.raises(UserError, match='late interaction on "cuda" needs torch'):
        found([QUERY], DOCUMENTS, 1, device="cuda")
