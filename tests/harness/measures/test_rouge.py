from __future__ import annotations

import random
import time
from functools import cache

import pytest

from harness.measures.rouge import LONGEST, longest_common_subsequence, rouge_l


def by_definition(answer: str, reference: str) -> float:
    """ROUGE-L with a table of lengths and a backtracking that recurses."""
    said = [" ".join(s.split()).split(" ") for s in answer.split(".") if s]
    wanted = [" ".join(s.split()).split(" ") for s in reference.split(".") if s]
    if not said or not wanted:
        return 0.0
    union: set[str] = set()
    for x in wanted:
        for y in said:
            union |= set(backtracked(x, y))
    p = len(union) / len({w for s in said for w in s})
    r = len(union) / len({w for s in wanted for w in s})
    return 2.0 * ((p * r) / (p + r + 1e-8))


def backtracked(x: list[str], y: list[str]) -> list[str]:
    @cache
    def length(i: int, j: int) -> int:
        if not i or not j:
            return 0
        if x[i - 1] == y[j - 1]:
            return length(i - 1, j - 1) + 1
        return max(length(i - 1, j), length(i, j - 1))

    def back(i: int, j: int) -> list[str]:
        if not i or not j:
            return []
        if x[i - 1] == y[j - 1]:
            return [*back(i - 1, j - 1), x[i - 1]]
        return back(i - 1, j) if length(i - 1, j) > length(i, j - 1) else back(i, j - 1)

    return back(len(x), len(y))


def test_it_is_the_f_measure_of_common_words_in_order() -> None:
    # Common in order: "the cat", 2 words of the answer's 4 and of the reference's 3:
    # P = 2/4, R = 2/3, F = 2 * (1/3) / (7/6) = 4/7.
    assert rouge_l("the black cat slept", "the cat sat") == pytest.approx(4 / 7, abs=1e-7)


def test_words_count_once_however_often_they_occur() -> None:
    # Sets: {a, b} and {a}; common {a}: P = 1/2, R = 1, F = 2/3.
    assert rouge_l("a a a b", "a a") == pytest.approx(2 / 3, abs=1e-7)


def test_a_full_stop_ends_a_sentence_even_inside_a_number() -> None:
    # "3.5" are two sentences, "3" and "5"; each is found: P = R = 1.
    assert rouge_l("5.3", "3.5") == pytest.approx(1, abs=1e-7)


def test_order_counts_within_a_sentence() -> None:
    # Of "a b" and "b a" one word is common in order: P = R = 1/2.
    assert rouge_l("a b", "b a") == pytest.approx(1 / 2, abs=1e-7)


def test_blanks_after_the_last_full_stop_are_an_empty_word() -> None:
    # Words {a, ""} and {a}: P = 1/2, R = 1.
    assert rouge_l("a. ", "a") == pytest.approx(2 / 3, abs=1e-7)


@pytest.mark.parametrize(("answer", "reference"), [("", "a"), ("...", "a"), ("a", ""), ("b", "a")])
def test_nothing_in_common_is_zero(answer: str, reference: str) -> None:
    assert rouge_l(answer, reference) == 0


def test_a_text_and_itself_are_one_to_four_digits() -> None:
    assert round(rouge_l("Your token is q9w8. Bye!", "Your token is q9w8. Bye!"), 4) == 1


def test_it_agrees_with_the_definition_on_random_texts() -> None:
    source = random.Random(0)
    for _ in range(400):
        parts = [*"abcdef"[: source.randint(2, 6)], ". ", ".", "\n"]
        texts = [
            " ".join(source.choice(parts) for _ in range(source.randint(1, 25))) for _ in range(2)
        ]
        assert rouge_l(*texts) == by_definition(*texts), texts


def test_of_several_subsequences_it_is_the_one_that_backtracking_finds() -> None:
    # "a b" against "b a": going backwards b and a differ, neither drop loses less, so the last of
    # the second is dropped and b meets b.
    assert longest_common_subsequence(["a", "b"], ["b", "a"]) == ["b"]


def test_a_long_answer_takes_no_time_and_a_longer_one_is_not_compared() -> None:
    words = [random.Random(1).choice("abcdefgh") for _ in range(LONGEST // 2)]
    began = time.process_time()
    assert 0 < rouge_l(" ".join(words)[:LONGEST], "a b c. " * 100) < 1
    assert rouge_l("a " * 10_000_000, "a") == 0
    assert time.process_time() - began < 5
