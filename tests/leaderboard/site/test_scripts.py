"""Data as scripts."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.site.scripts import in_script, script


def test_a_script_hands_its_value_over_under_its_key() -> None:
    assert script("data/a.js", {"x": [1, None, "b"]}) == (
        b'assay.put("data/a.js",{"x":[1,null,"b"]});\n'
    )


def test_nothing_in_a_text_ends_the_script() -> None:
    text = in_script("</script><!-- & \u2028 \u2029 é")
    assert text == ('"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u2028 \\u2029 \\u00e9"')


@given(st.text())
def test_every_text_comes_back_as_it_was(text: str) -> None:
    written = in_script(text)
    assert json.loads(written) == text
    assert written.isascii()
    assert not set(written) & set("<>&")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ValueError):
        script("a", value)
