"""Chunks cover every position once, in the order of storage, within the rows that are allowed."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.cache import Keys, Space, keys_of, open_space

STATUS = Path("/proc/self/status")


def numbered(root: str | Path, sizes: list[int]) -> Space:
    """A space whose text at position i has the vector [i, -i], in blocks of these sizes."""
    space = open_space(Path(root), {"a": 1}, "toy")
    start = 0
    for size in sizes:
        numbers = np.arange(start, start + size, dtype=np.float32)
        keys = keys_of(i.to_bytes(16, "big") for i in range(start, start + size))
        space.append(keys, np.stack([numbers, -numbers], axis=1))
        start += size
    return space


@settings(max_examples=60, deadline=None)
@given(st.data(), st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(1, 12))
def test_every_position_is_covered_once_in_the_order_of_storage(
    data: st.DataObject, sizes: list[int], rows: int
) -> None:
    wanted = data.draw(st.lists(st.integers(0, sum(sizes) - 1), max_size=40))
    positions = np.array(wanted, np.int64)
    with TemporaryDirectory() as root:
        space = numbered(root, sizes)
        chunks = list(space.chunks(positions, rows))
        covered = [index for chosen, _ in chunks for index in chosen.tolist()]
        assert sorted(covered) == list(range(len(wanted)))
        assert positions[covered].tolist() == sorted(wanted)
        for chosen, vectors in chunks:
            assert 0 < len(vectors) <= rows
            assert vectors.tolist() == [[wanted[i], -wanted[i]] for i in chosen.tolist()]
        # What is small is gathered with its neighbours, unless they are large: of two chunks at
        # least one is a quarter full.
        full = [4 * len(vectors) >= rows for _, vectors in chunks]
        assert all(one or other for one, other in pairwise(full))
        assert space.vectors(positions).tolist() == [[i, -i] for i in wanted]


def test_a_stretch_of_a_block_is_a_view_and_nothing_else_is(tmp_path: Path) -> None:
    space = numbered(tmp_path, [100, 100])
    [(_, together)] = space.chunks(np.arange(10, 90)[::-1].copy(), 100)
    assert not together.flags.owndata
    assert not together.flags.writeable
    [(_, sparse)] = space.chunks(np.arange(10, 90, 2), 100)
    [(_, across)] = space.chunks(np.arange(90, 110), 100)
    assert sparse.flags.owndata
    assert across.flags.owndata
    holed = list(space.chunks(np.delete(np.arange(200), 60), 25))
    # 0-24, 25-49, 50-75 without 60, 76-99 in the first block, then 100-124 and so on.
    assert [len(part) for _, part in holed] == [25, 25, 25, 24, 25, 25, 25, 25]
    assert [part.flags.owndata for _, part in holed] == [False] * 2 + [True] + [False] * 5


@pytest.fixture
def few_descriptors() -> Iterator[None]:
    """Lets this process open 200 files more than it has open."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    in_use = max(map(int, os.listdir("/proc/self/fd")))
    resource.setrlimit(resource.RLIMIT_NOFILE, (in_use + 200, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.skipif(not STATUS.exists(), reason="counts open files as Linux shows them")
@pytest.mark.usefixtures("few_descriptors")
def test_a_thousand_tiny_blocks_take_few_chunks_and_few_open_files(tmp_path: Path) -> None:
    numbered(tmp_path, [1, 2] * 500)
    space = numbered(tmp_path, [])
    positions = np.arange(1500)
    # 1 + 2 + ... + 1 = 400; then 2 + 1 + ... + 1 = 399, since the next block has 2; and again.
    assert [len(part) for _, part in space.chunks(positions, 400)] == [400, 399, 399, 302]
    assert space.vectors(positions)[:, 0].tolist() == list(range(1500))


@pytest.mark.slow
@pytest.mark.skipif(not STATUS.exists(), reason="reads memory as Linux shows it")
@pytest.mark.parametrize("ragged", [False, True])
def test_reading_200_mb_takes_next_to_no_memory(
    tmp_path: Path, key: Callable[..., Keys], ragged: bool
) -> None:
    dimension, texts, blocks = 128, 100_000, 4
    for number in range(blocks):
        keys = key(*(f"{number}.{i}" for i in range(texts)))
        values = np.full((texts, dimension), number, np.float32)
        space = open_space(tmp_path, {"a": 1}, "toy")
        space.append(keys, np.split(values, texts) if ragged else values)
    del values, keys, space
    space = open_space(tmp_path, {"a": 1}, "toy")
    positions = np.arange(blocks * texts)
    assert sum(block.path.stat().st_size for block in space.blocks) > 200_000_000

    before = anonymous()
    total, most = 0.0, before
    read = space.ragged_chunks if ragged else space.chunks
    for _, vectors, *_ in read(positions, texts):
        total += vectors.sum(dtype=np.float64)
        most = max(most, anonymous())
    assert total == dimension * texts * (0 + 1 + 2 + 3)
    # A copy of a chunk would take 51 MB; order, positions and ends of 400,000 texts take 3.2 each.
    assert most - before < 32 << 20


def anonymous() -> int:
    """Bytes of this process that no file stands behind."""
    [line] = [line for line in STATUS.read_text().splitlines() if line.startswith("RssAnon")]
    return int(line.split()[1]) << 10
