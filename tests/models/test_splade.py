"""Learned sparse models: a text gets the weights that its model gives it alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.encoded import Encoded, Floats
from harness.errors import UserError
from harness.records import Text
from models.splade import Splade

pytest.importorskip("sentence_transformers")

VOCABULARY = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ":"),
    *("the", "quick", "fox", "a", "lazy", "dog", "find", "me", "tool", "rain"),
]
TEXTS = [
    Text("the quick fox"),
    Text("a dog", "find me a tool"),
    Text("rain", ""),
    Text("the lazy dog . a quick fox . the rain"),
]
"""The last has 10 words, 12 tokens with the two that BERT adds."""
LONGEST = 8


def tokenizer(folder: Path) -> Any:
    from transformers import BertTokenizerFast

    vocabulary = folder / "words.txt"
    vocabulary.write_text("\n".join(VOCABULARY))
    return BertTokenizerFast(str(vocabulary), model_max_length=LONGEST)


def bert(kind: str = "BertForMaskedLM") -> Any:
    """A small network whose weights are drawn wide, so that many logits are not positive."""
    import torch
    import transformers

    torch.manual_seed(7)
    config = transformers.BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=20,
        initializer_range=0.5,
    )
    return getattr(transformers, kind)(config).eval()


def bare(folder: Path, kind: str = "BertForMaskedLM") -> Path:
    path = folder / kind
    path.mkdir()
    tokenizer(folder).save_pretrained(path)
    bert(kind).save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from sentence_transformers import SparseEncoder

    root = tmp_path_factory.mktemp("models")
    prompts = {"query": "find : ", "document": ""}
    SparseEncoder(str(bare(root)), prompts=prompts, device="cpu").save(str(root / "splade"))
    return root / "splade"


def arrays(encoded: Encoded) -> list[Floats]:
    assert all(value.dtype == np.float32 for value in encoded.values)
    return list(encoded.values)


def dense(encoded: Encoded) -> list[Floats]:
    """Each text's weights by dimension, 0 where it has none."""
    found = []
    for pairs in arrays(encoded):
        weights = np.zeros(len(VOCABULARY), np.float32)
        weights[pairs[:, 0].astype(int)] = pairs[:, 1]
        found.append(weights)
    return found


def by_hand(words: str) -> Floats:
    """SPLADE-max (arXiv 2109.10086, equation 6): max over tokens of log(1 + relu(logit))."""
    import torch

    ids = [VOCABULARY.index(word) for word in words.split()][: LONGEST - 2]
    ids = [VOCABULARY.index("[CLS]"), *ids, VOCABULARY.index("[SEP]")]
    with torch.inference_mode():
        logits = bert()(torch.tensor([ids])).logits[0].numpy()
    weights: Floats = np.log1p(np.maximum(logits, 0)).max(axis=0)
    return weights


def test_weights_are_those_of_the_paper_ascending_by_dimension(folder: Path) -> None:
    found = Splade(str(folder), device="cpu", batch_size=3).encode(TEXTS, kind="document")
    for pairs, weights, text in zip(arrays(found), dense(found), TEXTS, strict=True):
        assert (np.diff(pairs[:, 0]) > 0).all()
        assert (pairs[:, 1] > 0).all()
        np.testing.assert_allclose(weights, by_hand(text.text), atol=1e-5)


def test_what_is_cut_off_is_counted(folder: Path) -> None:
    found = Splade(str(folder), device="cpu").encode(TEXTS, kind="document")
    assert found.tokens == [5, 4, 3, 12]
    assert found.truncated == [False, False, False, True]
    longer = Splade(str(folder), max_length=12, device="cpu").encode(TEXTS, kind="document")
    assert longer.tokens == [5, 4, 3, 12]
    assert longer.truncated == [False, False, False, False]
    assert not np.allclose(dense(found)[3], dense(longer)[3], atol=1e-3)
    with pytest.raises(UserError, match="max_length=21: the model has learned 20 positions"):
        Splade(str(folder), max_length=21, device="cpu").encode(TEXTS, kind="document")


def test_queries_get_the_models_prompt_and_the_instruction_before_them(folder: Path) -> None:
    from sentence_transformers import SparseEncoder

    theirs = SparseEncoder(str(folder), device="cpu")
    worded = ["the quick fox", "find me a tool a dog", "rain", TEXTS[3].text]
    found = dense(Splade(str(folder), device="cpu").encode(TEXTS, kind="query"))
    for weights, text in zip(found, worded, strict=True):
        expected = theirs.encode_query(text, convert_to_sparse_tensor=False)
        np.testing.assert_allclose(weights, expected.numpy(), atol=1e-5)


