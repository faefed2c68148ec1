"""Approximate indexes: what they find is scored exactly, and their recall is what it is."""

from __future__ import annotations

import numpy as np
import pytest

from harness.errors import MissingExtra, UserError
from harness.vectors import approximate
from harness.vectors.approximate import FEWEST, build, recall

pytest.importorskip("faiss")

D, MEMORY = 16, 64 << 20


@pytest.fixture(scope="module")
def vectors():
    """Vectors of length 1 about as many centres as there are topics, for 10,000 texts."""
    random = np.random.default_rng(0)
    centres = random.standard_normal((300, D))
    near = centres[random.integers(0, 300, 10_000)] + 0.4 * random.standard_normal((10_000, D))
    return (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)


def made(name, vectors, size=3000):
    """An index whose vectors arrive from the last to the first, so many in a chunk."""
    rows = np.arange(len(vectors))[::-1]

    def chunks():
        for first in range(0, len(rows), size):
            some = rows[first : first + size]
            yield some, vectors[some]

    return build(name, chunks, len(vectors), D, vectors.__getitem__, memory=MEMORY)


@pytest.fixture(scope="module", params=[("hnsw", 3_000), ("ivfpq", 10_000)])
def built(request, vectors):
    """An index, and the vectors in it."""
    name, size = request.param
    return made(name, vectors[:size]), vectors[:size]


def test_most_of_the_best_are_found_and_in_their_exact_order(built):
    index, vectors = built
    queries, k = vectors[:200], 10
    rows, scores = index.search(queries, k, np.arange(len(vectors)), memory=MEMORY)
    exact = queries.astype(np.float64) @ vectors.T
    np.testing.assert_allclose(scores, np.take_along_axis(exact, rows, axis=1), atol=1e-6)
    assert (np.diff(scores, axis=1) <= 0).all()
    found, wanted = recall(rows, np.argsort(-exact, axis=1)[:, :k])
    assert wanted == 2000
    assert 0.9 * wanted < found <= wanted


def test_memory_and_chunks_leave_no_trace_in_the_answer(built):
    index, vectors = built
    queries, ranks = vectors[:50], np.arange(len(vectors))
    expected = index.search(queries, 20, ranks, memory=MEMORY)
    again = made(index.name, vectors, size=777)
    for found in (
        index.search(queries, 20, ranks, memory=1),
        again.search(queries, 20, ranks, memory=MEMORY),
    ):
        np.testing.assert_array_equal(found[0], expected[0])
        np.testing.assert_allclose(found[1], expected[1], atol=1e-6)


def test_of_equal_scores_the_higher_rank_comes_first():
    vectors = np.ones((5, D), dtype=np.float32)
    rows, _ = made("hnsw", vectors).search(vectors[:1], 5, np.array([4, 0, 3, 1, 2]), memory=MEMORY)
    assert rows.tolist() == [[0, 2, 4, 3, 1]]


def test_fewer_texts_than_asked_for_fill_the_answer_up():
    vectors = np.eye(D, dtype=np.float32)[:3]
    rows, scores = made("hnsw", vectors).search(vectors[:1], 5, np.arange(3), memory=MEMORY)
    assert rows.tolist() == [[0, 2, 1, -1, -1]]
    assert scores.tolist() == [[1, 0, 0, -np.inf, -np.inf]]


def test_too_few_texts_to_train_on_are_refused_with_a_way_out():
    vectors = np.ones((FEWEST - 1, D), dtype=np.float32)
    with pytest.raises(
        UserError, match=r"needs 9,984 distinct texts .* there are 9,983: use the ex"
    ):
        made("ivfpq", vectors)


def test_unknown_names_and_a_missing_package_are_said():
    with pytest.raises(UserError, match=r"unknown approximate index 'hsnw'\. Did you mean hnsw"):
        made("hsnw", np.ones((1, D), dtype=np.float32))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(approximate, "find_spec", lambda name: None)
        with pytest.raises(MissingExtra, match=r"'hnsw' needs an extra: .*\[faiss\]"):
            made("hnsw", np.ones((1, D), dtype=np.float32))


@pytest.mark.parametrize(("version", "threads"), [("1.14.3", 1), ("1.15.1", 2), ("2.0", 2)])
def test_threads_that_would_race_are_not_used(monkeypatch, version, threads):
    faiss = pytest.importorskip("faiss")
    used = [2]
    monkeypatch.setattr(faiss, "__version__", version)
    monkeypatch.setattr(faiss, "omp_get_max_threads", lambda: used[-1])
    monkeypatch.setattr(faiss, "omp_set_num_threads", used.append)
    with approximate._repeatable():
        assert used[-1] == threads
    assert used[-1] == 2


def test_recall_counts_the_exact_rows_that_were_found_query_by_query():
    exact = np.array([[1, 2, 3], [4, -1, -1]])
    approximately = np.array([[3, 9, 1, 7], [1, 2, -1, -1]])
    # Of 1, 2 and 3 the first query has 3 and 1; the second has not found 4, and 1 is not its own.
    assert recall(approximately, exact) == (2, 4)
    assert recall(exact, exact) == (4, 4)
    assert recall(np.zeros((0, 3), dtype=np.int64), np.zeros((0, 3), dtype=np.int64)) == (0, 0)
