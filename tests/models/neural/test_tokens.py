"""Texts are cut and counted exactly, and batched without much padding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.neural.tokens import Tokens, batches

transformers = pytest.importorskip("transformers")


def tokenizer(side: str = "right", special: bool = True, cut: str = "right") -> Any:
    """Words of one letter are tokens; two special ones are added, or none."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    vocabulary = {"[PAD]": 9, "[CLS]": 1, "[SEP]": 2} | {c: i for i, c in enumerate("abcdef", 10)}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="[PAD]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    if special:
        words.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=words,
        pad_token="[PAD]",
        sep_token="[SEP]",
        model_max_length=5,
        padding_side=side,
        truncation_side=cut,
    )


def test_a_text_is_cut_to_its_length_and_counted_whole() -> None:
    # "a b c d e f a" has 7 words: 9 tokens with the special ones, of which 5 fit, 3 words.
    tokens = Tokens.of(tokenizer(), ["a b c d e f a", "a b", "a b c"], None)
    assert tokens.ids == [[1, 10, 11, 12, 2], [1, 10, 11, 2], [1, 10, 11, 12, 2]]
    assert tokens.whole.tolist() == [9, 4, 5]
    assert tokens.lengths.tolist() == [5, 4, 5]
    assert tokens.truncated.tolist() == [True, False, False]


def test_a_maximum_of_ones_own_goes_before_the_tokenizers() -> None:
    assert Tokens.of(tokenizer(), ["a b c d"], 4).ids == [[1, 10, 11, 2]]
    assert Tokens.of(tokenizer(), ["a b c d e f"], 8).truncated.tolist() == [False]


def test_a_tokenizer_that_cuts_on_the_left_keeps_the_end() -> None:
    tokens = Tokens.of(tokenizer(cut="left"), ["a b c d e", "f"], None)
    assert tokens.ids == [[1, 12, 13, 14, 2], [1, 15, 2]]
    assert tokens.whole.tolist() == [7, 3]


def test_a_text_without_a_token_becomes_one_that_can_be_read() -> None:
    tokens = Tokens.of(tokenizer(special=False), ["", "a b"], None)
    assert tokens.ids == [[9], [10, 11]]
    assert tokens.whole.tolist() == [0, 2]
    assert tokens.truncated.tolist() == [False, False]


@pytest.mark.parametrize("side", ["left", "right"])
def test_padding_is_the_tokenizers_own(side: str) -> None:
    words = tokenizer(side)
    texts = ["a b c", "a", "b a"]
    features = Tokens.of(words, texts, None).padded([2, 0], words)
    own = words([texts[2], texts[0]], padding=True, return_tensors="pt")
    assert set(features) <= set(own)
    for name, tensor in features.items():
        assert tensor.tolist() == own[name].tolist()
    pad, cls, sep = 9, 1, 2
    first = [pad, cls, 11, 10, sep] if side == "left" else [cls, 11, 10, sep, pad]
    assert features["input_ids"].tolist() == [first, [cls, 10, 11, 12, sep]]


def cut(lengths: list[int], budget: int, groups: list[int] | None = None, most: int | None = None):  # type: ignore[no-untyped-def]
    groups = groups or [0] * len(lengths)
    return list(batches(np.array(lengths), np.array(groups), budget, most))


def test_batches_hold_so_many_tokens_padding_included_longest_first() -> None:
    # 10 leaves room for two of 5; then four of 2 (8 of 10 tokens), then the last two.
    assert cut([2, 5, 2, 2, 5, 2, 2, 1], 10) == [[1, 4], [0, 2, 3, 5, 6], [7]]
    assert cut([2, 5, 2, 2, 5, 2, 2, 1], 10, most=2) == [[1, 4], [0, 2], [3, 5], [6, 7]]


def test_a_text_longer_than_a_batch_runs_alone() -> None:
    assert cut([30, 3, 20], 10) == [[0], [2], [1]]


def test_texts_of_different_groups_never_run_together() -> None:
    assert cut([1, 2, 1, 2], 100, groups=[7, 0, 0, 7]) == [[1, 2], [3, 0]]


def test_every_text_is_in_one_batch_whatever_the_lengths() -> None:
    random = np.random.default_rng(0)
    for _ in range(50):
        n = int(random.integers(1, 40))
        lengths, groups = random.integers(0, 30, n), random.integers(0, 3, n)
        budget, most = int(random.integers(1, 60)), int(random.integers(1, 9))
        found = list(batches(lengths, groups, budget, most))
        assert sorted(i for batch in found for i in batch) == list(range(n))
        for batch in found:
            assert len(set(groups[batch])) == 1
            assert len(batch) <= most
            assert len(batch) == 1 or len(batch) * lengths[batch].max() <= budget
