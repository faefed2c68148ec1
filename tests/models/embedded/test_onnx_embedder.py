"""Exported encoders give the vectors of sentence-transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")
library = pytest.importorskip("sentence_transformers")
transformers = pytest.importorskip("transformers")
torch = pytest.importorskip("torch")

from harness.contracts import Embedder  # noqa: E402
from harness.errors import UserError  # noqa: E402
from harness.records import Text  # noqa: E402
from models.embedded import embedder as embedders  # noqa: E402
from models.embedded.embedder import OnnxEmbedder  # noqa: E402
from models.training.export import export_encoder  # noqa: E402

LONG = "the harbour sells tickets for the ferry " * 20
TEXTS = ["tickets", "the ferry to the islands", LONG, "where are tickets sold in the harbour"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small BERT with weighted words, a mean and length 1; and its export."""
    from sentence_transformers.sentence_transformer import modules
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *sorted(set(" ".join(TEXTS).split()))]
    core: Any = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    path, out = tmp_path_factory.mktemp("torch"), tmp_path_factory.mktemp("onnx")
    torch.manual_seed(0)
    sizes = {"hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = transformers.BertConfig(
        vocab_size=len(words), intermediate_size=96, initializer_range=0.2, **sizes
    )
    transformers.BertModel(config, add_pooling_layer=False).half().float().save_pretrained(path)
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="[PAD]", unk_token="[UNK]", model_max_length=32
    ).save_pretrained(path)
    weights = modules.WordWeights(words, {w: 1.0 + i % 3 for i, w in enumerate(words)})
    parts = [modules.Transformer(str(path)), weights, modules.Pooling(48, "mean")]
    model = library.SentenceTransformer(
        modules=[*parts, modules.Normalize()], device="cpu", prompts={"query": "harbour "}
    )
    model.max_seq_length = 32
    model.save(str(path))
    export_encoder(path, out)
    return path, out


def reference(folder: Path, texts: list[str]) -> Any:
    return library.SentenceTransformer(str(folder), device="cpu").encode(texts)


def test_vectors_are_those_of_sentence_transformers(folders: tuple[Path, Path]) -> None:
    found = OnnxEmbedder(str(folders[1])).encode([Text(t) for t in TEXTS], kind="document")
    np.testing.assert_allclose(found.values, reference(folders[0], TEXTS), atol=1e-3)
    assert found.tokens == [3, 7, 142, 9]  # words, and a mark at each end
    assert found.truncated == [False, False, True, False]


def test_the_model_s_own_prompt_stands_before_queries(folders: tuple[Path, Path]) -> None:
    model = OnnxEmbedder(str(folders[1]))
    assert model.render([Text("tickets")], "query") == ["harbour tickets"]
    assert model.render([Text("tickets")], "document") == ["tickets"]
    found = model.encode([Text("tickets")], kind="query")
    np.testing.assert_allclose(found.values, reference(folders[0], ["harbour tickets"]), atol=1e-3)


def test_a_vector_does_not_depend_on_what_else_is_encoded(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedders, "TOKENS", 64)
    model = OnnxEmbedder(str(folders[1]))
    texts = [Text(text) for text in TEXTS * 5]
    together = model.encode(texts, kind="document").values
    alone = [model.encode([text], kind="document").values[0] for text in texts]
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_nothing_gives_no_vectors_and_mistakes_are_told(folders: tuple[Path, Path]) -> None:
    model = OnnxEmbedder(str(folders[1]))
    assert isinstance(model, Embedder)
    assert len(model.encode([], kind="document").values) == 0
    with pytest.raises(UserError, match="reads 32 tokens at most"):
        OnnxEmbedder(str(folders[1]), max_length=33)
    with pytest.raises(UserError, match="no field"):
        OnnxEmbedder(str(folders[1]), query="{what}")
