"""Yes or no: scores are those of the plain model on the single prompt, however they are batched.

The reference is transformers alone: one prompt at a time, the whole vocabulary, the last position.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from harness.corpus import ListCorpus  # noqa: E402
from harness.errors import UserError  # noqa: E402
from harness.loading import load_model  # noqa: E402
from harness.ranking import Ranking  # noqa: E402
from harness.records import Document, Query  # noqa: E402
from harness.run import Run  # noqa: E402
from models.yes_no import YesNo  # noqa: E402

TEXTS = [
    "The harbour office sells tickets for the night train.",
    "Ferries leave at nine.",
    "A passage that goes on and on. " * 12,
    "",
    "tickets {query} {document}",
    "Ferries leave at nine.",
]
CORPUS = ListCorpus(Document(f"d{i}", text) for i, text in enumerate(TEXTS))
QUERIES = [Query("q1", "Where are tickets sold?"), Query("q2", "When do ferries leave?")]
CANDIDATES = Run.from_rankings({q.id: [f"d{i}" for i in range(len(TEXTS))] for q in QUERIES})
TEMPLATE = "<|user|>Query: {query}\nPassage: {document}\nAnswer Yes or No:<|answer|>\n"
INSTRUCTED = "<|user|>{instruction}\nQuery: {query}\nPassage: {document}<|answer|>\n"


def save(folder: Path, change: Any = None, kind: str = "Llama", ends: bool = False) -> Path:
    """A decoder of two layers with random weights and a byte-level tokenizer."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

    marks = ["<s>", "</s>", "<|user|>", "<|answer|>"]
    words = Tokenizer(models.BPE())
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=marks,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    words.train_from_iterator([*TEXTS, TEMPLATE, *(["Yes No yes no Yes\nNo\n"] * 9)], trainer)
    words.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>" if ends else "<s> $A", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=words,
        bos_token="<s>",
        eos_token="</s>",
        additional_special_tokens=marks[2:],
    ).save_pretrained(folder)
    torch.manual_seed(5)
    sizes: dict[str, Any] = {
        "vocab_size": words.get_vocab_size(),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 512,
        "initializer_range": 0.3,
    }
    config = getattr(transformers, f"{kind}Config")(**sizes)
    model = transformers.AutoModelForCausalLM.from_config(config)
    if change is not None:
        change(model)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("tiny-lm"))


