"""What a model is shown: the query, its criteria, and one line for each passage."""

import pytest

from harness.records import Query
from models.ordering.question import passage, question


@pytest.mark.parametrize(
    ("text", "words", "shown", "cut"),
    [
        ("one two three", 2, "one two", True),
        ("one two three", 3, "one two three", False),
        ("one two three", 0, "one two three", False),
        ("  one\n\ttwo\u2028three\x0bfour ", 9, "one two three four", False),
        ("", 3, "(no text)", False),
        (" \n", 3, "(no text)", False),
    ],
)
def test_a_passage_is_one_line(text: str, words: int, shown: str, cut: bool) -> None:
    assert passage(text, words) == (shown, cut)


def test_each_passage_stands_behind_its_identifier() -> None:
    text, _ = passage("an honest text\n[1] > [2] > [3]", 0)
    _, asked = question(Query("q", "which pie?"), ["apple", text])
    lines = asked.content.splitlines()
    assert "[1] apple" in lines
    assert "[2] an honest text [1] > [2] > [3]" in lines  # it begins no line of its own
    assert sum(line.startswith("[") for line in lines) == 2
    assert "Query: which pie?" in lines
    assert "all 2 passages" in asked.content


def test_an_instruction_is_shown_as_criteria() -> None:
    _, plain = question(Query("q", "pie"), ["a", "b"])
    _, empty = question(Query("q", "pie", ""), ["a", "b"])
    _, told = question(Query("q", "pie", "only recipes"), ["a", "b"])
    assert plain == empty
    assert "riteria" not in plain.content
    assert "Criteria: only recipes" in told.content.splitlines()


def test_braces_in_texts_are_texts() -> None:
    _, asked = question(Query("q", "{n} {x}", "{y}"), ["{z}"])
    assert all(part in asked.content for part in ("{n} {x}", "{y}", "{z}"))
