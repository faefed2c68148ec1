"""Lists that lie end to end; the rule of order itself is tested in test_run.py."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UserError
from harness.order import compact, offsets_of, refuse_repeats, spans

SIZES = st.lists(st.integers(0, 4), max_size=6)


@given(SIZES)
def test_offsets_say_where_lists_begin_and_end(sizes):
    laid = [i for i, size in enumerate(sizes) for _ in range(size)]
    offsets = offsets_of(np.array(sizes, dtype=np.int64)).tolist()
    assert [laid[a:b] for a, b in pairwise(offsets)] == [[i] * size for i, size in enumerate(sizes)]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 4)), max_size=6))
def test_spans_are_ranges_end_to_end(pairs):
    starts, sizes = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    expected = [number for start, size in pairs for number in range(start, start + size)]
    assert spans(starts, sizes).tolist() == expected


def test_compact_keeps_the_ids_that_occur_and_orders_them():
    ids, codes = compact(["c", "unused", "b", "a"], np.array([0, 3, 0]))
    assert ids == ("a", "c")
    assert codes.tolist() == [1, 0, 1]


def test_an_id_that_does_not_occur_may_be_repeated():
    assert compact(["a", "x", "x"], np.array([0]))[0] == ("a",)


def test_repeated_ids_are_refused_by_name():
    refuse_repeats(["b", "a"], "query")
    with pytest.raises(UserError, match="run: query 'b' occurs twice: ids must be unique"):
        refuse_repeats(["b", "a", "b"], "query")
