"""Real results of small models, and a card, for the tests of submissions."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from toy import Overlap, ToyTask

from harness import evaluate
from harness.store import find_results
from leaderboard.submission import submit

CARD = """\
name: BM25 of a test
kind: lexical
revision: null
parent: null
licence: Apache-2.0
open_weights: true
parameters: 0
prompt: "{instruction} {query}"
max_length: null
dtype: null
training: []
contact: A. Tester <tester@example.org>
links: {code: "https://example.org/code"}
"""
DAY = date(2026, 3, 1)


@pytest.fixture(scope="session")
def _bm25(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bm25")
    settings = {"instruction": "both", "k": 20, "cache": False}
    evaluate(["bm25"], ["starter-tools/flights"], out=out, **settings)  # type: ignore[arg-type]
    return out


@pytest.fixture(scope="session")
def _toys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("toys")
    evaluate([Overlap()], [ToyTask("toy/one"), ToyTask("toy/two")], out=out, cache=False)
    return out


@pytest.fixture
def bm25(_bm25: Path, tmp_path: Path) -> Path:
    """`--out` of bm25 on one task, with and without instructions; the test's own copy."""
    return Path(shutil.copytree(_bm25, tmp_path / "bm25"))


@pytest.fixture
def toys(_toys: Path, tmp_path: Path) -> Path:
    """`--out` of an object on two tasks that are objects; the test's own copy."""
    return Path(shutil.copytree(_toys, tmp_path / "toys"))


@pytest.fixture
def result(bm25: Path) -> Path:
    """The folder of one result."""
    return next(find_results(bm25)).path


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A complete model card."""
    path = tmp_path / "card.yaml"
    path.write_text(CARD, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def _packed(_bm25: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed")
    (folder / "card.yaml").write_text(CARD, encoding="utf-8")
    return submit([_bm25], folder / "card.yaml", folder / "bm25-test", created=DAY)


@pytest.fixture
def packed(_packed: Path, tmp_path: Path) -> Path:
    """A submission of bm25; the test's own copy."""
    return Path(shutil.copytree(_packed, tmp_path / _packed.name))