def plain(folder: Path, prompts: Sequence[str | list[int]], words: str = "Yes No") -> list[float]:
    """The difference of two words' logits, or one word's logit, one prompt at a time."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    chosen = [tokenizer.convert_tokens_to_ids(word) for word in words.split()]
    found = []
    with torch.inference_mode():
        for prompt in prompts:
            ids = tokenizer(prompt)["input_ids"] if isinstance(prompt, str) else prompt
            logits = model(input_ids=torch.tensor([ids])).logits[0, -1][chosen].tolist()
            found.append(logits[0] - sum(logits[1:]))
    return found


def rerank(model: YesNo, queries: Sequence[Query] = QUERIES) -> Ranking:
    return model.rerank(queries, CANDIDATES, CORPUS)


def scores(ranking: Ranking, query: str = "q1") -> dict[str, float]:
    return dict(ranking.run.ranked(query))


def filled(template: str, **fields: str) -> str:
    # From the last field on, so that the first mark found is always the template's own.
    for name in ("document", "query", "instruction"):
        before, mark, after = template.partition(f"{{{name}}}")
        template = before + fields.get(name, "") + after if mark else template
    return template


def test_scores_are_yes_minus_no_at_the_end_of_the_prompt(folder: Path) -> None:
    found = rerank(YesNo(str(folder), template=TEMPLATE))
    for query in QUERIES:
        mine = scores(found, query.id)
        before, after = f"<|user|>Query: {query.text}\nPassage: ", "\nAnswer Yes or No:<|answer|>\n"
        prompts = [before + CORPUS[id].text + after for id in mine]
        expected = plain(folder, prompts)
        assert list(mine.values()) == pytest.approx(expected, abs=1e-4)
        assert len(set(expected)) >= 5
    assert found.notes == {}


def test_yes_alone_can_be_the_score(folder: Path) -> None:
    mine = scores(rerank(YesNo(str(folder), template=TEMPLATE, yes="yes", no="")))
    prompts = [filled(TEMPLATE, query=QUERIES[0].text, document=CORPUS[id].text) for id in mine]
    assert list(mine.values()) == pytest.approx(plain(folder, prompts, "yes"), abs=1e-4)


@pytest.mark.parametrize("kind", ["Llama", "GPT2", "Gemma2"])
def test_how_prompts_are_batched_changes_nothing(tmp_path: Path, kind: str) -> None:
    # GPT-2 has learned its positions one by one; Gemma 2 does more to its logits after the layer.
    folder = save(tmp_path, kind=kind)
    wide = scores(rerank(YesNo(str(folder), template=TEMPLATE)))
    alone = scores(rerank(YesNo(str(folder), template=TEMPLATE, batch_size=1)))
    assert alone == pytest.approx(wide, abs=1e-5)
    prompts = [filled(TEMPLATE, query=QUERIES[0].text, document=CORPUS[id].text) for id in wide]
    assert list(wide.values()) == pytest.approx(plain(folder, prompts), abs=1e-4)


def test_an_instruction_has_its_place_or_goes_into_the_query(folder: Path) -> None:
    queries = [Query("q1", "Where?", "Find it."), Query("q2", "Where?"), Query("q3", "Where?", "")]
    candidates = Run.from_rankings({query.id: ["d0", "d1"] for query in queries})
    model = YesNo(str(folder), template=INSTRUCTED, default_instruction="Judge.")
    found = model.rerank(queries, candidates, CORPUS)
    for query, instruction in zip(queries, ("Find it.", "Judge.", ""), strict=True):
        mine = scores(found, query.id)
        expected = plain(
            folder,
            [
                f"<|user|>{instruction}\nQuery: Where?\nPassage: {CORPUS[id].text}<|answer|>\n"
                for id in mine
            ],
        )
        assert list(mine.values()) == pytest.approx(expected, abs=1e-4)
    mine = scores(YesNo(str(folder), template=TEMPLATE).rerank(queries, candidates, CORPUS))
    worded = "Instruct: Find it.\nQuery: Where?"
    prompts = [filled(TEMPLATE, query=worded, document=CORPUS[id].text) for id in mine]
    assert list(mine.values()) == pytest.approx(plain(folder, prompts), abs=1e-4)


def test_a_long_document_is_cut_and_the_prompt_keeps_its_end(folder: Path) -> None:
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    ids = tokenizer(filled(TEMPLATE, query=QUERIES[0].text, document=TEXTS[2]))["input_ids"]
    tail = tokenizer("\nAnswer Yes or No:<|answer|>\n", add_special_tokens=False)["input_ids"]
    assert ids[-len(tail) :] == tail
    limit = len(ids) - 40
    cut = [*ids[: limit - len(tail)], *tail]
    found = rerank(YesNo(str(folder), template=TEMPLATE, max_length=limit), QUERIES[:1])
    assert scores(found)["d2"] == pytest.approx(plain(folder, [cut])[0], abs=1e-4)
    assert found.notes == {"truncated candidates": 1}


def test_a_mark_of_the_end_does_not_come_between_prompt_and_answer(
    folder: Path, tmp_path: Path
) -> None:
    # The same weights; this tokenizer closes every text, which the reference never saw.
    closing = save(tmp_path, ends=True)
    assert scores(rerank(YesNo(str(closing), template=TEMPLATE))) == pytest.approx(
        scores(rerank(YesNo(str(folder), template=TEMPLATE))), abs=1e-6
    )


def test_half_precision_still_gives_float32_scores(folder: Path) -> None:
    half = scores(rerank(YesNo(str(folder), template=TEMPLATE, dtype="bfloat16")))
    whole = scores(rerank(YesNo(str(folder), template=TEMPLATE)))
    assert half == pytest.approx(whole, abs=0.3)
    # As bfloat16 the scores would end in 16 zero bits.
    bits = np.array(list(half.values()), np.float32).view(np.uint32)
    assert (bits & 0xFFFF).any()


@pytest.mark.parametrize("word", ["Yes, certainly", "½"])
def test_an_answer_that_is_not_one_token_is_refused(folder: Path, word: str) -> None:
    with pytest.raises(UserError, match=f"'{word}' is no answer that .* its tokenizer makes '"):
        rerank(YesNo(str(folder), template=TEMPLATE, yes=word))


def test_a_maximum_beyond_the_model_is_refused(folder: Path) -> None:
    with pytest.raises(UserError, match="reads 512 tokens at most"):
        rerank(YesNo(str(folder), template=TEMPLATE, max_length=513))


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    transformers.T5Config(d_model=8, num_layers=1).save_pretrained(tmp_path)
    save_tokenizer = transformers.AutoTokenizer.from_pretrained(save(tmp_path / "lm"))
    save_tokenizer.save_pretrained(tmp_path)
    with pytest.raises(UserError, match="cannot be loaded"):
        rerank(YesNo(str(tmp_path), template=TEMPLATE))


def test_a_model_that_is_not_here_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match="hf download nobody/nothing"):
        YesNo("nobody/nothing", template=TEMPLATE)


def test_an_expression_must_give_the_prompt(folder: Path) -> None:
    loaded = load_model(f'yesno("{folder}", template="{{query}} {{document}}", no="")')
    assert loaded.name == (f'yesno("{folder.name}/", no="", template="{{query}} {{document}}")')
    with pytest.raises(UserError, match="needs a value for 'template'"):
        load_model(f'yesno("{folder}")')
