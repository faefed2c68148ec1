"""An encoder from nothing: learns to meet unseen names, and the same from the same seed."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sentence_transformers")
pytest.importorskip("datasets")
pytest.importorskip("accelerate")

from harness.errors import UserError
from harness.training import leaks
from harness.training.configuration import load_producer
from harness.training.production import train
from models.producers import pretrain_encoder
from models.producers.pretrain_encoder import PretrainEncoder
from models.training.running.course import Course

PRODUCER = pretrain_encoder.__file__
SYLLABLES = ("ba", "cor", "dri", "fen", "gri", "ka", "lo", "mar", "nu", "pel", "sol", "vi", "zor")
ASKS = {"how tall it is": "measures forty metres", "who owns it": "belongs to a baker"}


def rows(seed: int, n: int) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    found = []
    for i in range(n):
        name = "".join(draw.sample(SYLLABLES, 3))
        for j, (want, answer) in enumerate(ASKS.items()):
            wrong = next(a for a in ASKS.values() if a != answer)
            found.append(
                {
                    "id": f"tower-{seed}-{i}-{j}",
                    "source": "towers",
                    "query": f"the tower {name}",
                    "prompt": want,
                    "positive": [f"{name} {answer}"],
                    "negative": [f"{name} {wrong}"],
                }
            )
    return found


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(
        leaks.LeakGuard, "gather", classmethod(lambda cls, source, near: cls((), near))
    )
    path = tmp_path / "pairs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows(1, 150)))
    return path


def settings(data: Path, **more: Any) -> dict[str, Any]:
    small = {"vocabulary": 150, "width": 32, "max_length": 24, "batch": 16, "steps": 60}
    return {"data": str(data), "device": "cpu", **small, **more}


def trained(data: Path, out: Path, **more: Any) -> Any:
    from sentence_transformers import SentenceTransformer

    given = [f"{key}={value}" for key, value in settings(data, **more).items()]
    train(load_producer(f"{PRODUCER}:PretrainEncoder", settings=given), out)
    return SentenceTransformer(str(out), device="cpu")


def found_first(model: Any) -> float:
    """Share of queries about unseen names whose answer comes first among all answers."""
    asked = rows(2, 40)
    queries = [f"query: {row['query']} want: {row['prompt']}" for row in asked]
    documents = [row["positive"][0] for row in asked]
    scores = model.encode(queries) @ model.encode(documents).T
    return float((scores.argmax(1) == np.arange(len(asked))).mean())


def test_it_finds_names_and_wants_that_it_was_not_shown(data: Path, tmp_path: Path) -> None:
    model = trained(data, tmp_path / "out")
    assert found_first(model) > 0.7  # one of 80 by chance


def test_the_same_seed_gives_the_same_weights(data: Path, tmp_path: Path) -> None:
    texts = [row["query"] for row in rows(3, 5)]
    first = trained(data, tmp_path / "a", steps=8).encode(texts)
    again = trained(data, tmp_path / "b", steps=8).encode(texts)
    other = trained(data, tmp_path / "c", steps=8, seed=1).encode(texts)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


@pytest.mark.parametrize("layers", [0, 1])
def test_interrupted_and_resumed_it_ends_in_the_same_bytes(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layers: int
) -> None:
    few = {"steps": 8, "save_every": 2, "layers": layers, "layer_batch": 8, "layer_steps": 6}
    trained(data, tmp_path / "whole", **few)
    log, left = Course.log, [5, 3]

    def interrupted(self: Course, step: int, values: Mapping[str, float]) -> None:
        log(self, step, values)
        if left and step == left[-1]:
            left.pop()
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Course, "log", interrupted)
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                trained(data, tmp_path / "cut", **few)
    trained(data, tmp_path / "cut", **few)
    weights = sorted(path.relative_to(tmp_path / "whole") for path in _weights(tmp_path / "whole"))
    assert len(weights) == 2  # vectors of words, and their weights
    for name in weights:
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_what_is_loaded_is_what_was_trained(data: Path, tmp_path: Path) -> None:
    model = trained(data, tmp_path / "out", steps=20)
    saved = {name: value for path in _weights(tmp_path / "out") for name, value in _read(path)}
    assert saved["emb_layer.weight"].tolist() == model[1].emb_layer.weight.tolist()


def _weights(out: Path) -> list[Path]:
    return [p for p in out.rglob("*.safetensors") if "training" not in p.parts]


def _read(path: Path) -> list[tuple[str, Any]]:
    from safetensors.torch import load_file

    return list(load_file(path).items())


def test_layers_begin_close_to_the_identity_and_are_learned(data: Path, tmp_path: Path) -> None:
    model = trained(data, tmp_path / "out", steps=40, layers=1, layer_batch=8, layer_steps=4)
    assert len(model[0].auto_model.encoder.layer) == 1
    from sentence_transformers import SentenceTransformer

    folder = tmp_path / "out" / "training"
    texts = [row["query"] for row in rows(3, 5)]
    [words] = folder.glob("*words/model")
    [start] = folder.glob("*layers/model")
    before, begun = (
        SentenceTransformer(str(f), device="cpu").encode(texts) for f in (words, start)
    )
    assert (before * begun).sum(axis=1).min() > 0.995  # a layer normalises once more
    assert np.abs(model.encode(texts) - begun).max() > 1e-3


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"steps": 0}, "at least 1"), ({"layers": 1, "width": 30}, "evenly"), ({"batch": 1}, "2")],
)
def test_settings_without_sense_are_refused(data: Path, wrong: dict[str, int], says: str) -> None:
    with pytest.raises(UserError, match=says):
        PretrainEncoder(**settings(data, **wrong))
