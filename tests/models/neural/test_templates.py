"""Templates are filled in one pass, and say what they lack."""

from __future__ import annotations

import pytest

from harness.errors import UserError
from harness.records import Text
from models.neural.templates import Template, Templates


def test_a_template_splits_into_what_stands_before_a_text_and_the_rest() -> None:
    template = Template.of("instructed", "Do {instruction}! {query}</s>", "query", instruction=True)
    assert template.filled("find", "it") == ("Do it! ", "find</s>")


def test_an_instruction_may_stand_behind_the_text_or_on_both_sides() -> None:
    behind = Template.of("instructed", "{query} ({instruction})", "query", instruction=True)
    assert behind.filled("q", "i") == ("", "q (i)")
    both = Template.of(
        "instructed", "{instruction} {query} {instruction}", "query", instruction=True
    )
    assert both.filled("q", "i") == ("i ", "q i")


def test_what_is_filled_in_is_not_looked_at_again() -> None:
    templates = Templates.of()
    text = Text("what is {query}?", "explain {instruction} and {query}")
    assert templates.filled(text, "query") == (
        "Instruct: explain {instruction} and {query}\nQuery: ",
        "what is {query}?",
    )


def test_plain_braces_are_plain_text() -> None:
    assert Template.of("query", '{"q": "{query}"} {} {1}', "query").filled("x") == (
        '{"q": "',
        'x"} {} {1}',
    )


def test_without_templates_only_an_instruction_adds_words() -> None:
    # The wording of ToolRet's released code (toolret/eval.py), its empty shell included.
    templates = Templates.of()
    assert templates.filled(Text("q"), "query") == ("", "q")
    assert templates.filled(Text("q", "i"), "query") == ("Instruct: i\nQuery: ", "q")
    assert templates.filled(Text("q", ""), "query") == ("Instruct: \nQuery: ", "q")
    assert templates.filled(Text("d"), "document") == ("", "d")


def test_each_kind_of_text_has_its_template() -> None:
    templates = Templates.of("a {query}", "b {instruction} {query}", "c {query}", "d {document}")
    assert "".join(templates.filled(Text("x"), "query")) == "a x"
    assert "".join(templates.filled(Text("x", "y"), "query")) == "b y x"
    assert "".join(templates.filled(Text("x", ""), "query")) == "c x"
    assert "".join(templates.filled(Text("x"), "document")) == "d x"


def test_an_empty_instruction_fills_the_instructed_template_with_nothing() -> None:
    templates = Templates.of(instructed="<{instruction}> {query} <{instruction}>")
    assert templates.filled(Text("q", ""), "query") == ("<> ", "q <>")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"query": "query: "}, r"query='query: ': the field \{query\} is missing"),
        ({"query": "{instruction} {query}"}, r"there is no field \{instruction\}"),
        ({"instructed": "{instruction}"}, r"the field \{query\} is missing"),
        ({"instructed": "{task} {instruction} {query}"}, r"there is no field \{task\}"),
        ({"empty": "{instruction}{query}"}, r"there is no field \{instruction\}"),
        ({"document": "{document} {document}"}, r"the field \{document\} occurs twice"),
    ],
)
def test_a_template_with_wrong_fields_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        Templates.of(**given)
