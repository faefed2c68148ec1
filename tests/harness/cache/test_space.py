"""What was appended is found again, by this process and by any other."""

from __future__ import annotations

import os
from collections.abc import Callable
from errno import EACCES, ENOSPC
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from harness.cache import Keys, Space, keys_of, open_space
from harness.errors import UserError

Key = Callable[..., Keys]
Open = Callable[[], Space]

DIMENSION = 3
FLOATS = st.floats(width=32, allow_nan=False)
KEYS = st.binary(min_size=16, max_size=16) | st.sampled_from([bytes(16), b"k" * 9 + bytes(7)])
VECTOR = arrays(np.float32, DIMENSION, elements=FLOATS)
ROWS = st.integers(0, 4).flatmap(lambda n: arrays(np.float32, (n, DIMENSION), elements=FLOATS))


def batches(values: st.SearchStrategy) -> st.SearchStrategy:
    text = st.tuples(KEYS, values, st.integers(0, 2**32 - 1), st.booleans())
    return st.lists(st.lists(text, max_size=5), max_size=4)


def filled(root: str, given: list[list[tuple]], ragged: bool) -> tuple[dict, tuple[Space, Space]]:
    """What the first text of each key has, and two views of a space with these batches."""
    expected: dict[bytes, tuple] = {}
    space = open_space(Path(root), {"a": 1}, "toy")
    for batch in given:
        for key, *rest in batch:
            expected.setdefault(key, tuple(rest))
        values = [value for _, value, _, _ in batch]
        space.append(
            keys_of(key for key, *_ in batch),
            values if ragged else np.array(values, np.float32).reshape(-1, DIMENSION),
            [tokens for _, _, tokens, _ in batch],
            [truncated for _, _, _, truncated in batch],
        )
    return expected, (space, open_space(Path(root), {"a": 1}, "toy"))


@settings(max_examples=40, deadline=None)
@given(batches(VECTOR))
def test_single_vectors_come_back(given: list[list[tuple]]) -> None:
    with TemporaryDirectory() as root:
        expected, views = filled(root, given, ragged=False)
        for space in views:
            positions = space.find(keys_of(reversed(expected)))
            assert (positions >= 0).all()
            assert space.find(keys_of([b"\x7f" * 16])).tolist() == [-1]
            wanted = list(reversed(expected.values()))
            assert space.tokens(positions).tolist() == [tokens for _, tokens, _ in wanted]
            assert space.truncated(positions).tolist() == [cut for _, _, cut in wanted]
            found = space.vectors(positions)
            assert found.dtype == np.float32
            assert found.tobytes() == b"".join(vector.tobytes() for vector, _, _ in wanted)


@settings(max_examples=40, deadline=None)
@given(batches(ROWS), st.integers(1, 6))
def test_any_number_of_vectors_comes_back(given: list[list[tuple]], rows: int) -> None:
    with TemporaryDirectory() as root:
        expected, views = filled(root, given, ragged=True)
        for space in views:
            positions = space.find(keys_of(reversed(expected)))
            wanted = [rows.tolist() for rows, _, _ in reversed(expected.values())]
            found, offsets = space.ragged_vectors(positions)
            assert [part.tolist() for part in np.split(found, offsets[1:-1])][: len(wanted)] == (
                wanted
            )
            assert len(offsets) == len(wanted) + 1
            assert offsets[-1] == len(found) == sum(map(len, wanted))
            chunked: dict[int, list] = {}
            for chosen, part, ends in space.ragged_chunks(positions, rows):
                assert len(part) <= rows or len(chosen) == 1
                for i, index in enumerate(chosen.tolist()):
                    assert index not in chunked
                    chunked[index] = part[ends[i] : ends[i + 1]].tolist()
            assert [chunked[i] for i in range(len(wanted))] == wanted


def test_sparse_vectors_are_rows_of_two(opened: Open, key: Key) -> None:
    sparse = [np.array([[7, 0.5], [30_521, 1.25]]), np.zeros((0, 2))]
    opened().append(key("a", "b"), sparse)
    space = opened()
    assert (space.dimension, space.ragged) == (2, True)
    found, offsets = space.ragged_vectors(space.find(key("b", "a")))
    assert (found.tolist(), offsets.tolist()) == ([[7, 0.5], [30_521, 1.25]], [0, 0, 2])


def test_nothing_is_written_before_there_is_something_to_keep(
    tmp_path: Path, opened: Open, key: Key
) -> None:
    space = opened()
    assert (len(space), space.dimension, space.ragged) == (0, None, None)
    space.append(key(), np.zeros((0, 4), np.float32))
    assert space.find(key("a")).tolist() == [-1]
    assert space.vectors(np.array([], np.int64)).shape == (0, 0)
    assert list(space.chunks(np.array([], np.int64), 5)) == []
    assert not os.listdir(tmp_path)


def test_lengths_that_nobody_tells_are_unknown(opened: Open, key: Key) -> None:
    space = opened()
    space.append(key("a"), np.ones((1, 4)), None, None)
    assert (space.tokens(space.find(key("a"))).item(), len(space)) == (0, 1)
    assert not space.truncated(space.find(key("a"))).item()


