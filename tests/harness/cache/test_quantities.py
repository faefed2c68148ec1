"""Sizes and ages are read as people write them, and refused when they are not understood."""

from __future__ import annotations

from datetime import timedelta

import pytest

from harness.cache import parse_age, parse_size
from harness.errors import UserError


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("123", 123),
        ("7B", 7),
        ("512MB", 512_000_000),
        ("2gb", 2_000_000_000),
        (" 1.5 GiB ", 3 * 2**29),
        ("1kB", 1000),
        ("1KiB", 1024),
        ("0.1TB", 100_000_000_000),
    ],
)
def test_a_size_is_a_number_and_a_unit(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("30min", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        ("30d", timedelta(days=30)),
        ("1.5 W", timedelta(days=10, hours=12)),
        ("0d", timedelta()),
    ],
)
def test_an_age_is_a_number_and_a_unit(text: str, age: timedelta) -> None:
    assert parse_age(text) == age


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "2 gigabytes", "1e9", "1,5GB", "2GB 3MB", "5i"])
def test_no_other_size_is_understood(text: str) -> None:
    with pytest.raises(UserError, match="2GB"):
        parse_size(text)


@pytest.mark.parametrize("text", ["", "d", "30", "-1d", "3m", "999999999999w", "1d2h"])
def test_no_other_age_is_understood(text: str) -> None:
    with pytest.raises(UserError, match="30d"):
        parse_age(text)
