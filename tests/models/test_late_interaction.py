"""Late interaction: a text gets the vectors that its model gives it alone; what is cut counts."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pytest

from harness.encoded import Encoded, Floats
from harness.errors import UserError
from harness.records import Text
from models.late_interaction import LateInteraction

pytest.importorskip("sentence_transformers")

VOCABULARY = [
    *("[PAD]", "[unused0]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *".,:!?"),
    *("the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog"),
    *("find", "me", "tool", "for", "rain"),
]
TEXTS = [
    Text("the quick fox"),
    Text("a dog , a fox .", "find me a tool"),
    Text("rain", ""),
    Text("the lazy dog jumps over the quick brown fox for a tool . find the rain"),
]
"""A query of ToolRet's every kind: without instruction, with one, with an empty one; and a long
text of 16 tokens, 18 with the two that BERT adds."""
QUERY_LENGTH, DOCUMENT_LENGTH = 10, 12


def tokenizer(folder: Path) -> Any:
    from transformers import BertTokenizerFast

    vocabulary = folder / "words.txt"
    vocabulary.write_text("\n".join(VOCABULARY))
    return BertTokenizerFast(str(vocabulary), model_max_length=16)


def bert() -> Any:
    """A small network whose weights are drawn wide, so that tokens differ in their vectors."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=20,
        initializer_range=0.5,
    )
    return BertModel(config, add_pooling_layer=False).eval()


def projection() -> Any:
    import torch

    torch.manual_seed(8)
    return torch.randn(8, 32)


def saved(folder: Path, *, pooled: bool = False, **settings: Any) -> Path:
    """A model in the library's own format; `settings` are those of its transformer."""
    from sentence_transformers import MultiVectorEncoder, SentenceTransformer
    from sentence_transformers.base.modules import Normalize, Transformer
    from sentence_transformers.base.modules.dense import Dense
    from sentence_transformers.multi_vector_encoder.modules import MultiVectorMask
    from sentence_transformers.sentence_transformer.modules import Pooling
    from torch.nn import Identity

    bare = folder / "bare"
    bare.mkdir()
    tokenizer(folder).save_pretrained(bare)
    bert().save_pretrained(bare)
    first = Transformer(str(bare), **settings)
    level = "token_embeddings"
    dense = Dense(32, 8, False, Identity(), projection(), module_input_name=level)
    path = folder / "late"
    if pooled:
        SentenceTransformer(modules=[first, Pooling(32)]).save(str(path))
        return path
    modules = [first, dense, MultiVectorMask(skiplist_words=[".", ","]), Normalize(level)]
    prompts = {"query": "find : ", "document": "! "}
    MultiVectorEncoder(modules=modules, prompts=prompts).save(str(path))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    expansion = {"strategy": "fixed", "length": QUERY_LENGTH, "attend": False}
    root = tmp_path_factory.mktemp("models")
    return saved(root, document_length=DOCUMENT_LENGTH, query_expansion=expansion)


def arrays(encoded: Encoded) -> list[Floats]:
    assert all(value.dtype == np.float32 for value in encoded.values)
    return list(encoded.values)


def assert_equal(ours: Encoded, theirs: list[Any]) -> None:
    assert len(ours.values) == len(theirs)
    for mine, other in zip(arrays(ours), theirs, strict=True):
        assert mine.shape == tuple(other.shape)
        np.testing.assert_allclose(mine, np.asarray(other), atol=1e-5)


