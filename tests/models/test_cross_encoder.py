"""Cross-encoders: scores are those of the plain model on the single pair, however they are batched.

The reference is transformers alone, one pair at a time and without padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("sentence_transformers")

from harness.corpus import ListCorpus  # noqa: E402
from harness.errors import UserError  # noqa: E402
from harness.loading import load_model  # noqa: E402
from harness.ranking import Ranking  # noqa: E402
from harness.records import Document, Query  # noqa: E402
from harness.run import Run  # noqa: E402
from models.bm25 import BM25  # noqa: E402
from models.cross_encoder import CrossEncoder  # noqa: E402
from models.pipeline import Pipeline  # noqa: E402

WORDS = [f"w{i}" for i in range(200)]
MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "Instruct", "Query", "Task", ":", "."]
LENGTH = 48
TEXTS = [
    "w1 w2 w3",
    "w4",
    " ".join(f"w{i}" for i in range(5, 35)),
    "w40 w41 w42 w43 w44 w45 w46",
    "",
    "w50 w51 w1 w2",
    "w1 w2 w3",
]
CORPUS = ListCorpus(Document(f"d{i}", text, "w9" if i == 3 else "") for i, text in enumerate(TEXTS))
QUERIES = [Query("q1", "w1 w2"), Query("q2", "w60 w61 w62 w63 w64")]
CANDIDATES = Run.from_rankings({q.id: [f"d{i}" for i in range(len(TEXTS))] for q in QUERIES})


def save(folder: Path, labels: int = 1, change: Any = None) -> Path:
    """A BERT of two layers with random weights."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    vocabulary = {word: i for i, word in enumerate([*MARKS, *WORDS])}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    words.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=words,
        model_max_length=LENGTH,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
    ).save_pretrained(folder)
    torch.manual_seed(7)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        num_labels=labels,
        initializer_range=0.3,
    )
    model = transformers.BertForSequenceClassification(config)
    if change is not None:
        change(model)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("tiny-ce"))


