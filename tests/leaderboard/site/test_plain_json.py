"""JSON of large values."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.site.plain_json import as_json

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)  # fmt: skip


@given(PLAIN)
def test_every_value_comes_back_as_it_was(value: Any) -> None:
    assert json.loads(as_json(value)) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ValueError):
        as_json({"value": [1.0, value]})


def test_a_text_may_say_nan() -> None:
    assert as_json({"NaN": "Infinity, NaN"}) == b'{"NaN":"Infinity, NaN"}'


def test_a_text_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(ValueError):
        as_json("\ud800")