def by_hand(words: str, mark: str, *, query: bool) -> Floats:
    """ColBERT in plain torch: marked, cut or filled with [MASK], projected, scaled, and skipped."""
    import torch

    ids = [VOCABULARY.index(word) for word in words.split()]
    room = (QUERY_LENGTH if query else DOCUMENT_LENGTH) - 3
    ids = [VOCABULARY.index(t) for t in ("[CLS]", mark)] + ids[:room] + [VOCABULARY.index("[SEP]")]
    real = len(ids)
    ids += [VOCABULARY.index("[MASK]")] * (QUERY_LENGTH - real if query else 0)
    attended = torch.tensor([[1] * real + [0] * (len(ids) - real)])
    with torch.inference_mode():
        hidden = bert()(input_ids=torch.tensor([ids]), attention_mask=attended)[0][0]
        vectors = torch.nn.functional.normalize(hidden @ projection().T, dim=1).numpy()
    kept = [query or VOCABULARY[id] not in string.punctuation for id in ids]
    chosen: Floats = vectors[kept]
    return chosen


def stanford(folder: Path) -> Path:
    """A checkpoint as the authors of ColBERT save them."""
    from safetensors.torch import save_file

    path = folder / "colbert"
    path.mkdir()
    tokenizer(folder).save_pretrained(path)
    network = bert()
    network.config.architectures = ["HF_ColBERT"]
    network.config.save_pretrained(path)
    weights = {f"bert.{name}": tensor for name, tensor in network.state_dict().items()}
    save_file(
        {**weights, "linear.weight": projection()}, path / "model.safetensors", {"format": "pt"}
    )
    told = {"query_maxlen": QUERY_LENGTH, "doc_maxlen": DOCUMENT_LENGTH, "mask_punctuation": True}
    marks = {"query_token_id": "[unused0]", "doc_token_id": "[unused1]"}
    (path / "artifact.metadata").write_text(json.dumps(told | marks))
    return path


def pylate(folder: Path) -> Path:
    """A checkpoint as PyLate 1 saves them."""
    from safetensors.torch import save_file

    path = folder / "pylate"
    (path / "1_Dense").mkdir(parents=True)
    tokenizer(folder).save_pretrained(path)
    bert().save_pretrained(path)
    told = {"in_features": 32, "out_features": 8, "bias": False}
    told |= {"activation_function": "torch.nn.modules.linear.Identity"}
    (path / "1_Dense" / "config.json").write_text(json.dumps(told))
    save_file({"linear.weight": projection()}, path / "1_Dense" / "model.safetensors")
    kinds = ("sentence_transformers.models.Transformer", "pylate.models.Dense.Dense")
    modules = [
        {"idx": i, "name": str(i), "path": where, "type": kind}
        for i, (where, kind) in enumerate(zip(("", "1_Dense"), kinds, strict=True))
    ]
    (path / "modules.json").write_text(json.dumps(modules))
    (path / "sentence_bert_config.json").write_text('{"max_seq_length": 16}')
    own = {
        "query_prefix": "[unused0]",
        "document_prefix": "[unused1]",
        "query_length": QUERY_LENGTH,
        "document_length": DOCUMENT_LENGTH,
        "attend_to_expansion_tokens": False,
        "skiplist_words": list(string.punctuation),
    }
    (path / "config_sentence_transformers.json").write_text(json.dumps(own))
    return path


@pytest.mark.parametrize("checkpoint", [stanford, pylate])
def test_checkpoints_of_stanford_and_pylate_give_colberts_vectors(
    tmp_path: Path, checkpoint: Callable[[Path], Path]
) -> None:
    model = LateInteraction(str(checkpoint(tmp_path)), device="cpu")
    words = [text.text for text in TEXTS]
    for kind, mark in (("query", "[unused0]"), ("document", "[unused1]")):
        found = model.encode([Text(text) for text in words], kind=kind)
        expected = [by_hand(text, mark, query=kind == "query") for text in words]
        assert_equal(found, expected)
        # [CLS], the mark and [SEP] go with every text; the last is too long for either kind.
        assert found.tokens == [6, 9, 4, 19]
        assert found.truncated == [False, False, False, True]


