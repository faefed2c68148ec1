"""Which candidate is preferred over which."""

from __future__ import annotations

import pytest

from harness.records import Completion, ToolCall
from models.training.preferences.pairing import distinct, normal_form, pairs, tossed


def called(**arguments: object) -> Completion:
    return Completion("well then", calls=(ToolCall("book", arguments),))


def test_the_best_is_chosen_over_each_that_is_worse_by_the_margin() -> None:
    # best 1.0; 0.95 is too near, 0.9 is the margin below, 0.2 far below
    assert pairs([0.9, 1.0, 0.95, 0.2], 0.1, "every") == [(1, 0), (1, 3)]


def test_or_over_the_worst_alone() -> None:
    assert pairs([0.9, 1.0, 0.2, 0.2], 0.1, "worst") == [(1, 2)]


def test_of_several_that_are_best_the_first_is_chosen() -> None:
    assert pairs([0.5, 0.7, 0.7], 0.1, "every") == [(1, 0)]


@pytest.mark.parametrize("scores", [[], [0.3], [0.7, 0.7], [0.7, 0.65]])
def test_nothing_is_preferred_where_nothing_is_better(scores: list[float]) -> None:
    assert pairs(scores, 0.1, "every") == pairs(scores, 0.1, "worst") == []


def test_a_difference_that_rounding_makes_smaller_is_still_the_margin() -> None:
    assert 0.7 - 0.4 < 0.3
    assert pairs([0.7, 0.4], 0.3, "every") == [(0, 1)]


def test_the_control_swaps_about_half_of_the_pairs_and_nothing_else() -> None:
    found = [(0, n) for n in range(1, 1001)]
    swapped = tossed(found, 7, "line")
    assert [tuple(sorted(pair)) for pair in swapped] == found
    turned = sum(pair[1] == 0 for pair in swapped)
    assert 437 < turned < 563  # 500, give or take four times sqrt(1000 / 4)
    assert tossed(found, 7, "line") == swapped
    assert tossed(found, 8, "line") != swapped


def test_calls_that_say_the_same_have_one_form() -> None:
    assert normal_form(called(a=1, b=[2.0])) == normal_form(called(b=[2], a=1.0))
    assert normal_form(called(a=1)) != normal_form(called(a="1"))
    assert normal_form(called(a=1.5)) != normal_form(called(a=1))
    assert normal_form(called(a=True)) != normal_form(called(a=1))


def test_what_cannot_be_read_is_known_by_its_text() -> None:
    broken = ToolCall("", problem="no JSON")
    one, other = (Completion(text, calls=(broken,)) for text in ("{", "{{"))
    assert normal_form(one) != normal_form(other)
    assert normal_form(Completion("{ ", calls=(broken,))) == normal_form(one)
    assert normal_form(Completion("no call")) == "no call"


def test_of_those_that_are_alike_the_first_is_kept() -> None:
    assert distinct(["a", "b", "a", "c", "b"]) == [0, 1, 3]
