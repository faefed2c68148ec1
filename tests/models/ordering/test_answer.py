"""Answers are read as they were meant, repaired as stated, and refused when they say nothing."""

import pytest

from models.ordering.answer import NoOrder, Order, excerpt, identifiers, read_order


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ("[3] > [1] > [2]", [3, 1, 2]),
        ("[3]>[1]>[2].", [3, 1, 2]),
        ("[3] > [1] >\n[2]", [3, 1, 2]),
        ("[3, 1, 2]", [3, 1, 2]),
        ("[ 3 ], [1], [2]", [3, 1, 2]),
        ("**[3]** > **[1]** > **[2]**", [3, 1, 2]),
        ("[3] >= [1] = [2]", [3, 1, 2]),
        ("3 > 1 > 2", [3, 1, 2]),
        ("Passage [1] is off topic, so: [3] > [1] > [2]", [3, 1, 2]),
        ("First [1] > [2], but no: [2] > [1]", [2, 1]),  # equally long: the last
        ("[2] > [1] and then, far behind, [3] > [4] > [5]", [3, 4, 5]),
        ("1. [3] says it all\n2. [1] says a part", [3, 1]),  # each alone between words
        ("<think>[1] > [2] > [3]?</think>[3] > [1] > [2]", [3, 1, 2]),
        ("[1] > [2], I think</think>\n[2] > [1]", [2, 1]),  # the template opened the thoughts
        ("<think>a</think>[2] > [1]<think>or [1] > [2] > [3]", [2, 1]),
        ("<think>[1] > [2]", []),  # cut off while thinking
        ("I found 3 good passages out of 20", []),
        ("[a] > [b]", []),
        ("[1234567890]", []),
        ("", []),
    ],
)
def test_identifiers_are_read(answer: str, read: list[int]) -> None:
    assert identifiers(answer) == read


def test_a_clean_answer_needs_no_repair() -> None:
    order = read_order("[3] > [1] > [2]", 3)
    assert order == Order(places=(2, 0, 1), unknown=0, repeated=0, missing=0)
    assert not order.repaired


def test_repairs_are_as_stated() -> None:
    # of five: 9 and 0 are unknown, 2 is named twice; 1, 3 and 5 are missing and keep their order
    order = read_order("[4] > [9] > [2] > [0] > [2]", 5)
    assert order == Order(places=(3, 1, 0, 2, 4), unknown=2, repeated=1, missing=3)
    assert order.repaired


@pytest.mark.parametrize("answer", ["", "I cannot help with that.", "[21] > [0]"])
def test_an_answer_without_a_usable_identifier_is_no_order(answer: str) -> None:
    with pytest.raises(NoOrder, match="no identifier in the answer"):
        read_order(answer, 20)


def test_an_excerpt_is_short_and_escaped() -> None:
    assert excerpt('\x1b[31m"é\n') == r'"\u001b[31m\"\u00e9\n"'
    assert excerpt("x" * 500) == f'"{"x" * 80}..."'


def test_a_long_answer_takes_no_long_time() -> None:
    assert len(identifiers("[1] " * 50_000)) == 50_000
    assert identifiers("[" * 50_000 + "1" * 50_000) == []
    assert identifiers("<think>" * 20_000) == []
