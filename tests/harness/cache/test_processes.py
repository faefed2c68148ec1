"""Several processes append to one space, and any of them may be killed at any moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from harness.cache import Keys, Space, open_space

Key = Callable[..., Keys]

WRITER = """
import os, signal, sys
from hashlib import sha256
from pathlib import Path
import numpy as np
from harness.cache import keys_of, open_space

root, name, blocks, texts, dimension, kill = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
force, forced = os.fsync, 0

def fsync(file):
    global forced
    forced += 1
    if forced == kill:
        os.kill(os.getpid(), signal.SIGKILL)

os.fsync = fsync
space = open_space(Path(root), {"model": "toy"}, "toy")
for block in range(blocks):
    keys = keys_of(sha256(f"{name} {block} {i}".encode()).digest() for i in range(texts))
    space.append(keys, np.full((texts, dimension), block, np.float32))
    print(block, flush=True)
"""


def writer(root: Path, name: str, blocks: int, texts: int, dimension: int, kill: int = 0) -> list:
    numbers = map(str, (blocks, texts, dimension, kill))
    return [sys.executable, "-c", WRITER, str(root), name, *numbers]


def opened(root: Path) -> Space:
    return open_space(root, {"model": "toy"}, "toy")


def assert_kept(space: Space, key: Key, name: str, blocks: Iterable[int], texts: int) -> None:
    """Every block that a writer has told of is there in full."""
    for block in blocks:
        positions = space.find(key(*(f"{name} {block} {i}" for i in range(texts))))
        assert (positions >= 0).all()
        assert (space.vectors(positions) == block).all()


def test_what_several_processes_append_is_all_there(tmp_path: Path, key: Key) -> None:
    names = ["a", "b", "c", "d"]
    running = [subprocess.Popen(writer(tmp_path, name, 20, 3, 4)) for name in names]
    assert [process.wait(timeout=60) for process in running] == [0] * len(names)
    space = opened(tmp_path)
    assert (len(space), space.damaged) == (4 * 20 * 3, 0)
    for name in names:
        assert_kept(space, key, name, range(20), 3)


@pytest.mark.parametrize("moment", range(1, 7))
def test_a_writer_killed_as_it_forces_to_disk_loses_at_most_one_block(
    tmp_path: Path, key: Key, moment: int
) -> None:
    command = writer(tmp_path, "a", 2, 3, 4, kill=moment)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGKILL
    told = [int(line) for line in done.stdout.split()]
    space = opened(tmp_path)
    assert space.damaged == 0
    assert len(told) <= len(space.blocks) <= len(told) + 1
    assert_kept(space, key, "a", told, 3)
    space.append(key("afterwards"), np.ones((1, 4)))
    assert not [name for name in os.listdir(space.folder) if name.endswith(".tmp")]
    assert opened(tmp_path).find(key("afterwards")).tolist() == [len(space) - 1]


@pytest.mark.slow
def test_a_writer_killed_at_random_moments_loses_at_most_one_block(
    tmp_path: Path, key: Key
) -> None:
    draw = random.Random(0)
    killed = 0
    for attempt in range(12):
        root = tmp_path / str(attempt)
        with subprocess.Popen(
            writer(root, "a", 200, 2_000, 512), stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            told = [int(process.stdout.readline())]
            try:
                process.wait(timeout=draw.uniform(0.0, 0.3))
            except subprocess.TimeoutExpired:
                process.kill()
            told += [int(line) for line in process.stdout.read().splitlines(True) if "\n" in line]
        killed += process.returncode == -signal.SIGKILL
        space = opened(root)
        assert space.damaged == 0
        assert len(told) <= len(space.blocks) <= len(told) + 1
        assert_kept(space, key, "a", told, 2_000)
        assert not [name for name in os.listdir(space.folder) if name.endswith(".tmp")]
    assert killed >= 6, "the writers were done before they could be killed"
