"""Embedders of sentence-transformers: the library's own vectors, whatever the batches.

The references are the library's `encode`, one text at a time where prompts differ, and numpy on the
hidden states of plain transformers.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
sentence_transformers = pytest.importorskip("sentence_transformers")

from harness.encoded import Encoded, Floats  # noqa: E402
from harness.errors import MissingExtra, UserError  # noqa: E402
from harness.loading import load_model  # noqa: E402
from harness.records import Text  # noqa: E402
from models.hf import HuggingFace  # noqa: E402
from models.neural.opening import quiet  # noqa: E402

WORDS = [f"w{i}" for i in range(100)]
MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ":", "Instruct", "Query", "find", "rain"]
LONGEST = 24
TEXTS = [
    "w1 w2 w3",
    " ".join(f"w{i}" for i in range(40)),
    "w7",
    "",
    "w1 w2 w3 w4 w5 w6 w7 w8",
    "w9 w9 w9",
    " ".join(f"w{i}" for i in range(60, 75)),
    "w7",
]
"""In tokens, with [CLS] and [SEP]: 5, 42, 3, 2, 10, 5, 17, 3."""
COMMIT = "0123456789abcdef0123456789abcdef01234567"
OLDER = "f" * 40


def tokenizer(side: str = "right") -> Any:
    """A word is a token."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    vocabulary = {word: i for i, word in enumerate([*MARKS, *WORDS])}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    words.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, model_max_length=LONGEST, padding_side=side, **names
    )


def letters() -> Any:
    """A letter is a token, and an end follows each text.

    transformers makes a byte-level tokenizer of whatever lies beside a Qwen2.
    """
    from tokenizers import pre_tokenizers, processors

    end = ("<|endoftext|>", 256)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: i for i, letter in enumerate(alphabet)} | dict([end])
    found = transformers.Qwen2Tokenizer(
        vocab=vocabulary, merges=[], model_max_length=64, padding_side="left"
    )
    found._tokenizer.post_processor = processors.TemplateProcessing(
        single=f"$A {end[0]}", special_tokens=[end]
    )
    return found


@cache
def network(kind: str = "bert") -> Any:
    """Two layers whose weights are drawn wide, so that tokens differ in their vectors."""
    torch.manual_seed(3)
    sizes: dict[str, Any] = {
        "vocab_size": len(MARKS) + len(WORDS),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "max_position_embeddings": 32,
        "initializer_range": 0.3,
    }
    if kind == "bert":
        return transformers.BertModel(transformers.BertConfig(**sizes), add_pooling_layer=False)
    if kind == "mistral":
        return transformers.MistralModel(transformers.MistralConfig(num_key_value_heads=2, **sizes))
    if kind == "gpt":
        # The first GPT has a causal mask of its own, which nothing turns off.
        names = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 32}
        config = transformers.OpenAIGPTConfig(vocab_size=sizes["vocab_size"], **names)
        return transformers.OpenAIGPTModel(config)
    sizes |= {"vocab_size": 257, "max_position_embeddings": 64}
    return transformers.Qwen2Model(transformers.Qwen2Config(num_key_value_heads=2, **sizes))


def save(
    folder: Path,
    *,
    kind: str = "bert",
    pooling: str = "mean",
    include_prompt: bool = True,
    normalize: bool = False,
    **settings: Any,
) -> Path:
    """A model in the library's format; `settings` are SentenceTransformer's own."""
    from sentence_transformers.base.modules import Normalize, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    bare = folder / "bare"
    words = letters() if kind == "qwen" else tokenizer("left" if kind == "mistral" else "right")
    words.save_pretrained(bare)
    network(kind).save_pretrained(bare)
    modules = [Transformer(str(bare)), Pooling(32, pooling, include_prompt)]
    if normalize:
        modules.append(Normalize())
    path = folder / "tiny"
    model = sentence_transformers.SentenceTransformer(modules=modules, device="cpu", **settings)
    model.save(str(path))
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """The path of a saved model, one for all tests that want the same."""
    saved: dict[str, str] = {}

    def make(**settings: Any) -> str:
        key = json.dumps(settings, sort_keys=True)
        if key not in saved:
            with quiet():
                saved[key] = str(save(tmp_path_factory.mktemp("models"), **settings))
        return saved[key]

    return make


@pytest.fixture(autouse=True)
def _on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a hub, and on the CPU even where there is more."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)


def peer(path: str) -> Any:
    with quiet():
        return sentence_transformers.SentenceTransformer(path, device="cpu")


def vectors(
    model: HuggingFace, texts: Sequence[str | Text] = TEXTS, kind: str = "document"
) -> Floats:
    inputs = [Text(text) if isinstance(text, str) else text for text in texts]
    return np.asarray(encoded(model, inputs, kind).values)


def encoded(model: HuggingFace, inputs: Sequence[Text], kind: str = "document") -> Encoded:
    return model.encode(inputs, kind=kind)


