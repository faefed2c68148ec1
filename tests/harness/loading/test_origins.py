"""An object that was loaded keeps the identity that it was loaded with, as long as it lives."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from harness.loading import load_model
from harness.loading.origins import _ORIGINS, origin_of

PLUG_IN = """
class Private:
    def __init__(self, seed):
        self._seed = seed
    def index(self, corpus): ...

class Slotted:
    __slots__ = ("_seed",)
    def __init__(self, seed):
        self._seed = seed
    def index(self, corpus): ...
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(PLUG_IN)
    return path


@pytest.mark.parametrize("name", ["Private", "Slotted"])
def test_what_an_object_hides_is_known_where_an_expression_made_it(file: Path, name: str) -> None:
    first, second = (load_model(f"{file}:{name}(seed={seed})") for seed in (1, 2))
    again = [load_model(loaded.model) for loaded in (first, second)]
    assert again == [first, second]
    assert again[0].fingerprint != again[1].fingerprint


def test_a_part_is_known_inside_a_pipeline_made_of_it(file: Path) -> None:
    pipeline = load_model(f"{file}:Private(seed=1) % 5")
    assert load_model(pipeline.model).fingerprint == pipeline.fingerprint


def test_of_an_object_with_two_names_the_outer_one_counts(file: Path) -> None:
    folder = file.parent
    (folder / "model.yaml").write_text('adapter: "./mine.py:Private(seed=1)"')
    loaded = load_model(f"{folder}/")
    assert load_model(loaded.model) == loaded


def test_an_object_that_is_gone_is_forgotten(file: Path) -> None:
    loaded = load_model(f"{file}:Private(seed=1)")
    key = id(loaded.model)
    assert key in _ORIGINS
    del loaded
    gc.collect()
    assert key not in _ORIGINS


def test_an_object_made_in_python_has_no_origin() -> None:
    assert origin_of(object()) is None
