"""Literals of Java and JavaScript, each as a programmer or the published rules would write it."""

from __future__ import annotations

from typing import Any

import pytest

from harness.measures.matching import java, javascript
from models.literals import literal

# value, declared type, type of the elements, the literal
JAVA = [
    (True, "boolean", None, "true"),
    (42, "integer", None, "42"),
    (42, "long", None, "42L"),
    (-3, "byte", None, "-3"),
    (0.5, "double", None, "0.5"),
    (0.5, "float", None, "0.5f"),
    (1e-7, "double", None, "1e-07"),
    ("SELECT 1", "String", None, "SELECT 1"),
    ([2, 7], "Array", "integer", "new int[]{2, 7}"),
    (["a b", "c"], "Array", "String", "new String[]{a b, c}"),
    ([], "Array", "String", "new String[]{}"),
    ([101, 202], "ArrayList", "long", "new ArrayList<>(Arrays.asList(101L, 202L))"),
    (["GC pause"], "ArrayList", "String", 'new ArrayList<>(Arrays.asList("GC pause"))'),
    (["a", 1, True], "ArrayList", None, 'new ArrayList<>(Arrays.asList("a", 1, true))'),
    ([], "ArrayList", "String", "new ArrayList<>()"),
    (
        {"limit": 50, "schema": "public", "deep": False},
        "HashMap",
        None,
        'new HashMap<>() {{ put("limit", 50); put("schema", "public"); put("deep", false); }}',
    ),
    ({}, "HashMap", None, "new HashMap<>()"),
]
JAVASCRIPT = [
    (False, "Boolean", None, "false"),
    (3, "integer", None, "3"),
    (4.0, "float", None, "4.0"),
    (1e-7, "float", None, "0.0000001"),
    (9, "Bigint", None, "9n"),
    ("it's", "String", None, '"it\'s"'),
    ('"quoted"', "String", None, '""quoted""'),
    (["completed", "failed"], "array", "String", '["completed", "failed"]'),
    ([1.0, 2.5], "array", "float", "[1.0, 2.5]"),
    ([[10.0, 15.0], [20.0, 25.0]], "array", "array", "[[10.0, 15.0], [20.0, 25.0]]"),
    ([], "array", "float", "[]"),
    ({"on": True, "names": ["a"]}, "dict", None, '{"on": true, "names": ["a"]}'),
]


def schema(declared: str, inner: str | None) -> dict[str, Any]:
    return {"type": declared} | ({"items": {"type": inner}} if inner else {})


@pytest.mark.parametrize(("value", "declared", "inner", "text"), JAVA)
def test_java(value: Any, declared: str, inner: str | None, text: str) -> None:
    assert literal(value, schema(declared, inner), "java") == text
    assert java.read(text, declared, inner) == value


@pytest.mark.parametrize(("value", "declared", "inner", "text"), JAVASCRIPT)
def test_javascript(value: Any, declared: str, inner: str | None, text: str) -> None:
    assert literal(value, schema(declared, inner), "javascript") == text
    assert javascript.read(text, declared, inner) == value


@pytest.mark.parametrize("rules", ["java", "javascript"])
def test_a_text_may_name_a_variable(rules: str) -> None:
    for declared in ("any", "HashMap", "dict", "Array", "array", "integer"):
        assert literal("myValue", schema(declared, "String"), rules) == "myValue"


@pytest.mark.parametrize("rules", ["java", "javascript"])
def test_nothing_is_null(rules: str) -> None:
    assert literal(None, {}, rules) == "null"


def test_other_rules_take_values_as_they_are() -> None:
    value = {"a": [1, None, "b"]}
    for rules in ("json", "python"):
        assert literal(value, {"type": "dict"}, rules) is value
