"""monoT5: scores are those of the plain model on the single prompt, however prompts are batched.

The reference is transformers alone: one prompt at a time, the whole vocabulary, log-softmax over
the two words at the first step of decoding.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log1p
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from harness.corpus import ListCorpus  # noqa: E402
from harness.errors import UserError  # noqa: E402
from harness.loading import load_model  # noqa: E402
from harness.ranking import Ranking  # noqa: E402
from harness.records import Document, Query  # noqa: E402
from harness.run import Run  # noqa: E402
from models.monot5 import MonoT5  # noqa: E402

WORDS = [f"w{i}" for i in range(120)]
MARKS = ["Query:", "Document:", "Relevant:", "Instruct:", "true", "false", "yes", "no", "d", "q"]
TEXTS = ["w1 w2 w3", "w4", " ".join(WORDS[5:25]), "w30 w31 w32 w33", "w50 w1 w2", "w1 w2 w3"]
CORPUS = ListCorpus(Document(f"d{i}", text) for i, text in enumerate(TEXTS))
QUERIES = [Query("q1", "w1 w2"), Query("q2", "w60 w61 w62")]
CANDIDATES = Run.from_rankings({q.id: [f"d{i}" for i in range(len(TEXTS))] for q in QUERIES})


def save(folder: Path, change: Any = None) -> Path:
    """A T5 of two layers with random weights, with words as tokens, marked as by sentencepiece."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    pieces = ["<pad>", "</s>", "<unk>", *(f"▁{word}" for word in [*MARKS, *WORDS])]
    words = Tokenizer(models.Unigram([(piece, -2.0) for piece in pieces], unk_id=2))
    words.pre_tokenizer = pre_tokenizers.Metaspace()
    words.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(folder)
    torch.manual_seed(3)
    config = transformers.T5Config(
        vocab_size=len(pieces),
        d_model=32,
        d_kv=16,
        d_ff=64,
        num_layers=2,
        num_heads=2,
        initializer_factor=2.0,
        decoder_start_token_id=0,
    )
    model = transformers.T5ForConditionalGeneration(config)
    if change is not None:
        change(model)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("tiny-t5"))


