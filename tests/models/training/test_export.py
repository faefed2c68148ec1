"""Exports: half the size, the same logits, the same bytes twice, and no word of where it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

onnx: Any = pytest.importorskip("onnx")
pytest.importorskip("onnxscript")
pytest.importorskip("onnxruntime")
torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

import memorised  # noqa: E402

from harness.errors import UserError  # noqa: E402
from models.embedded.causal import Causal  # noqa: E402
from models.embedded.places import exported  # noqa: E402
from models.training.export import export_language_model, halved, main  # noqa: E402


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("llama")
    words = memorised.tokenizer([memorised.TEMPLATE], 400)
    torch.manual_seed(1)
    config = transformers.LlamaConfig(
        vocab_size=len(words),
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=True,
        initializer_range=0.3,
        eos_token_id=words.eos_token_id,
    )
    memorised.saved(path, transformers.LlamaForCausalLM(config), words)
    return path


@pytest.fixture(scope="module")
def folder(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exported")
    export_language_model(checkpoint, path)
    return path


def test_logits_are_those_of_the_checkpoint_in_one_piece_and_in_two(
    checkpoint: Path, folder: Path
) -> None:
    ids = [5, 9, 200, 31, 77, 8, 150]
    model = transformers.AutoModelForCausalLM.from_pretrained(checkpoint)
    for weights in model.parameters():  # and not the frequencies of positions
        weights.data = weights.data.half().float()
    with torch.inference_mode():
        wanted = model(torch.tensor([ids])).logits[0].numpy()
    graph = Causal.load(exported(str(folder), "onnx-chat"))
    whole, _ = graph.read(graph.start(), ids, keep=len(ids))
    np.testing.assert_allclose(whole, wanted, atol=1e-3)
    _, half = graph.read(graph.start(), ids[:4])
    rest, state = graph.read(half, ids[4:], keep=3)
    np.testing.assert_allclose(rest, wanted[4:], atol=1e-3)
    again, _ = graph.read(state.cut(2), ids[2:], keep=5)
    np.testing.assert_allclose(again, wanted[2:], atol=1e-3)
    assert state.tokens == tuple(ids)


def test_rounding_to_float16_moves_logits_by_less_than_a_hundredth_of_their_range(
    checkpoint: Path, folder: Path
) -> None:
    ids = list(range(3, 60))
    model = transformers.AutoModelForCausalLM.from_pretrained(checkpoint)
    with torch.inference_mode():
        wanted = model(torch.tensor([ids])).logits[0].numpy()
    graph = Causal.load(exported(str(folder), "onnx-chat"))
    found, _ = graph.read(graph.start(), ids, keep=len(ids))
    assert np.abs(found - wanted).max() < 0.01 * np.ptp(wanted)


def test_the_files_take_two_bytes_a_weight(checkpoint: Path, folder: Path) -> None:
    model = transformers.AutoModelForCausalLM.from_pretrained(checkpoint)
    weights = sum(p.numel() for p in model.parameters())  # tied ones once
    size = sum((folder / name).stat().st_size for name in ("model.onnx", "model.safetensors"))
    assert 2 * weights < size < 2 * weights + 60_000  # the graph itself


def test_transformers_opens_the_very_weights_that_the_graph_runs(
    checkpoint: Path, folder: Path
) -> None:
    model = transformers.AutoModelForCausalLM.from_pretrained(checkpoint)
    again = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    assert transformers.AutoTokenizer.from_pretrained(folder).chat_template
    for (name, one), (_, other) in zip(
        model.named_parameters(), again.named_parameters(), strict=True
    ):
        wanted = one.half().float() if one.numel() >= 1024 else one
        assert torch.equal(wanted, other), name
    external = {
        entry.value
        for constant in onnx.load(folder / "model.onnx", load_external_data=False).graph.initializer
        for entry in constant.external_data
        if entry.key == "location"
    }
    assert external == {"model.safetensors"}


def test_the_same_checkpoint_gives_the_same_bytes_which_name_no_path(
    checkpoint: Path, folder: Path, tmp_path: Path
) -> None:
    export_language_model(checkpoint, tmp_path)
    for name in ("model.onnx", "model.safetensors"):
        first = (folder / name).read_bytes()
        assert (tmp_path / name).read_bytes() == first
        assert str(checkpoint).encode() not in first
        assert b".py" not in first


def test_small_constants_stay_and_large_ones_are_cast_back() -> None:
    large = np.linspace(-1, 1, 2048, dtype=np.float32)
    small = np.array([1e-9], np.float32)  # nothing in float16
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Add", ["x", "large"], ["y"])],
        "g",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [2048])],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [2048])],
        [onnx.numpy_helper.from_array(large, "large"), onnx.numpy_helper.from_array(small, "tiny")],
    )
    model = halved(onnx.helper.make_model(graph))
    onnx.checker.check_model(model)
    kept = {c.name: onnx.numpy_helper.to_array(c) for c in model.graph.initializer}
    assert kept["tiny"].dtype == np.float32
    assert kept["large.half"].dtype == np.float16
    assert [node.op_type for node in model.graph.node] == ["Cast", "Add"]


def test_what_is_no_checkpoint_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError, match="cannot be exported"):
        export_language_model(tmp_path, tmp_path / "out")
    with pytest.raises(UserError, match="cannot be exported"):
        main([str(tmp_path), str(tmp_path / "out")])
    assert main([]) == 2
    assert "usage: " in capsys.readouterr().err
