from __future__ import annotations

import unicodedata
from math import nan

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.measures.qa.answers import (
    agreement,
    cover_exact_match,
    exact_match,
    mutual_cover,
    strict_match,
)
from harness.measures.qa.invariants import broken_invariants
from harness.measures.qa.normalisation import DEFINITIONS, By, decomposed
from harness.measures.qa.passages import (
    all_found,
    any_found,
    evidence_recall,
    r_precision,
    recall,
)
from harness.measures.qa.supports import supports

WORDS = st.sampled_from(
    ["yes", "no", "noanswer", "the", "A", "an", "York", "new", "York,", "U.S.", "é", "e\u0301", "_"]
)
TEXTS = st.one_of(st.text(max_size=12), st.lists(WORDS, max_size=5).map(" ".join))
BY = st.sampled_from(sorted(DEFINITIONS))
PAGES = st.lists(st.sampled_from("abcdef"), max_size=8)
ROUNDING = 2**-50
"""2pr / (p + r) is worked out as the official scripts do, and not exact for p = r = 4/5."""


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=4), BY)
@example("yes yes yes yes yes", ["yes yes yes yes no"], "exsearch")
def test_em_is_never_above_f1_or_cover(answer: str, accepted: list[str], by: By) -> None:
    definition = DEFINITIONS[by]
    em, found = exact_match(answer, accepted, by), agreement(answer, accepted, by)
    assert em == found.exact
    assert em <= cover_exact_match(answer, accepted, by)
    assert 0 <= found.f1 <= max(found.precision, found.recall) + ROUNDING
    assert max(found.precision, found.recall) <= 1
    if definition.both_empty or definition.normalised(answer):
        assert em <= found.f1


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=4))
def test_a_guard_only_lowers_and_looser_is_never_below_stricter(
    answer: str, accepted: list[str]
) -> None:
    guarded, free = (agreement(answer, accepted, by).f1 for by in ("hotpotqa", "kilt"))
    assert guarded <= free <= agreement(answer, accepted).f1
    em = exact_match(answer, accepted)
    cover = cover_exact_match(answer, accepted)
    assert strict_match(answer, accepted) <= em <= cover <= mutual_cover(answer, accepted)
    assert em <= exact_match(answer, accepted, "nq_open")


@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=3), BY)
def test_another_alias_never_lowers_a_value(
    answer: str, first: str, more: list[str], by: By
) -> None:
    one, all_of_them = agreement(answer, [first], by), agreement(answer, [first, *more], by)
    assert one.f1 <= all_of_them.f1
    assert one.exact <= all_of_them.exact


@given(
    st.text(alphabet="ae\u0327\u0315\u0301\u00e9\u1e69\u0f73\uac01\u0344", min_size=1, max_size=20)
)
def test_long_texts_are_decomposed_as_short_ones(text: str) -> None:
    long = text * 501  # "a" with marks of several classes, and letters that decompose into some
    assert decomposed(long) == unicodedata.normalize("NFD", long)


@given(TEXTS, BY)
def test_an_answer_matches_itself(text: str, by: By) -> None:
    right = DEFINITIONS[by].blank or bool(text.strip())
    assert exact_match(text, [text], by) == cover_exact_match(text, [text], by) == right


@given(st.lists(PAGES, min_size=1, max_size=3), PAGES)
def test_more_passages_are_never_worse(evidence: list[list[str]], found: list[str]) -> None:
    needed = set(evidence[0]) or {"a"}
    for k in range(1, 8):
        shorter, longer = found[:k], found[: k + 1]
        for measure in (recall, all_found, any_found):
            assert measure(needed, shorter) <= measure(needed, longer)
        assert all_found(needed, shorter) <= recall(needed, shorter) <= any_found(needed, shorter)
        assert evidence_recall(evidence, found, k) <= evidence_recall(evidence, found, k + 1) <= 1
    assert 0 <= r_precision(evidence, found) <= 1


@given(PAGES, PAGES.filter(bool))
def test_supports_that_are_exact_are_full(given_: list[str], gold: list[str]) -> None:
    found = supports(given_, gold)
    assert found.exact == (set(given_) == set(gold))
    assert found.exact <= found.f1 <= max(found.precision, found.recall) + 1e-9  # rounding


