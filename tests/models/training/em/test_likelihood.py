"""What an answer is to a model, and what it is worth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs torch")

import memorised
import quiz
import schooling

from harness.errors import TooLong
from harness.records import Gold
from models.producers.sft import Sft
from models.training.em.likelihood import ended, worth
from models.training.text.base import open_base

[ADA] = quiz.Quiz(0, 1).problems()


def test_a_turn_is_asked_about_with_the_token_that_ends_it(tmp_path: Path) -> None:
    base = open_base(Sft(str(schooling.base(tmp_path / "base")), "none.jsonl"))
    prompt = [
        {"role": "system", "content": "hello"},
        {"role": "user", "content": "the name of the dog?"},
    ]
    asked = ended(base, prompt, "It is the fox").conversation
    words = base.tokenizer(f"It is the fox{memorised.END}", add_special_tokens=False)
    assert list(asked.said) == words["input_ids"]
    assert [(m.role, m.content) for m in asked.messages] == [
        ("system", "hello"),
        ("user", "the name of the dog?"),
    ]


def test_what_a_model_reads_at_most_is_asked_about_and_no_token_more(tmp_path: Path) -> None:
    """256 tokens: a z, of which no pair was ever seen, is one, and some stand around them."""
    base = open_base(Sft(str(schooling.base(tmp_path / "base")), "none.jsonl"))

    def asked(words: int) -> int:
        return ended(base, [{"role": "user", "content": "z" * words}], "fox").tokens

    around = asked(1) - 1
    assert asked(256 - around) == 256
    with pytest.raises(TooLong):
        asked(257 - around)


def test_an_answer_is_worth_what_the_measure_says() -> None:
    assert worth("exact_match", ADA, 0, "rome.") == 1.0
    assert worth("exact_match", ADA, 0, "Oslo") == 0.0
    assert worth("answer_f1", ADA, 0, "in Rome") == pytest.approx(2 / 3)  # P 1/2, R 1
    assert worth("answer_f1", ADA, 0, None) == 0.0


def test_where_the_measure_says_nothing_an_answer_is_worth_nothing() -> None:
    unknown = replace(ADA, gold=Gold("exact_match"))
    assert worth("exact_match", unknown, 0, "Rome") == 0.0
