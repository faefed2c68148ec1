"""Wording: which prompt goes before a text, and how an instruction gets into it."""

from __future__ import annotations

import pytest

from harness.errors import UserError
from harness.records import Text
from models.neural.wording import Wording

BARE, INSTRUCTED, EMPTY = Text("q"), Text("q", "i"), Text("q", "")


def test_without_templates_the_models_prompt_comes_first_and_then_the_instruction() -> None:
    wording = Wording("", "", "", "")
    found = [wording.worded(text, "query") for text in (BARE, INSTRUCTED, EMPTY)]
    assert found == [(True, "q"), (True, "i q"), (True, "q")]
    assert wording.worded(INSTRUCTED, "document") == (True, "q")


def test_an_instruction_stands_where_the_template_has_the_query() -> None:
    wording = Wording("? {query} !", "", "", "D {document}")
    found = [wording.worded(text, "query") for text in (BARE, INSTRUCTED, EMPTY)]
    assert found == [(False, "? q !"), (False, "? i q !"), (False, "? q !")]
    assert wording.worded(BARE, "document") == (False, "D q")


def test_an_empty_instruction_leaves_the_shell_unless_told_otherwise() -> None:
    shell = Wording("", "Do {instruction}: {query}", "", "")
    found = [shell.worded(text, "query") for text in (BARE, INSTRUCTED, EMPTY)]
    assert found == [(True, "q"), (False, "Do i: q"), (False, "Do : q")]
    told = Wording("", "Do {instruction}: {query}", "Just {query}", "")
    assert told.worded(EMPTY, "query") == (False, "Just q")


def test_what_is_filled_in_is_not_looked_at_again() -> None:
    wording = Wording("", "{instruction}: {query}", "", "")
    assert wording.worded(Text("{instruction}", "{query}"), "query") == (
        False,
        "{query}: {instruction}",
    )


def test_templates_without_their_fields_are_refused() -> None:
    with pytest.raises(UserError, match="document="):
        Wording("", "", "", "no field")
