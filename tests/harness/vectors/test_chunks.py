"""Chunks put together: the same vectors in the same order."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.vectors.chunks import batches, gathered, spans

SIZES = st.lists(st.integers(0, 7), max_size=8)


def chunked(sizes):
    """Chunks of these sizes; the vector of a row is twice the row."""
    parts = np.split(np.arange(sum(sizes)), np.cumsum(sizes))[:-1]
    return [(rows, np.array(rows * 2, dtype=np.float32)[:, None]) for rows in parts]


def rows_of(chunks):
    for rows, vectors in chunks:
        assert vectors.tolist() == [[2 * row] for row in rows]
    return [row for rows, _ in chunks for row in rows.tolist()]


@given(SIZES, st.integers(1, 9))
def test_gathering_keeps_every_vector_and_no_chunk_grows_beyond_the_limit(sizes, limit):
    chunks = list(gathered(chunked(sizes), limit))
    assert rows_of(chunks) == list(range(sum(sizes)))
    assert all(0 < len(rows) <= max(limit, *sizes) for rows, _ in chunks)
    lengths = [len(rows) for rows, _ in chunks]
    assert all(one + next > limit for one, next in pairwise(lengths))


def test_small_chunks_are_put_together_and_large_ones_are_not_copied():
    small, large = chunked([2, 3, 4]), chunked([9])
    found = list(gathered([*small, *large], 5))
    assert [len(rows) for rows, _ in found] == [5, 4, 9]
    assert found[2][1] is large[0][1]


@given(SIZES, st.integers(1, 9))
def test_batches_are_of_one_size_but_for_the_last(sizes, size):
    chunks = list(batches(chunked(sizes), size))
    assert rows_of(chunks) == list(range(sum(sizes)))
    assert [len(rows) for rows, _ in chunks[:-1]] == [size] * (len(chunks) - 1)
    assert all(0 < len(rows) <= size for rows, _ in chunks)


@given(SIZES, st.integers(0, 9))
def test_spans_hold_as_many_texts_as_fit_and_one_at_least(sizes, limit):
    found = list(spans(np.cumsum([0, *sizes]), limit))
    assert [text for first, last in found for text in range(first, last)] == list(range(len(sizes)))
    for first, last in found:
        assert last - first == 1 or sum(sizes[first:last]) <= limit
        assert last == len(sizes) or sum(sizes[first : last + 1]) > limit