def test_only_the_largest_weights_are_kept(folder: Path) -> None:
    every = dense(Splade(str(folder), device="cpu").encode(TEXTS, kind="document"))
    most = dense(Splade(str(folder), max_active=3, device="cpu").encode(TEXTS, kind="document"))
    for all_weights, weights in zip(every, most, strict=True):
        least = np.sort(all_weights)[-3]
        np.testing.assert_allclose(weights, np.where(all_weights >= least, all_weights, 0))


def test_a_text_without_weights_is_an_empty_array(folder: Path) -> None:
    model = Splade(str(folder), device="cpu")
    model.encode(TEXTS[:1], kind="document")
    decoder = model._sides.model[0].auto_model.cls.predictions
    decoder.bias.data.fill_(-1e6)
    assert [pairs.shape for pairs in arrays(model.encode(TEXTS, kind="document"))] == [(0, 2)] * 4


def test_queries_may_be_looked_up_while_documents_are_computed(tmp_path: Path) -> None:
    """Inference-free models: a query's weights are those of its words, each once, by hand."""
    import torch
    from sentence_transformers import SparseEncoder
    from sentence_transformers.base.modules import Router, Transformer
    from sentence_transformers.sparse_encoder.modules import SparseStaticEmbedding, SpladePooling

    words = torch.arange(len(VOCABULARY)) / 10
    router = Router.for_query_document(
        query_modules=[SparseStaticEmbedding(tokenizer(tmp_path), words)],
        document_modules=[
            Transformer(str(bare(tmp_path)), transformer_task="fill-mask"),
            SpladePooling("max"),
        ],
    )
    SparseEncoder(modules=[router], device="cpu").save(str(tmp_path / "routed"))
    model = Splade(str(tmp_path / "routed"), device="cpu")
    fox, dog, the = (VOCABULARY.index(word) for word in ("fox", "dog", "the"))
    (query,) = arrays(model.encode([Text("the fox the dog")], kind="query"))
    np.testing.assert_allclose(query, [[the, the / 10], [fox, fox / 10], [dog, dog / 10]])
    documents = model.encode(TEXTS, kind="document")
    for weights, text in zip(dense(documents), TEXTS, strict=True):
        np.testing.assert_allclose(weights, by_hand(text.text), atol=1e-5)
    assert documents.truncated == [False, False, False, True]


def test_weights_compared_by_cosine_have_length_one(folder: Path, tmp_path: Path) -> None:
    from sentence_transformers import SparseEncoder

    model = SparseEncoder(str(folder), similarity_fn_name="cosine", device="cpu")
    model.save(str(tmp_path / "cosine"))
    plain, scaled = (
        dense(Splade(str(path), device="cpu").encode(TEXTS, kind="document"))
        for path in (folder, tmp_path / "cosine")
    )
    for weights, unit in zip(plain, scaled, strict=True):
        np.testing.assert_allclose(unit, weights / np.sqrt((weights**2).sum()), atol=1e-6)
    model.similarity_fn_name = "euclidean"
    model.save(str(tmp_path / "euclidean"))
    with pytest.raises(UserError, match="compares by 'euclidean'"):
        Splade(str(tmp_path / "euclidean"), device="cpu").encode(TEXTS, kind="query")


def test_an_embedder_is_refused(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    network = bare(tmp_path, "BertModel")
    embedder = tmp_path / "embedder"
    SentenceTransformer(modules=[Transformer(str(network)), Pooling(32)]).save(str(embedder))
    for path in (embedder, network):
        with pytest.raises(UserError, match=rf"'{path.name}/' is no sparse model"):
            Splade(str(path), device="cpu").encode(TEXTS, kind="query")


def test_kind_and_settings_are_part_of_what_is_cached(folder: Path) -> None:
    model = Splade(str(folder))
    assert model.name == "splade/"
    assert set(model.render(TEXTS, "query")).isdisjoint(model.render(TEXTS, "document"))
    others = [Splade(str(folder), max_active=3), Splade(str(folder), dtype="bfloat16")]
    assert all(other.encoder != model.encoder for other in others)
    assert Splade(str(folder), device="cpu", batch_size=2).encoder == model.encoder
    with pytest.raises(UserError, match="neither may be negative"):
        Splade(str(folder), max_active=-1)


@pytest.mark.slow
def test_several_devices_give_what_one_gives(folder: Path) -> None:
    texts = TEXTS * 20
    one, two = (Splade(str(folder), device=device) for device in ("cpu", "cpu,cpu"))
    for kind in ("query", "document"):
        found, expected = (dense(model.encode(texts, kind=kind)) for model in (two, one))
        np.testing.assert_allclose(found, expected, atol=1e-5)