def plain(folder: Path, prompts: Sequence[str], words: Sequence[str] = MARKS[4:6]) -> list[float]:
    """The log-probability of the first of two words for each prompt, one at a time."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.T5ForConditionalGeneration.from_pretrained(folder).eval()
    pair = tokenizer.convert_tokens_to_ids([f"▁{word}" for word in words])
    found = []
    with torch.inference_mode():
        for prompt in prompts:
            inputs = tokenizer(prompt, return_tensors="pt")
            assert inputs["input_ids"][0, -1] == tokenizer.eos_token_id
            logits = model(**inputs, decoder_input_ids=torch.tensor([[0]])).logits[0, 0]
            found.append(float(logits[pair].double().log_softmax(0)[0]))
    return found


def rerank(model: MonoT5, queries: Sequence[Query] = QUERIES) -> Ranking:
    return model.rerank(queries, CANDIDATES, CORPUS)


def scores(ranking: Ranking, query: str = "q1") -> dict[str, float]:
    return dict(ranking.run.ranked(query))


def prompt(query: str, document: str) -> str:
    return f"Query: {query} Document: {document} Relevant:"


def test_scores_are_log_probabilities_of_true_against_false(folder: Path) -> None:
    found = rerank(MonoT5(str(folder)))
    for query in QUERIES:
        mine = scores(found, query.id)
        expected = plain(folder, [prompt(query.text, CORPUS[id].text) for id in mine])
        assert list(mine.values()) == pytest.approx(expected, abs=1e-4)
        assert len(set(expected)) >= 5
        assert max(expected) < 0


def test_how_prompts_are_batched_changes_nothing(folder: Path) -> None:
    wide = scores(rerank(MonoT5(str(folder))))
    alone = scores(rerank(MonoT5(str(folder), batch_size=1)))
    assert alone == pytest.approx(wide, abs=1e-5)
    assert wide["d0"] == wide["d5"]


def test_an_instruction_goes_into_the_query(folder: Path) -> None:
    mine = scores(rerank(MonoT5(str(folder)), [Query("q1", "w1 w2", "w7 w8")]))
    expected = plain(
        folder, [prompt("Instruct: w7 w8\nQuery: w1 w2", CORPUS[id].text) for id in mine]
    )
    assert list(mine.values()) == pytest.approx(expected, abs=1e-4)
    model = MonoT5(str(folder), instructed="{query} w9 {instruction}")
    mine = scores(rerank(model, [Query("q1", "w1 w2", "w7 w8")]))
    expected = plain(folder, [prompt("w1 w2 w9 w7 w8", CORPUS[id].text) for id in mine])
    assert list(mine.values()) == pytest.approx(expected, abs=1e-4)


def test_other_prompts_and_words_can_be_given(folder: Path) -> None:
    model = MonoT5(
        str(folder), template="{document} d {query} q", true_token="yes", false_token="no"
    )
    mine = scores(rerank(model))
    expected = plain(folder, [f"{CORPUS[id].text} d w1 w2 q" for id in mine], ["yes", "no"])
    assert list(mine.values()) == pytest.approx(expected, abs=1e-4)


def test_a_long_document_is_cut_and_the_prompt_keeps_its_end(folder: Path) -> None:
    # "Query:" w1 w2 "Document:" ... "Relevant:" </s> are 6 tokens; 14 leave 8 for the document.
    found = rerank(MonoT5(str(folder), max_length=14), QUERIES[:1])
    expected = plain(folder, [prompt("w1 w2", " ".join(WORDS[5:13]))])
    assert scores(found)["d2"] == pytest.approx(expected[0], abs=1e-4)
    assert found.notes == {"truncated candidates": 1}


def test_certain_answers_are_not_tied(folder: Path) -> None:
    # As float32, the log-softmax of (20, 0) and of (25, 0) by subtraction is 0.
    logits = torch.tensor([[20.0, 0.0], [25.0, 0.0], [-1.0, 2.0]])
    expected = [-log1p(exp(-20)), -log1p(exp(-25)), -log1p(exp(3))]
    assert MonoT5(str(folder)).verdict(logits).tolist() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("true yes", r"makes '▁true', '▁yes' of it"),
        ("zebra", r"'zebra' is no answer that '.*' can give in one token"),
    ],
)
def test_an_answer_that_is_not_one_token_is_refused(folder: Path, word: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        rerank(MonoT5(str(folder), true_token=word))


def test_a_model_that_is_not_here_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match="hf download nobody/nothing"):
        MonoT5("nobody/nothing")


def test_a_score_that_is_no_number_names_query_and_document(tmp_path: Path) -> None:
    def broken(model: Any) -> None:
        model.shared.weight.data[3 + len(MARKS) + 4] = float("nan")

    # That row is w4's, which only d1 holds.
    with pytest.raises(UserError, match=r"document 'd1' got the score nan for query 'q1'"):
        rerank(MonoT5(str(save(tmp_path, change=broken))))


def test_what_makes_no_sense_is_refused(folder: Path) -> None:
    for template in ("{query}", "{query} {document} {documents}", "{query} {query} {document}"):
        with pytest.raises(UserError, match="once each"):
            MonoT5(str(folder), template=template)
    with pytest.raises(UserError, match="to put it into"):
        MonoT5(str(folder), default_instruction="Find it.")
    with pytest.raises(UserError, match="leave one of the two out"):
        MonoT5(
            str(folder),
            template="{instruction} {query} {document}",
            instructed="{instruction} {query}",
        )


def test_an_expression_names_the_model(folder: Path) -> None:
    loaded = load_model(f'monot5("{folder}", batch_size=2)')
    assert loaded.name == f'monot5("{folder.name}/")'
    other = load_model(f'monot5("{folder}", true_token="yes")')
    assert other.fingerprint != loaded.fingerprint
