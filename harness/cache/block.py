"""One block of embeddings: an immutable file that is checked whole before it is believed.

Everything is little-endian; n texts, r rows, d dimensions.

| bytes     | what                                                                              |
|-----------|-----------------------------------------------------------------------------------|
| 8         | magic: what the file is, and the version of its format                            |
| 32        | SHA-256 of everything that follows                                                |
| 8         | the space that it belongs to: the name of its folder, decoded                     |
| 24        | n (uint64), r (uint64), d (uint32), and 1 where it is ragged, else 0 (uint32)     |
| 56        | zeros                                                                             |
| 16 n      | keys                                                                              |
| 8 (n + 1) | only where it is ragged: text i owns the rows offset[i] to offset[i + 1] (int64)  |
| 4 n       | lengths in tokens (uint32), 0 where unknown                                       |
| n         | 1 where only the beginning of a text was encoded (uint8)                          |
| 0 to 63   | zeros, so that the vectors start at a multiple of 64                              |
| 4 r d     | vectors (float32)                                                                 |
"""

from __future__ import annotations

import mmap
import os
import secrets
import struct
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from errno import EIO
from hashlib import file_digest, sha256
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.cache.batch import Batch
from harness.cache.folders import cannot, saving
from harness.cache.index import KEY, Keys
from harness.encoded import Floats
from harness.errors import UserError

MAGIC = b"ASSAYEB1"
ALIGNMENT = 64
THREADS = min(4, os.cpu_count() or 1)
"""Blocks that are checked at a time; hashing lets go of the interpreter."""

_HEADER = struct.Struct("<8sQQII56x")
"""What follows the magic and the checksum."""
_CHECKED = len(MAGIC) + 32
"""Where the part starts that the checksum is of."""
_START = _CHECKED + _HEADER.size


class DamagedBlock(Exception):
    """A block that is not what was written."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a block holds, as read-only views of its memory map.

    Attributes:
        offsets: shape (n + 1,); None where each text has one row.
        tokens: shape (n,).
        truncated: shape (n,), 0 or 1.
        vectors: shape (rows, dimension).
    """

    offsets: NDArray[np.int64] | None
    tokens: NDArray[np.uint32]
    truncated: NDArray[np.uint8]
    vectors: Floats


@dataclass(frozen=True, slots=True)
class Block:
    """A block as its header describes it.

    Attributes:
        path: its file.
        texts: number of texts n.
        rows: number of vectors.
        dimension: that of the vectors.
        ragged: whether a text may have any number of vectors.
    """

    path: Path
    texts: int
    rows: int
    dimension: int
    ragged: bool

    @property
    def size(self) -> int:
        """Bytes that the file must have."""
        return self._places()[-1] + 4 * self.rows * self.dimension

    def header(self) -> bytes:
        """What follows the checksum, up to the keys."""
        space = bytes.fromhex(self.path.parent.name)
        return _HEADER.pack(space, self.texts, self.rows, self.dimension, self.ragged)

    def contents(self) -> Contents:
        """Maps the file. Its descriptor is held as long as one of the views lives.

        Raises:
            UserError: the file cannot be read any more.
        """
        try:
            with self.path.open("rb") as file:
                memory = mmap.mmap(file.fileno(), self.size, access=mmap.ACCESS_READ)
        except FileNotFoundError as error:
            raise UserError(f"{self.path} was removed while in use: run it again") from error
        except ValueError as error:  # it is shorter than it was
            raise UserError(f"{self.path} was damaged while in use: run it again") from error
        except OSError as error:
            raise cannot("read", self.path, error) from error
        n, (offsets, tokens, truncated, vectors) = self.texts, self._places()
        return Contents(
            np.ndarray((n + 1,), "<i8", memory, offsets) if self.ragged else None,
            np.ndarray((n,), "<u4", memory, tokens),
            np.ndarray((n,), "u1", memory, truncated),
            np.ndarray((self.rows, self.dimension), "<f4", memory, vectors),
        )

    def _places(self) -> tuple[int, int, int, int]:
        """Where offsets, tokens, flags and vectors start."""
        sizes = (8 * (self.texts + 1) * self.ragged, 4 * self.texts, self.texts)
        offsets, tokens, flags, end = accumulate(sizes, initial=_START + KEY * self.texts)
        return offsets, tokens, flags, -(-end // ALIGNMENT) * ALIGNMENT


def write_block(folder: Path, batch: Batch) -> Block:
    """Writes a batch to a new file, which is on disk and complete when this returns.

    Raises:
        UserError: the disk is full, the folder is read-only or something else hinders writing.
    """
    path = folder / f"{time.time_ns():016x}-{secrets.token_hex(4)}.block"
    rows = sum(map(len, batch.rows))
    block = Block(path, len(batch.keys), rows, batch.dimension, batch.ragged)
    offsets = [] if batch.offsets is None else [batch.offsets]
    fields: list[NDArray[Any]] = [batch.keys, *offsets, batch.tokens, batch.truncated]
    gap = bytes(-(_START + sum(field.nbytes for field in fields)) % ALIGNMENT)
    parts: list[bytes | memoryview] = [
        block.header(),
        *map(_bytes, fields),
        gap,
        *map(_bytes, batch.rows),
    ]
    checksum = sha256()
    for part in parts:
        checksum.update(part)
    with saving(path) as file:
        file.writelines([MAGIC, checksum.digest(), *parts])
    return block


def _bytes(array: NDArray[Any]) -> memoryview:
    """The memory of an array; no copy. A hash takes only what has one dimension."""
    return array.reshape(-1).data


def read_header(path: Path) -> Block:
    """A block as its header describes it; nothing else is checked but the size of the file.

    Raises:
        DamagedBlock: there is no header, or the file is longer or shorter than it says.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_START)
        size = os.fstat(file.fileno()).st_size
    if len(head) < _START or not head.startswith(MAGIC):
        raise DamagedBlock
    space, texts, rows, dimension, ragged = _HEADER.unpack(head[_CHECKED:])
    block = Block(path, texts, rows, dimension, bool(ragged))
    if space.hex() != path.parent.name or block.size != size:
        raise DamagedBlock
    return block


def read_block(path: Path) -> tuple[Block, Keys]:
    """A block that is whole, and its keys.

    Raises:
        DamagedBlock: a byte of the file is not what was written, or the disk fails to give it.
        OSError: the file cannot be read for another reason.
    """
    try:
        block = read_header(path)
        with path.open("rb", buffering=0) as file:
            # Read, not mapped: a disk that fails would end the process, not raise an error.
            file.seek(len(MAGIC))
            checksum = file.read(32)
            if file_digest(file, "sha256").digest() != checksum:
                raise DamagedBlock
            file.seek(_START)
            keys = np.fromfile(file, "<u8", 2 * block.texts).reshape(-1, 2)
    except OSError as error:
        if error.errno == EIO:
            raise DamagedBlock from error
        raise
    return block, keys


def read_blocks(paths: Sequence[Path]) -> Iterator[tuple[Path, Future[tuple[Block, Keys]]]]:
    """Reads and checks several blocks at a time, and hands them over in order."""
    with ThreadPoolExecutor(THREADS) as pool:
        yield from [(path, pool.submit(read_block, path)) for path in paths]
