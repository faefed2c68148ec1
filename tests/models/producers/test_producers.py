"""What holds of every producer."""

from __future__ import annotations

import pytest

from harness.registry import producers
from harness.training import find_producers


@pytest.mark.parametrize("name", list(producers))
def test_it_says_what_it_does_and_what_every_setting_is(name: str) -> None:
    [row] = find_producers(name)
    if row["problem"]:
        pytest.skip(row["problem"])
    assert row["summary"].endswith(".")
    assert row["parameters"]
    assert [p["name"] for p in row["parameters"] if not p["description"]] == []