def test_what_others_append_is_seen_after_a_refresh(opened: Open, key: Key) -> None:
    ours, theirs = opened(), opened()
    ours.append(key("a"), np.ones((1, 4)))
    before = ours.find(key("a"))
    theirs.append(key("b", "a"), np.full((2, 4), 2.0))
    assert ours.find(key("b")).tolist() == [-1]
    ours.refresh()
    assert ours.vectors(ours.find(key("b"))).tolist() == [[2.0] * 4]
    assert ours.find(key("a")) == before


@pytest.mark.parametrize("field", ["model", "revision", "prompt", "dtype"])
def test_spaces_that_differ_in_one_field_have_nothing_in_common(
    tmp_path: Path, key: Key, field: str
) -> None:
    identity = {"model": "m", "revision": "r", "prompt": "", "dtype": "float32"}
    open_space(tmp_path, identity, "toy").append(key("a"), np.ones((1, 4)))
    other = open_space(tmp_path, identity | {field: "another"}, "toy")
    assert other.find(key("a")).tolist() == [-1]
    same = open_space(tmp_path, dict(reversed(identity.items())), "another spelling")
    assert same.find(key("a")).tolist() == [0]


def test_another_dimension_is_refused_and_both_are_named(opened: Open, key: Key) -> None:
    opened().append(key("a"), np.ones((1, 384)))
    with pytest.raises(UserError, match=r"toy .* of 768 dimensions, .* of 384"):
        opened().append(key("b"), np.ones((1, 768)))
    with pytest.raises(UserError, match=r"several vectors .* one vector"):
        opened().append(key("b"), [np.ones((1, 384))])


def test_of_two_models_that_began_one_space_the_first_stays(opened: Open, key: Key) -> None:
    first, second = opened(), opened()
    first.append(key("a"), np.ones((1, 4)))
    second.append(key("b"), np.ones((1, 5)))
    space = opened()
    assert (space.dimension, len(space), space.damaged) == (4, 1, 1)


@pytest.mark.parametrize(
    ("values", "tokens", "truncated"),
    [
        (np.ones((3, 4)), None, None),
        (np.ones((2, 4)), [1], None),
        (np.ones((2, 4)), None, [True] * 3),
        ([np.ones((1, 4)), np.ones((1, 5))], None, None),
        ([np.ones(4), np.ones(4)], None, None),
    ],
)
def test_lengths_and_shapes_must_agree(
    opened: Open, key: Key, values: object, tokens: object, truncated: object
) -> None:
    with pytest.raises(ValueError, match=r"keys|rows"):
        opened().append(key("a", "b"), values, tokens, truncated)


@pytest.mark.parametrize("positions", [[-1], [0, 2]])
def test_a_position_that_is_not_there_is_refused(
    opened: Open, key: Key, positions: list[int]
) -> None:
    space = opened()
    space.append(key("a", "b"), np.ones((2, 4)))
    for read in (space.vectors, space.tokens, space.truncated):
        with pytest.raises(IndexError):
            read(np.array(positions))
    with pytest.raises(ValueError, match="one vector each"):
        space.ragged_vectors(np.array([0]))


@pytest.mark.parametrize(
    ("code", "advice"), [(ENOSPC, "assay cache prune"), (EACCES, "--cache or ASSAY_CACHE")]
)
def test_a_disk_that_takes_nothing_says_what_to_do(
    opened: Open, key: Key, monkeypatch: pytest.MonkeyPatch, code: int, advice: str
) -> None:
    def fail(_: int) -> None:
        raise OSError(code, os.strerror(code))

    space = opened()
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UserError, match=advice) as caught:
        space.append(key("a"), np.ones((1, 4)))
    assert str(space.folder) in str(caught.value)
    assert len(opened()) == 0


def test_a_cache_that_cannot_be_written_to_can_be_read(
    opened: Open, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(EACCES, "read-only")

    opened().append(key("a"), np.ones((1, 4)))
    for name in ("utime", "unlink", "replace"):
        monkeypatch.setattr(os, name, refuse)
    assert opened().find(key("a")).tolist() == [0]


def test_a_block_that_is_removed_in_use_is_named(opened: Open, key: Key) -> None:
    opened().append(key("a"), np.ones((1, 4)))
    space = opened()
    [block] = space.blocks
    block.path.unlink()
    with pytest.raises(UserError, match="removed while in use"):
        space.vectors(space.find(key("a")))


@pytest.mark.parametrize("left", [0, 50])
def test_a_block_that_is_cut_short_in_use_is_named(opened: Open, key: Key, left: int) -> None:
    opened().append(key("a"), np.ones((1, 400)))
    space = opened()
    [block] = space.blocks
    block.path.chmod(0o644)
    os.truncate(block.path, left)
    with pytest.raises(UserError, match="damaged while in use: run it again"):
        space.vectors(space.find(key("a")))
