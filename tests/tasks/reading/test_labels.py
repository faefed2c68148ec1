from __future__ import annotations

import pytest

from tasks.reading.labels import read_labels


def test_grades_by_id_in_the_order_of_the_labels() -> None:
    labels = [{"id": "b", "relevance": 1, "doc": {}}, {"id": 7, "relevance": 2.0}]
    assert list(read_labels(labels, "relevance").items()) == [("b", 1), ("7", 2)]
    assert read_labels([], "relevance") == {}


def test_of_two_labels_for_a_document_the_highest_or_the_last_counts() -> None:
    labels = [{"id": "a", "score": s} for s in (1, 3, 2)]
    assert read_labels(labels, "score") == {"a": 3}
    assert read_labels(labels, "score", last=True) == {"a": 2}


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        (None, "no list of objects"),
        ({"id": ["a"], "score": [1]}, "no list of objects"),
        (["a"], "no list of objects"),
        ([{"id": "a"}], "no list of objects with 'id' and 'score'"),
        ([{"id": None, "score": 1}], "no list of objects"),
        ([{"id": "a", "score": 0.5}], "the grade 0.5 of a is no whole number"),
        ([{"id": "a", "score": "1"}], "the grade '1' of a is no whole number"),
        ([{"id": "a", "score": float("nan")}], "the grade nan of a is no whole number"),
        ([{"id": "a", "score": float("inf")}], "the grade inf of a is no whole number"),
        ([{"id": "a", "score": 10**23}], f"the grade {10**23} of a is too large: 9 digits"),
    ],
)
def test_anything_else_is_refused(labels: object, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_labels(labels, "score")
