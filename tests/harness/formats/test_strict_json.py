from __future__ import annotations

import pytest

from harness.formats.strict_json import MAX_DEPTH, Refused, check, loads


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("{'a': 1}", "not JSON"),
        ('{"a": 1} x', "not JSON: Extra data at character 10"),
        ('{"a": NaN}', "NaN is no number"),
        ("[-Infinity]", "-Infinity is no number"),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "the key 'c' is there twice"),
        (r'"\ud83d"', "half a surrogate pair"),
        (r'{"\udc00": 1}', "half a surrogate pair"),
        ("1" * 5000, "too many digits"),
        ("[" * 10_000, "nested more than"),
        ("[" * 10_000 + "]" * 10_000, "nested more than"),
        ('{"a":' * 10_000 + "1" + "}" * 10_000, "nested more than"),
    ],
    ids=lambda value: value[:24],
)
def test_what_cannot_be_trusted_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        loads(text)


def test_whole_pairs_and_escaped_backslashes_are_no_half_pairs() -> None:
    assert loads(r'["\ud83d\ude00", "\\ud83d"]') == ["😀", "\\ud83d"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "not finite"),
        ({"a": [1e999]}, "not finite"),
        ([2**1024], "beyond the range of a float"),
        ({"a": {1: 2}}, "a key is not a text"),
        ({"a\udfff": 1}, "half a surrogate pair"),
        ({1, 2}, "a set is no JSON"),
        (b"bytes", "a bytes is no JSON"),
        (nested(MAX_DEPTH + 1), "nested more than"),
        (nested(100_000), "nested more than"),
    ],
    ids=["nan", "inf", "huge", "key", "surrogate", "set", "bytes", "deep", "deeper"],
)
def test_a_value_that_is_no_plain_json_is_refused(value: object, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        check(value)


def test_plain_values_pass_up_to_the_bound() -> None:
    check({"a": [1, -2.5, True, None, "ü"], "b": {}, "c": ()})
    check(2**1023)
    check(nested(MAX_DEPTH))
