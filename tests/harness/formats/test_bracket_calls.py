from __future__ import annotations

import random
import re
import time

import pytest

from harness.formats.bracket_calls import read_call


def published(text: str) -> tuple[str, dict[str, str]] | None:
    """The two patterns as they stand in the documentation of the format."""
    call = re.search(r"\[(\w+)\((.*)\)\]", text)
    if not call:
        return None
    found = {}
    pattern = r"(\w+)\s*=\s*['\"](.+?)['\"]|(\w+)\s*=\s*(\[.*\])|(\w+)\s*=\s*(\w+)"
    for m in re.finditer(pattern, call[2]):
        name, value = next(pair for pair in ((m[1], m[2]), (m[3], m[4]), (m[5], m[6])) if pair[0])
        found[name] = value
    return call[1], found


def arguments(text: str) -> dict[str, object]:
    call = read_call(text)
    assert call is not None
    return dict(call.arguments)


def test_a_call_is_read_wherever_it_stands_in_a_line() -> None:
    call = read_call("API-Request: [GetUserToken(username='JohnDoe', password=\"p w\")] done")
    assert call is not None
    assert (call.name, call.arguments) == (
        "GetUserToken",
        {"username": "JohnDoe", "password": "p w"},
    )


def test_a_bare_word_and_a_list_are_texts_too() -> None:
    assert arguments("[F(n=2, on=True, l=['a', 'b'])]") == {
        "n": "2",
        "on": "True",
        "l": "['a', 'b']",
    }


def test_the_first_line_with_a_call_counts() -> None:
    call = read_call("[A(\n)]\n[B(x='1')]\n[C()]")
    assert call is not None
    assert call.name == "B"


def test_a_list_in_quotation_marks_is_cut_as_published() -> None:
    assert arguments("[F(a='['John', 'Jane']')]") == {"a": "["}


def test_an_empty_value_swallows_what_follows_as_published() -> None:
    assert arguments("[F(a='', b='x')]") == {"a": "', b="}


@pytest.mark.parametrize("text", ["", "no call", "[F(a='1')", "F(a='1')", "[F (a=1)]", "[F(a=1) ]"])
def test_a_text_without_a_call_has_none(text: str) -> None:
    assert read_call(text) is None


def test_it_finds_what_the_published_patterns_find() -> None:
    source = random.Random(0)
    pieces = [
        "[F(",
        ")]",
        "a",
        "b1",
        "=",
        " = ",
        "'",
        '"',
        ", ",
        "[",
        "]",
        "x y",
        "\n",
        "(",
        ")",
        "é",
    ]
    for _ in range(20_000):
        text = "".join(source.choice(pieces) for _ in range(source.randint(1, 22)))
        call = read_call(text)
        found = None if call is None else (call.name, call.arguments)
        assert found == published(text), text


@pytest.mark.parametrize(
    "text", ["[a(" * 1_000_000, "[f(" + "a=[" * 5_000_000 + ")]"], ids=["openings", "arguments"]
)
def test_a_huge_text_is_refused_at_once(text: str) -> None:
    began = time.process_time()
    call = read_call(text)
    assert call is None or (call.problem and not call.arguments)
    assert time.process_time() - began < 3
