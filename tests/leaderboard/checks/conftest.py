"""Submissions that the tests of the checks share."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from submitted import make


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A valid submission of BM25 on one task. Not to be changed: copies are."""
    return make(tmp_path_factory.mktemp("packed") / "bm25-own")


@pytest.fixture
def submission(packed: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(packed, tmp_path / "board" / packed.name))


@pytest.fixture
def beside(packed: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Makes another copy on the same board, under a name of its own."""

    def copy(name: str) -> Path:
        return Path(shutil.copytree(packed, tmp_path / "board" / name))

    return copy