# -- the vectors are the library's ---------------------------------------------------------


@pytest.mark.parametrize("kind", ["bert", "qwen"])
@pytest.mark.parametrize("batch_size", [None, 1, 3])
def test_vectors_are_those_of_the_library(
    made: Callable[..., str], kind: str, batch_size: int | None
) -> None:
    path = made(kind=kind, similarity_fn_name="dot")
    found = vectors(HuggingFace(path, batch_size=batch_size))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, peer(path).encode(TEXTS), atol=1e-5)


@cache
def hidden(text: str) -> Floats:
    """The hidden states of one text without padding, by transformers alone: (tokens, 32)."""
    ids = tokenizer()(text, return_tensors="pt", truncation=True)
    with torch.inference_mode():
        states = network().eval()(**ids).last_hidden_state
    return np.asarray(states[0].numpy())


POOLED: dict[str, Callable[[Floats], Floats]] = {
    "mean": lambda states: states.mean(0),
    "cls": lambda states: states[0],
    "lasttoken": lambda states: states[-1],
    "max": lambda states: states.max(0),
    "weightedmean": lambda states: np.average(states, axis=0, weights=np.arange(len(states)) + 1),
    "mean_sqrt_len_tokens": lambda states: states.sum(0) / np.sqrt(len(states)),
}


@pytest.mark.parametrize("pooling", POOLED)
def test_a_pooling_of_ones_choice_replaces_the_models(
    made: Callable[..., str], pooling: str
) -> None:
    path = made(pooling="cls" if pooling != "cls" else "mean", similarity_fn_name="dot")
    expected = np.stack([POOLED[pooling](hidden(text)) for text in TEXTS])
    np.testing.assert_allclose(vectors(HuggingFace(path, pooling=pooling)), expected, atol=1e-5)


def test_a_plain_transformer_is_pooled_by_its_mean(made: Callable[..., str]) -> None:
    bare = str(Path(made()).with_name("bare"))
    expected = np.stack([hidden(text).mean(0) for text in TEXTS])
    np.testing.assert_allclose(vectors(HuggingFace(bare, similarity="dot")), expected, atol=1e-5)


def test_a_loaded_model_runs_as_it_is_and_is_left_as_it_was(made: Callable[..., str]) -> None:
    library = peer(made(normalize=True))
    before = library.encode(TEXTS)
    found = vectors(HuggingFace(library, pooling="cls", normalize=False, dimensions=5))
    expected = np.stack([hidden(text)[0][:5] for text in TEXTS])
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_array_equal(library.encode(TEXTS), before)


def test_half_characters_are_replaced_and_not_refused(made: Callable[..., str]) -> None:
    found = vectors(HuggingFace(made()), ["w1 \ud800", "w1 \ufffd"])
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)


# -- length, dimensions, precision ---------------------------------------------------------


def test_tokens_are_counted_before_the_cut_and_cut_texts_are_told(made: Callable[..., str]) -> None:
    answer = encoded(HuggingFace(made()), [Text(text) for text in TEXTS])
    assert answer.tokens == [5, 42, 3, 2, 10, 5, 17, 3]
    assert answer.truncated == [False, True, False, False, False, False, False, False]
    assert answer.notes == {}


def test_max_length_cuts_after_so_many_tokens(made: Callable[..., str]) -> None:
    # With [CLS] and [SEP], 5 tokens leave room for 3 words.
    path = made()
    model = HuggingFace(path, max_length=5)
    answer = encoded(model, [Text(TEXTS[1]), Text("w0 w1 w2")])
    assert answer.truncated == [True, False]
    np.testing.assert_allclose(answer.values[0], answer.values[1], atol=1e-6)
    with pytest.raises(UserError, match="max_length=33: the model has learned 32 positions"):
        vectors(HuggingFace(path, max_length=33))


def test_the_similarity_says_whether_vectors_get_length_1(made: Callable[..., str]) -> None:
    path = made(similarity_fn_name="dot")
    plain = peer(path).encode(TEXTS)
    unit = plain / np.linalg.norm(plain, axis=1, keepdims=True)
    for settings, expected in (
        ({}, plain),
        ({"similarity": "cosine"}, unit),
        ({"normalize": True}, unit),
        ({"normalize": False}, plain),
    ):
        np.testing.assert_allclose(vectors(HuggingFace(path, **settings)), expected, atol=1e-5)
    short = plain[:, :8] / np.linalg.norm(plain[:, :8], axis=1, keepdims=True)
    found = vectors(HuggingFace(path, dimensions=8, similarity="cosine"))
    np.testing.assert_allclose(found, short, atol=1e-5)


def test_a_cosine_model_without_its_own_normalisation_is_normalised(
    made: Callable[..., str],
) -> None:
    plain = peer(path := made(similarity_fn_name="cosine")).encode(TEXTS)
    unit = plain / np.linalg.norm(plain, axis=1, keepdims=True)
    np.testing.assert_allclose(vectors(HuggingFace(path)), unit, atol=1e-5)


