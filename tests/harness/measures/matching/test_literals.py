"""Literals as the published rules read them, quirks included."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest

from harness.measures.matching import java, javascript
from harness.measures.matching.literals import LONGEST


@pytest.mark.parametrize(
    ("text", "declared", "value"),
    [
        ("127", "byte", 127),
        ("-5", "short", -5),
        ("+5", "integer", "+5"),
        ("1_000", "integer", "1_000"),
        ("٣", "integer", 3),  # a digit is what Unicode says is one
        ("5\n", "integer", 5),
        ("5\n\n", "integer", "5\n\n"),
        ("5l", "long", 5),
        ("3e2F", "float", 300.0),
        ("3.f", "float", "3.f"),
        ("3", "double", 3.0),
        ("1.5E-1", "double", 0.15),
        ("3d", "double", "3d"),
        ("false", "boolean", False),
        ("'c'", "char", "'c'"),
        ('"s"', "String", '"s"'),
        ("new HashSet<>()", "Set", "new HashSet<>()"),
        ("x", "no such type", "x"),
    ],
)
def test_a_java_literal(text: str, declared: str, value: Any) -> None:
    read = java.read(text, declared)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "inner", "value"),
    [
        ("new int[]{1, 2,}", "integer", [1, 2]),
        ("x = new  int[] { 1 } ;", "integer", [1]),
        ("new int[]{}", "integer", []),
        ("new int[2]", "integer", "new int[2]"),
        ("new int[]{1,\n2}", "integer", "new int[]{1,\n2}"),
        ('new String[]{"a", "b"}', "String", ['"a"', '"b"']),  # quotes stay in arrays
        ('new Object[]{1, "a", 2L, 1.5f, true, x}', None, [1, "a", 2, 1.5, True, "x"]),
        ("new int[]{1, b}", "integer", [1, "b"]),
    ],
)
def test_a_java_array(text: str, inner: str | None, value: Any) -> None:
    assert java.read(text, "Array", inner) == value


@pytest.mark.parametrize(
    ("text", "inner", "value"),
    [
        ('new ArrayList<String>(Arrays.asList("a", "b"))', "String", ["a", "b"]),
        ('new ArrayList<>(Arrays.asList("a, b"))', "String", ["", ""]),  # cut at the comma
        ("new ArrayList<>(Arrays.asList('a'))", "char", ["a"]),
        ("new ArrayList<>(Arrays.asList(1, x))", None, [1, "x"]),
        ("new ArrayList<Integer>() {{ add(1); add(2); }}", "integer", [1, 2]),
        ('new ArrayList<>(){{add("a");}}', "any", ['"a"']),
        ("new ArrayList<>() {{ }}", "integer", []),
        ("new ArrayList<>()", "integer", []),
        ("new ArrayList<>(5)", "integer", "new ArrayList<>(5)"),
        ("new ArrayList<>(Arrays.asList())", "integer", "new ArrayList<>(Arrays.asList())"),
        ("new ArrayList<Map<K, V>>()", "any", "new ArrayList<Map<K, V>>()"),
        ("List.of(1, 2)", "integer", "List.of(1, 2)"),
    ],
)
def test_a_java_list(text: str, inner: str | None, value: Any) -> None:
    assert java.read(text, "ArrayList", inner) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("new HashMap<>()", {}),
        ("new HashMap<>() {{ }}", {}),
        ('new HashMap<String, Integer>() {{ put("a", 1); put("b", -2L); }}', {"a": 1, "b": -2}),
        ('new HashMap<A, B>() { { put("a", "x y"); } }', {"a": "x y"}),
        ('new HashMap<A, B>() {{\n  put("a", true);\n  put("b", c);\n}}', {"a": True, "b": "c"}),
        ('new HashMap<>() {{ put("a", f(1)); }}', {"a": "f(1"}),  # up to the first bracket
        ("new HashMap<>() {{ put(a, 1); }}", {}),
        ('Map.of("a", 1)', 'Map.of("a", 1)'),
        ("new HashMap<", "new HashMap<"),
    ],
)
def test_a_java_map(text: str, value: Any) -> None:
    assert java.read(text, "HashMap") == value


@pytest.mark.parametrize(
    ("text", "declared", "value"),
    [
        ("-5", "integer", -5),
        ("5.0", "integer", "5.0"),
        ("5", "float", 5.0),
        ("1e3", "float", "1e3"),
        ("9007199254740993n", "Bigint", 9007199254740993),
        ("true", "Boolean", True),
        ("TRUE", "Boolean", "TRUE"),
        ("'a\"", "String", "'a\""),
        ("'", "String", ""),
        ('"5"', "any", '"5"'),
    ],
)
def test_a_javascript_literal(text: str, declared: str, value: Any) -> None:
    read = javascript.read(text, declared)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "inner", "value"),
    [
        ("[]", "integer", []),
        (" [1, 2] ", "integer", [1, 2]),
        ("new Array(1n, 2n)", "Bigint", [1, 2]),
        ("['a', \"b\", c]", "String", ["a", "b", "c"]),
        ("[1, 'two', true, 1.5]", None, [1, "two", True, 1.5]),
        ("['a, b']", "String", ["'a", "b'"]),  # cut at the comma
        ("[1, 2] + [3]", "integer", [1, 2]),
        ("[1,\n2]", "integer", "[1,\n2]"),
        ("list", "integer", "list"),
        ("[{'a': 1}, {'b': 2}]", "dict", [{"a": 1}, {"b": 2}]),
        ("[{a: 1, b: 2}]", "dict", ["{a: 1", "b: 2}"]),
        ("[[1, 2], ['a', b]]", "array", [[1, 2], ["a", "b"]]),
        (" [ [1], [2] ] ", "array", [[1], [2]]),
        ("new Array([1, 2], [3])", "array", [[1, 2], [3]]),
        ("[[]]", "array", [[""]]),
        ("[[1], [2]", "array", ["[1"]),  # no array of arrays unless it ends
        ("[[1], [2]; [3]]", "array", [[1], [2], [3]]),  # the second row is `[2]; [3]`
        ("[[1],\n[2]]", "array", [[1], [2]]),
        ("[[1,\n2], [3]]", "array", "[[1,\n2], [3]]"),
    ],
)
def test_a_javascript_array(text: str, inner: str | None, value: Any) -> None:
    assert javascript.read(text, "array", inner) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {}),
        ('{a: 1, \'b\': "x", "c": true}', {"a": 1, "b": "x", "c": True}),
        ("{a: '5'}", {"a": 5}),  # quotes are dropped before the value is read
        ("{a: [1, 'x'], b: 2}", {"a": [1, "x"], "b": 2}),
        ("{a: f(x, y), b: 2}", {"a": "f(x, y)", "b": 2}),
        ("{url: 'http://x', n: 1}", {"url": "http://x", "n": 1}),
        ("{a: {b: 1}}", {"a": "{b: 1"}),  # ends at the first bracket
        ("{a: 1} trailing", {"a": 1}),
        ("{a: }", {"a": ""}),
        ("{\n a: 1}", "{\n a: 1}"),
        ("state", "state"),
    ],
)
def test_a_javascript_object(text: str, value: Any) -> None:
    assert javascript.read(text, "dict") == value


def test_numbers_out_of_bounds_are_no_crash() -> None:
    digits = "9" * 5000
    assert java.read(digits, "integer") == digits
    assert javascript.read(digits + "n", "Bigint") == digits + "n"
    assert math.isinf(java.read(digits, "double"))
    assert java.read(f"new Object[]{{{digits}L, nan}}", "Array")[0] == digits + "L"


@pytest.mark.parametrize(
    ("read", "declared", "unit", "start"),
    [
        (java.read, "ArrayList", "new ArrayList<>(Arrays.asList(", ""),
        (java.read, "ArrayList", "add(", "new ArrayList<>() {{ "),
        (java.read, "HashMap", "new HashMap<>", ""),
        (java.read, "HashMap", 'put("",', "new HashMap<>() {{ "),
        (java.read, "Array", "new int[]{", ""),
        (javascript.read, "array", "[", ""),
        (javascript.read, "array", "],[", "[["),
        (javascript.read, "array", "[]\n,", "["),
        (javascript.read, "dict", "a:,", "{"),
    ],
)
def test_a_literal_made_to_be_slow_is_read_in_time(
    read: Any, declared: str, unit: str, start: str
) -> None:
    began = time.process_time()
    read((start + unit * LONGEST)[: LONGEST - 2] + "}}", declared, "String")
    assert time.process_time() - began < 5  # what backtracks without bound takes hours


def test_a_text_that_is_too_long_stays_a_text() -> None:
    text = "new int[]{" + "1," * LONGEST + "1}"
    assert java.read(text, "Array", "integer") is text
    text = "[" + "1," * LONGEST + "1]"
    assert javascript.read(text, "array", "integer") is text
