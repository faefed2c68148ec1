from __future__ import annotations

import json
from contextlib import suppress
from datetime import date

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.submission import Refused, limits
from leaderboard.submission.parsing import read_json, read_yaml

_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
_keys = _texts.filter(lambda key: key != "__proto__")
_plain = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _texts
_numbers = _plain | st.floats(allow_nan=False, allow_infinity=False)


def _nested(leaves: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    def inside(parts: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
        return st.lists(parts, max_size=3) | st.dictionaries(_keys, parts, max_size=3)

    return st.recursive(leaves, inside, max_leaves=4)


@given(_nested(_numbers))
def test_json_means_what_it_says(value: object) -> None:
    assert read_json(json.dumps(value).encode()) == value
    assert read_json(json.dumps(value, ensure_ascii=False, indent=2).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (read_json, read_yaml):
        with suppress(Refused):
            read(data)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1, "a": 2}', "'a' stands twice"),
        ('{"a": {"b": 1, "c": 2, "\\u0062": 3}}', "'b' stands twice"),
        ("NaN", "NaN is not finite"),
        ("[Infinity]", "Infinity is not finite"),
        ("[-Infinity]", "-Infinity is not finite"),
        ("1e400", "1e400 is not finite"),
        ("-1e999", "not finite"),
        ("1" + "0" * 400, "too large"),
        ("1" + "0" * 5000, "too large"),
        (str(2**53 + 1), "9007199254740993 is too large"),
        ("0." + "1" * 500, "too long"),
        ('"\\ud800"', "half of a character"),
        ('{"\\udfff": 1}', "half of a character"),
        ('{"__proto__": {"polluted": 1}}', "'__proto__' is no key"),
        ("{'a': 1}", "broken JSON"),
        ("", "broken JSON"),
        ("{} {}", "broken JSON"),
        ('{"a": 1,}', "broken JSON"),
        ('"a\tb"', "broken JSON"),
        ("\x80\x04\x95", "broken JSON"),
        ("<script>alert(1)</script>", "broken JSON"),
    ],
)
def test_json_with_two_meanings_or_out_of_bounds_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        read_json(text.encode())


@pytest.mark.parametrize("levels", [limits.NESTING + 1, 500, 100_000])
@pytest.mark.parametrize(("start", "end"), [("[", "]"), ('{"a":', "}")])
def test_json_is_nested_no_deeper_than_allowed(levels: int, start: str, end: str) -> None:
    with pytest.raises(Refused, match="more than 64 levels"):
        read_json((start * levels + "1" + end * levels).encode())
    read_json((start * limits.NESTING + "1" + end * limits.NESTING).encode())


def test_a_text_is_no_longer_than_allowed() -> None:
    assert read_json(json.dumps("x" * limits.TEXT).encode()) == "x" * limits.TEXT
    with pytest.raises(Refused, match="100,001 characters"):
        read_json(json.dumps("x" * (limits.TEXT + 1)).encode())


@pytest.mark.parametrize("read", [read_json, read_yaml])
def test_files_are_utf_8_without_a_mark(read: object) -> None:
    assert callable(read)
    with pytest.raises(Refused, match=r"not UTF-8 \(byte 3\)"):
        read(b'"a\xff"', "x")
    with pytest.raises(Refused, match="byte order mark"):
        read(b"\xef\xbb\xbf1", "x")
    with pytest.raises(Refused, match=r"not UTF-8|broken"):
        read('{"a": 1}'.encode("utf-16"), "x")
    with pytest.raises(Refused, match="not UTF-8"):
        read(b'"\xc0\xaf"', "x")  # an overlong "/"


@given(st.dictionaries(_keys, _nested(_plain), max_size=3))
def test_yaml_means_what_it_says(value: dict[str, object]) -> None:
    text = yaml.safe_dump(json.loads(json.dumps(value)), allow_unicode=True)
    assert read_yaml(text.encode()) == value


def test_yaml_has_dates() -> None:
    assert read_yaml(b"released: 2026-01-31") == {"released": date(2026, 1, 31)}


BILLION_LAUGHS = "a: &a [x, x]\n" + "\n".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]" for i in range(9)
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BILLION_LAUGHS, "line 1: anchors"),
        ("a: &x 1", "anchors"),
        ("a: 1\nb: *x", "line 2: anchors"),
        ("a: !!python/object/apply:os.system ['id']", "tags"),
        ("!!python/object:builtins.object {}", "tags"),
        ("a: !!binary aGk=", "tags"),
        ("a: !!str 1", "tags"),
        ("a: !local x", "tags"),
        ("a: ! x", "tags"),
        ("%TAG ! tag:yaml.org,2002:python/\n--- !object:builtins.object {}", "tags"),
        ("a: 1\nb: 2\na: 3", "line 3: 'a' stands twice"),
        ("x: {a: 1, 'a': 2}", "'a' stands twice"),
        ("<<: {a: 1}", "'<<' is no key"),
        ("1: a", "'1' is no key"),
        ("yes: a", "'yes' is no key"),
        ("? [a, b]\n: c", "is no key"),
        ("a: .nan", "not finite"),
        ("a: -.inf", "not finite"),
        ("a: 1.0e+400", "not finite"),
        ("a: 1" + "0" * 400, "too large"),
        ("a: 0x" + "f" * 5000, "too large"),
        ("a: 1" + "0" * 5000, "broken YAML"),
        ("a: 2026-13-45", "broken YAML"),
        ("a: b: c", "line 1: broken YAML"),
        ("a: [1, 2", "broken YAML"),
        ("a: \x1b[31m", "broken YAML"),
        ("a: 1\n---\nb: 2", "broken YAML"),
        ("[" * 9 + "]" * 9, "more than 8 levels"),
        ("[" * 30_000, "more than 8 levels"),
        ("a: {__proto__: 1}", "'__proto__' is no key"),
        ('a: "\\ud800"', "half of a character|broken YAML"),
    ],
)  # fmt: skip
def test_yaml_that_is_more_than_data_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        read_yaml(text.encode())