def test_normalize_false_leaves_out_the_models_own_layer(made: Callable[..., str]) -> None:
    expected = np.stack([hidden(text).mean(0) for text in TEXTS])
    found = vectors(HuggingFace(made(normalize=True), normalize=False))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_distance_that_no_index_searches_is_refused(made: Callable[..., str]) -> None:
    path = made(similarity_fn_name="euclidean")
    with pytest.raises(UserError, match=r"compares by 'euclidean'.*similarity='dot'"):
        vectors(HuggingFace(path))
    assert vectors(HuggingFace(path, similarity="dot")).shape == (len(TEXTS), 32)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_pools_in_float32(made: Callable[..., str], dtype: str) -> None:
    path = made(similarity_fn_name="dot")
    with quiet():
        half = transformers.AutoModel.from_pretrained(path, dtype=getattr(torch, dtype)).eval()
    ids = tokenizer()(TEXTS[0], return_tensors="pt")
    with torch.inference_mode():
        states = half(**ids).last_hidden_state[0].float().numpy()
    found = vectors(HuggingFace(path, dtype=dtype), [TEXTS[0]])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[0], states.mean(0), atol=1e-6)
    np.testing.assert_allclose(found, peer(path).encode([TEXTS[0]]), atol=0.1)


# -- templates and prompts -----------------------------------------------------------------


def test_templates_word_a_query_with_and_without_an_instruction(made: Callable[..., str]) -> None:
    model = HuggingFace(
        made(), query="ask: {query}", empty="rain {query}", document="doc {document}."
    )
    inputs = [Text("a {query}"), Text("b", "find {instruction}"), Text("c", "")]
    assert model.render(inputs, "query") == [
        "ask: a {query}",
        "Instruct: find {instruction}\nQuery: b",
        "rain c",
    ]
    assert model.render([Text("d")], "document") == ["doc d."]


def test_prompts_that_are_not_given_are_the_models_own(made: Callable[..., str]) -> None:
    prompts = {"query": "find: ", "passage": "rain "}
    path = made(prompts=prompts, similarity_fn_name="dot")
    model, library = HuggingFace(path), peer(path)
    assert model.render([Text("w1"), Text("w1", "")], "query") == [
        "find: w1",
        "Instruct: \nQuery: w1",
    ]
    for kind, prompt in (("query", "find: "), ("document", "rain ")):
        expected = library.encode(TEXTS, prompt=prompt)
        np.testing.assert_allclose(vectors(model, TEXTS, kind), expected, atol=1e-5)
    bare = HuggingFace(path, query="{query}", document="{document}")
    assert bare.render([Text("w1")], "query") == bare.render([Text("w1")], "document") == ["w1"]


@pytest.mark.parametrize("kind", ["bert", "qwen"])
@pytest.mark.parametrize("pooling", ["mean", "weightedmean", "cls"])
def test_a_prompt_that_the_pooling_leaves_out_is_left_out_text_by_text(
    made: Callable[..., str], kind: str, pooling: str
) -> None:
    path = made(kind=kind, pooling=pooling, include_prompt=False, similarity_fn_name="dot")
    model, library = HuggingFace(path), peer(path)
    instructions = [None, "find", "w50 w51 find", "find w1", "", "rain", "w2", "find"]
    inputs = [Text(text, told) for text, told in zip(TEXTS, instructions, strict=True)]
    expected = []
    for text, told in zip(TEXTS, instructions, strict=True):
        prompt = "" if told is None else f"Instruct: {told}\nQuery: "
        expected.append(library.encode([text], prompt=prompt)[0])
    np.testing.assert_allclose(vectors(model, inputs, "query"), expected, atol=1e-5)
    rendered = model.render(inputs, "query")
    assert rendered[0] == "\x1fw1 w2 w3"
    assert rendered[1] == f"Instruct: find\nQuery: \x1f{TEXTS[1]}"


@pytest.mark.parametrize("kind", ["bert", "qwen"])
@pytest.mark.parametrize("pool_prompts", [False, True])
def test_whether_prompts_are_pooled_can_be_chosen(
    made: Callable[..., str], kind: str, pool_prompts: bool
) -> None:
    # The one is asked of a model that is saved as the other.
    path = made(kind=kind, include_prompt=not pool_prompts, similarity_fn_name="dot")
    library = peer(path)
    model, ready = (HuggingFace(of, pool_prompts=pool_prompts) for of in (path, library))
    texts = [text for text in TEXTS if text]
    before = library.encode(texts, prompt="find rain ")
    found = [
        vectors(
            HuggingFace(of, pool_prompts=pool_prompts, query="find rain {query}"), texts, "query"
        )
        for of in (path, library)
    ]
    np.testing.assert_array_equal(library.encode(texts, prompt="find rain "), before)
    library.set_pooling_include_prompt(pool_prompts)
    expected = library.encode(texts, prompt="find rain ")
    assert np.abs(expected - before).max() > 0.01
    for rows in found:
        np.testing.assert_allclose(rows, expected, atol=1e-5)
    mark = "" if pool_prompts else "\x1f"
    rendered = f"Instruct: find\nQuery: {mark}w1"
    assert model.render([Text("w1", "find")], "query") == [rendered]
    assert ready.render([Text("w1", "find")], "query") == [rendered]


