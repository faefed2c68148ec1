"""A run is ranked once, by one rule, whatever it is made from."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import order
from harness.errors import UserError
from harness.run import Run

IDS = ["Z", "a", "aa", "b", "\N{LATIN SMALL LETTER E WITH ACUTE}", "\uffee", "\U0001f600"]
"""In code point order, which is the byte order of UTF-8 but not that of UTF-16."""

SCORES = st.one_of(
    st.sampled_from([-1.0, -0.0, 0.0, 1.0, 1.0 + 1e-9, 1.0 + 1e-6, 3.4e38, -3.4e38, 1e-45]),
    st.floats(width=32, allow_nan=False, allow_infinity=False),
)
RUNS = st.dictionaries(
    st.sampled_from(["q1", "q2", "q3"]), st.dictionaries(st.sampled_from(IDS), SCORES)
)


@given(RUNS)
def test_documents_rank_by_float32_score_then_id_both_descending(scores):
    run = Run.from_scores(scores)
    for query, found in scores.items():
        expected = sorted(found, key=lambda id: (np.float32(found[id]), id.encode()), reverse=True)
        assert [id for id, _ in run.ranked(query)] == expected
        assert [s for _, s in run.ranked(query)] == [
            float(np.float32(found[id])) for id in expected
        ]


@given(RUNS, st.randoms(use_true_random=False))
def test_the_order_of_the_input_never_matters(scores, random):
    def shuffled(mapping):
        items = list(mapping.items())
        random.shuffle(items)
        return dict(items)

    again = Run.from_scores({query: shuffled(found) for query, found in scores.items()})
    assert again == Run.from_scores(scores)


@given(RUNS, st.permutations(IDS))
def test_arrays_rank_like_scores_whatever_order_their_ids_have(scores, ids):
    flat = [(ids.index(id), score) for found in scores.values() for id, score in found.items()]
    run = Run.from_arrays(
        list(scores),
        ids,
        [code for code, _ in flat],
        [score for _, score in flat],
        np.cumsum([0, *map(len, scores.values())]),
    )
    assert run == Run.from_scores(scores)


def test_scores_that_differ_only_beyond_float32_are_tied():
    run = Run.from_scores({"q": {"a": 1.0 + 1e-9, "b": 1.0, "c": 1.0 + 1e-6}})
    assert [id for id, _ in run.ranked("q")] == ["c", "b", "a"]


def test_negative_zero_ties_with_zero():
    run = Run.from_scores({"q": {"a": 0.0, "b": -0.0}})
    assert [id for id, _ in run.ranked("q")] == ["b", "a"]
    assert not np.signbit(run.scores).any()


def test_the_vocabulary_holds_what_occurs_in_ascending_order():
    run = Run.from_arrays(["q"], ["c", "unused", "a"], [0, 2], [1.0, 2.0], [0, 2])
    assert run.vocabulary == ("a", "c")
    assert run.docs.tolist() == [0, 1]


def test_rankings_keep_their_order_with_scores_that_count_down():
    run = Run.from_rankings({"q": ["b", "c", "a"], "empty": []})
    assert run.ranked("q") == [("b", 3.0), ("c", 2.0), ("a", 1.0)]
    assert run.ranked("empty") == []


def test_a_document_named_again_in_a_ranking_keeps_its_first_place_and_is_counted():
    run = Run.from_rankings({"q": ["b", "a", "b", "b"]})
    assert [id for id, _ in run.ranked("q")] == ["b", "a"]
    assert run.repeated == 2


def test_tied_counts_documents_that_share_their_score_within_a_query():
    run = Run.from_scores(
        {
            "first": {"a": 2, "b": 1, "c": 1},
            "empty": {},
            "second": {"a": 1},
            "third": {"a": 5, "b": 5},
        }
    )
    assert run.tied == 4  # b and c of the first, both of the third; equal across queries is no tie


def test_tied_is_zero_for_an_empty_run():
    assert Run.from_scores({}).tied == 0
    assert Run.from_scores({"q": {}}).tied == 0


def test_cut_keeps_the_best():
    run = Run.from_scores({"q": {"a": 1, "b": 3, "c": 2}, "r": {"c": 1}})
    assert run.cut(2) == Run.from_scores({"q": {"b": 3, "c": 2}, "r": {"c": 1}})
    assert run.cut(1).vocabulary == ("b", "c")


def test_select_takes_queries_in_the_order_asked_and_leaves_out_unknown_ones():
    run = Run.from_scores({"q": {"a": 1}, "r": {"b": 1, "c": 2}, "s": {}})
    chosen = run.select(["s", "nowhere", "r", "s"])
    assert chosen == Run.from_scores({"s": {}, "r": {"b": 1, "c": 2}})
    assert run.select([]) == run.select(["nowhere"]) == Run.from_scores({})


def test_without_drops_documents_for_their_query_only():
    run = Run.from_scores({"q": {"a": 1, "b": 2}, "r": {"a": 1}})
    dropped = run.without({"q": ["a", "unknown"], "nowhere": ["a"]})
    assert dropped == Run.from_scores({"q": {"b": 2}, "r": {"a": 1}})


def test_within_keeps_a_querys_pool_and_leaves_queries_without_one_alone():
    run = Run.from_scores({"q": {"a": 1, "b": 2}, "r": {"a": 1}, "s": {"a": 1}})
    kept = run.within({"q": ["a"], "s": []})
    assert kept == Run.from_scores({"q": {"a": 1}, "r": {"a": 1}, "s": {}})


def test_concat_joins_runs_of_different_queries():
    parts = [Run.from_scores({"q": {"b": 2, "a": 1}}), Run.from_scores({"r": {"a": 3}, "s": {}})]
    assert Run.concat(parts) == Run.from_scores({"q": {"b": 2, "a": 1}, "r": {"a": 3}, "s": {}})
    assert Run.concat([]) == Run.from_scores({})


def test_concat_refuses_a_query_that_two_runs_hold():
    parts = [Run.from_scores({"q": {"a": 1}}), Run.from_scores({"q": {"b": 1}})]
    with pytest.raises(UserError, match="query 'q' occurs twice"):
        Run.concat(parts)


def test_renaming_documents_ranks_ties_anew():
    run = Run.from_scores({"q": {"a": 1, "b": 1}})
    assert [id for id, _ in run.ranked("q")] == ["b", "a"]
    renamed = run.renamed(queries={"q": "Q"}, documents={"a": "c"})
    assert [id for id, _ in renamed.ranked("Q")] == ["c", "b"]


def test_renaming_refuses_ids_that_become_equal():
    run = Run.from_scores({"q": {"a": 1, "b": 1}, "r": {}})
    with pytest.raises(UserError, match="document id 'b' occurs twice"):
        run.renamed(documents={"a": "b"})
    with pytest.raises(UserError, match="query 'r' occurs twice"):
        run.renamed(queries={"q": "r"})


def test_scores_and_frame_hold_what_was_ranked():
    run = Run.from_scores({"q": {"a": 1, "b": 2}, "empty": {}})
    assert run.to_scores() == {"q": {"b": 2.0, "a": 1.0}, "empty": {}}
    assert run.to_frame().to_dict("list") == {
        "query_id": ["q", "q"],
        "doc_id": ["b", "a"],
        "rank": [1, 2],
        "score": [2.0, 1.0],
    }


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -float("inf"), 1e39])
def test_a_score_that_is_not_finite_as_float32_is_refused_by_name(score):
    expected = f"document 'b' of query 'r' has the score {score}"
    with pytest.raises(UserError, match=re.escape(expected)):
        Run.from_scores({"q": {"a": 1}, "r": {"a": 1, "b": score}})


@pytest.mark.parametrize("cells", [1, 6, 1 << 20])
def test_a_document_that_occurs_twice_is_refused_by_name(monkeypatch, cells):
    monkeypatch.setattr(order, "TABLE_CELLS", cells)
    fine = Run.from_arrays(["q", "r"], ["a", "b", "c"], [0, 1, 1, 2], [1, 2, 3, 4], [0, 2, 4])
    assert fine.docs.tolist() == [1, 0, 2, 1]
    with pytest.raises(UserError, match="document 'b' of query 'r' occurs twice"):
        Run.from_arrays(["q", "r"], ["a", "b", "c"], [0, 1, 1, 2, 1], [1, 2, 3, 4, 5], [0, 2, 5])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["q", "q"], ["a"], [0, 0], [1, 1], [0, 1, 2]), "query 'q' occurs twice"),
        ((["q"], ["a", "a"], [0, 1], [1, 2], [0, 2]), "document id 'a' occurs twice"),
        ((["q"], ["a"], [1], [1], [0, 1]), "outside the 1 ids"),
        ((["q"], ["a"], [-1], [1], [0, 1]), "outside the 1 ids"),
        ((["q"], ["a"], [0], [1, 2], [0, 1]), "do not fit together"),
        ((["q"], ["a"], [0], [1], [0, 2]), "do not fit together"),
        ((["q"], ["a"], [0.5], [1], [0, 1]), "codes and offsets are integers"),
        ((["q"], ["a"], [0], [None], [0, 1]), "has the score nan"),
        ((["q"], ["a"], [0], ["high"], [0, 1]), "scores are numbers"),
        ((["q"], [7], [0], [1], [0, 1]), "document id 7 is not a string"),
    ],
)
def test_arrays_that_make_no_run_are_refused(arguments, message):
    with pytest.raises(UserError, match=message):
        Run.from_arrays(*arguments)


def test_scores_that_are_no_numbers_are_refused():
    with pytest.raises(UserError, match="a score is not a number"):
        Run.from_scores({"q": {"a": "high"}})


def test_check_names_the_first_stranger_and_counts_them():
    run = Run.from_scores({"q": {"a": 1, "b": 1}, "r": {"c": 1}})
    run.check({"q", "r", "s"}, {"a", "b", "c", "d"})
    run.check(["q", "r"])
    with pytest.raises(UserError, match="1 query that the task lacks, the first is 'r'"):
        run.check(["q"], ["a", "b", "c"])
    with pytest.raises(UserError, match="2 documents that the task lacks, the first is 'b'"):
        run.check(["q", "r"], {"a": 0})


def test_runs_compare_by_content():
    run = Run.from_scores({"q": {"a": 1}})
    assert run != Run.from_scores({"q": {"a": 2}})
    assert run != Run.from_scores({"q": {"b": 1}})
    assert run != "run"
    assert repr(run) == "Run(1 queries, 1 documents)"


def test_the_fingerprint_is_that_of_what_a_file_holds(tmp_path: Path) -> None:
    run = Run.from_scores({"q1": {"a": 0.1, "b": 1 / 3}, "q2": {}})
    run.write_trec(tmp_path / "run.trec.gz")
    assert Run.read(tmp_path / "run.trec.gz").fingerprint == run.fingerprint
    assert Run.from_scores({"q1": {"b": 1 / 3, "a": 0.1}}).fingerprint == run.fingerprint


@pytest.mark.parametrize(
    "other",
    [
        {"q1": {"a": 0.1, "b": 0.3334}},
        {"q1": {"a": 0.1, "c": 1 / 3}},
        {"q1": {"b": 1 / 3}},
        {"q2": {"a": 0.1, "b": 1 / 3}},
        {"q1": {"a": 0.1, "b": 1 / 3}, "q2": {"a": 1.0}},
    ],
)
def test_the_fingerprint_tells_runs_apart(other: dict[str, dict[str, float]]) -> None:
    run = Run.from_scores({"q1": {"a": 0.1, "b": 1 / 3}})
    assert Run.from_scores(other).fingerprint != run.fingerprint
