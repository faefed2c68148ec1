from __future__ import annotations

import time

import pytest

from harness.formats.python_calls import (
    MAX_LENGTH,
    NotCalls,
    bracketed,
    read_python_calls,
    read_python_value,
)


def arguments(source: str) -> object:
    """Of the only call."""
    (call,) = read_python_calls(f"[{source}]")
    return dict(call.arguments)


def test_calls_have_names_with_dots_and_named_literals() -> None:
    first, second = read_python_calls(
        '[weather(city="Oslo", days=2), a.b.latest(topics=["x", 1.5])]'
    )
    assert (first.name, first.arguments) == ("weather", {"city": "Oslo", "days": 2})
    assert (second.name, second.arguments) == ("a.b.latest", {"topics": ["x", 1.5]})
    assert read_python_calls("[]") == ()


def test_arguments_without_a_name_are_dropped() -> None:
    assert arguments("f(1, 'two', c=3)") == {"c": 3}
    assert arguments("f(1)") == {}


def test_calls_inside_calls_are_objects_when_named_and_text_when_not() -> None:
    assert arguments("f(a=g(b=1))") == {"a": {"g": {"b": 1}}}
    assert arguments("f(a=g(1), b=now())") == {"a": "g(1)", "b": "now()"}


def test_names_and_elements_stay_text() -> None:
    assert arguments("f(a=x, b=true, c=x[0], d=..., e=None, f=True)") == {
        "a": "x",
        "b": "true",
        "c": "x[0]",
        "d": "...",
        "e": None,
        "f": True,
    }


def test_arithmetic_on_literals_is_worked_out() -> None:
    # -3; 2 + 3 * 4 = 14; 7 // 2 = 3; 7 % 4 = 3; 2 ** 10 = 1024; 1 / 4 = 0.25; (1 + 1) * -2 = -4
    found = arguments(
        "f(a=-3, b=2 + 3 * 4, c=7 // 2, d=7 % 4, e=2 ** 10, f=1 / 4, g='x' + 'y', h=(1 + 1) * -2, "
        "i=+5, j=not True)"
    )
    assert found == {
        "a": -3,
        "b": 14,
        "c": 3,
        "d": 3,
        "e": 1024,
        "f": 0.25,
        "g": "xy",
        "h": -4,
        "i": 5,
        "j": False,
    }


def test_tuples_are_told_from_lists() -> None:
    assert arguments("f(a=(1, 2), b=[(3, 4)], c={'k': (5,)})") == {
        "a": (1, 2),
        "b": [(3, 4)],
        "c": {"k": (5,)},
    }
    assert isinstance(read_python_value("(1, 2)"), tuple)


def test_keys_are_text_and_what_is_unpacked_has_a_name_of_its_own() -> None:
    assert arguments("f(a={1: 'x', True: 'y', z: 2}, **more)") == {
        "a": {"1": "x", "True": "y", "z": 2},
        "**": "more",
    }


def test_a_call_of_what_is_no_name_has_none() -> None:
    (call,) = read_python_calls("['math.factorial'(number=5)]")
    assert (call.name, call.arguments) == ("", {"number": 5})


@pytest.mark.parametrize(
    "text",
    [
        "I cannot help with that.",
        "[f(a=1)",
        "[1, 2]",
        "[[f(a=1)]]",
        "f(a=1)",
        "[f(a=lambda: 1)]",
        "[f(a=[x for x in y])]",
        "[f(a={1, 2})]",
        "[f(a={**x})]",
        "[f(a=b.c)]",
        "[f(a=1 if x else 2)]",
        "[f(a=-x)]",
        "[f(a=x + 1)]",
        "[f(a='x' * 3)]",
        "[f(a='%s' % 1)]",
        "[f(a=f'{x}')]",
        "[f(a=1 / 0)]",
        "[f(a=01)]",
        "",
    ],
)
def test_what_is_no_list_of_calls_is_refused(text: str) -> None:
    with pytest.raises(NotCalls):
        read_python_calls(text)


def test_nothing_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    for value in ("print('run')", "__import__('os').system('echo run')", "exit()", "open('/x')"):
        assert arguments(f"f(a={value})") == {"a": value}
    with pytest.raises(NotCalls):
        read_python_calls("[f(a=print('run') + 1)]")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10_000 + "]" * 10_000,
        "[f(a=" + "[" * 10_000 + "]" * 10_000 + ")]",
        "[f(a=" + "-" * 100_000 + "1)]",
        "[f(a=" + "+".join(["1"] * 100_000) + ")]",
        "[f" + ".a" * 100_000 + "(b=1)]",
        "[f(a=" + "9" * 5_000 + ")]",
        "[f(a=9 ** 9 ** 9 ** 9)]",
        "[f(a=10 ** 100_000_000)]",
        "[f(a=1.5 ** 1e300)]",
        "[f(a=(-8) ** 0.5)]",
        "[f(a='x\0')]",
        "[f(a='\ud800')]",
        "[f(a='" + "x" * MAX_LENGTH + "')]",
    ],
    ids=lambda text: f"{text[:12]!r}",
)
def test_hostile_texts_are_refused_at_once(text: str) -> None:
    began = time.process_time()
    with pytest.raises(NotCalls):
        read_python_calls(text)
    assert time.process_time() - began < 5


def test_strange_escapes_are_no_warning() -> None:
    assert arguments(r"f(pattern='\d+')") == {"pattern": r"\d+"}


def test_brackets_are_added_where_they_lack() -> None:
    assert bracketed("f(a=1)") == "[f(a=1)]"
    assert bracketed("[f(a=1)") == "[f(a=1)]"
    assert bracketed("[f(a=1)]") == "[f(a=1)]"
    assert bracketed("") == "[]"