def plain(folder: Path, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """The logit of each pair, from transformers, one at a time."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.inference_mode():
        return [
            float(
                model(
                    **tokenizer(
                        [query],  # as lists: an empty document is a document
                        [document],
                        truncation="longest_first",
                        max_length=LENGTH,
                        return_tensors="pt",
                    )
                ).logits[0, 0]
            )
            for query, document in pairs
        ]


def rerank(model: CrossEncoder, queries: Sequence[Query] = QUERIES) -> Ranking:
    return model.rerank(queries, CANDIDATES, CORPUS)


def scores(ranking: Ranking, query: str = "q1") -> dict[str, float]:
    return dict(ranking.run.ranked(query))


def full(id: str) -> str:
    return CORPUS[id].full_text


def test_scores_are_the_logits_of_the_single_pair(folder: Path) -> None:
    found = rerank(CrossEncoder(str(folder)))
    for query in QUERIES:
        mine = scores(found, query.id)
        expected = plain(folder, [(query.text, full(id)) for id in mine])
        assert list(mine.values()) == pytest.approx(expected, abs=1e-4)
        assert len(set(expected)) >= 5  # d0 and d6 are one text


def test_how_pairs_are_batched_changes_nothing(folder: Path) -> None:
    wide = scores(rerank(CrossEncoder(str(folder))))
    alone = scores(rerank(CrossEncoder(str(folder), batch_size=1)))
    assert alone == pytest.approx(wide, abs=1e-5)
    assert wide["d0"] == wide["d6"]


def test_an_instruction_goes_into_the_query_by_the_template(folder: Path) -> None:
    queries = [Query("q1", "w1 w2", "w7 w8."), Query("q2", "w3", "")]
    for model, read in (
        # ToolRet's code asks its rerankers the query alone where there is no instruction.
        (CrossEncoder(str(folder)), ("Instruct: w7 w8.\nQuery: w1 w2", "w3")),
        (
            CrossEncoder(
                str(folder), query="w9 {query}", instructed="Task: {query} : {instruction}"
            ),
            ("Task: w1 w2 : w7 w8.", "w9 w3"),
        ),
    ):
        found = rerank(model, queries)
        for query, text in zip(queries, read, strict=True):
            mine = scores(found, query.id)
            expected = plain(folder, [(text, full(id)) for id in mine])
            assert list(mine.values()) == pytest.approx(expected, abs=1e-4)


def test_templates_word_plain_queries_and_documents(folder: Path) -> None:
    found = rerank(CrossEncoder(str(folder), query="Query: {query}", document="{document} w99"))
    mine = scores(found)
    expected = plain(folder, [("Query: w1 w2", f"{full(id)} w99") for id in mine])
    assert list(mine.values()) == pytest.approx(expected, abs=1e-4)


def test_pairs_beyond_the_maximum_are_counted(folder: Path) -> None:
    # [CLS] q [SEP] d [SEP]: 2 words, 3 marks, and 43 words of the document make 48.
    texts = {n: " ".join(WORDS[10 : 10 + n]) for n in (43, 44, 60)}
    corpus = ListCorpus(Document(f"d{n}", text) for n, text in texts.items())
    candidates = Run.from_rankings({"q1": list(corpus.ids)})
    found = CrossEncoder(str(folder)).rerank(QUERIES[:1], candidates, corpus)
    assert found.notes == {"truncated candidates": 2}
    expected = plain(folder, [("w1 w2", texts[n]) for n in texts])
    assert [scores(found)[f"d{n}"] for n in texts] == pytest.approx(expected, abs=1e-4)
    assert rerank(CrossEncoder(str(folder))).notes == {}


def test_a_maximum_length_can_be_chosen(folder: Path) -> None:
    # 3 marks and 2 words of the query leave room for 5: d2 (30), d3 (8); with q2 also more.
    found = rerank(CrossEncoder(str(folder), max_length=10), QUERIES[:1])
    assert found.notes == {"truncated candidates": 2}
    with pytest.raises(UserError, match="64 positions"):
        rerank(CrossEncoder(str(folder), max_length=65))


def test_certain_documents_are_not_tied(tmp_path: Path) -> None:
    def certain(model: Any) -> None:
        model.classifier.weight.data *= 20
        model.classifier.bias.data += 60

    found = scores(rerank(CrossEncoder(str(save(tmp_path, change=certain)))))
    sigmoids = {1 / (1 + np.exp(-np.float32(score))) for score in found.values()}
    assert min(found.values()) > 20
    assert len(sigmoids) == 1
    assert len(set(found.values())) == 6


def test_an_activation_that_does_more_than_rise_is_applied(tmp_path: Path) -> None:
    def squashed(model: Any) -> None:
        model.classifier.weight.data *= 5
        name = "torch.nn.modules.activation.Hardtanh"
        model.config.sentence_transformers = {"activation_fn": name}

    found = scores(rerank(CrossEncoder(str(save(tmp_path, change=squashed)))))
    expected = np.clip(plain(tmp_path, [("w1 w2", full(id)) for id in found]), -1, 1)
    assert list(found.values()) == pytest.approx(expected.tolist(), abs=1e-4)
    assert set(found.values()) & {-1.0, 1.0}


def test_half_precision_still_gives_float32_scores(folder: Path) -> None:
    half = scores(rerank(CrossEncoder(str(folder), dtype="bfloat16")))
    whole = scores(rerank(CrossEncoder(str(folder))))
    assert half == pytest.approx(whole, abs=0.3)
    # As bfloat16 the scores would end in 16 zero bits.
    bits = np.array(list(half.values()), np.float32).view(np.uint32)
    assert (bits & 0xFFFF).any()


def test_a_model_with_several_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"has 3 labels, and ce ranks by the one score"):
        rerank(CrossEncoder(str(save(tmp_path, labels=3))))


def test_a_score_that_is_no_number_names_query_and_document(tmp_path: Path) -> None:
    def broken(model: Any) -> None:
        model.bert.embeddings.word_embeddings.weight.data[MARKS.index(":") + 2 + 4] = float("nan")

    # That row is w4's, which only d1 holds.
    with pytest.raises(UserError, match=r"document 'd1' got the score nan for query 'q1'.*dtype"):
        rerank(CrossEncoder(str(save(tmp_path, change=broken))))


def test_a_model_that_is_not_here_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match="hf download nobody/nothing"):
        CrossEncoder("nobody/nothing")


def test_a_folder_that_is_no_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be loaded"):
        rerank(CrossEncoder(str(tmp_path)))


def test_identity_holds_the_contents_and_never_the_path(folder: Path, tmp_path: Path) -> None:
    loaded = load_model(f'ce("{folder}", device="cpu")')
    assert loaded.name == f'ce("{folder.name}/")'
    assert str(folder.parent) not in str(loaded.identity)
    same = load_model(CrossEncoder(str(folder), batch_size=3))
    assert same.fingerprint == loaded.fingerprint
    other = tmp_path / folder.name
    other.mkdir()
    save(other, change=lambda model: model.classifier.bias.data.add_(1))
    assert load_model(f'ce("{other}")').name == loaded.name
    assert load_model(f'ce("{other}")').fingerprint != loaded.fingerprint


def test_making_one_loads_no_weights(folder: Path) -> None:
    assert "_loaded" not in vars(CrossEncoder(str(folder)))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"dtype": "float8"}, "float32, float16, bfloat16"),
        ({"max_length": -1}, "max_length=-1"),
        ({"batch_size": 0}, "at least one pair"),
        ({"instructed": "{query}"}, "{instruction} is missing"),
        ({"revision": "main"}, "no revision"),
    ],
)
def test_what_makes_no_sense_is_refused(folder: Path, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        CrossEncoder(str(folder), **changed)


def test_several_devices_are_refused(folder: Path) -> None:
    with pytest.raises(UserError, match="one device"):
        rerank(CrossEncoder(str(folder), device="cpu,cpu"))


def test_it_reranks_behind_a_first_stage(folder: Path) -> None:
    found = Pipeline(BM25(), CrossEncoder(str(folder))).index(CORPUS).search(QUERIES[:1], 3)
    mine = dict(found.run.ranked("q1"))
    assert set(mine) == {"d6", "d0", "d5"}  # the only ones that hold w1 or w2
    expected = plain(folder, [("w1 w2", full(id)) for id in mine])
    assert list(mine.values()) == pytest.approx(expected, abs=1e-4)
    assert list(mine) == sorted(mine, key=lambda id: (mine[id], id), reverse=True)


def test_a_model_whose_last_layer_would_be_invented_is_refused(tmp_path: Path) -> None:
    save(tmp_path)
    transformers.BertModel.from_pretrained(tmp_path).save_pretrained(tmp_path)
    with pytest.raises(UserError, match=r"was not trained as a cross-encoder: .* hf\("):
        rerank(CrossEncoder(str(tmp_path)))


def test_half_of_a_surrogate_pair_is_replaced(folder: Path) -> None:
    candidates = Run.from_rankings({"q1": ["d1", "d2"]})
    ranking = CrossEncoder(str(folder)).rerank([Query("q1", "w1 \ud800")], candidates, CORPUS)
    assert set(scores(ranking)) == {"d1", "d2"}
