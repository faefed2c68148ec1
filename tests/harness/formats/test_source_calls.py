from __future__ import annotations

import time

import pytest

from harness.formats.python_calls import MAX_LENGTH, NotCalls
from harness.formats.source_calls import Language, read_source_calls


def call(text: str, language: Language = "java") -> tuple[str, object]:
    (found,) = read_source_calls(text, language)
    return found.name, dict(found.arguments)


def test_values_stay_as_written_and_strings_lose_their_quotes() -> None:
    assert call("Lists.sort(list=names, order=\"up\", sign='+', most=10L);") == (
        "Lists.sort",
        {"list": "names", "order": "up", "sign": "+", "most": "10L"},
    )


def test_commas_in_brackets_strings_and_generics_do_not_separate() -> None:
    source = (
        'f(map=new HashMap<String, Object>() {{ put("a", "b=1, c=2"); }}, array=new int[]{1, 2}, '
        'text="x, y=1 (", made=List.of(1, 2), last=x -> x + 1)'
    )
    assert call(source) == (
        "f",
        {
            "map": 'new HashMap<String, Object>() {{ put("a", "b=1, c=2"); }}',
            "array": "new int[]{1, 2}",
            "text": "x, y=1 (",
            "made": "List.of(1, 2)",
            "last": "x -> x + 1",
        },
    )


def test_javascript_has_lists_objects_templates_and_functions() -> None:
    source = "f(a=[1, 2], b={k: 'v', n: 1}, c=`x, d=${1}`, d=(x) => x == 1, e=async function(){})"
    assert call(source, "javascript") == (
        "f",
        {
            "a": "[1, 2]",
            "b": "{k: 'v', n: 1}",
            "c": "`x, d=${1}`",
            "d": "(x) => x == 1",
            "e": "async function(){}",
        },
    )


def test_arguments_without_a_name_are_dropped() -> None:
    assert call('f("x", b=1)') == ("f", {"b": "1"})
    assert call("f()") == ("f", {})


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("None of the tools helps.", "java"),
        ("f(a=1", "java"),
        ("f(a=1))", "java"),
        ("f(a=(1]", "java"),
        ("f(a='x", "java"),
        ("f(a=1), g(b=2)", "java"),
        ("f(a=1, a=2)", "java"),
        ("f(a=)", "java"),
        ("f(a=[1, 2])", "java"),
        ("f(a={1, 2})", "java"),
        ("f(path=/data/logs)", "java"),
        ("f(name=John Smith)", "java"),
        ("f(names=[John Smith, Ann])", "javascript"),
        ("", "javascript"),
    ],
)
def test_what_no_grammar_lets_pass_is_refused(text: str, language: Language) -> None:
    with pytest.raises(NotCalls):
        read_source_calls(text, language)


@pytest.mark.parametrize(
    "text",
    [
        "f(" * 100_000,
        "f(a=" + "[" * 100_000,
        "f(a='" + "\\" * 500_000,
        "f(" + "a=1, " * 100_000 + ")",
        "a." * 400_000,
        "f(a=" + "a " * 300_000 + ")",
        'f(a="' + "x" * MAX_LENGTH + '")',
    ],
    ids=lambda text: f"{text[:8]!r}",
)
def test_hostile_texts_are_refused_at_once(text: str) -> None:
    began = time.process_time()
    with pytest.raises(NotCalls):
        read_source_calls(text, "java")
    assert time.process_time() - began < 5