def test_every_text_gets_what_the_library_gives_it_alone(folder: Path) -> None:
    from sentence_transformers import MultiVectorEncoder

    theirs = MultiVectorEncoder(str(folder), device="cpu")
    ours = LateInteraction(str(folder), device="cpu", batch_size=3)
    documents = [theirs.encode_document(text.text) for text in TEXTS]
    assert_equal(ours.encode(TEXTS, kind="document"), documents)
    worded = [TEXTS[0].text, "find me a tool a dog , a fox .", "rain", TEXTS[3].text]
    assert_equal(ours.encode(TEXTS, kind="query"), [theirs.encode_query(text) for text in worded])


def test_templates_take_the_place_of_the_models_prompts(folder: Path) -> None:
    from sentence_transformers import MultiVectorEncoder

    theirs = MultiVectorEncoder(str(folder), device="cpu", prompts={"query": "", "document": ""})
    ours = LateInteraction(
        str(folder),
        instructed="{instruction} : {query}",
        empty="? {query}",
        document="tool {document}",
        device="cpu",
    )
    # Queries without an instruction keep the model's prompt.
    worded = ["find : the quick fox", "find me a tool : a dog , a fox .", "? rain"]
    worded.append(f"find : {TEXTS[3].text}")
    assert_equal(ours.encode(TEXTS, kind="query"), [theirs.encode_query(text) for text in worded])
    documents = [theirs.encode_document(f"tool {text.text}") for text in TEXTS]
    assert_equal(ours.encode(TEXTS, kind="document"), documents)


def test_what_is_rendered_says_all_that_tells_two_texts_apart(folder: Path) -> None:
    plain = LateInteraction(str(folder))
    assert len({*plain.render(TEXTS, "query"), *plain.render(TEXTS, "document")}) == 8
    worded = LateInteraction(str(folder), query="find : {query}")
    assert plain.render([Text("find : rain")], "query") != worded.render([Text("rain")], "query")
    other = LateInteraction(str(folder), instructed="{query} {instruction}")
    assert plain.render(TEXTS, "document") == other.render(TEXTS, "document")
    assert plain.encoder == other.encoder


def test_lengths_can_be_set(folder: Path) -> None:
    model = LateInteraction(str(folder), query_length=5, document_length=7, device="cpu")
    queries, documents = (model.encode(TEXTS, kind=kind) for kind in ("query", "document"))
    assert [len(vectors) for vectors in arrays(queries)] == [5, 5, 5, 5]
    # Of [CLS] ! the quick fox [SEP] all is kept; of [CLS] ! a dog , a [SEP] not the comma.
    assert [len(vectors) for vectors in arrays(documents)] == [6, 6, 4, 7]
    assert documents.tokens == [6, 9, 4, 19]
    assert documents.truncated == [False, True, False, True]
    with pytest.raises(UserError, match="document_length=21: the model has learned 20 positions"):
        LateInteraction(str(folder), document_length=21, device="cpu").encode(TEXTS, kind="query")


def test_queries_may_be_expanded_to_a_least_length(tmp_path: Path) -> None:
    from sentence_transformers import MultiVectorEncoder

    expansion = {"strategy": "min", "length": 6, "attend": True}
    folder = saved(tmp_path, query_length=9, query_expansion=expansion)
    ours = LateInteraction(str(folder), device="cpu").encode(TEXTS, kind="query")
    theirs = MultiVectorEncoder(str(folder), device="cpu")
    worded = [TEXTS[0].text, "find me a tool a dog , a fox .", "rain", TEXTS[3].text]
    assert_equal(ours, [theirs.encode_query(text) for text in worded])
    assert ours.truncated == [False, True, False, True]
    shorter = LateInteraction(str(folder), query_length=8, device="cpu")
    assert [len(v) for v in arrays(shorter.encode(TEXTS, kind="query"))] == [7, 8, 6, 8]
    with pytest.raises(UserError, match="query_length=5: the model expands queries to 6 tokens"):
        LateInteraction(str(folder), query_length=5, device="cpu").encode(TEXTS, kind="query")


