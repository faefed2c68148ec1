from __future__ import annotations

from typing import Any

import pytest

from harness.measures.comparisons import WAYS, WrongType, same, typed


@pytest.mark.parametrize(
    ("way", "gold", "value", "expected"),
    [
        ("equal", "Lee", "Lee", True),
        ("equal", "Lee", "lee", False),
        ("strip", "Lee", " Lee ", True),
        ("lower", "Bedtime", " BEDTIME", True),
        ("upper", "abc1", "ABC1 ", True),
        ("upper", "abc1", "abc2", False),
        ("spaceless", "(5+3)*6", "( 5 + 3 ) * 6", True),
        ("capitals", "QueryMeeting", "query  meeting", True),
        ("capitals", "QueryMeeting", "meeting query", False),
        ("date", "2023-03-05", "2023-3-5", True),
        ("date", "2023-03-05", "March 5th", False),
        ("date", "2023-03-05", "２０２３-03-05", False),  # digits that only look alike
        ("time", "2023-03-05 09:00:00", " 2023-03-05 9:00:00", True),
        ("time", "2023-03-05 09:00:00", "2023-03-05", False),
        ("day", "10-06", "2023-10-06", True),
        ("day", "10-06", "2023-06-10", False),
        ("words", "meeting with John", "meeting with", True),  # 2 of 3 words in common
        ("words", "meeting with", "meeting John", False),  # 1 of 3
        ("words", "a b", "a", False),  # 1 of 2 is not more than half
        ("words", "Call Mom", "call mom", False),
        ("words-lower", "Call Mom", "call mom", True),
        ("filled", "x", "anything", True),
        ("filled", "x", "  ", False),
        ("any", "x", "", True),
        ("date", "soon", "later", False),  # neither is a date
        ("date", "soon", "soon", True),  # but equal they are
    ],
)
def test_two_values_are_the_same_in_a_way(way: str, gold: Any, value: Any, expected: bool) -> None:
    assert same(way, gold, value) is expected


@pytest.mark.parametrize("way", sorted(WAYS))
def test_equal_values_are_the_same_in_every_way(way: str) -> None:
    assert same(way, "2023-03-05", "2023-03-05")
    assert same(way, ["a"], ["a"])


@pytest.mark.parametrize(
    ("gold", "value", "expected"),
    [
        (2, "2", 2),
        (74.006, "74.0060", 74.006),
        ("123", 123, "123"),
        (True, "True", True),
        (False, "False", False),
        (["a", "b"], "['a', 'b']", ["a", "b"]),
        (["a", "b"], '["a", "b"]', ["a", "b"]),
        ({"k": 1}, '{"k": 1}', {"k": 1}),
    ],
)
def test_a_value_is_read_in_the_type_of_the_right_one(gold: Any, value: Any, expected: Any) -> None:
    assert typed(gold, value) == expected


@pytest.mark.parametrize(
    ("gold", "value"),
    [
        (2, "two"),
        (2, True),
        (2, ["2"]),
        ("x", True),
        ("x", ["x"]),
        (True, 1.5),
        (True, "yes"),
        (["a"], "["),
        (["a"], "__import__('os')"),
        ({"k": 1}, "[1]"),
    ],
)
def test_a_value_of_another_type_is_refused(gold: Any, value: Any) -> None:
    with pytest.raises(WrongType):
        typed(gold, value)


def test_a_huge_value_is_refused() -> None:
    huge = [(2, "9" * 100_000), ("x", 10**5000), (["a"], "[" * 10_000), (["a"], "[" * 50_000_000)]
    for gold, value in huge:
        with pytest.raises(WrongType):
            typed(gold, value)


def test_not_a_number_is_never_the_same() -> None:
    assert not same("equal", 2.0, typed(2.0, float("nan")))
    with pytest.raises(WrongType):
        typed(2.0, "nan")
