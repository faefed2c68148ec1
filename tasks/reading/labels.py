"""Judgements as they stand in a query's row: a list of objects with an id and a grade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard

from harness.records import MAX_GRADE


def read_labels(labels: object, grade: str, *, last: bool = False) -> dict[str, int]:
    """Grades by document id.

    Args:
        labels: a list of objects that have `id` and a grade.
        grade: name of the field that holds the grade, a whole number.
        last: of two labels for one document the last counts; else the highest.

    Raises:
        ValueError: the labels are anything else; the message says what is wrong.
    """
    grades: dict[str, int] = {}
    for label in labels if isinstance(labels, list) else (None,):
        if not isinstance(label, Mapping) or label.get("id") is None or label.get(grade) is None:
            raise ValueError(f"'labels' is no list of objects with 'id' and '{grade}'")
        id, value = str(label["id"]), label[grade]
        if not _is_whole(value):
            raise ValueError(f"the grade {value!r} of {id} is no whole number")
        if abs(value) > MAX_GRADE:
            raise ValueError(f"the grade {value} of {id} is too large: 9 digits at most")
        grades[id] = int(value) if last else max(int(value), grades.get(id, int(value)))
    return grades


def _is_whole(value: object) -> TypeGuard[int | float]:
    """True for a whole number, written with a point or without; NaN and infinity are none."""
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