def test_prompts_cannot_be_left_out_where_nothing_is_pooled(tmp_path: Path) -> None:
    path = static(tmp_path)
    with pytest.raises(UserError, match="no pooling that pool_prompts=false could replace"):
        vectors(HuggingFace(str(path), pool_prompts=False))


# -- attention in both directions ----------------------------------------------------------


def in_both_directions(path: str, text: str) -> Floats:
    """The mean state of one text by transformers alone, given a mask that hides no token."""
    with quiet():
        network = transformers.AutoModel.from_pretrained(path, attn_implementation="eager").eval()
    words = transformers.AutoTokenizer.from_pretrained(path)
    ids = words(text, return_tensors="pt", truncation=True)["input_ids"]
    nothing_hidden = torch.zeros(1, 1, ids.shape[1], ids.shape[1])
    with torch.inference_mode():
        states = network(input_ids=ids, attention_mask=nothing_hidden).last_hidden_state
    return np.asarray(states[0].mean(0).numpy())


@pytest.mark.parametrize("kind", ["mistral", "qwen"])
@pytest.mark.parametrize("batch_size", [None, 1])
def test_a_decoder_attends_in_both_directions_when_asked_to(
    made: Callable[..., str], kind: str, batch_size: int | None
) -> None:
    path = made(kind=kind, similarity_fn_name="dot")
    expected = np.stack([in_both_directions(path, text) for text in TEXTS])
    found = vectors(HuggingFace(path, bidirectional=True, batch_size=batch_size))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.abs(vectors(HuggingFace(path)) - expected).max() > 0.1


