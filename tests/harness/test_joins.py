"""How an instruction and a query become one text."""

from __future__ import annotations

import pytest

from harness.errors import UserError
from harness.joins import JOINS, join
from harness.records import Query


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("space", "Find tools. book a room"),
        ("query-first", "book a room Find tools."),
        ("concat", "Find tools.book a room"),
        ("instruct", "Instruct: Find tools.\nQuery: book a room"),
    ],
)
def test_each_join_has_its_template(name: str, text: str) -> None:
    assert join(Query("q", "book a room", "Find tools."), name) == Query("q", text)


@pytest.mark.parametrize("name", list(JOINS))
def test_a_query_without_instruction_stays_as_it_is(name: str) -> None:
    assert join(Query("q", "book a room"), name) == Query("q", "book a room")


def test_an_empty_instruction_leaves_the_shell_of_the_template() -> None:
    # What ToolRet's released code makes of a query that is asked without an instruction.
    asked = join(Query("q", "book a room", ""), "instruct")
    assert asked == Query("q", "Instruct: \nQuery: book a room")


def test_braces_in_a_text_mean_nothing() -> None:
    query = Query("q", "{instruction}", "{query} {0}")
    assert join(query, "space").text == "{query} {0} {instruction}"


def test_an_unknown_join_comes_with_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"unknown join 'spice'\. Did you mean space"):
        join(Query("q", "x"), "spice")