@pytest.mark.parametrize(
    "values",
    [
        {"exact_match": 1.0, "answer_f1": 0.5},
        {"exact_match": 1.0, "answer_f1": 0.0},  # SQuAD's own F1 excuses nothing
        {"exact_match": 1.0, "answer_f1(by='hotpotqa')": 0.5},
        {"exact_match": 1.0, "cover_exact_match": 0.0},
        {"strict_match": 1.0, "exact_match(by='triviaqa')": 0.0},
        {"exact_match(of='answerable')": 1.0, "answer_f1(of='answerable')": 0.9},
        {"passage_recall@2": 0.5, "passage_recall@5": 0.0},
        {"passage_recall@2": 0.5, "passage_recall": 0.0},
        {"passage_all@5": 1.0, "passage_recall@5": 0.5},
        {"has_answer@5": 1.0, "has_answer@10": 0.0},
        {"support_exact_match(by='2wiki')": 1.0, "support_f1(by='2wiki')": 0.5},
        {"joint_exact_match": 1.0, "exact_match": 0.0},
        {"joint_exact_match(by='2wiki')": 1.0, "support_exact_match(by='2wiki')": 0.0},
        {"kilt_exact_match": 1.0, "exact_match": 0.0},
        {"kilt_strict_match": 1.0, "strict_match": 0.0},
        {"kilt_strict_match": 1.0, "kilt_exact_match": 0.0},
        {"kilt_f1": 0.5, "answer_f1(by='kilt')": 0.4},
        {"exact_match(by='kilt')": 1.0, "cover_exact_match(by='kilt')": 0.0},
        {"support_exact_match(of='answerable')": 1.0, "support_f1(of='answerable')": 0.5},
        {"triple_exact_match": 1.0, "triple_precision": 0.5},
        {"provenance_any@2": 1.0, "provenance_any@5": 0.0},
        {"provenance_recall@2": 0.5, "provenance_any@2": 0.0},
        {"provenance_precision@2": 0.5, "provenance_any@2": 0.0},
        {"answer_f1": 1.5},
        {"exact_match": -1.0},
    ],
)
def test_what_cannot_be_is_told(values: dict[str, float]) -> None:
    (broken,) = broken_invariants(values)
    assert next(iter(values)) in broken


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"exact_match": 1.0, "answer_f1": 1.0, "cover_exact_match": 1.0},
        {"exact_match": 0.0, "answer_f1": 0.5, "cover_exact_match": 1.0},
        {"exact_match": 1.0, "answer_f1(by='hotpotqa')": 0.0},  # both normalise to nothing
        {"exact_match(by='triviaqa')": 1.0, "answer_f1": 0.5},  # another normalisation
        {"exact_match": 1.0, "cover_exact_match(by='kilt')": 0.0},  # both blank
        {"kilt_f1": 0.5, "answer_f1(by='hotpotqa')": 0.0},  # the guard
        {"provenance_precision@1": 1.0, "provenance_precision@5": 0.2},
        {"triple_recall": 2.0, "triple_precision": 1.0},
        {"exact_match": nan, "answer_f1": 0.5},
        {"passage_recall@5": 0.5, "passage_recall(of='search')@10": 0.0},
        {"has_answer(by='dpr')@5": 1.0, "has_answer@10": 0.0},
        {"passage_recall@10": 1.0, "passage_recall@2": 0.5},
        {"support_exact_match(by='2wiki')": 1.0, "support_f1": 0.5},
        {"joint_recall(by='2wiki')": 2.0, "triple_f1": 1.2},
        {"searches": 3.0, "my.py:f": 7.0, "nDCG@10": 1.0},
    ],
)
def test_what_can_be_is_not(values: dict[str, float]) -> None:
    assert broken_invariants(values) == []


def test_a_printed_row_whose_em_and_f1_changed_places_is_caught() -> None:
    # DDR-RAG on NQ as DRO's table 2 prints it (arXiv 2505.03075): EM 40.74, F1 28.76.
    assert broken_invariants({"exact_match": 0.4074, "answer_f1": 0.2876}) == [
        "exact_match is 0.4074, above answer_f1, 0.2876"
    ]
