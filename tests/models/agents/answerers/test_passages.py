"""Passages: how they are read, cut, ordered and shown."""

from __future__ import annotations

import pytest

from harness.errors import UserError
from models.agents.answerers.passages import Context, Passage, numbered, ordered, overlap

A, B, C = Passage("a", "Ant", "1234567"), Passage("b", "Bee", "1234567"), Passage("c", "", "12")


def test_passages_are_taken_while_they_fit() -> None:
    context = Context(longest=100, total=20)  # 10 + 10 characters, then 2 too many
    assert context.fitted([A, B, C]) == [A, B]
    assert context.notes == ("1 passages left out beyond 20 characters",)


def test_nothing_behind_one_that_does_not_fit_is_taken() -> None:
    context = Context(longest=100, total=15)
    assert context.fitted([A, B, C]) == [A]
    assert context.notes == ("2 passages left out beyond 15 characters",)


def test_a_passage_is_cut_to_its_first_characters() -> None:
    context = Context(longest=5, total=100)
    assert context.fitted([A, C]) == [Passage("a", "Ant", "12"), C]
    assert context.notes == ("1 passages cut to 5 characters at most",)


def test_a_long_title_counts() -> None:
    assert Context(2, 100).fitted([A]) == [Passage("a", "An", "")]


def test_the_first_of_all_is_cut_to_fit() -> None:
    assert Context(100, 4).fitted([A, B]) == [Passage("a", "Ant", "1")]


def test_passages_are_counted_once_however_often_they_are_not_shown() -> None:
    context = Context(5, 5)
    context.fitted([A, B])
    context.fitted([A, B])
    assert context.notes == (
        "1 passages cut to 5 characters at most",
        "1 passages left out beyond 5 characters",
    )


def test_nothing_is_noted_where_all_is_shown() -> None:
    context = Context(100, 100)
    context.fitted([A, B, C])
    assert context.notes == ()


def test_behind_others_nothing_is_cut_to_fit() -> None:
    assert Context(100, 100).fitted([A, B], 15) == [A]
    assert Context(100, 100).fitted([A, B], 5) == []


def test_orders() -> None:
    assert ordered([A, B], "best-first") == (A, B)
    assert ordered([A, B], "best-last") == (B, A)
    with pytest.raises(UserError, match="Did you mean best-last"):
        ordered([], "best-lost")


def test_passages_are_shown_with_numbers() -> None:
    shown = numbered([A, C, Passage("d")])
    assert shown == "[1] Title: Ant. Content: 1234567\n[2] 12\n[3] (no text)"


def test_overlap_counts_distinct_words() -> None:
    assert overlap(Passage("x", "The Sea", "the sea, the sky"), "Sky, SEA, sea and sand") == 2
