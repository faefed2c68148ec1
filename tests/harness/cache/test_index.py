"""A key is found where it was first added, whatever its bytes are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cache import keys_of
from harness.cache.index import KeyIndex, as_keys

HALVES = st.sampled_from([bytes(8), b"\0" * 7 + b"\1", b"\1" + b"\0" * 7, b"\xff" * 8])
KEYS = st.builds(bytes.__add__, HALVES, HALVES)
"""Few enough to share their halves, and often ending in NULs."""


@given(st.lists(st.lists(KEYS)), st.lists(KEYS))
def test_a_key_is_found_where_it_was_first_added(
    batches: list[list[bytes]], wanted: list[bytes]
) -> None:
    index, added = KeyIndex(), list[bytes]()
    for batch in batches:
        index.add(keys_of(batch))
        added += batch
        expected = [added.index(key) if key in added else -1 for key in wanted]
        assert index.find(keys_of(wanted)).tolist() == expected


def test_keys_that_are_added_may_change_afterwards() -> None:
    index, keys = KeyIndex(), np.array([[1, 2]], np.uint64)
    index.add(keys)
    keys[:] = 0
    assert index.find(np.array([[1, 2]], np.uint64)).tolist() == [0]


def test_a_million_keys_are_found() -> None:
    keys = np.random.default_rng(0).integers(0, 2**64, (1_000_000, 2), np.uint64)
    index = KeyIndex()
    for batch in np.split(keys, 10):
        index.add(batch)
    order = np.random.default_rng(1).permutation(len(keys))
    assert (index.find(keys[order]) == order).all()
    assert (index.find(keys[:, ::-1]) == -1).all()


def test_sixteen_bytes_are_a_key_in_any_dtype() -> None:
    texts = [b"a" * 16, b"b" * 8 + bytes(8), bytes(16)]
    expected = keys_of(texts)
    assert expected.tobytes() == b"".join(texts)
    rows = np.frombuffer(b"".join(texts), np.uint8).reshape(3, 16)
    for keys in (np.array(texts, "S16"), np.array(texts, "V16"), rows, expected):
        assert (as_keys(keys) == expected).all()
    assert as_keys(np.array([], "S16")).shape == (0, 2)


@pytest.mark.parametrize("keys", [np.zeros(3), np.array([b"short"]), np.array([b"a" * 16], object)])
def test_anything_else_is_refused(keys: np.ndarray) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        as_keys(keys)
