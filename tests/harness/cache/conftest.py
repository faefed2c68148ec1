"""Keys of texts, and a disk that need not hear of every block."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from harness.cache import Keys, Space, keys_of, open_space


@pytest.fixture(autouse=True, scope="module")
def _quick() -> Iterator[None]:
    """Forces nothing to disk, which takes milliseconds for each block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture
def key() -> Callable[..., Keys]:
    """Makes the keys of some texts."""

    def of(*texts: str) -> Keys:
        return keys_of(sha256(text.encode()).digest() for text in texts)

    return of


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[], Space]:
    """Opens the same space again and again."""
    return lambda: open_space(tmp_path, {"model": "toy", "revision": 1}, "toy")
