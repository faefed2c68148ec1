"""The embedder that comes with the package."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from torchless import printed

from harness import evaluate, load_model, load_task
from harness.comparison import compare
from models.neural.places import SHIPPED

pytest.importorskip("onnxruntime")
pytest.importorskip("tokenizers")

UNSEEN = 3
"""Seed of a world that it was neither trained nor chosen on."""
TASKS = ("starter-passages/weather", "starter-passages/namesakes", "starter-tools/shopping")


@pytest.mark.parametrize("instruction", ["yes", "no"])
def test_it_beats_bm25_in_a_world_that_nobody_trained_on(tmp_path: Path, instruction: str) -> None:
    tasks = []
    for name in TASKS:
        task = load_task(name)
        version = f"{task.card.version}.seed{UNSEEN}"
        tasks.append(replace(task, seed=UNSEEN, card=replace(task.card, version=version)))  # type: ignore[type-var, call-arg]
    for model in ("bm25", "starter-embedder"):
        out = tmp_path / model
        evaluate(model, tasks, measures="nDCG@10", cache=False, out=out, instruction=instruction)
    found = compare(tmp_path / "bm25", tmp_path / "starter-embedder")
    assert len(found.differences) == len(TASKS)
    for difference in found.differences:
        assert difference.second > difference.first, difference.task
        assert difference.p_holm < 0.05, difference.task


def test_it_is_called_by_its_name_alone_and_known_by_its_weights() -> None:
    loaded = load_model("starter-embedder")
    assert loaded.name == "starter-embedder"
    assert load_model('onnx-embedder("starter-embedder")').fingerprint == loaded.fingerprint
    assert str(SHIPPED["starter-embedder"].parent) not in str(loaded.identity)


def test_it_runs_where_torch_is_not() -> None:
    shape = printed(
        "from harness.records import Text\n"
        "found = load_model('starter-embedder').model.encode([Text('rain')], kind='query')\n"
        "print(found.values.shape)\n"
    )
    assert shape == "(1, 256)\n"