@pytest.mark.parametrize("kind", ["mistral", "qwen"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_only_then_a_token_changes_with_those_behind_it(
    made: Callable[..., str], kind: str, bidirectional: bool
) -> None:
    model = HuggingFace(made(kind=kind), pooling="cls", bidirectional=bidirectional)
    first, other = vectors(model, ["w1 w2 w3", "w1 w2 w4"])
    assert np.allclose(first, other, atol=1e-6) != bidirectional


def test_a_config_that_asks_for_both_directions_itself_is_no_error(
    made: Callable[..., str], tmp_path: Path
) -> None:
    made_path = made(kind="mistral", similarity_fn_name="dot")
    path = shutil.copytree(made_path, tmp_path / "asks")
    config = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps({**config, "is_causal": False}))
    expected = vectors(HuggingFace(made_path, bidirectional=True))
    for model in (HuggingFace(str(path), bidirectional=True), HuggingFace(str(path))):
        np.testing.assert_allclose(vectors(model), expected, atol=1e-6)


def test_both_directions_are_refused_where_that_changes_nothing(
    made: Callable[..., str], tmp_path: Path
) -> None:
    for path, said in (
        (made(), "'BertModel' is no decoder: leave out bidirectional=true"),
        (str(static(tmp_path)), "'StaticEmbedding' is no decoder"),
        (made(kind="gpt"), "does not reach the attention of 'OpenAIGPTModel'"),
    ):
        with pytest.raises(UserError, match=said):
            vectors(HuggingFace(path, bidirectional=True), ["w1"])


# -- models that are not plain transformers ------------------------------------------------


def static(folder: Path) -> Path:
    """A saved model that is a table of vectors."""
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    weights = np.random.default_rng(1).normal(size=(len(MARKS) + len(WORDS), 6)).astype("float32")
    words = StaticEmbedding(tokenizer()._tokenizer, embedding_weights=weights)
    library = sentence_transformers.SentenceTransformer(modules=[words], device="cpu")
    library.save(str(folder / "static"))
    return folder / "static"


def test_other_kinds_of_models_run_through_the_library(tmp_path: Path) -> None:
    path = str(static(tmp_path))
    answer = encoded(
        HuggingFace(path, similarity="dot", dimensions=4, query="w5 {query}"),
        [Text(text) for text in TEXTS],
        "query",
    )
    expected = peer(path).encode([f"w5 {text}" for text in TEXTS])[:, :4]
    np.testing.assert_allclose(answer.values, expected, atol=1e-6)
    assert answer.tokens is None
    assert answer.truncated is None


def test_a_model_with_a_route_for_each_kind_gets_told_the_kind(tmp_path: Path) -> None:
    from sentence_transformers.base.modules import Router
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    shape = (len(MARKS) + len(WORDS), 6)
    routes = [
        StaticEmbedding(
            tokenizer()._tokenizer,
            embedding_weights=np.random.default_rng(seed).normal(size=shape).astype("float32"),
        )
        for seed in (1, 2)
    ]
    router = Router.for_query_document([routes[0]], [routes[1]])
    library = sentence_transformers.SentenceTransformer(modules=[router], device="cpu")
    library.save(str(tmp_path / "routed"))
    with quiet():
        model = HuggingFace(str(tmp_path / "routed"), similarity="dot")
    for kind, encode in (
        ("query", library.encode_query),
        ("document", library.encode_document),
    ):
        np.testing.assert_allclose(vectors(model, TEXTS, kind), encode(TEXTS), atol=1e-6)
    assert model.render([Text("w1")], "query") != model.render([Text("w1")], "document")


@pytest.mark.slow
def test_several_devices_share_the_work(made: Callable[..., str]) -> None:
    path = made(kind="qwen", similarity_fn_name="dot")
    inputs = [Text(text, "find" if i % 2 else None) for i, text in enumerate(TEXTS)]
    settings = {"bidirectional": True, "pool_prompts": False}
    alone, together = (HuggingFace(path, device=on, **settings) for on in ("cpu", "cpu,cpu"))
    expected = encoded(alone, inputs, "query")
    for _ in range(2):  # the processes are started once
        answer = encoded(together, inputs, "query")
        np.testing.assert_allclose(answer.values, expected.values, atol=1e-5)
        assert answer.tokens == expected.tokens


# -- memory --------------------------------------------------------------------------------


def limited(model: HuggingFace, tokens: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Lets the model run out of memory beyond so many tokens in a batch; returns batches done."""
    vectors(model, ["w1"])
    assert model._loaded is not None
    network, done = model._loaded.model[0], []
    forward = network.forward

    def short(features: dict[str, Any], **kwargs: Any) -> Any:
        if features["input_ids"].numel() > tokens:
            raise torch.OutOfMemoryError("out of memory")
        done.append(len(features["input_ids"]))
        return forward(features, **kwargs)

    monkeypatch.setattr(network, "forward", short)
    return done


def test_a_device_without_memory_gets_smaller_batches_and_that_is_told(
    made: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.neural.sentence.cores", lambda device: 1)
    model = HuggingFace(made())
    inputs = [Text(text) for text in TEXTS]
    expected = vectors(model)
    done = limited(model, 40, monkeypatch)
    answer = encoded(model, inputs)
    np.testing.assert_allclose(answer.values, expected, atol=1e-5)
    # 8 texts of up to 24 tokens are 192; halved to 96, 48 and 24, of which the last fits.
    assert answer.notes == {"batches halved for lack of memory": 3}
    assert sum(done) == len(TEXTS)
    assert encoded(model, inputs).notes == {}


def test_one_text_that_does_not_fit_is_an_error_and_names_its_length(
    made: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = HuggingFace(made())
    limited(model, 20, monkeypatch)
    with pytest.raises(UserError, match="one text of 24 tokens needs more memory than 'cpu' has"):
        encoded(model, [Text(text) for text in TEXTS])


# -- identity ------------------------------------------------------------------------------


def test_a_folder_is_known_by_its_contents_and_called_by_its_name(
    made: Callable[..., str], tmp_path: Path
) -> None:
    path = made()
    there = shutil.copytree(path, tmp_path / "elsewhere" / "tiny")
    here, moved = load_model(f'hf("{path}")'), load_model(HuggingFace(str(there)))
    assert here.name == moved.name == 'hf("tiny/")'
    assert here.fingerprint == moved.fingerprint
    assert str(tmp_path) not in json.dumps(here.identity)
    (there / "README.md").write_text("changed")
    assert load_model(HuggingFace(str(there))).fingerprint != here.fingerprint


def test_a_loaded_model_is_known_by_its_weights(made: Callable[..., str], tmp_path: Path) -> None:
    path = made()
    there = shutil.copytree(path, tmp_path / "elsewhere")
    one, other = peer(path), peer(str(there))
    one.encode(TEXTS)  # what it has done does not count
    same = load_model(HuggingFace(one))
    assert same.fingerprint == load_model(HuggingFace(other)).fingerprint
    with torch.no_grad():
        next(other.parameters()).add_(1e-3)
    assert load_model(HuggingFace(other)).fingerprint != same.fingerprint
    other.max_seq_length = 7
    changed = HuggingFace(other)
    assert changed.contents["name"].startswith("sha256:")
    assert str(tmp_path) not in json.dumps(load_model(changed).identity)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("prompts", {"query": "cold cold ", "document": ""}),
        ("similarity_fn_name", "dot"),
        ("truncate_dim", 4),
    ],
)
def test_a_loaded_model_is_known_by_what_was_set_on_it(
    made: Callable[..., str], setting: str, value: Any
) -> None:
    path = made()
    one, other = peer(path), peer(path)
    assert getattr(one, setting) != value
    setattr(other, setting, value)
    plain, changed = HuggingFace(one), HuggingFace(other)
    assert load_model(plain).fingerprint != load_model(changed).fingerprint
    assert plain.encoder != changed.encoder


@pytest.mark.parametrize(
    "change",
    [
        {"pooling": "cls"},
        {"pool_prompts": False},
        {"normalize": True},
        {"max_length": 9},
        {"dimensions": 4},
        {"bidirectional": True},
        {"dtype": "bfloat16"},
        {"similarity": "dot"},
        {"trust_remote_code": True},
    ],
)
def test_whatever_changes_a_vector_changes_the_encoder(
    made: Callable[..., str], change: dict[str, Any]
) -> None:
    path = made()
    plain, changed = HuggingFace(path), HuggingFace(path, **change)
    assert plain.encoder != changed.encoder
    assert load_model(plain).fingerprint != load_model(changed).fingerprint
    json.dumps(changed.encoder)


def test_back_end_commit_and_weights_are_part_of_the_encoder(
    made: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.hf.find_spec", lambda name: name)  # as if it were installed
    hub = [HuggingFace("owner/name", revision=commit) for commit in (COMMIT, OLDER)]
    path = made()
    changed = Path(shutil.copytree(path, tmp_path / "changed"))
    weights = changed / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x7f")
    folders = [HuggingFace(path), HuggingFace(path, backend="onnx"), HuggingFace(str(changed))]
    encoders = [json.dumps(model.encoder, sort_keys=True) for model in (*hub, *folders)]
    assert len(set(encoders)) == len(encoders)


def test_the_commit_of_a_models_code_is_part_of_the_model(made: Callable[..., str]) -> None:
    path = made()
    one, other = (
        HuggingFace(path, trust_remote_code=True, code_revision=commit)
        for commit in (COMMIT, OLDER)
    )
    assert one.encoder != other.encoder
    assert load_model(one).fingerprint != load_model(other).fingerprint


def test_templates_change_the_model_but_not_its_encoder(made: Callable[..., str]) -> None:
    path = made()
    plain, worded = HuggingFace(path), HuggingFace(path, query="find {query}")
    assert plain.encoder == worded.encoder
    assert load_model(plain).fingerprint != load_model(worded).fingerprint


def test_device_and_batch_size_are_no_part_of_the_model(made: Callable[..., str]) -> None:
    path = made()
    one, other = HuggingFace(path), HuggingFace(path, device="cpu", batch_size=3)
    assert load_model(one).fingerprint == load_model(other).fingerprint
    assert one.encoder == other.encoder


def test_auto_becomes_the_dtype_that_was_chosen(
    made: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made()
    for faster, chosen in ((1.31, "bfloat16"), (1.29, "float32")):
        monkeypatch.setattr("models.neural.precision.gain", lambda *_, faster=faster: faster)
        model = HuggingFace(path, dtype="auto")
        assert model.dtype == chosen
        assert (
            load_model(model).fingerprint
            == load_model(f'hf("{path}", dtype="{chosen}")').fingerprint
        )


def test_constructing_and_wording_imports_nothing_heavy(made: Callable[..., str]) -> None:
    program = (
        "import sys\n"
        "from harness.records import Text\n"
        "from models.hf import HuggingFace\n"
        f"model = HuggingFace({made()!r})\n"
        "model.encoder, model.contents, model.render([Text('a')], 'query')\n"
        "print([n for n in ('torch', 'transformers', 'sentence_transformers') if n in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


# -- what is not there ---------------------------------------------------------------------


def test_a_model_that_is_not_here_says_how_to_get_it() -> None:
    with pytest.raises(UserError, match=r"hf download nobody/nothing;.*HF_HOME.*local folder"):
        HuggingFace("nobody/nothing")
    with pytest.raises(UserError, match="hf download sentence-transformers/gtr-t5-base"):
        HuggingFace("gtr-t5-base")


def test_a_commit_is_taken_at_its_word_until_the_model_is_needed() -> None:
    model = HuggingFace("nobody/nothing", revision=COMMIT, query="{query}")
    assert load_model(model).name == (
        f'hf("nobody/nothing", query="{{query}}", revision="{COMMIT}")'
    )
    assert model.encoder["model"] == f"nobody/nothing@{COMMIT}"
    with pytest.raises(UserError, match=f"hf download nobody/nothing --revision {COMMIT}"):
        vectors(model, ["w1"])


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A machine that nobody told to be offline, without a network; what it tried to reach."""
    tried: list[object] = []

    def refused(*address: Any, **options: Any) -> Any:
        tried.append(address)
        raise OSError("no network")

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("socket.getaddrinfo", refused)
    monkeypatch.setattr("socket.socket.connect", refused)
    return tried


@pytest.mark.parametrize("revision", ["", COMMIT])
def test_a_cached_model_runs_without_asking_the_hub(
    made: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    attempts: list[object],
    revision: str,
) -> None:
    path = made(prompts={"query": "find "}, normalize=True)
    repository = tmp_path / "models--owner--name"
    snapshot = shutil.copytree(path, repository / "snapshots" / COMMIT)
    shutil.rmtree(snapshot / "2_Normalize")  # older models have no files for it
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    attempts.clear()  # saving a model asks for the one that it was made from
    model = HuggingFace("owner/name", revision=revision)
    np.testing.assert_array_equal(vectors(model), vectors(HuggingFace(path)))
    assert model.render([Text("w1")], "query") == ["find w1"]
    assert attempts == []
    assert (model.name, model.revision) == ("owner/name", COMMIT)
    assert (model.contents, model.encoder["model"]) == ({}, f"owner/name@{COMMIT}")


def test_a_model_that_is_not_cached_fails_at_the_first_silence_of_the_hub(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    attempts: list[object],
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    model = HuggingFace("owner/name", revision=COMMIT)
    with pytest.raises(UserError, match=f"cannot be reached: .*--revision {COMMIT}"):
        vectors(model)
    assert len(attempts) == 1
    assert "".join(capfd.readouterr()) == ""


def test_instructor_leaves_out_prompts_though_it_lies_in_a_folder(
    made: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The library knows it by its id, which the cached folder does not have.
    name = "hkunlp/instructor-base"
    snapshot = tmp_path / "models--hkunlp--instructor-base" / "snapshots" / COMMIT
    shutil.copytree(made(), snapshot)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    model = HuggingFace(name, revision=COMMIT, document="find {document}", similarity="dot")
    states = hidden("find w1 w2")  # [CLS] find w1 w2 [SEP]
    np.testing.assert_allclose(vectors(model, ["w1 w2"])[0], states[2:].mean(0), atol=1e-5)


def test_a_model_of_another_kind_is_sent_to_its_adapter(
    made: Callable[..., str], tmp_path: Path
) -> None:
    from sentence_transformers import CrossEncoder, MultiVectorEncoder, SparseEncoder

    sizes = network().config.to_dict()
    words = transformers.BertForMaskedLM(transformers.BertConfig(**sizes))
    one_label = transformers.BertConfig(**{**sizes, "num_labels": 1})
    pairs = transformers.BertForSequenceClassification(one_label)
    with quiet():
        for name, library, kind in (
            ("late", network(), MultiVectorEncoder),
            ("splade", words, SparseEncoder),
            ("ce", pairs, CrossEncoder),
        ):
            bare = tmp_path / "bare" / name
            library.save_pretrained(bare)
            tokenizer().save_pretrained(bare)
            kind(str(bare), device="cpu").save_pretrained(str(tmp_path / name))
    for name in ("late", "splade", "ce"):
        with pytest.raises(UserError, match=rf"^'{name}/' is no model for hf.* {name}\(\.\.\.\)"):
            vectors(HuggingFace(str(tmp_path / name)), ["w1"])
    with pytest.raises(UserError, match=r"^'ce/' is no model for hf.* ce\(\.\.\.\)"):
        vectors(HuggingFace(str(tmp_path / "bare" / "ce")), ["w1"])
    assert vectors(HuggingFace(str(tmp_path / "bare" / "splade")), ["w1"]).shape == (1, 32)


def test_a_folder_without_a_model_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UserError, match=f"'{tmp_path.name}/' cannot be loaded: ") as refused:
        vectors(HuggingFace(str(tmp_path)), ["w1"])
    assert "\n" not in str(refused.value)


def test_code_of_a_model_runs_only_when_allowed(made: Callable[..., str], tmp_path: Path) -> None:
    path = shutil.copytree(made(), tmp_path / "own")
    modules = json.loads((path / "modules.json").read_text())
    modules[1]["type"] = "own_pooling.Pooling"
    (path / "modules.json").write_text(json.dumps(modules))
    (path / "own_pooling.py").write_text("raise SystemExit('ran')")
    with pytest.raises(UserError, match="allow it with trust_remote_code=true"):
        vectors(HuggingFace(str(path)), ["w1"])


CODE = """
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

class OwnConfig(BertConfig):
    model_type = "own"

class OwnModel(BertModel):
    config_class = OwnConfig

    def forward(self, *given, **named):
        answer = super().forward(*given, **named)
        answer.last_hidden_state = answer.last_hidden_state * FACTOR
        return answer

class OwnTokenizer(PreTrainedTokenizerFast):
    factor = FACTOR
"""


@pytest.fixture
def borrows_code(made: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model whose code lies elsewhere: at COMMIT (main) states are tripled, at OLDER doubled."""
    repository = tmp_path / "hub" / "models--owner--code"
    for commit, factor in ((COMMIT, "3"), (OLDER, "2")):
        (repository / "snapshots" / commit).mkdir(parents=True)
        code = repository / "snapshots" / commit / "modeling.py"
        code.write_text(CODE.replace("FACTOR", factor))
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    path = shutil.copytree(made(similarity_fn_name="dot"), tmp_path / "borrows")
    for file, names in (
        ("config.json", {"AutoConfig": "OwnConfig", "AutoModel": "OwnModel"}),
        ("tokenizer_config.json", {"AutoTokenizer": "OwnTokenizer"}),
    ):
        found: dict[str, Any] = {k: f"owner/code--modeling.{v}" for k, v in names.items()}
        if file == "tokenizer_config.json":
            found = {"AutoTokenizer": [None, found["AutoTokenizer"]]}
        settings = json.loads((path / file).read_text())
        changes = {"auto_map": found, "model_type": "own", "tokenizer_class": "OwnTokenizer"}
        (path / file).write_text(json.dumps({**settings, **changes}))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    modules = str(tmp_path / "modules")
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", modules)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return path


def test_code_from_another_repository_runs_at_its_own_commit(
    made: Callable[..., str], borrows_code: Path
) -> None:
    plain = vectors(HuggingFace(made(similarity_fn_name="dot")))
    for commit, factor in ((OLDER, 2), (COMMIT, 3)):
        model = HuggingFace(str(borrows_code), trust_remote_code=True, code_revision=commit)
        np.testing.assert_allclose(vectors(model), factor * plain, atol=1e-5)
        assert model._loaded is not None
        assert model._loaded.model.tokenizer.factor == factor


def test_code_that_is_not_here_is_told_apart_from_weights(borrows_code: Path) -> None:
    model = HuggingFace(str(borrows_code), trust_remote_code=True, code_revision="e" * 40)
    with pytest.raises(UserError, match="or its code at eeeeeee in the repository that its config"):
        vectors(model, ["w1"])


def test_a_commit_for_code_that_a_model_does_not_have_is_refused(made: Callable[..., str]) -> None:
    model = HuggingFace(made(), trust_remote_code=True, code_revision=COMMIT)
    with pytest.raises(UserError, match=r"has no effect, the model's code is 'transformers\."):
        vectors(model, ["w1"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"pooling": "median"}, "unknown pooling 'median'"),
        ({"dtype": "int8"}, "unknown dtype 'int8'"),
        ({"similarity": "euclidean"}, "unknown similarity 'euclidean'"),
        ({"backend": "tensorflow"}, "unknown backend 'tensorflow'"),
        ({"max_length": -1}, "neither may be negative"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"query": "ask"}, r"query='ask': the field \{query\} is missing"),
        ({"instructed": "{query}"}, r"the field \{instruction\} is missing"),
        ({"document": "{text}"}, r"there is no field \{text\}"),
        ({"normalize": False, "similarity": "cosine"}, "the cosine needs length 1"),
        ({"revision": "main"}, "which has no revision 'main'"),
        ({"backend": "onnx", "dtype": "float16"}, "for backend='torch' only"),
        ({"backend": "onnx", "bidirectional": True}, "bidirectional is for backend='torch' only"),
        ({"code_revision": COMMIT}, "no code of the model runs unless trust_remote_code=true"),
        ({"code_revision": "main", "trust_remote_code": True}, "give a full commit"),
    ],
)
def test_an_impossible_setting_is_refused_when_the_model_is_made(
    tmp_path: Path, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        HuggingFace(str(tmp_path), **given)


def test_what_a_loaded_model_has_decided_cannot_be_changed(made: Callable[..., str]) -> None:
    library = peer(made())
    for given in (
        {"max_length": 5},
        {"bidirectional": True},
        {"dtype": "float16"},
        {"trust_remote_code": True},
    ):
        with pytest.raises(UserError, match=f"{next(iter(given))} cannot be changed"):
            HuggingFace(library, **given)
    with pytest.raises(UserError, match="a name, a folder or a SentenceTransformer"):
        HuggingFace(3)  # type: ignore[arg-type]


def test_missing_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.hf.find_spec", lambda name: name != "optimum" or None)
    with pytest.raises(UserError, match=r"pip install 'sentence-transformers\[onnx\]'"):
        HuggingFace(str(tmp_path), backend="onnx")
    monkeypatch.setattr("models.hf.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"assay-harness\[models\]"):
        HuggingFace(str(tmp_path))


def test_a_loaded_model_is_run_as_it_is_wherever_a_model_may_stand(
    made: Callable[..., str],
) -> None:
    from models.pipeline import Pipeline
    from models.reference import RandomRanking

    ready = sentence_transformers.SentenceTransformer(made(), device="cpu")
    alone, inside = load_model(ready), load_model(Pipeline(RandomRanking(), ready))
    assert alone.name.startswith('hf("object ')
    assert inside.name == f"random >> {alone.name}"
    with pytest.raises(UserError, match=r"run from where it is saved: .* ce\(\"folder\"\)"):
        load_model(sentence_transformers.CrossEncoder.__new__(sentence_transformers.CrossEncoder))
