"""The cached embeddings of one encoder."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.cache.batch import Batch
from harness.cache.block import Block, DamagedBlock, read_blocks, write_block
from harness.cache.folders import DESCRIPTION, Listing, cannot, describe, space_folder
from harness.cache.index import KeyIndex, Keys, as_keys
from harness.cache.reading import Reader
from harness.encoded import Floats
from harness.errors import UserError
from harness.files import remove_leftovers

_WRITING = Lock()
"""Held while this process writes: it takes its own unfinished files for leftovers."""


def open_space(root: Path, identity: Mapping[str, Any], name: str) -> Space:
    """The space of an encoder, with every block that is there and whole.

    The folder is made by the first `append`. A damaged block is removed and counted, so that its
    texts are absent; a damaged description is written anew; what killed writers left is removed.

    Args:
        root: the cache's folder; it need not exist.
        identity: everything that changes the vectors, as plain JSON.
        name: what people call the model.

    Raises:
        UserError: the folder cannot be read.
    """
    space = Space(space_folder(root, identity), identity, name)
    if space.folder.is_dir():
        with suppress(OSError, UserError):  # a folder that is read-only is as good as any
            with _WRITING:
                remove_leftovers(space.folder)
            describe(space.folder, name, identity)
            os.utime(space.folder / DESCRIPTION)
    space.refresh()
    return space


class Space(Reader):
    """Vectors by key. Other processes may append to the same space at any time.

    Attributes:
        folder: where its blocks lie.
        name: what people call the model.
        damaged: blocks found damaged since it was opened.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], name: str) -> None:
        super().__init__()
        self.folder, self.name = folder, name
        self.damaged = 0
        self._identity = identity
        self._seen: set[Path] = set()
        self._index = KeyIndex()

    def refresh(self) -> None:
        """Takes notice of blocks that others have appended, and of damage to them.

        Raises:
            UserError: the folder, or a block in it, cannot be read.
        """
        fresh = [path for path in Listing.of(self.folder).blocks if path not in self._seen]
        for path, reading in read_blocks(fresh):
            try:
                block, keys = reading.result()
            except FileNotFoundError:  # removed since it was listed
                continue
            except DamagedBlock:
                self._discard(path)
            except OSError as error:
                raise cannot("read", path, error) from error
            else:
                if self._alike(block.dimension, block.ragged):
                    self._add(block, keys)
                else:  # two processes began this space with different models
                    self._discard(path)

    def find(self, keys: NDArray[Any]) -> NDArray[np.int64]:
        """The position of each key, shape (m,); -1 where it is absent.

        Args:
            keys: 16 bytes for each text, as from `keys_of`.
        """
        return self._index.find(as_keys(keys))

    def append(
        self,
        keys: NDArray[Any],
        values: Floats | Sequence[Floats],
        tokens: Sequence[int] | None = None,
        truncated: Sequence[bool] | None = None,
    ) -> None:
        """Adds the vectors of n texts as one block, which is on disk when this returns.

        Args:
            keys: 16 bytes for each text.
            values: shape (n, d), or a sequence of n arrays of shape (any, d).
            tokens: length of each text in tokens.
            truncated: whether only the beginning of a text was encoded.

        Raises:
            UserError: the vectors are of another dimension or kind than those that are there, or
                the folder cannot be written to.
            ValueError: the arguments are of different lengths, or the arrays of different widths.
        """
        batch = Batch.of(keys, values, tokens, truncated)
        if not len(batch.keys):
            return
        if not self._alike(batch.dimension, batch.ragged):
            raise UserError(
                f"{self.name} gives {_kind(batch.dimension, batch.ragged)}, but has given "
                f"{_kind(self.dimension, self.ragged)} before: if the model has changed, raise "
                f"its version, or else remove {self.folder}"
            )
        with _WRITING:
            describe(self.folder, self.name, self._identity)
            block = write_block(self.folder, batch)
        self._add(block, batch.keys)

    def _alike(self, dimension: int, ragged: bool) -> bool:
        """Whether such vectors can stand beside those that are there."""
        return self.dimension in (None, dimension) and self.ragged in (None, ragged)

    def _add(self, block: Block, keys: Keys) -> None:
        self._seen.add(block.path)
        self._storage.add(block)
        self._index.add(keys)

    def _discard(self, path: Path) -> None:
        self._seen.add(path)
        self.damaged += 1
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _kind(dimension: int | None, ragged: bool | None) -> str:
    return f"{'several vectors' if ragged else 'one vector'} a text of {dimension} dimensions"