def test_models_that_were_not_trained_for_it_are_refused(tmp_path: Path) -> None:
    embedder = saved(tmp_path, pooled=True)
    for path in (embedder, tmp_path / "bare"):
        with pytest.raises(
            UserError, match=rf"'{path.name}/' was not trained for late interaction"
        ):
            LateInteraction(str(path), device="cpu").encode(TEXTS, kind="query")


def test_memory_that_runs_out_halves_the_batches_and_is_counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from sentence_transformers import MultiVectorEncoder

    tried: list[int] = []
    encode = MultiVectorEncoder.encode_document

    def cramped(self: Any, inputs: list[str], **options: Any) -> Any:
        tried.append(len(inputs))
        if len(inputs) > 1:
            raise torch.OutOfMemoryError("out of memory")
        return encode(self, inputs, **options)

    expected = arrays(LateInteraction(str(folder), device="cpu").encode(TEXTS, kind="document"))
    monkeypatch.setattr(MultiVectorEncoder, "encode_document", cramped)
    model = LateInteraction(str(folder), device="cpu")
    found = model.encode(TEXTS, kind="document")
    assert_equal(found, expected)
    # Read are 12, 9, 6 and 4 tokens: all in 4 * 12, two in 24, one in 12 until two fit, one in 6.
    assert tried == [4, 2, 1, 1, 2, 1, 1]
    assert found.notes == {"batches halved for lack of memory": 3}
    tried.clear()
    assert model.encode(TEXTS, kind="document").notes == {}
    assert tried == [1, 1, 1, 1]
    monkeypatch.setattr(MultiVectorEncoder, "encode_document", _out_of_memory)
    with pytest.raises(UserError, match="memory does not suffice for one text"):
        LateInteraction(str(folder), device="cpu").encode(TEXTS, kind="document")


def _out_of_memory(*args: object, **options: object) -> object:
    import torch

    raise torch.OutOfMemoryError("out of memory")


def test_half_precision_gives_nearly_the_same_directions_in_float32(folder: Path) -> None:
    full, half = (
        arrays(
            LateInteraction(str(folder), dtype=dtype, device="cpu").encode(TEXTS, kind="document")
        )
        for dtype in ("float32", "bfloat16")
    )
    cosines = np.concatenate([(a * b).sum(axis=1) for a, b in zip(full, half, strict=True)])
    assert (cosines > 0.98).all()
    assert (cosines < 1 - 1e-7).any()


def test_making_one_loads_nothing_and_what_is_loaded_is_hashed(
    folder: Path, tmp_path: Path
) -> None:
    folder = Path(copytree(folder, tmp_path / "late"))
    before = LateInteraction(str(folder))
    assert before.name == "late/"
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    after = LateInteraction(str(folder))
    assert before.contents != after.contents
    assert before.encoder != after.encoder
    weights.write_bytes(b"no weights at all")
    with pytest.raises(UserError, match="'late/' cannot be loaded"):
        LateInteraction(str(folder), device="cpu").encode(TEXTS, kind="query")


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"query": "{text}"}, "no field {text}"),
        ({"instructed": "{query}"}, "{instruction} is missing"),
        ({"dtype": "float8"}, "unknown dtype 'float8'"),
        ({"document_length": -1}, "neither may be negative"),
        ({"batch_size": 0}, "at least one text"),
    ],
)
def test_impossible_parameters_are_refused(
    folder: Path, parameters: dict[str, Any], problem: str
) -> None:
    with pytest.raises(UserError) as raised:
        LateInteraction(str(folder), **parameters)
    assert problem in str(raised.value)


@pytest.mark.slow
def test_several_devices_give_what_one_gives(folder: Path) -> None:
    texts = TEXTS * 20
    one, two = (LateInteraction(str(folder), device=device) for device in ("cpu", "cpu,cpu"))
    for kind in ("query", "document"):
        assert_equal(two.encode(texts, kind=kind), arrays(one.encode(texts, kind=kind)))
